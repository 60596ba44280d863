/** A small shelf of emoji with the shortcodes people type, and the picker that shows it. */
import { $, h, roving } from "./dom.js";
import { customEmoji } from "./markdown_nodes.js";
import { openPopup } from "./popups.js";
import { currentChannel, store } from "./store.js";

const SHELF = `😀 grinning|😄 smile|😁 grin|😆 laughing|😂 joy|🤣 rofl|🙂 slight_smile|😉 wink|😊 blush|😇 innocent|🥰 smiling_face_with_hearts|😍 heart_eyes
😘 kissing_heart|😋 yum|😛 stuck_out_tongue|🤪 zany_face|🤔 thinking|🤨 raised_eyebrow|😐 neutral_face|😏 smirk|🙄 rolling_eyes|😬 grimacing|😌 relieved|😴 sleeping
🤒 thermometer_face|🥳 partying_face|😎 sunglasses|🤓 nerd|😕 confused|😟 worried|😮 open_mouth|😳 flushed|🥺 pleading_face|😢 cry|😭 sob|😱 scream
😤 triumph|😡 rage|🤬 cursing|💀 skull|💩 poop|👻 ghost|👽 alien|🤖 robot|🎃 jack_o_lantern|😺 smiley_cat|🙈 see_no_evil|💋 kiss
❤️ heart|🧡 orange_heart|💛 yellow_heart|💚 green_heart|💙 blue_heart|💜 purple_heart|🖤 black_heart|💔 broken_heart|💖 sparkling_heart|💯 100|💥 boom|✨ sparkles
👍 thumbsup|👎 thumbsdown|👌 ok_hand|✌️ v|🤞 fingers_crossed|🤘 metal|👋 wave|👏 clap|🙌 raised_hands|🙏 pray|💪 muscle|👀 eyes
🧠 brain|👑 crown|🎩 tophat|🐱 cat|🐶 dog|🦊 fox|🐻 bear|🐼 panda_face|🦁 lion_face|🐸 frog|🐙 octopus|🦉 owl
🐝 bee|🦋 butterfly|🐢 turtle|🐉 dragon|🌱 seedling|🌿 herb|🌸 cherry_blossom|🌹 rose|🌻 sunflower|🍀 four_leaf_clover|🍄 mushroom|🌍 earth_africa
🌙 crescent_moon|⭐ star|🌟 star2|☀️ sunny|🌈 rainbow|⚡ zap|❄️ snowflake|🔥 fire|💧 droplet|🌊 ocean|☁️ cloud|☔ umbrella
🍎 apple|🍋 lemon|🍓 strawberry|🍕 pizza|🍔 hamburger|🍜 ramen|🍣 sushi|🍰 cake|🍪 cookie|🥐 croissant|☕ coffee|🍵 tea
🍺 beer|🍷 wine_glass|⚽ soccer|🎮 video_game|🎲 game_die|🎨 art|🎵 musical_note|🎸 guitar|🎉 tada|🎁 gift|🏆 trophy|🚀 rocket
🚗 red_car|🏠 house|🏰 european_castle|⏰ alarm_clock|💡 bulb|📖 book|✏️ pencil2|📌 pushpin|🔑 key|🔒 lock|🛡️ shield|⚔️ crossed_swords
✅ white_check_mark|❌ x|❓ question|❗ exclamation|⚠️ warning|🚫 no_entry_sign|➕ heavy_plus_sign|➡️ arrow_right|🔁 repeat|🆗 ok|🔔 bell|💤 zzz`;

/** `[{name, text}]`, the ones everyone has. */
export const EMOJI = SHELF.split(/[|\n]/).map((entry) => {
  const [text, name] = entry.split(" ");
  return { text, name };
});

/** Custom emoji of the open channel's server. */
export function serverEmoji() {
  return store.guilds.get(currentChannel()?.guild_id)?.emojis ?? [];
}

/** Emoji whose name contains `query`, those beginning with it first. */
export function findEmoji(query, limit = 8) {
  const q = query.toLowerCase();
  const all = [...serverEmoji().map((e) => ({ name: e.name, custom: e })), ...EMOJI];
  return all
    .filter((e) => e.name.toLowerCase().includes(q))
    .sort((a, b) => Number(b.name.startsWith(q)) - Number(a.name.startsWith(q)))
    .slice(0, limit);
}

/** What goes into a message for it. */
export const emojiText = (e) =>
  e.custom ? `<${e.custom.animated ? "a" : ""}:${e.custom.name}:${e.custom.id}>` : e.text;

/** Replaces `:name:` by the emoji of that name, outside code. */
export function replaceShortcodes(text) {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]*`|<a?:\w+:\d+>)/)
    .map((part, n) =>
      n % 2
        ? part
        : part.replace(/:(\w{1,40}):/g, (whole, name) => {
            const found = findEmoji(name, 400).find((e) => e.name === name);
            return found ? emojiText(found) : whole;
          }),
    )
    .join("");
}

/** Opens the picker; `onPick({id, name} | {id: null, name: "😀"}, text)`. */
export function openEmojiPicker(anchor, onPick, returnFocus) {
  const grid = h("div", { class: "emoji-grid", role: "group", "aria-label": "Emoji" });
  const label = "Find an emoji";
  const search = h("input", { class: "field", type: "search", placeholder: label, "aria-label": label });
  const box = h("div", { class: "emoji-picker", role: "dialog", "aria-label": "Emoji picker" }, search, grid);
  const close = openPopup(anchor, box, { side: "end", returnFocus });
  const pick = (e) => {
    close();
    onPick(e.custom ? { id: e.custom.id, name: e.custom.name } : { id: null, name: e.text }, emojiText(e));
  };
  const draw = () => {
    grid.replaceChildren(...findEmoji(search.value.trim(), 300).map((e, n) => emojiCell(e, n === 0, pick)));
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const act = { Enter: "click", ArrowDown: "focus" }[event.key];
    if (!act) return;
    event.preventDefault();
    $(".emoji-cell", grid)?.[act]();
  });
  roving(grid, ".emoji-cell", "both");
  draw();
  search.focus({ preventScroll: true });
}

function emojiCell(e, first, pick) {
  const props = {
    type: "button",
    class: "emoji-cell",
    tabIndex: first ? 0 : -1,
    "aria-label": e.name.replaceAll("_", " "),
    title: `:${e.name}:`,
    onClick: () => pick(e),
  };
  return h("button", props, e.custom ? customEmoji(e.custom) : e.text);
}
