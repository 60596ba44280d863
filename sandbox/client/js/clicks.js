/** What clicks, right clicks, long presses and keys on messages and names do; one listener each for the whole page. */
import { $, h } from "./dom.js";
import { commandsFor } from "./commands.js";
import { beginCommand, focusComposer } from "./composer.js";
import { reveal } from "./markdown_nodes.js";
import { profileCard } from "./members.js";
import { messageAction, messageKey, messageMenu, userMenu } from "./menus.js";
import { goToMessage, jumpTo } from "./messages.js";
import { openChannel, step } from "./navigate.js";
import { toggleDrawer } from "./sidebar.js";
import { findMessage, store } from "./store.js";
import { openSwitcher } from "./switcher.js";
import { complain } from "./toasts.js";

const LONG_PRESS_MS = 500;
/** A finger that moves farther is scrolling. */
const SLIP_PX = 12;

/** Starts listening. */
export function mountClicks() {
  document.addEventListener("click", onClick);
  document.addEventListener("contextmenu", onContextMenu);
  document.addEventListener("keydown", onKey);
  longPress();
}

function messageAt(node) {
  const item = node.closest?.(".message");
  return item ? findMessage(item.dataset.channelId, item.dataset.messageId) : null;
}

function onClick(event) {
  for (const [selector, act] of CLICKS) {
    const node = event.target.closest?.(selector);
    if (node) {
      act(node, event);
      return;
    }
  }
}

const CLICKS = [
  [
    "[data-spoiler]:not(.revealed)",
    (node, event) => {
      event.preventDefault();
      reveal(node);
    },
  ],
  [
    "[data-action]",
    (node) => {
      const m = messageAt(node);
      if (m) messageAction(node.dataset.action, m, node);
    },
  ],
  ["[data-jump]", (node) => jumpTo(node.dataset.jump)],
  [
    "[data-channel-link]",
    ({ dataset }) =>
      dataset.messageLink ? goToMessage(dataset.channelLink, dataset.messageLink) : openChannel(dataset.channelLink),
  ],
  ["[data-command]", (node) => startCommand(node.dataset.command)],
  ["[data-copy]", (node) => copyCode(node)],
  ["[data-user-more]", (node) => userMenu(node.dataset.userMore, node)],
  ["[data-user-id]:not([data-webhook])", (node) => profileCard(node.dataset.userId, node)],
];

async function startCommand(name) {
  const entries = await commandsFor(store.channelId).catch((error) => {
    complain(error);
    return [];
  });
  const entry = entries.find((e) => e.name === name);
  if (entry) beginCommand(entry);
}

async function copyCode(node) {
  const text = node.parentElement.querySelector("code").textContent;
  await navigator.clipboard
    .writeText(text)
    .then(() => {
      node.textContent = "Copied";
      setTimeout(() => {
        node.textContent = "Copy";
      }, 1500);
    })
    .catch(() => {});
}

/** Opens the menu for what is under `target`; true if there is one. */
function menuFor(target, at) {
  const person = target.closest?.("[data-user-id]:not([data-webhook])");
  if (person) {
    userMenu(person.dataset.userId, at);
    return true;
  }
  const message = messageAt(target);
  if (!message) return false;
  messageMenu(message, at);
  return true;
}

function onContextMenu(event) {
  clearTimeout(press.timer);
  // Some browsers also report a long press as a right click; its menu is open already.
  if (Date.now() - press.openedAt < 1000) {
    event.preventDefault();
    return;
  }
  if (event.target.closest("input, textarea, a[href]") || getSelection()?.toString()) return;
  const keyboard = event.clientX === 0 && event.clientY === 0;
  const at = keyboard ? event.target : { x: event.clientX, y: event.clientY };
  if (menuFor(event.target, at)) event.preventDefault();
}

const press = { timer: null, openedAt: 0, x: 0, y: 0 };

function longPress() {
  document.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || event.target.closest?.(".popup, dialog, input, textarea")) return;
    Object.assign(press, { x: event.clientX, y: event.clientY });
    press.timer = setTimeout(() => {
      if (menuFor(event.target, { x: press.x, y: press.y })) press.openedAt = Date.now();
    }, LONG_PRESS_MS);
  });
  document.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLIP_PX) clearTimeout(press.timer);
  });
  for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => clearTimeout(press.timer));
  // Lifting the finger afterwards is not a click on what lies under it.
  document.addEventListener(
    "click",
    (event) => {
      if (Date.now() - press.openedAt > 700 || event.target.closest?.(".popup")) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !$("dialog[open]")) {
    event.preventDefault();
    openSwitcher();
    return;
  }
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    step(event.key === "ArrowUp" ? -1 : 1, event.shiftKey);
    return;
  }
  const spoiler = event.target.closest?.("[data-spoiler]:not(.revealed)");
  if (spoiler && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    reveal(spoiler);
    return;
  }
  if (event.key === "Escape" && !$("dialog[open]")) {
    if (document.body.classList.contains("drawer-open")) toggleDrawer(false);
    else if (event.target.closest?.(".message")) focusComposer();
  }
  if (event.target.classList?.contains("message")) messageKeys(event);
}

/** With a message focused, Enter opens its menu and the keys of the menu's rows work without it. */
function messageKeys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const message = messageAt(event.target);
  if (!message) return;
  const more = event.target.querySelector('[data-action="more"]') ?? event.target;
  if (event.key === "Enter") messageAction("more", message, more);
  else if (!messageKey(event.key, message)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** A link that lets keyboards go past the lists. */
export function skipLink() {
  return h(
    "a",
    {
      class: "skip-link",
      href: "#messages",
      onClick: (event) => {
        event.preventDefault();
        focusComposer();
      },
    },
    "Skip to the message field",
  );
}
