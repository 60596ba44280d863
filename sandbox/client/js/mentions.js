/** Completing what is being written: @people and roles, #channels, :emoji:. */
import { emojiText, findEmoji } from "./emoji.js";
import { channelChoices, roleChoices, userChoices } from "./selects.js";
import { channelTitle, emojiUrl, nameOf, store } from "./store.js";

const LIMIT = 8;

/**
 * The completions at the caret: `{start, items}` where `start` is where the typed token begins and each item has
 * `shown`, what the field reads then, and `token`, what is sent for it; or null when nothing is being completed.
 */
function completionsAt(text, caret, channel) {
  const m = /(?:^|[\s(*_~|>"'])([@#:])([\p{L}\p{N}_.\- ]{0,32})$/u.exec(text.slice(0, caret));
  if (!m) return null;
  const [, sign, query] = m;
  if (sign === ":" && (query.length < 2 || query.includes(" "))) return null;
  const items = { "@": people, "#": channels, ":": emoji }[sign](query, channel);
  return items.length ? { start: caret - query.length - 1, items } : null;
}

function matching(list, query) {
  const q = query.toLowerCase();
  return list
    .filter((o) => o.label.toLowerCase().includes(q) || o.description?.toLowerCase().includes(q))
    .sort((a, b) => Number(b.label.toLowerCase().startsWith(q)) - Number(a.label.toLowerCase().startsWith(q)))
    .slice(0, LIMIT);
}

function people(query, channel) {
  const users = matching(userChoices(channel), query).map((o) => ({
    ...o,
    token: `<@${o.value}>`,
    shown: `@${o.label}`,
  }));
  const roles = matching(
    roleChoices(channel).filter((r) => r.value !== channel.guild_id),
    query,
  ).map((o) => ({ ...o, token: `<@&${o.value}>`, shown: `@${o.label}` }));
  return [...users, ...roles].slice(0, LIMIT + 2);
}

function channels(query, channel) {
  return matching(
    channelChoices(channel).filter((c) => c.icon !== "down"),
    query,
  ).map((o) => ({ ...o, token: `<#${o.value}>`, shown: `#${o.label}` }));
}

function emoji(query) {
  return findEmoji(query).map((e) => ({
    value: e.name,
    label: `:${e.name}:`,
    token: emojiText(e),
    shown: e.custom ? `:${e.name}:` : e.text,
    ...(e.custom ? { image: emojiUrl(e.custom) } : { emoji: { id: null, name: e.text } }),
  }));
}

function writtenName(kind, id, guildId) {
  if (kind === "#") return store.channels.has(id) ? `#${channelTitle(store.channels.get(id))}` : null;
  if (kind !== "@&") return store.users.has(id) ? `@${nameOf(store.users.get(id), guildId)}` : null;
  const role = store.guilds.get(guildId)?.roles.find((one) => one.id === id);
  return role ? `@${role.name}` : null;
}

/** Completes in one field. What was chosen reads `@Sasha` there and is sent as `<@…>`. */
export class Completer {
  /** For the text field `area`, in the panel `suggest`; `onChange()` after a choice was put in. */
  constructor(area, suggest, onChange) {
    Object.assign(this, { area, suggest, onChange });
    this.tokens = new Map();
  }

  /** Shows what fits at the caret, or hides the panel. */
  offer(channel) {
    const { area, suggest } = this;
    const found = completionsAt(area.value, area.selectionStart, channel);
    if (!found) {
      suggest.hide();
      return;
    }
    suggest.show(area, found.items, {
      onPick: (item) => {
        this.tokens.set(item.shown, item.token);
        area.setRangeText(`${item.shown} `, found.start, area.selectionStart, "end");
        this.onChange();
        suggest.hide();
      },
    });
  }

  /** A text that was sent, as it is written: `<@…>` reads `@Sasha` again. */
  unfold(text, guildId) {
    return text.replace(/<(@!?|@&|#)(\d+)>/g, (token, kind, id) => {
      const shown = writtenName(kind, id, guildId);
      if (shown) this.tokens.set(shown, token);
      return shown ?? token;
    });
  }

  /** The text as it is sent. */
  resolve(text) {
    const shown = [...this.tokens.keys()].sort((a, b) => b.length - a.length);
    return shown.reduce((out, name) => out.replaceAll(name, this.tokens.get(name)), text);
  }
}
