/** Where one writes: text, files, replies, completions, and the way into slash commands. */
import { on } from "./bus.js";
import { $, dots, h, icon, iconButton } from "./dom.js";
import { CommandForm } from "./command_form.js";
import { commandsFor, commandItems } from "./commands.js";
import { openEmojiPicker, replaceShortcodes } from "./emoji.js";
import { startEdit } from "./editing.js";
import { Completer } from "./mentions.js";
import { lastOwn, nodeOf } from "./messages.js";
import { newNonce } from "./interactions.js";
import { can, canSend, P } from "./permissions.js";
import { openMenu } from "./popups.js";
import { ReplyBar } from "./reply_bar.js";
import { post } from "./rest.js";
import { openStickerPicker, StickerTray } from "./stickers.js";
import { channelTitle, currentChannel, isDm, isGroup, isThread, nameOf, store } from "./store.js";
import { Suggest } from "./suggest.js";
import { newThreadDialog } from "./threads.js";
import { complain, toast } from "./toasts.js";
import { acceptDrops, Uploads } from "./uploads.js";

const LIMIT = 2000;
const TYPING_EVERY_MS = 8000;
const ui = {};
const drafts = new Map();
let typedAt = 0;
/** The last call that says we are typing: a message sent meanwhile must not overtake it. */
let typing = null;
let form = null;

/** Builds the composer inside `root`; files may be dropped on `zone`. */
export function mountComposer(root, zone) {
  ui.uploads = new Uploads();
  ui.area = h("textarea", {
    class: "composer-text",
    rows: 1,
    maxlength: "6000",
    spellcheck: "true",
    autocomplete: "off",
    "aria-autocomplete": "list",
  });
  ui.count = h("span", { class: "composer-count", "aria-live": "polite" });
  ui.reply = new ReplyBar(() => {
    setReply(null);
    ui.area.focus();
  });
  ui.tray = new StickerTray();
  ui.notice = h("p", { class: "composer-notice", hidden: true });
  ui.slot = h("div", { class: "command-slot" });
  ui.plus = iconButton("plus", "Add files and more", () => plusMenu(), {
    class: "composer-plus",
    "aria-haspopup": "menu",
  });
  ui.emoji = iconButton("smile", "Emoji", () => openEmojiPicker(ui.emoji, (_, text) => insert(text), ui.area), {
    class: "composer-emoji",
  });
  ui.sticker = iconButton("sticker", "Sticker", () => openStickerPicker(ui.sticker, stick, ui.area), {
    class: "composer-emoji",
  });
  ui.send = iconButton("send", "Send message", () => submit(), { class: "composer-send" });
  ui.box = h("div", { class: "composer-box" }, ui.plus, ui.area, ui.slot, ui.count, ui.sticker, ui.emoji, ui.send);
  ui.typing = h("div", { class: "typing", role: "status", "aria-live": "polite" });
  const above = [ui.reply.node, ui.uploads.list, ui.tray.list];
  const frame = h("div", { class: "composer-frame" }, above, ui.box, ui.notice, ui.uploads.input);
  ui.suggest = new Suggest(frame);
  ui.completer = new Completer(ui.area, ui.suggest, onInput);
  ui.slow = h("span", { class: "slow-mode", hidden: true });
  root.append(frame, h("div", { class: "composer-foot" }, ui.typing, ui.slow));
  listen(frame, zone);
}

function listen(frame, zone) {
  ui.area.addEventListener("input", onInput);
  ui.area.addEventListener("keydown", onKey);
  ui.area.addEventListener("blur", () =>
    setTimeout(() => {
      if (!form && !frame.contains(document.activeElement)) ui.suggest.hide();
    }, 150),
  );
  ui.area.addEventListener("paste", onPaste);
  acceptDrops(zone, (files) => {
    if (currentChannel()) ui.uploads.add(files);
  });
  on("typing", drawTyping);
  on("compose:insert", ({ shown, token }) => {
    ui.completer.tokens.set(shown, token);
    insert(shown);
  });
  on("structure", () => {
    if (currentChannel()) settle();
  });
  setInterval(() => drawTyping(store.channelId), 2000);
  document.addEventListener("keydown", catchTyping);
}

/** Points the composer at the open channel, bringing back what was being written there. */
export function openComposer() {
  endCommand();
  setReply(null);
  ui.tray.set([]);
  ui.area.value = drafts.get(store.channelId) ?? "";
  ui.suggest.hide();
  settle();
  grow();
  drawTyping(store.channelId);
}

/** Puts the keyboard into the composer. */
export function focusComposer() {
  (form?.firstField() ?? ui.area).focus();
}

function settle() {
  const channel = currentChannel();
  const title = channelTitle(channel);
  const sign = isGroup(channel) ? "" : isDm(channel) ? "@" : "#";
  const name = isThread(channel) ? `“${title}”` : `${sign}${title}`;
  const allowed = canSend(channel) && !channel.thread_metadata?.locked;
  ui.area.placeholder = `Message ${name}`;
  ui.area.setAttribute("aria-label", `Message ${name}`);
  const wait = channel.rate_limit_per_user;
  ui.slow.hidden = !wait || !allowed;
  ui.slow.replaceChildren(icon("clock", 14), `Slow mode: ${wait} s`);
  ui.box.hidden = !allowed;
  ui.sticker.hidden = !channel.guild_id;
  ui.notice.hidden = allowed;
  ui.notice.textContent = channel.thread_metadata?.locked
    ? "This thread is locked."
    : "You do not have permission to send messages in this channel.";
}

function plusMenu() {
  const channel = currentChannel();
  openMenu(
    ui.plus,
    [
      {
        label: "Upload a file",
        icon: "upload",
        disabled: !can(channel, P.ATTACH_FILES),
        onSelect: () => ui.uploads.choose(),
      },
      channel.guild_id &&
        !channel.thread_metadata && {
          label: "Create thread",
          icon: "thread",
          disabled: !can(channel, P.CREATE_PUBLIC_THREADS),
          onSelect: () => newThreadDialog(channel, null),
        },
      {
        label: "Use apps",
        icon: "apps",
        onSelect: () => {
          ui.area.value = "/";
          ui.area.focus();
          onInput();
        },
      },
    ],
    { label: "Add", side: "above", returnFocus: ui.area },
  );
}

function insert(text) {
  const { selectionStart: from, selectionEnd: to, value } = ui.area;
  const space = text.endsWith(" ") || !text ? "" : " ";
  ui.area.value = value.slice(0, from) + text + space + value.slice(to);
  ui.area.focus();
  ui.area.setSelectionRange(from + text.length + space.length, from + text.length + space.length);
  onInput();
}

function grow() {
  ui.area.style.height = "auto";
  ui.area.style.height = `${Math.min(ui.area.scrollHeight, innerHeight * 0.45)}px`;
  const left = LIMIT - [...ui.area.value].length;
  ui.count.textContent = left < 200 ? String(left) : "";
  ui.count.classList.toggle("over", left < 0);
}

function onInput() {
  drafts.set(store.channelId, ui.area.value);
  grow();
  const { value } = ui.area;
  if (value.trim() && !value.startsWith("/") && Date.now() - typedAt > TYPING_EVERY_MS) {
    typedAt = Date.now();
    typing = post(`/channels/${store.channelId}/typing`).catch(() => {});
  }
  complete();
}

async function complete() {
  const { value } = ui.area;
  if (/^\/[^\n]*$/.test(value)) {
    await suggestCommands(value.slice(1));
    return;
  }
  ui.completer.offer(currentChannel());
}

async function suggestCommands(query) {
  const channelId = store.channelId;
  let found;
  try {
    found = await commandsFor(channelId);
  } catch (error) {
    complain(error);
    return;
  }
  if (channelId !== store.channelId || ui.area.value.slice(1) !== query || form) return;
  const items = commandItems(found, query);
  ui.suggest.show(ui.area, items, {
    label: "Commands",
    empty: items.length ? null : "No command of this name",
    onPick: (item) => beginCommand(item.entry),
  });
}

/** Starts filling in a command: its options take the place of the text. */
export function beginCommand(entry) {
  ui.suggest.hide();
  endCommand();
  ui.area.value = "";
  drafts.delete(store.channelId);
  ui.area.hidden = true;
  ui.box.classList.add("in-command");
  form = new CommandForm({
    entry,
    suggest: ui.suggest,
    channel: currentChannel(),
    onClose: (text) => {
      endCommand();
      ui.area.value = text ?? "";
      ui.area.focus();
      onInput();
    },
  });
  ui.slot.append(form.node);
  form.firstField().focus();
}

function endCommand() {
  form?.node.remove();
  form = null;
  ui.area.hidden = false;
  ui.box.classList.remove("in-command");
}

function onKey(event) {
  if (ui.suggest.key(event) || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && !ui.area.value) {
    const own = lastOwn();
    if (own) {
      event.preventDefault();
      startEdit(own, nodeOf(own.id));
    }
  } else if (event.key === "Escape" && ui.reply.message) {
    event.preventDefault();
    setReply(null);
  }
}

function onPaste(event) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  ui.uploads.add(files);
}

async function submit() {
  if (form) {
    form.submit();
    return;
  }
  const text = replaceShortcodes(ui.completer.resolve(ui.area.value.trim()));
  const length = [...text].length;
  if (!text && !ui.uploads.files.length && !ui.tray.stickers.length) return;
  if (length > LIMIT) {
    toast(`A message holds at most ${LIMIT} characters; this one has ${length}.`, "error");
    return;
  }
  const kept = { text: ui.area.value, reply: ui.reply.message, channelId: store.channelId };
  const files = ui.uploads.take();
  kept.stickers = ui.tray.take();
  const body = messageBody(text, files, kept.stickers);
  ui.area.value = "";
  drafts.delete(kept.channelId);
  typedAt = 0;
  setReply(null);
  ui.suggest.hide();
  grow();
  try {
    await typing;
    await post(`/channels/${kept.channelId}/messages`, body, files);
  } catch (error) {
    complain(error);
    giveBack(kept, files);
  }
}

function messageBody(content, files, stickers) {
  const body = { content, nonce: newNonce(), ...ui.reply.body(store.channelId) };
  if (files.length) body.attachments = files.map((file, id) => ({ id, filename: file.name }));
  if (stickers.length) body.sticker_ids = stickers.map((sticker) => sticker.id);
  return body;
}

/** A sticker goes at once; with something written already it goes with that. */
function stick(sticker) {
  ui.tray.add(sticker);
  if (!ui.area.value.trim() && !ui.uploads.files.length) submit();
}

/** What could not be sent goes back where it was, unless something else is being written there already. */
function giveBack(kept, files) {
  ui.uploads.restore(files);
  if (ui.area.value || kept.channelId !== store.channelId) return;
  ui.area.value = kept.text;
  ui.tray.set(kept.stickers);
  setReply(kept.reply);
  grow();
}

/** Answers `message` with the next one sent; null stops that. */
export function setReply(message) {
  ui.reply.set(message);
  if (message) ui.area.focus();
}

function drawTyping(channelId) {
  if (channelId !== store.channelId) return;
  const now = Date.now();
  const names = [...(store.typing.get(channelId) ?? [])]
    .filter(([, until]) => until > now)
    .map(([id]) => nameOf(store.users.get(id), currentChannel()?.guild_id));
  const text =
    names.length > 3
      ? "Several people are typing…"
      : names.length
        ? `${new Intl.ListFormat("en").format(names)} ${names.length > 1 ? "are" : "is"} typing…`
        : "";
  if (ui.typing.dataset.text === text) return;
  ui.typing.dataset.text = text;
  ui.typing.replaceChildren(...(text ? [dots(), h("span", {}, text)] : []));
}

/** Typing a letter anywhere, with nothing else focused, goes into the composer. */
function catchTyping(event) {
  const free = event.target === document.body || event.target.closest?.(".message, #messages");
  if (
    !free ||
    event.target.closest("button, input, textarea") ||
    event.key.length !== 1 ||
    event.key === " " ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    $("dialog[open]")
  )
    return;
  if (ui.area.offsetParent) ui.area.focus();
}
