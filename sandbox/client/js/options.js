/** Lists of options as selects, suggestions and the switcher show them; focus stays in the field they belong to. */
import { h, icon } from "./dom.js";
import { emojiNode } from "./markdown_nodes.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };
let serial = 0;

/** The picture, emoji or icon in front of an option, if it has one. */
export function optionMark(option) {
  if (option.emoji) return emojiNode(option.emoji);
  if (option.image) return h("img", { class: "option-image", src: option.image, alt: "" });
  if (option.icon) return h("span", { class: "option-icon", vars: { "--role": option.color } }, icon(option.icon, 18));
  return null;
}

/**
 * A listbox of `{value, label, description?, image?, icon?, emoji?, group?, groupImage?}`. The active option follows
 * the arrow keys; with `chosen(item)` the ticks show what is chosen, `many` draws them as boxes.
 */
export class OptionList {
  constructor({ many = false, chosen = null } = {}) {
    serial += 1;
    this.id = `options-${serial}`;
    this.many = many;
    this.chosen = chosen;
    this.items = [];
    this.active = -1;
    const multiple = many ? "true" : null;
    this.node = h("div", {
      class: "options",
      role: "listbox",
      id: this.id,
      tabIndex: -1,
      "aria-multiselectable": multiple,
    });
  }

  /** Shows `items` for `field`; `onPick(item)` when one is chosen, `empty` instead when there are none. */
  show(field, items, { label = "Options", onPick, empty = null, active = 0 }) {
    Object.assign(this, { field, items, onPick, empty });
    this.active = items.length ? Math.min(active, items.length - 1) : -1;
    this.node.setAttribute("aria-label", label);
    this.draw();
  }

  draw() {
    const rows = [];
    this.items.forEach((item, n) => {
      if (item.group && item.group !== this.items[n - 1]?.group) rows.push(groupRow(item));
      rows.push(this.row(item, n));
    });
    if (!rows.length && this.empty) rows.push(h("p", { class: "options-empty" }, this.empty));
    this.node.replaceChildren(...rows);
    this.node.hidden = !rows.length;
    this.mark();
  }

  row(item, n) {
    const on = this.chosen?.(item) ?? false;
    const text = h("span", { class: "option-text" }, h("span", { class: "option-label" }, item.label));
    if (item.description) text.append(h("small", {}, item.description));
    return h(
      "div",
      {
        class: "option",
        role: "option",
        id: `${this.id}-${n}`,
        "aria-selected": String(on),
        data: { value: item.value },
        onMousedown: (event) => event.preventDefault(),
        onClick: () => this.pick(n),
      },
      optionMark(item),
      text,
      this.many && h("span", { class: ["tick", on && "on"] }, on && icon("check", 14)),
      !this.many && on && icon("check", 16),
    );
  }

  /** Shows which option is active. */
  mark() {
    this.node.querySelectorAll('[role="option"]').forEach((row, n) => {
      row.classList.toggle("active", n === this.active);
      if (!this.chosen) row.setAttribute("aria-selected", String(n === this.active));
      if (n === this.active) row.scrollIntoView({ block: "nearest" });
    });
    this.field?.setAttribute("aria-controls", this.id);
    if (this.active >= 0) this.field?.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
    else this.field?.removeAttribute("aria-activedescendant");
  }

  /** Moves with an arrow key; true when it was one. */
  walk(event) {
    if (!STEPS[event.key] || !this.items.length) return false;
    this.active = (this.active + STEPS[event.key] + this.items.length) % this.items.length;
    this.mark();
    event.preventDefault();
    return true;
  }

  /** Chooses an option, the active one by default. */
  pick(n = this.active) {
    const item = this.items[n];
    if (!item) return;
    this.active = n;
    this.onPick?.(item);
  }
}

function groupRow(item) {
  const image = item.groupImage && h("img", { src: item.groupImage, alt: "" });
  return h("div", { class: "suggest-group", role: "presentation" }, image, item.group);
}
