/** The panel above the composer: commands, choices, people, channels, emoji. Focus stays in the field it belongs to. */
import { h } from "./dom.js";
import { OptionList } from "./options.js";

export class Suggest {
  /** `host` is the element the panel is put into, above the composer's box. */
  constructor(host) {
    this.list = new OptionList();
    this.heading = h("div", { class: "suggest-heading" });
    this.panel = h("div", { class: "suggest", hidden: true }, this.heading, this.list.node);
    host.append(this.panel);
  }

  get open() {
    return !this.panel.hidden;
  }

  get items() {
    return this.list.items;
  }

  /** Shows `items` for `field`, under a `heading`; a `sticky` panel stays when there are none. */
  show(field, items, { heading = [], label = "Suggestions", onPick, sticky = false, empty = null }) {
    this.heading.replaceChildren(...[heading].flat().filter(Boolean));
    this.heading.hidden = !this.heading.childNodes.length;
    this.panel.hidden = !(items.length || sticky || empty);
    this.list.show(field, items, { label, onPick, empty });
    this.expanded(this.open);
  }

  hide() {
    this.panel.hidden = true;
    this.list.items = [];
    this.expanded(false);
    this.list.field?.removeAttribute("aria-activedescendant");
  }

  /** A textarea is no combobox and may not say whether it is expanded. */
  expanded(open) {
    const { field } = this.list;
    if (field?.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", String(open));
  }

  /** Lets the panel have a key; true when it used it. */
  key(event) {
    if (!this.open || event.isComposing) return false;
    if (!this.list.walk(event)) {
      const choosing = (event.key === "Enter" || event.key === "Tab") && !event.shiftKey && this.list.active >= 0;
      if (choosing) this.list.pick();
      else if (event.key === "Escape") this.hide();
      else return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
