/** Context menus of messages and people, with the commands apps add to them. */
import { commandsFor } from "./commands.js";
import { send } from "./command_form.js";
import { focusComposer, setReply } from "./composer.js";
import { sameEmoji } from "./dispatch.js";
import { deleteMessage, startEdit } from "./editing.js";
import { openEmojiPicker } from "./emoji.js";
import { emit } from "./bus.js";
import { EPHEMERAL, isSystem } from "./message.js";
import { nodeOf } from "./messages.js";
import { openDm } from "./navigate.js";
import { can, P } from "./permissions.js";
import { openMenu } from "./popups.js";
import { toggleReaction } from "./reactions.js";
import { put, del } from "./rest.js";
import { currentChannel, dropMessage, isDm, isThread, nameOf, store } from "./store.js";
import { newThreadDialog } from "./threads.js";
import { complain, toast } from "./toasts.js";

const USER_MENU = 2;
const MESSAGE_MENU = 3;

/** Runs a named action of a message; `anchor` is what was pressed. */
export function messageAction(action, message, anchor) {
  ACTIONS[action]?.(message, anchor);
}

const ACTIONS = {
  react: (m, anchor) =>
    openEmojiPicker(anchor, (emoji) =>
      toggleReaction(
        m,
        emoji,
        m.reactions?.some((r) => r.me && sameEmoji(r.emoji, emoji)),
      ),
    ),
  reply: (m) => setReply(m),
  edit: (m) => startEdit(m, nodeOf(m.id)),
  dismiss: (m) => {
    dropMessage(m.channel_id, m.id);
    emit("message", { kind: "delete", message: m });
    focusComposer();
  },
  more: (m, anchor) => messageMenu(m, anchor),
};

/** The menu of a message, at an element or a point. */
export async function messageMenu(message, anchor) {
  const channel = currentChannel();
  if (message.local) {
    openMenu(anchor, [{ label: "Dismiss message", icon: "close", onSelect: () => ACTIONS.dismiss(message) }]);
    return;
  }
  const apps = await appItems(MESSAGE_MENU, channel, message.id);
  openMenu(anchor, [...messageItems(message, channel, anchor), ...apps], { label: "Message actions", side: "end" });
}

/** What a key does to a focused message, as the menu's row with that key would; false when there is none. */
export function messageKey(key, message) {
  if (message.local) return false;
  const pressed = key === "Backspace" ? "Delete" : key;
  const rows = messageItems(message, currentChannel(), nodeOf(message.id));
  const row = rows.find((one) => one && one.key === pressed && !one.disabled);
  row?.onSelect();
  return Boolean(row);
}

function messageItems(message, channel, anchor) {
  const hidden = Boolean(message.flags & EPHEMERAL);
  const own = message.author.id === store.me?.id && !message.webhook_id;
  const dismiss = { label: "Dismiss message", icon: "close", key: "Delete", onSelect: () => ACTIONS.dismiss(message) };
  const edit = { label: "Edit message", icon: "edit", key: "e", onSelect: () => ACTIONS.edit(message) };
  const text = { label: "Copy text", icon: "copy", key: "c", onSelect: () => copy(message.content, "Text copied") };
  return [
    ...(hidden ? [] : answerItems(message, channel, anchor)),
    own && !isSystem(message) && edit,
    message.content && text,
    ...(hidden ? [] : [linkItem(message, channel)]),
    { label: "Copy message ID", icon: "copy", onSelect: () => copy(message.id, "ID copied") },
    ...(hidden ? [dismiss] : keeperItems(message, channel, own)),
  ];
}

/** React, reply, make a thread of it. */
function answerItems(message, channel, anchor) {
  const at = anchor instanceof Element ? anchor : nodeOf(message.id);
  const mayReact = can(channel, P.ADD_REACTIONS);
  const mayThread = can(channel, P.CREATE_PUBLIC_THREADS);
  const threadable = !isDm(channel) && !isThread(channel) && !store.channels.has(message.id);
  const thread = () => newThreadDialog(channel, message);
  return [
    { label: "Add reaction", icon: "smile", key: "+", disabled: !mayReact, onSelect: () => ACTIONS.react(message, at) },
    { label: "Reply", icon: "reply", key: "r", onSelect: () => setReply(message) },
    threadable && { label: "Create thread", icon: "thread", key: "t", disabled: !mayThread, onSelect: thread },
  ];
}

function linkItem(message, channel) {
  const url = `${location.origin}/channels/${channel.guild_id ?? "@me"}/${channel.id}/${message.id}`;
  return { label: "Copy message link", icon: "link", onSelect: () => copy(url, "Link copied") };
}

/** What the author or whoever keeps order may do. */
function keeperItems(message, channel, own) {
  const keeps = !isDm(channel) && can(channel, P.MANAGE_MESSAGES);
  const pins = isDm(channel) || keeps || can(channel, P.PIN_MESSAGES);
  const label = message.pinned ? "Unpin message" : "Pin message";
  const remove = () => deleteMessage(message);
  return [
    pins && { label, icon: "pin", key: "p", onSelect: () => pin(message) },
    (own || keeps) && { label: "Delete message", icon: "trash", key: "Delete", danger: true, onSelect: remove },
  ];
}

async function pin(message) {
  const path = `/channels/${message.channel_id}/messages/pins/${message.id}`;
  await (message.pinned ? del(path) : put(path))
    .then(() => toast(message.pinned ? "Unpinned" : "Pinned"))
    .catch(complain);
}

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast("This browser did not allow copying.", "error");
  }
}

/** The menu of a person, at an element or a point. */
export async function userMenu(userId, anchor) {
  const channel = currentChannel();
  const apps = channel ? await appItems(USER_MENU, channel, userId) : [];
  const me = userId === store.me?.id;
  openMenu(
    anchor,
    [
      channel && {
        label: "Mention",
        icon: "at",
        onSelect: () =>
          emit("compose:insert", {
            shown: `@${nameOf(store.users.get(userId), channel.guild_id)}`,
            token: `<@${userId}>`,
          }),
      },
      !me && { label: "Message", icon: "mail", onSelect: () => openDm(userId) },
      { label: "Copy user ID", icon: "copy", onSelect: () => copy(userId, "ID copied") },
      ...apps,
    ],
    { label: "User actions" },
  );
}

/** Menu rows of the commands apps offer for this kind of target. */
async function appItems(type, channel, targetId) {
  let entries = [];
  try {
    entries = await commandsFor(channel.id, type);
  } catch (error) {
    complain(error);
  }
  if (!entries.length) return [];
  const run = (entry) =>
    send(entry, channel, {
      id: entry.command.id,
      version: entry.command.version,
      name: entry.command.name,
      type,
      target_id: targetId,
    });
  return [
    "-",
    { heading: "Apps" },
    ...entries.map((entry) => ({
      label: entry.name,
      icon: "apps",
      hint: entry.application.name,
      onSelect: () => run(entry),
    })),
  ];
}
