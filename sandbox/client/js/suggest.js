/** The panel above the composer: commands, choices, people, channels, emoji. Focus stays in the field it belongs to. */
import { h } from "./dom.js";
import { optionNode } from "./selects.js";

let serial = 0;

export class Suggest {
  /** `host` is the element the panel is put into, above the composer's box. */
  constructor(host) {
    serial += 1;
    this.id = `suggest-${serial}`;
    this.list = h("div", { class: "options", role: "listbox", id: this.id });
    this.heading = h("div", { class: "suggest-heading" });
    this.panel = h("div", { class: "suggest", hidden: true }, this.heading, this.list);
    this.items = [];
    this.active = 0;
    host.append(this.panel);
  }

  get open() {
    return !this.panel.hidden;
  }

  /** Shows `items` (`{value, label, description?, group?, groupImage?, …}`) for `field`. `onPick(item)` when chosen. */
  show(field, items, { heading = [], label = "Suggestions", onPick, sticky = false, empty = null, active = 0 }) {
    Object.assign(this, { field, items, onPick, active: items.length ? Math.min(active, items.length - 1) : -1 });
    this.list.setAttribute("aria-label", label);
    this.heading.replaceChildren(...[heading].flat().filter(Boolean));
    this.heading.hidden = !this.heading.childNodes.length;
    this.empty = empty;
    this.panel.hidden = !(items.length || sticky || empty);
    this.draw();
  }

  hide() {
    this.panel.hidden = true;
    this.items = [];
    this.expanded(false);
    this.field?.removeAttribute("aria-activedescendant");
  }

  draw() {
    const rows = [];
    let group = null;
    this.items.forEach((item, n) => {
      if (item.group && item.group !== group) {
        group = item.group;
        rows.push(
          h(
            "div",
            { class: "suggest-group", role: "presentation" },
            item.groupImage && h("img", { src: item.groupImage, alt: "" }),
            group,
          ),
        );
      }
      rows.push(optionNode(item, `${this.id}-${n}`, n === this.active, false, false, () => this.pick(n)));
    });
    if (!rows.length && this.empty) rows.push(h("p", { class: "options-empty" }, this.empty));
    this.list.replaceChildren(...rows);
    this.list.hidden = !rows.length;
    this.mark();
  }

  mark() {
    this.list.querySelectorAll('[role="option"]').forEach((node, n) => {
      node.classList.toggle("active", n === this.active);
      node.setAttribute("aria-selected", String(n === this.active));
      if (n === this.active) node.scrollIntoView({ block: "nearest" });
    });
    this.expanded(this.open);
    this.field?.setAttribute("aria-controls", this.id);
    if (this.active >= 0 && this.open) this.field?.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
    else this.field?.removeAttribute("aria-activedescendant");
  }

  /** A textarea is no combobox and may not say whether it is expanded. */
  expanded(open) {
    if (this.field?.getAttribute("role") === "combobox") this.field.setAttribute("aria-expanded", String(open));
  }

  pick(n) {
    const item = this.items[n];
    if (item) this.onPick?.(item);
  }

  /** Lets the panel have a key; true when it used it. */
  key(event) {
    if (!this.open || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.items.length) {
      this.active = (this.active + step + this.items.length) % this.items.length;
      this.mark();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && this.active >= 0)
      this.pick(this.active);
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
