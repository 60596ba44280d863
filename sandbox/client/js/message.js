/** Draws one message, and brings a drawn one up to date part by part, so that streamed edits never flicker. */
import { $, append, dots, h, icon, iconButton, morph } from "./dom.js";
import { attachmentNodes, stickerNode } from "./attachments.js";
import { componentNodes, maybeSpoiler } from "./components.js";
import { embedNodes } from "./embeds.js";
import { markdown } from "./markdown_nodes.js";
import { reactionNodes } from "./reactions.js";
import { avatarUrl, colorOf, isThread, nameOf, store } from "./store.js";
import { clock, fullTime, messageTime } from "./times.js";

export const EPHEMERAL = 64;
const LOADING = 128;
const V2 = 32768;
const REPLY = 19;
const SYSTEM = {
  1: "added someone to the group",
  6: "pinned a message to this channel.",
  7: "joined the server. Make yourself at home!",
  8: "boosted the server!",
  18: "started a thread:",
};

/** Who wrote it, as shown: webhooks by the name they used, people by the name they have here. */
export function authorName(message) {
  if (isVoice(message)) return message.author.username;
  return nameOf(store.users.get(message.author.id) ?? message.author, guildOf(message));
}

/** Sent through a webhook under a name of its own; answers to interactions carry the application's id there. */
const isVoice = (message) => Boolean(message.webhook_id) && message.webhook_id !== message.application_id;
const guildOf = (message) => message.guild_id ?? store.channels.get(message.channel_id)?.guild_id ?? null;
export const isSystem = (message) => message.type in SYSTEM;

/** The list item of a message. `grouped` leaves out picture and name. */
export function messageNode(message, grouped) {
  const node = h("li", {
    class: "message",
    tabIndex: -1,
    data: {
      messageId: message.id,
      channelId: message.channel_id,
      author: authorName(message),
      authorId: message.author.id,
    },
  });
  node.append(
    h("div", { class: "message-reference" }),
    h("div", { class: "message-gutter" }),
    h(
      "div",
      { class: "message-body" },
      h("div", { class: "message-head" }),
      h("div", { class: "message-content markup" }),
      h("div", { class: "message-attachments" }),
      h("div", { class: "message-embeds" }),
      h("div", { class: "message-components" }),
      h("div", { class: "interaction-failed", role: "alert", hidden: true }),
      h("div", { class: "message-reactions" }),
      h("div", { class: "message-thread" }),
      h("div", { class: "message-notice" }),
    ),
    toolbar(message),
  );
  node.parts = {};
  updateMessage(node, message, grouped);
  return node;
}

/** Redraws the parts of `node` that differ from what it shows. */
export function updateMessage(node, message, grouped) {
  const guildId = guildOf(message);
  const system = isSystem(message);
  node.classList.toggle("grouped", grouped && !system);
  node.classList.toggle("system", system);
  node.classList.toggle("ephemeral", Boolean(message.flags & EPHEMERAL));
  node.classList.toggle("mentions-me", mentionsMe(message));
  node.setAttribute(
    "aria-label",
    `${authorName(message)}, ${clock(new Date(message.timestamp))}${message.content ? `: ${message.content.slice(0, 200)}` : ""}`,
  );
  part(node, ".message-reference", () => reference(message), [
    message.referenced_message?.content,
    message.referenced_message === null,
    message.message_reference?.message_id,
    message.interaction_metadata?.id,
    grouped,
  ]);
  part(node, ".message-gutter", () => gutter(message, grouped), [message.author.avatar, grouped, message.type]);
  part(node, ".message-head", () => head(message, grouped), [
    authorName(message),
    grouped,
    colorOf(guildId, message.author.id),
  ]);
  part(node, ".message-content", () => content(message, guildId), [
    message.content,
    message.edited_timestamp,
    message.flags,
    message.type,
  ]);
  const stickers = message.sticker_items ?? [];
  part(
    node,
    ".message-attachments",
    () => [...attachmentNodes(loose(message), maybeSpoiler), ...stickers.map(stickerNode)],
    [loose(message), stickers],
  );
  part(node, ".message-embeds", () => (message.flags & 4 ? [] : embedNodes(message.embeds, guildId)), [
    message.embeds,
    message.flags & 4,
  ]);
  part(node, ".message-components", () => componentNodes(message.components, message), message.components);
  part(node, ".message-reactions", () => reactionNodes(message), message.reactions);
  const thread = threadOf(message);
  part(node, ".message-thread", () => threadChip(thread), [thread?.id, thread?.name, thread?.message_count]);
  part(node, ".message-notice", () => notice(message), message.flags & EPHEMERAL);
}

/** The files that are not shown inside an embed or a component already. */
function loose(message) {
  if (message.flags & V2 || !message.attachments?.length) return [];
  const used = message.embeds?.length ? JSON.stringify(message.embeds) : "";
  return message.attachments.filter((a) => !used.includes(JSON.stringify(a.url).slice(1, -1)));
}

function part(node, selector, make, signature) {
  const key = JSON.stringify(signature ?? null);
  if (node.parts[selector] === key) return;
  node.parts[selector] = key;
  morph($(`:scope > ${selector}, :scope > .message-body > ${selector}`, node), [
    ...append(document.createDocumentFragment(), make()).childNodes,
  ]);
}

function mentionsMe(message) {
  const me = store.me?.id;
  if (!me || message.author.id === me) return false;
  const mine = store.members.get(guildOf(message))?.get(me)?.roles ?? [];
  return Boolean(
    message.mention_everyone ||
    message.mentions?.some((u) => u.id === me) ||
    message.mention_roles?.some((r) => mine.includes(r)),
  );
}

function gutter(message, grouped) {
  if (isSystem(message)) return [icon(message.type === 18 ? "thread" : message.type === 6 ? "pin" : "right", 18)];
  const when = new Date(message.timestamp);
  if (grouped)
    return [h("time", { class: "gutter-time", datetime: message.timestamp, title: fullTime(when) }, clock(when))];
  const src = avatarUrl(message.webhook_id ? message.author : (store.users.get(message.author.id) ?? message.author));
  return [
    h("img", {
      class: "avatar",
      src,
      alt: "",
      data: { userId: message.author.id, webhook: isVoice(message) ? "1" : null },
      loading: "lazy",
    }),
  ];
}

function head(message, grouped) {
  if (grouped || isSystem(message)) return [];
  const when = new Date(message.timestamp);
  const color = message.webhook_id ? null : colorOf(guildOf(message), message.author.id);
  return [
    h(
      "button",
      {
        type: "button",
        class: "author",
        vars: { "--role": color },
        data: { userId: message.author.id, webhook: isVoice(message) ? "1" : null },
      },
      authorName(message),
    ),
    (message.author.bot || message.webhook_id) && h("span", { class: "badge" }, "APP"),
    h("time", { class: "message-time", datetime: message.timestamp, title: fullTime(when) }, messageTime(when)),
  ];
}

function content(message, guildId) {
  if (isSystem(message)) return systemLine(message);
  if (message.flags & LOADING) {
    return [h("span", { class: "thinking" }, dots(), ` ${authorName(message)} is thinking…`)];
  }
  if (message.flags & V2 || !message.content)
    return message.local ? [h("span", { class: "local-error" }, icon("alert", 16), ` ${message.localText}`)] : [];
  const nodes = markdown(message.content, { guildId });
  if (message.edited_timestamp)
    nodes.push(h("span", { class: "edited", title: fullTime(new Date(message.edited_timestamp)) }, " (edited)"));
  return nodes;
}

function systemLine(message) {
  const who = h(
    "button",
    { type: "button", class: "author", data: { userId: message.author.id } },
    authorName(message),
  );
  const thread = message.type === 18 && store.channels.get(message.message_reference?.channel_id ?? message.id);
  return [
    who,
    ` ${SYSTEM[message.type]} `,
    message.type === 18 &&
      (thread
        ? h("button", { type: "button", class: "inline-link", data: { channelLink: thread.id } }, thread.name)
        : message.content),
    h("time", { class: "message-time", datetime: message.timestamp }, ` ${messageTime(new Date(message.timestamp))}`),
  ].filter(Boolean);
}

/** The line above a message: the command it answers, or the message it replies to. */
function reference(message) {
  const meta = message.interaction_metadata;
  const spine = h("span", { class: "spine", "aria-hidden": "true" });
  if (meta?.user && message.type !== 0 && message.type !== REPLY) return [spine, ...invocation(message, meta)];
  if (message.type !== REPLY || !message.message_reference) return [];
  const original = message.referenced_message;
  if (!original)
    return [spine, h("em", {}, original === null ? "The original message was deleted" : "An earlier message")];
  const name = authorName(original);
  const at = message.mentions?.some((u) => u.id === original.author.id) ? "@" : "";
  const props = {
    type: "button",
    class: "reference-link",
    "aria-label": `Replying to ${name}`,
    data: { jump: original.id },
  };
  return [
    spine,
    h("img", { class: "tiny-avatar", src: avatarUrl(original.author, 20), alt: "" }),
    h(
      "button",
      props,
      h("strong", {}, at, name),
      h("span", { class: "preview" }, previewOf(original, guildOf(message))),
    ),
  ];
}

function invocation(message, meta) {
  const name = message.interaction?.name ?? meta.name ?? "";
  const who = nameOf(store.users.get(meta.user.id) ?? meta.user, guildOf(message));
  const command = h("span", { class: "command-name" }, `${message.type === 20 ? "/" : ""}${name}`);
  return [
    h("img", { class: "tiny-avatar", src: avatarUrl(meta.user, 20), alt: "" }),
    h("span", {}, who, " used ", command),
  ];
}

function previewOf(original, guildId) {
  if (original.content) return markdown(original.content.split("\n")[0].slice(0, 160), { guildId, inline: true });
  return h("em", {}, original.attachments?.length ? "Click to see the attachment" : "Click to see the message");
}

/** The thread that hangs on a message, as it is now; what the message itself carries of it grows old. */
function threadOf(message) {
  // The message that begins a post of a forum stands inside it already.
  if (message.id === message.channel_id) return null;
  const thread = store.channels.get(message.thread?.id ?? message.id) ?? message.thread;
  return isThread(thread) ? thread : null;
}

function threadChip(thread) {
  if (!thread) return [];
  const count = thread.message_count ?? 0;
  return [
    h(
      "button",
      { type: "button", class: "thread-chip", data: { channelLink: thread.id } },
      icon("thread", 18),
      h("span", { class: "thread-name" }, thread.name),
      h("span", { class: "thread-count" }, `${count} message${count === 1 ? "" : "s"} ›`),
    ),
  ];
}

function notice(message) {
  if (!(message.flags & EPHEMERAL)) return [];
  return [
    icon("eye", 16),
    h("span", {}, "Only you can see this • "),
    h("button", { type: "button", class: "inline-link", data: { action: "dismiss" } }, "Dismiss message"),
  ];
}

function toolbar(message) {
  const button = (name, label, action) => iconButton(name, label, null, { data: { action } });
  const own = message.author.id === store.me?.id;
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message" },
    message.flags & EPHEMERAL || message.local
      ? null
      : [
          button("smile", "Add reaction", "react"),
          own && !isSystem(message) ? button("edit", "Edit", "edit") : button("reply", "Reply", "reply"),
        ],
    button("more", "More", "more"),
  );
}
