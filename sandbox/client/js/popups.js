/** Floating layers: placed beside what opened them, closed by Escape, an outside click or losing their anchor. */
import { $$, h, icon, roving } from "./dom.js";

const GAP = 6;
const open = [];

/**
 * Shows `node` beside `anchor` (an element, or a point `{x, y}`). Inside a modal dialog it becomes part of the
 * dialog, whose outside is inert. Returns `close()`. `returnFocus` is where focus goes back to.
 */
export function openPopup(
  anchor,
  node,
  { onClose, side = "below", returnFocus, modalFocus = true, match = false } = {},
) {
  const element = anchor instanceof Element ? anchor : null;
  const layer = element?.closest("dialog") ?? document.body;
  const back = returnFocus ?? (modalFocus ? document.activeElement : null);
  const entry = { node, element, close };
  function close(restore = true) {
    const at = open.indexOf(entry);
    if (at < 0) return;
    open.splice(at, 1);
    const held = node.contains(document.activeElement);
    node.remove();
    onClose?.();
    if (restore && held && back?.isConnected) back.focus({ preventScroll: true });
  }
  node.classList.add("popup");
  layer.append(node);
  open.push(entry);
  place(
    node,
    element
      ? element.getBoundingClientRect()
      : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y, width: 0 },
    side,
    match,
  );
  return close;
}

/** Moves an open popup to where its anchor is now (its size may have changed). */
export function place(node, rect, side = "below", match = false) {
  if (match) node.style.setProperty("--popup-width", `${rect.width}px`);
  const { offsetWidth: width, offsetHeight: height } = node;
  const room = { below: innerHeight - rect.bottom, above: rect.top };
  const above =
    side === "above"
      ? room.above > height + GAP || room.above > room.below
      : room.below < height + GAP && room.above > room.below;
  let top = above ? rect.top - height - GAP : rect.bottom + GAP;
  let left = side === "right" ? rect.right + GAP : rect.left;
  if (side === "right") top = rect.top;
  if (side === "end") left = rect.right - width;
  if (side === "right" && left + width > innerWidth - 8) left = rect.left - width - GAP;
  left = Math.max(8, Math.min(left, innerWidth - width - 8));
  top = Math.max(8, Math.min(top, innerHeight - height - 8));
  node.style.setProperty("--x", `${left}px`);
  node.style.setProperty("--y", `${top}px`);
}

/** Closes the popup on top, if any. */
export function closeTop() {
  const entry = open.at(-1);
  entry?.close();
  return Boolean(entry);
}

export function closeAll() {
  while (open.length) open.at(-1).close(false);
}

document.addEventListener(
  "pointerdown",
  (event) => {
    for (const entry of [...open].reverse()) {
      if (entry.node.contains(event.target) || entry.element?.contains(event.target)) return;
      entry.close(false);
    }
  },
  true,
);

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && open.length && !event.defaultPrevented) {
      event.preventDefault();
      event.stopPropagation();
      closeTop();
    }
  },
  true,
);

/**
 * A menu of `items`: `{label, icon?, danger?, disabled?, checked?, hint?, image?, key?, onSelect}`, `"-"` for a line, or
 * `{heading}`. Arrow keys walk, Enter chooses, letters jump.
 */
export function openMenu(anchor, items, { label = "Menu", side, returnFocus } = {}) {
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label });
  let close = () => {};
  for (const item of items) {
    if (!item) continue;
    if (item === "-") menu.append(h("div", { class: "menu-line", role: "separator" }));
    else if (item.heading) menu.append(h("div", { class: "menu-heading", role: "presentation" }, item.heading));
    else menu.append(menuItem(item, () => close()));
  }
  roving(menu, ".menu-item");
  menu.addEventListener("keydown", (event) => jump(menu, event));
  close = openPopup(anchor, menu, { side, returnFocus });
  (menu.querySelector('.menu-item[aria-checked="true"]') ?? menu.querySelector(".menu-item:not(:disabled)"))?.focus({
    preventScroll: true,
  });
  return close;
}

function menuItem(item, close) {
  return h(
    "button",
    {
      type: "button",
      class: ["menu-item", item.danger && "danger"],
      role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-keyshortcuts": item.key,
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      tabIndex: -1,
      disabled: item.disabled,
      data: item.data,
      onClick: () => {
        close();
        item.onSelect?.();
      },
    },
    item.image && h("img", { class: "menu-image", src: item.image, alt: "" }),
    item.icon && icon(item.icon, 18),
    h("span", { class: "menu-label" }, item.label, item.hint && h("small", {}, item.hint)),
    item.key && h("kbd", { class: "menu-key", "aria-hidden": "true" }, item.key === "Delete" ? "Del" : item.key),
    item.checked && icon("check", 18),
  );
}

function jump(menu, event) {
  if (event.key === "Tab") {
    event.preventDefault();
    return;
  }
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
  const items = $$(".menu-item", menu);
  const from = items.indexOf(document.activeElement);
  const order = [...items.slice(from + 1), ...items.slice(0, from + 1)];
  order.find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
}
