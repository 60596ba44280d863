/** The drop-down used by messages and modals: string, user, role, mentionable and channel; one or many values. */
import { h, icon } from "./dom.js";
import { emojiNode } from "./markdown_nodes.js";
import { openPopup, place } from "./popups.js";
import { avatarUrl, channelTitle, compareIds, nameOf, roleColor, store } from "./store.js";

const KINDS = { 3: "string", 5: "user", 6: "role", 7: "mentionable", 8: "channel" };
const SEARCH_FROM = 9;
let serial = 0;

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
  serial += 1;
  const max = component.max_values ?? 1;
  const min = component.min_values ?? 1;
  const id = `select-${serial}`;
  const all = choices(component, channel);
  const state = { values: initial(component), before: "" };
  const value = h("span", { class: "select-value" });
  const node = h(
    "button",
    {
      type: "button",
      class: "select",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-controls": id,
      "aria-label": label ?? component.placeholder ?? "Make a selection",
      disabled: component.disabled,
      data: { customId: component.custom_id },
    },
    value,
    icon("down", 18),
  );
  const show = () => {
    value.replaceChildren(...chips(state.values, all, max));
    if (!state.values.length)
      value.append(h("span", { class: "placeholder" }, component.placeholder || "Make a selection"));
  };
  const done = () => {
    if (state.values.join() !== state.before && state.values.length >= min) onCommit?.([...state.values]);
    show();
  };
  const openList = () => {
    if (node.getAttribute("aria-expanded") === "true") return;
    state.before = state.values.join();
    node.setAttribute("aria-expanded", "true");
    listbox({
      node,
      id,
      all,
      state,
      min,
      max,
      show,
      onClose: () => {
        node.setAttribute("aria-expanded", "false");
        done();
      },
    });
  };
  node.addEventListener("click", openList);
  node.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      openList();
    }
  });
  show();
  return { node, values: () => [...state.values] };
}

function chips(values, all, max) {
  return values
    .map((v) => all.find((o) => o.value === v))
    .filter(Boolean)
    .map((o) => h("span", { class: max > 1 ? "chip" : "chosen" }, mark(o), o.label));
}

function mark(option) {
  if (option.emoji) return emojiNode(option.emoji);
  if (option.image) return h("img", { class: "option-image", src: option.image, alt: "" });
  if (option.icon) return h("span", { class: "option-icon", vars: { "--role": option.color } }, icon(option.icon, 18));
  return null;
}

/** The open list. Focus stays on the search field or the list; the active option follows the arrow keys. */
function listbox(ctx) {
  const { node, id, all, state, max } = ctx;
  const list = h("div", {
    class: "options",
    role: "listbox",
    id,
    tabIndex: -1,
    "aria-multiselectable": max > 1 ? "true" : null,
    "aria-label": node.getAttribute("aria-label"),
  });
  const search =
    all.length >= SEARCH_FROM
      ? h("input", {
          class: "field option-search",
          type: "text",
          placeholder: "Search",
          "aria-label": "Search options",
          role: "combobox",
          "aria-expanded": "true",
          "aria-controls": id,
        })
      : null;
  const box = h("div", { class: "select-popup" }, search, list);
  let active = Math.max(
    0,
    all.findIndex((o) => state.values.includes(o.value)),
  );
  let shown = all;
  const focusable = search ?? list;
  const close = openPopup(node, box, { onClose: ctx.onClose, returnFocus: node, match: true });
  const choose = (option) => {
    if (!option) return;
    pick(state, option.value, max, ctx.min);
    ctx.show();
    if (max === 1) close();
    else draw();
  };
  const draw = () => {
    active = Math.max(0, Math.min(active, shown.length - 1));
    list.replaceChildren(
      ...shown.map((option, n) =>
        optionNode(option, `${id}-${n}`, n === active, state.values.includes(option.value), max > 1, () => {
          active = n;
          choose(option);
        }),
      ),
    );
    if (!shown.length) list.append(h("p", { class: "options-empty" }, "Nothing matches"));
    focusable.setAttribute("aria-activedescendant", shown.length ? `${id}-${active}` : "");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  search?.addEventListener("input", () => {
    const query = search.value.trim().toLowerCase();
    shown = all.filter((o) => `${o.label} ${o.description ?? ""}`.toLowerCase().includes(query));
    active = 0;
    draw();
  });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      active = (active + step + shown.length) % Math.max(1, shown.length);
      draw();
    } else if (event.key === "Enter" || (event.key === " " && !search)) choose(shown[active]);
    else if (event.key === "Tab") close();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  draw();
  place(box, node.getBoundingClientRect(), "below", true);
  focusable.focus({ preventScroll: true });
}

function pick(state, value, max, min) {
  if (max === 1) state.values = state.values[0] === value && min === 0 ? [] : [value];
  else if (state.values.includes(value)) state.values = state.values.filter((v) => v !== value);
  else if (state.values.length < max) state.values = [...state.values, value];
}

/** One row of any option list (selects, slash choices, mentions). */
export function optionNode(option, id, active, selected, many, onClick) {
  return h(
    "div",
    {
      class: ["option", active && "active"],
      role: "option",
      id,
      "aria-selected": String(selected ?? active),
      data: { value: option.value },
      onMousedown: (event) => event.preventDefault(),
      onClick,
    },
    mark(option),
    h(
      "span",
      { class: "option-text" },
      h("span", { class: "option-label" }, option.label),
      option.description && h("small", {}, option.description),
    ),
    many && h("span", { class: ["tick", selected && "on"] }, selected && icon("check", 14)),
    !many && selected && icon("check", 16),
  );
}
