/** The drop-down used by messages and modals: string, user, role, mentionable and channel; one or many values. */
import { h, icon } from "./dom.js";
import { OptionList, optionMark } from "./options.js";
import { openPopup, place } from "./popups.js";
import { avatarUrl, channelTitle, compareIds, nameOf, roleColor, store } from "./store.js";

const KINDS = { 3: "string", 5: "user", 6: "role", 7: "mentionable", 8: "channel" };
const SEARCH_FROM = 9;

/** What can be chosen: `[{value, label, description?, image?, color?, emoji?, icon?}]`. */
export function choices(component, channel) {
  const kind = KINDS[component.type];
  if (kind === "string") {
    return component.options.map((o) => ({
      value: o.value,
      label: o.label,
      description: o.description,
      emoji: o.emoji,
    }));
  }
  const out = [];
  if (kind === "user" || kind === "mentionable") out.push(...userChoices(channel));
  if (kind === "role" || kind === "mentionable") out.push(...roleChoices(channel));
  if (kind === "channel") out.push(...channelChoices(channel, component.channel_types));
  return out;
}

export function userChoices(channel) {
  const ids = channel?.guild_id
    ? [...(store.members.get(channel.guild_id)?.keys() ?? [])]
    : [store.me.id, ...(channel?.recipients ?? []).map((u) => u.id)];
  return ids
    .map((id) => store.users.get(id))
    .filter(Boolean)
    .map((user) => ({
      value: user.id,
      kind: "user",
      label: nameOf(user, channel?.guild_id),
      description: user.username,
      image: avatarUrl(user, 40),
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

export function roleChoices(channel) {
  return (store.guilds.get(channel?.guild_id)?.roles ?? []).map((role) => ({
    value: role.id,
    kind: "role",
    label: role.id === channel.guild_id ? "@everyone" : role.name,
    icon: "role",
    color: roleColor(role),
  }));
}

export function channelChoices(channel, types) {
  return [...store.channels.values()]
    .filter((c) => c.guild_id && c.guild_id === channel?.guild_id && (!types?.length || types.includes(c.type)))
    .sort((a, b) => (a.position ?? 99) - (b.position ?? 99) || compareIds(a.id, b.id))
    .map((c) => ({
      value: c.id,
      kind: "channel",
      label: channelTitle(c),
      icon: c.type === 2 ? "voice" : c.type === 4 ? "down" : c.parent_id && c.thread_metadata ? "thread" : "hash",
    }));
}

function initial(component) {
  if (component.type === 3) return component.options.filter((o) => o.default).map((o) => o.value);
  return (component.default_values ?? []).map((v) => v.id);
}

/**
 * Draws one select. `onCommit(values)` is called when a choice is made (single) or the list closes with a change
 * (many). Returns `{node, values()}`.
 */
export function createSelect(component, { channel, label, onCommit }) {
  const max = component.max_values ?? 1;
  const min = component.min_values ?? 1;
  const all = choices(component, channel);
  const state = { values: initial(component), before: "", open: false };
  const value = h("span", { class: "select-value" });
  const name = label ?? component.placeholder ?? "Make a selection";
  const node = selectButton(component, name, value);
  const show = () => value.replaceChildren(...shownValue(state.values, all, max, component.placeholder));
  const closed = () => {
    state.open = false;
    node.setAttribute("aria-expanded", "false");
    if (state.values.join() !== state.before && state.values.length >= min) onCommit?.([...state.values]);
    show();
  };
  const open = () => {
    if (state.open) return;
    Object.assign(state, { open: true, before: state.values.join() });
    node.setAttribute("aria-expanded", "true");
    openList({ node, name, all, state, min, max, show, closed });
  };
  node.addEventListener("click", open);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open();
  });
  show();
  return { node, values: () => [...state.values] };
}

function selectButton(component, name, value) {
  const props = {
    type: "button",
    class: "select",
    role: "combobox",
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    "aria-label": name,
    disabled: component.disabled,
    data: { customId: component.custom_id },
  };
  return h("button", props, value, icon("down", 18));
}

function shownValue(values, all, max, placeholder) {
  const chosen = values.map((v) => all.find((o) => o.value === v)).filter(Boolean);
  if (!chosen.length) return [h("span", { class: "placeholder" }, placeholder || "Make a selection")];
  return chosen.map((o) => h("span", { class: max > 1 ? "chip" : "chosen" }, optionMark(o), o.label));
}

/** The open list. Focus stays on the search field or the list; the active option follows the arrow keys. */
function openList({ node, name, all, state, min, max, show, closed }) {
  const list = new OptionList({ many: max > 1, chosen: (o) => state.values.includes(o.value) });
  const search = all.length >= SEARCH_FROM ? searchField(list.id) : null;
  const field = search ?? list.node;
  const box = h("div", { class: "select-popup" }, search, list.node);
  const close = openPopup(node, box, { onClose: closed, returnFocus: node, match: true });
  const choose = (option) => {
    state.values = picked(state.values, option.value, max, min);
    show();
    if (max === 1) close();
    else list.draw();
  };
  const offer = (items, active = 0) =>
    list.show(field, items, { label: name, active, onPick: choose, empty: "Nothing matches" });
  search?.addEventListener("input", () => offer(matching(all, search.value)));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Tab") close();
    else if (event.key === "Enter" || (event.key === " " && !search)) list.pick();
    else if (!list.walk(event)) return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  const first = all.findIndex((o) => state.values.includes(o.value));
  offer(all, Math.max(0, first));
  place(box, node.getBoundingClientRect(), "below", true);
  field.focus({ preventScroll: true });
}

function searchField(listId) {
  return h("input", {
    class: "field option-search",
    type: "text",
    placeholder: "Search",
    "aria-label": "Search options",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": listId,
  });
}

function matching(all, typed) {
  const query = typed.trim().toLowerCase();
  return all.filter((o) => `${o.label} ${o.description ?? ""}`.toLowerCase().includes(query));
}

/** The values after `value` was chosen: switched on or off where several may be. */
function picked(values, value, max, min) {
  if (max === 1) return values[0] === value && min === 0 ? [] : [value];
  if (values.includes(value)) return values.filter((v) => v !== value);
  return values.length < max ? [...values, value] : values;
}
