/** Choosing stickers: the picker, and those that wait for the words they go with. */
import { $, h, icon, iconButton, roving } from "./dom.js";
import { openPopup } from "./popups.js";
import { currentChannel, store } from "./store.js";
import { toast } from "./toasts.js";

/** A message bears no more than this (docs: Create Message). */
const MOST = 3;

const urlOf = (sticker) => `/stickers/${sticker.id}.png`;

/** The stickers one can send in the open channel: those of its server. */
export function stickersHere() {
  return store.guilds.get(currentChannel()?.guild_id)?.stickers ?? [];
}

/** Opens the picker; `onPick(sticker)`. */
export function openStickerPicker(anchor, onPick, returnFocus) {
  const label = "Find a sticker";
  const search = h("input", { class: "field", type: "search", placeholder: label, "aria-label": label });
  const grid = h("div", { class: "sticker-grid", role: "group", "aria-label": "Stickers" });
  const box = h("div", { class: "sticker-picker", role: "dialog", "aria-label": "Sticker picker" }, search, grid);
  const close = openPopup(anchor, box, { side: "end", returnFocus });
  const pick = (sticker) => {
    close();
    onPick(sticker);
  };
  const draw = () => {
    const found = matching(search.value.trim().toLowerCase());
    grid.replaceChildren(...found.map((sticker, n) => cell(sticker, n === 0, pick)));
    if (!found.length) grid.append(h("p", { class: "options-empty" }, emptyWords()));
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const act = { Enter: "click", ArrowDown: "focus" }[event.key];
    if (!act) return;
    event.preventDefault();
    $(".sticker-cell", grid)?.[act]();
  });
  roving(grid, ".sticker-cell", "both");
  draw();
  search.focus({ preventScroll: true });
}

const emptyWords = () => (stickersHere().length ? "No sticker of this name" : "This server has no stickers");

function matching(words) {
  return stickersHere().filter((one) =>
    [one.name, one.tags, one.description].some((text) => text?.toLowerCase().includes(words)),
  );
}

function cell(sticker, first, pick) {
  const props = {
    type: "button",
    class: "sticker-cell",
    tabIndex: first ? 0 : -1,
    "aria-label": sticker.name,
    title: sticker.description ? `${sticker.name}: ${sticker.description}` : sticker.name,
    onClick: () => pick(sticker),
  };
  return h("button", props, h("img", { src: urlOf(sticker), alt: "", width: 96, height: 96 }));
}

/** Stickers that go with the message being written. */
export class StickerTray {
  constructor() {
    this.stickers = [];
    this.list = h("ul", { class: "uploads sticker-tray", "aria-label": "Stickers to send", hidden: true });
  }

  /** Adds one; a fourth is refused in words. */
  add(sticker) {
    if (this.stickers.length >= MOST) toast(`A message carries at most ${MOST} stickers.`, "error");
    else if (!this.stickers.includes(sticker)) this.stickers.push(sticker);
    this.draw();
  }

  /** Hands them over and forgets them. */
  take() {
    const { stickers } = this;
    this.set([]);
    return stickers;
  }

  set(stickers) {
    this.stickers = stickers;
    this.draw();
  }

  draw() {
    this.list.hidden = !this.stickers.length;
    this.list.replaceChildren(...this.stickers.map((sticker) => this.row(sticker)));
  }

  row(sticker) {
    const remove = () => this.set(this.stickers.filter((other) => other !== sticker));
    return h(
      "li",
      { class: "upload" },
      h("img", { src: urlOf(sticker), alt: "" }),
      h("span", { class: "upload-name" }, icon("sticker", 14), sticker.name),
      iconButton("trash", `Remove ${sticker.name}`, remove, { class: "danger" }),
    );
  }
}
