/** Ctrl+K: going to a channel or a person by a few letters. */
import { h } from "./dom.js";
import { channelTree, openChannel, openDm } from "./navigate.js";
import { OptionList } from "./options.js";
import { userChoices } from "./selects.js";
import { avatarUrl, channelTitle, directMessages, isForum, isPlace, recipients, store, threadsOf } from "./store.js";

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
      .filter(isPlace);
    for (const c of channels.flatMap((channel) => [channel, ...threadsOf(channel.id)])) {
      out.push({
        value: c.id,
        label: channelTitle(c),
        description: guild.name,
        icon: c.thread_metadata ? "thread" : isForum(c) ? "forum" : "hash",
        go: () => openChannel(c.id),
      });
    }
    userChoices({ guild_id: guild.id }).forEach((user) => people.set(user.value, user));
  }
  people.delete(store.me.id);
  return [...out, ...[...people.values()].map((user) => ({ ...user, go: () => openDm(user.value) }))];
}

/** The places whose name holds `typed`: unread ones first, then those beginning with it. */
function matching(all, typed) {
  const q = typed.trim().replace(/^[#@]/, "").toLowerCase();
  const rank = (place) => Number(store.unread.has(place.value)) * 2 + Number(place.label.toLowerCase().startsWith(q));
  return all
    .filter((place) => place.label.toLowerCase().includes(q) && place.value !== store.channelId)
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, SHOWN);
}

/** Opens the search over everything one can go to. */
export function openSwitcher() {
  const all = everywhere();
  const question = "Where would you like to go?";
  const list = new OptionList();
  const field = h("input", {
    class: "field switcher-field",
    type: "text",
    placeholder: question,
    "aria-label": question,
    role: "combobox",
    "aria-expanded": "true",
    autocomplete: "off",
  });
  const dialog = h("dialog", { class: "dialog switcher", "aria-label": "Go to" }, field, list.node);
  const go = (place) => {
    dialog.close();
    place.go();
  };
  const search = () =>
    list.show(field, matching(all, field.value), { label: "Places", onPick: go, empty: "Nothing of that name" });
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (list.walk(event) || event.key !== "Enter") return;
    event.preventDefault();
    list.pick();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  search();
  field.focus();
}
