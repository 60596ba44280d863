/**
 * Building DOM without strings: every node the client shows is made here or with these functions,
 * so nothing a person typed is ever parsed as HTML.
 */
import { ICONS } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

/** Adds strings, nodes and (nested) arrays of them to `parent`; null, undefined and false are skipped. */
export function append(parent, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return parent;
}

/**
 * Makes an element. Keys of `props`: `class`, `data` (object), `vars` (CSS custom properties),
 * `on…` (listeners), properties the element knows (`value`, `disabled`, …), otherwise attributes.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) setProp(node, key, value);
  return append(node, ...children);
}

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "class") node.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
  else if (key === "data")
    Object.entries(value).forEach(([k, v]) => {
      if (v != null) node.dataset[k] = v;
    });
  else if (key === "vars")
    Object.entries(value).forEach(([k, v]) => {
      if (v != null) node.style.setProperty(k, v);
    });
  else if (key.startsWith("on") && typeof value === "function")
    node.addEventListener(key.slice(2).toLowerCase(), value);
  else if (["value", "checked", "disabled", "hidden", "multiple", "required", "readOnly", "tabIndex"].includes(key))
    node[key] = value;
  else node.setAttribute(key, value === true ? "" : String(value));
}

/** One of our own line icons; decorative, so hidden from assistive technology. */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [k, v] of Object.entries({
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    "aria-hidden": "true",
    class: "icon",
  })) {
    svg.setAttribute(k, v);
  }
  for (const d of ICONS[name] ?? ICONS.dot) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A button that shows an icon only and says `label` to assistive technology and on hover. */
export function iconButton(name, label, onClick, props = {}) {
  return h(
    "button",
    { type: "button", "aria-label": label, title: label, onClick, ...props, class: ["icon-button", props.class] },
    icon(name),
  );
}

/** Three dots that breathe: something is being waited for. */
export const dots = () => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * Makes `parent` show `nodes`, keeping the leading and trailing children that already look the same.
 * A streamed edit therefore touches only the paragraph that grew: no flicker, images stay loaded.
 */
export function morph(parent, nodes) {
  const old = [...parent.childNodes];
  let start = 0;
  while (start < old.length && start < nodes.length && old[start].isEqualNode(nodes[start])) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < nodes.length - start &&
    old[old.length - 1 - end].isEqualNode(nodes[nodes.length - 1 - end])
  )
    end += 1;
  const before = end ? old[old.length - end] : null;
  old.slice(start, old.length - end).forEach((node) => node.remove());
  nodes.slice(start, nodes.length - end).forEach((node) => parent.insertBefore(node, before));
}

/** Says `text` politely to screen readers. */
export function announce(text) {
  const region = $("#live");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}

/**
 * Arrow keys walk through the elements matching `selector` inside `root`; exactly one is in the Tab order.
 * `axis` is "y", "x" or "both". Works for children added later.
 */
export function roving(root, selector, axis = "y") {
  const steps = {
    ArrowDown: axis !== "x" && 1,
    ArrowUp: axis !== "x" && -1,
    ArrowRight: axis !== "y" && 1,
    ArrowLeft: axis !== "y" && -1,
  };
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const items = $$(selector, root).filter((item) => item.offsetParent !== null || item.getClientRects().length);
    const at = items.indexOf(event.target.closest(selector));
    if (at < 0) return;
    let next = null;
    if (steps[event.key]) next = items[at + steps[event.key]];
    else if (event.key === "Home" && event.target === items[at]) next = items[0];
    else if (event.key === "End" && event.target === items[at]) next = items.at(-1);
    else return;
    event.preventDefault();
    next?.focus();
  });
  root.addEventListener("focusin", (event) => {
    const item = event.target.closest(selector);
    if (!item || !root.contains(item)) return;
    $$(`${selector}[tabindex="0"]`, root).forEach((other) => {
      if (other !== item) other.tabIndex = -1;
    });
    if (item === event.target) item.tabIndex = 0;
  });
}

/** Puts the first roving item into the Tab order if none is. */
export function seedRoving(root, selector) {
  const items = $$(selector, root);
  if (items.length && !items.some((item) => item.tabIndex === 0))
    (items.find((i) => i.getAttribute("aria-current")) ?? items[0]).tabIndex = 0;
}

/** The URL if it is one we let a person follow or load, else null. Keeps `javascript:` and friends out. */
export function safeUrl(url, schemes = ["http:", "https:"]) {
  try {
    const parsed = new URL(url, location.origin);
    return schemes.includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Bytes in words, as file cards show them. */
export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = ["bytes", "KB", "MB", "GB"];
  let n = bytes;
  let unit = 0;
  while (n >= 1024 && unit < 3) {
    n /= 1024;
    unit += 1;
  }
  return `${unit ? n.toFixed(n < 10 ? 2 : 1) : n} ${units[unit]}`;
}
