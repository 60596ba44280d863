/** Ctrl+K: going to a channel or a person by a few letters. */
import { $, h } from "./dom.js";
import { channelTree, openChannel, openDm } from "./navigate.js";
import { optionNode, userChoices } from "./selects.js";
import { avatarUrl, channelTitle, directMessages, isText, recipients, store, threadsOf } from "./store.js";

const SHOWN = 9;

function everywhere() {
  const out = directMessages().map((c) => ({
    value: c.id,
    label: channelTitle(c),
    image: avatarUrl(recipients(c)[0]),
    go: () => openChannel(c.id),
  }));
  const people = new Map();
  for (const guild of store.guilds.values()) {
    const channels = channelTree(guild.id)
      .flatMap((group) => group.channels)
      .filter(isText);
    for (const c of channels.flatMap((channel) => [channel, ...threadsOf(channel.id)])) {
      out.push({
        value: c.id,
        label: channelTitle(c),
        description: guild.name,
        icon: c.thread_metadata ? "thread" : "hash",
        go: () => openChannel(c.id),
      });
    }
    userChoices({ guild_id: guild.id }).forEach((user) => people.set(user.value, user));
  }
  people.delete(store.me.id);
  return [...out, ...[...people.values()].map((user) => ({ ...user, go: () => openDm(user.value) }))];
}

/** Opens the search over everything one can go to. */
export function openSwitcher() {
  const all = everywhere();
  const unread = (place) => Number(store.unread.has(place.value));
  const list = h("div", { class: "options", role: "listbox", id: "switcher-list", "aria-label": "Places" });
  const field = h("input", {
    class: "field switcher-field",
    type: "text",
    placeholder: "Where would you like to go?",
    "aria-label": "Where would you like to go?",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "switcher-list",
    autocomplete: "off",
  });
  const dialog = h("dialog", { class: "dialog switcher", "aria-label": "Go to" }, field, list);
  let shown = [];
  let active = 0;
  const go = (place) => {
    dialog.close();
    place?.go();
  };
  const draw = () => {
    list.replaceChildren(
      ...shown.map((place, n) => optionNode(place, `switcher-${n}`, n === active, false, false, () => go(place))),
    );
    if (!shown.length) list.append(h("p", { class: "options-empty" }, "Nothing of that name"));
    field.setAttribute("aria-activedescendant", shown.length ? `switcher-${active}` : "");
  };
  const search = () => {
    const q = field.value.trim().replace(/^[#@]/, "").toLowerCase();
    shown = all
      .filter((place) => place.label.toLowerCase().includes(q) && place.value !== store.channelId)
      .sort(
        (a, b) =>
          unread(b) - unread(a) ||
          Number(b.label.toLowerCase().startsWith(q)) - Number(a.label.toLowerCase().startsWith(q)),
      )
      .slice(0, SHOWN);
    active = 0;
    draw();
  };
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && shown.length) {
      active = (active + by + shown.length) % shown.length;
      draw();
    } else if (event.key === "Enter") go(shown[active]);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  $("body").append(dialog);
  dialog.showModal();
  search();
  field.focus();
}
