/** The rows of the panel of troubles: switches, buttons and headings. */
import { h, icon } from "./dom.js";

let serial = 0;

/** A heading and the rows below it; null where there are none. */
export function section(title, rows) {
  const shown = rows.flat().filter(Boolean);
  if (!shown.length) return null;
  serial += 1;
  const id = `troubles-${serial}`;
  return h("section", { class: "trouble-section", "aria-labelledby": id }, h("h3", { id }, title), shown);
}

/** On or off. `flip(on)` does it. */
export function switchRow(label, on, flip, { hint, disabled } = {}) {
  const node = h(
    "button",
    {
      type: "button",
      class: "switch-row",
      role: "switch",
      "aria-checked": String(Boolean(on)),
      disabled,
      data: { key: `switch ${label}` },
      onClick: () => flip(!on),
    },
    h("span", { class: "trouble-label" }, label, hint && h("small", {}, hint)),
    h("span", { class: "switch", "aria-hidden": "true" }),
  );
  return node;
}

/** A label with buttons: `[[text, act(node), {danger?, disabled?}], …]`. */
export function buttonRow(label, buttons, { hint } = {}) {
  return h(
    "div",
    { class: "trouble-row", role: "group", "aria-label": label },
    h("span", { class: "trouble-label" }, label, hint && h("small", {}, hint)),
    h(
      "span",
      { class: "trouble-buttons" },
      buttons.filter(Boolean).map((one) => button(label, ...one)),
    ),
  );
}

function button(label, text, act, { danger, disabled, menu } = {}) {
  const node = h(
    "button",
    {
      type: "button",
      class: ["button small", danger && "danger"],
      disabled,
      "aria-haspopup": menu ? "menu" : null,
      data: { key: `button ${label} ${text}` },
      onClick: () => act(node),
    },
    text,
    menu && icon("down", 14),
  );
  return node;
}
