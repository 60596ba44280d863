/** The message list of the open channel: order, day lines, paging, staying where the reader is. */
import { beginning, startKey } from "./beginning.js";
import { emit, on } from "./bus.js";
import { $, $$, announce, h, icon, roving } from "./dom.js";
import { markSeen } from "./dispatch.js";
import { loadPage } from "./history.js";
import { authorName, EPHEMERAL, isSystem, messageNode, updateMessage } from "./message.js";
import { openChannel } from "./navigate.js";
import { channelTitle, compareIds, currentChannel, messagesOf, store } from "./store.js";
import { dayTitle, isNewDay } from "./times.js";
import { complain } from "./toasts.js";

const GROUP_MS = 7 * 60_000;
const STICK_PX = 80;
const EARLIER_PX = 400;

const view = { scroller: null, log: null, list: null, nodes: new Map(), stuck: true, newFrom: null, below: 0 };

/** Builds the list inside `root` and starts following the store. */
export function mountMessages(root) {
  view.list = h("ol", { class: "message-list" });
  // New messages are announced one by one (`announce`), so that streamed edits are not read out again and again.
  view.log = h(
    "div",
    { class: "scroller-inner", role: "log", "aria-label": "Messages", "aria-live": "off" },
    view.list,
  );
  view.scroller = h("div", { class: "scroller", id: "messages", tabIndex: -1 }, view.log);
  root.append(view.scroller, newBar(), presentBar());
  roving(view.list, ".message");
  view.scroller.addEventListener("scroll", onScroll, { passive: true });
  new ResizeObserver(() => {
    if (view.stuck) toBottom();
  }).observe(view.list);
  new ResizeObserver(() => {
    if (view.stuck) toBottom();
  }).observe(view.scroller);
  on("message", onMessage);
  on("channel", () => syncThreads());
  addEventListener("focus", () => {
    if (view.stuck) seen();
  });
}

/** Shows a channel: what is known at once, the rest when it arrives. */
export async function showChannel(channelId) {
  view.nodes.clear();
  view.newFrom = null;
  view.stuck = true;
  view.below = 0;
  store.scrolledUp = false;
  view.list.replaceChildren();
  const messages = messagesOf(channelId);
  view.log.setAttribute("aria-label", `Messages in ${channelTitle(currentChannel())}`);
  if (!messages.loaded) {
    view.list.append(...skeleton());
    await loadPage(channelId);
  }
  if (channelId !== store.channelId) return;
  view.newFrom = firstUnread(channelId);
  sync();
  settleNewBar();
  toBottom();
  seen();
  const aim = view.aim;
  view.aim = null;
  if (aim) await jumpTo(aim);
}

/** The next channel shown is shown at this message. */
export function aimAt(messageId) {
  view.aim = messageId;
}

/** Shows a message, in whichever channel it is. */
export function goToMessage(channelId, messageId) {
  if (channelId === store.channelId) {
    jumpTo(messageId);
    return;
  }
  aimAt(messageId);
  openChannel(channelId, { focus: false });
}

/** Where reading stopped: the first message that came after it, by somebody else. */
function firstUnread(channelId) {
  const { since, after } = store.unread.get(channelId) ?? {};
  if (!after) return since ?? null;
  return (
    messagesOf(channelId).list.find((m) => compareIds(m.id, after) > 0 && m.author.id !== store.me?.id)?.id ?? null
  );
}

/** Fetches the open channel again, keeping what is on screen until it is there (after a fresh connection). */
export async function refreshChannel() {
  const { channelId } = store;
  if (!channelId) return;
  await loadPage(channelId);
  if (channelId === store.channelId) sync();
}

/** Makes the list show exactly the store's messages, moving no node that is already in place. */
export function sync() {
  const channel = currentChannel();
  if (!channel) return;
  const { list, atStart } = messagesOf(channel.id);
  const wanted = atStart ? [start(channel)] : [];
  let before = null;
  for (const message of list) {
    if (!before || isNewDay(before.timestamp, message.timestamp))
      wanted.push(
        divider(`day-${message.timestamp.slice(0, 10)}-${message.id}`, "day", dayTitle(new Date(message.timestamp))),
      );
    if (view.newFrom === message.id) wanted.push(divider("new", "new-line", "New"));
    wanted.push(itemFor(message, before));
    before = message;
  }
  const ids = new Set(list.map((m) => m.id));
  for (const id of view.nodes.keys()) if (/^\d+$/.test(id) && !ids.has(id)) view.nodes.delete(id);
  arrange(view.list, wanted);
  if (!$('.message[tabindex="0"]', view.list)) $$(".message", view.list).at(-1)?.setAttribute("tabindex", "0");
}

function arrange(parent, wanted) {
  let at = parent.firstChild;
  for (const node of wanted) {
    if (node === at) {
      at = at.nextSibling;
      continue;
    }
    parent.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function itemFor(message, before) {
  const grouped = belongsTo(message, before);
  let node = view.nodes.get(message.id);
  if (node) updateMessage(node, message, grouped);
  else {
    node = messageNode(message, grouped);
    view.nodes.set(message.id, node);
  }
  return node;
}

/** Consecutive messages of one voice share a heading: same author, same webhook name and face, within seven minutes. */
function belongsTo(message, before) {
  return (
    Boolean(before) &&
    before.author.id === message.author.id &&
    before.author.username === message.author.username &&
    before.author.avatar === message.author.avatar &&
    before.webhook_id === message.webhook_id &&
    !isSystem(before) &&
    !isSystem(message) &&
    message.type !== 19 &&
    message.type !== 20 &&
    message.type !== 23 &&
    !isNewDay(before.timestamp, message.timestamp) &&
    (before.flags & EPHEMERAL) === (message.flags & EPHEMERAL) &&
    view.newFrom !== message.id &&
    new Date(message.timestamp) - new Date(before.timestamp) < GROUP_MS
  );
}

function divider(key, className, text) {
  if (!view.nodes.has(key)) view.nodes.set(key, h("li", { class: className }, h("span", {}, text)));
  return view.nodes.get(key);
}

function start(channel) {
  const key = `start-${channel.id}-${startKey(channel)}`;
  if (!view.nodes.has(key)) view.nodes.set(key, beginning(channel));
  return view.nodes.get(key);
}

function skeleton() {
  return [5, 3, 7, 4, 6].map((n) =>
    h(
      "li",
      { class: "skeleton", "aria-hidden": "true" },
      h("span", { class: "bone round" }),
      h("span", { class: "bone", vars: { "--w": `${n * 11}%` } }),
    ),
  );
}

function onMessage({ kind, message }) {
  if (message.channel_id !== store.channelId) return;
  if (kind === "update" && view.nodes.has(message.id)) {
    const { list } = messagesOf(message.channel_id);
    const at = list.findIndex((m) => m.id === message.id);
    updateMessage(view.nodes.get(message.id), list[at], belongsTo(list[at], list[at - 1]));
    return;
  }
  const own = message.author?.id === store.me?.id || message.flags & EPHEMERAL;
  if (kind === "create" && !own && !view.stuck) {
    view.below += 1;
    showPresent();
  }
  if (kind === "create" && !own && !document.hasFocus() && !view.newFrom) view.newFrom = message.id;
  if (kind === "create" && message.author?.id === store.me?.id) view.newFrom = null;
  sync();
  if (kind === "create" && (own || view.stuck)) toBottom();
  if (kind === "create" && !own) announce(`${authorName(message)}: ${message.content?.slice(0, 300) ?? ""}`);
}

function syncThreads() {
  const channel = currentChannel();
  if (channel && messagesOf(channel.id).loaded) sync();
}

async function onScroll() {
  const { scrollTop, scrollHeight, clientHeight } = view.scroller;
  const gap = scrollHeight - scrollTop - clientHeight;
  const was = view.stuck;
  view.stuck = gap < STICK_PX;
  store.scrolledUp = !view.stuck;
  if (view.stuck && !was) {
    view.below = 0;
    seen();
  }
  showPresent(gap);
  if (scrollTop < EARLIER_PX) await earlier();
}

/** Loads the page before the first message without moving what the reader looks at. */
async function earlier() {
  const { channelId } = store;
  const messages = messagesOf(channelId);
  if (messages.arrivals || messages.atStart || !messages.list.length) return 0;
  const count = await loadPage(channelId, { before: messages.list.find((m) => !m.local).id });
  if (channelId !== store.channelId) return 0;
  const { scrollHeight, scrollTop } = view.scroller;
  // The browser's own anchoring would move a second time (and not every browser has it).
  view.scroller.classList.add("paging");
  sync();
  view.scroller.scrollTop = scrollTop + (view.scroller.scrollHeight - scrollHeight);
  requestAnimationFrame(() => view.scroller.classList.remove("paging"));
  return count;
}

/** Scrolls to a message and lights it up, loading earlier pages until it is found. */
export async function jumpTo(id) {
  for (let pages = 0; pages < 20 && !view.nodes.has(id); pages += 1) {
    if (!(await earlier())) break;
  }
  const node = view.nodes.get(id);
  if (!node) {
    complain(new Error("That message is not here any more."));
    return;
  }
  view.stuck = false;
  node.scrollIntoView({ block: "center" });
  node.classList.remove("lit");
  void node.offsetWidth;
  node.classList.add("lit");
  node.focus({ preventScroll: true });
}

/** Shows the newest messages. */
export function toBottom() {
  view.scroller.scrollTop = view.scroller.scrollHeight;
  view.stuck = true;
  view.below = 0;
  store.scrolledUp = false;
  showPresent();
}

function seen() {
  if (store.channelId && document.hasFocus()) markSeen(store.channelId);
}

function newBar() {
  return h(
    "div",
    { class: "new-bar", id: "new-bar", hidden: true },
    h(
      "button",
      {
        type: "button",
        class: "new-bar-jump",
        onClick: () => {
          if (view.newFrom) jumpTo(view.newFrom);
          $("#new-bar").hidden = true;
        },
      },
      "New messages",
    ),
    h(
      "button",
      {
        type: "button",
        class: "new-bar-read",
        onClick: () => {
          view.newFrom = null;
          $("#new-bar").hidden = true;
          sync();
          seen();
        },
      },
      "Mark as read",
    ),
  );
}

function settleNewBar() {
  const node = view.newFrom && view.nodes.get(view.newFrom);
  $("#new-bar").hidden = !node || view.scroller.scrollHeight - node.offsetTop < view.scroller.clientHeight;
}

function presentBar() {
  return h("button", {
    type: "button",
    class: "present-bar",
    id: "present-bar",
    hidden: true,
    onClick: () => {
      toBottom();
      seen();
      view.below = 0;
      showPresent();
    },
  });
}

function showPresent(gap = view.scroller.scrollHeight - view.scroller.scrollTop - view.scroller.clientHeight) {
  const bar = $("#present-bar");
  bar.hidden = gap < view.scroller.clientHeight * 0.6 && !view.below;
  bar.replaceChildren(
    view.below ? `${view.below} new message${view.below === 1 ? "" : "s"}` : "You're viewing older messages",
    h("span", {}, "Jump to present", icon("down", 16)),
  );
}

/** Our latest message here that can be edited. */
export function lastOwn() {
  const { list } = messagesOf(store.channelId);
  return list.findLast((m) => m.author.id === store.me?.id && !isSystem(m) && !m.webhook_id) ?? null;
}

export const nodeOf = (id) => view.nodes.get(id) ?? null;

/** Adds a message only this client knows, such as “The application did not respond”. */
export function addLocal(channelId, author, text) {
  const id = String((BigInt(Date.now()) - 1420070400000n) << 22n);
  const message = {
    id,
    channel_id: channelId,
    author,
    content: "",
    localText: text,
    local: true,
    flags: EPHEMERAL,
    type: 0,
    timestamp: new Date().toISOString(),
    attachments: [],
    embeds: [],
    components: [],
    mentions: [],
  };
  messagesOf(channelId).list.push(message);
  emit("message", { kind: "create", message });
}
