/** Draws markdown trees as DOM nodes. */
import { append, h, safeUrl } from "./dom.js";
import { parse, parseInline, onlyEmoji } from "./markdown.js";
import { emojiUrl, isThread, nameOf, roleColor, store } from "./store.js";
import { duration, formatStamp, fullTime } from "./times.js";

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strike: "s" };

/** The text as nodes. `guildId` decides names and roles; `inline` keeps to one line. */
export function markdown(text, { guildId = null, inline = false } = {}) {
  const tree = inline ? parseInline(text ?? "") : parse(text ?? "");
  const nodes = draw(tree, { guildId });
  if (!inline && onlyEmoji(tree)) return [h("span", { class: "jumbo" }, nodes)];
  return nodes;
}

function draw(tree, ctx) {
  return tree.map((node) => drawOne(node, ctx)).flat();
}

function drawOne(node, ctx) {
  if (SIMPLE[node.type]) return h(SIMPLE[node.type], {}, draw(node.children, ctx));
  return (DRAW[node.type] ?? ((n) => document.createTextNode(n.text ?? "")))(node, ctx);
}

const DRAW = {
  text: (n) => document.createTextNode(n.text),
  unicode: (n) => h("span", { class: "emoji-text" }, n.text),
  code: (n) => h("code", { class: "inline-code" }, n.text),
  fence: (n) => fence(n),
  heading: (n, ctx) => h(`h${n.level + 2}`, { class: `md-h${n.level}` }, draw(n.children, ctx)),
  subtext: (n, ctx) => h("small", { class: "md-subtext" }, draw(n.children, ctx)),
  quote: (n, ctx) => h("blockquote", {}, draw(n.children, ctx)),
  list: (n, ctx) =>
    h(
      n.ordered ? "ol" : "ul",
      n.ordered ? { start: n.start } : {},
      n.items.map((item) => h("li", {}, draw(item, ctx))),
    ),
  link: (n, ctx) => link(n, ctx),
  spoiler: (n, ctx) => spoiler(draw(n.children, ctx)),
  user: (n, ctx) => userMention(n.id, ctx.guildId),
  role: (n, ctx) => roleMention(n.id, ctx.guildId),
  channel: (n) => channelMention(n.id),
  command: (n) =>
    h("button", { type: "button", class: "mention", data: { command: n.name, commandId: n.id } }, `/${n.name}`),
  everyone: (n) => h("span", { class: "mention" }, `@${n.name}`),
  emoji: (n) => customEmoji(n),
  time: (n) => time(n),
};

function fence(node) {
  return h(
    "pre",
    { class: "code-block", data: { language: node.language || null } },
    node.language && h("span", { class: "code-language" }, node.language),
    h("button", { type: "button", class: "code-copy", data: { copy: "code" }, "aria-label": "Copy code" }, "Copy"),
    h("code", {}, node.text),
  );
}

function link(node, ctx) {
  const url = safeUrl(node.url);
  const children = draw(node.children, ctx);
  if (!url) return children;
  const own = ownLink(url);
  if (own && !node.masked) return channelMention(own.channelId, own.messageId);
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer nofollow", title: node.masked ? url : null },
    children,
  );
}

/** Links to channels and messages, whether made by discord.py (its site's address) or by us, open here. */
function ownLink(url) {
  const { pathname, host } = new URL(url);
  if (host !== location.host && !/(^|\.)discord\.com$/.test(host)) return null;
  const m = /^\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?$/.exec(pathname);
  return m && store.channels.has(m[1]) ? { channelId: m[1], messageId: m[2] } : null;
}

function spoiler(children) {
  return h(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabIndex: 0,
      "aria-label": "Spoiler, hidden",
      "aria-expanded": "false",
      data: { spoiler: "1" },
    },
    h("span", { class: "spoiler-text", "aria-hidden": "true" }, children),
  );
}

/** Shows what a spoiler hides. */
export function reveal(node) {
  node.classList.add("revealed");
  node.setAttribute("aria-expanded", "true");
  node.removeAttribute("aria-label");
  node.removeAttribute("role");
  node.querySelector(".spoiler-text")?.removeAttribute("aria-hidden");
}

function userMention(id, guildId) {
  const user = store.users.get(id);
  return h(
    "button",
    { type: "button", class: ["mention", id === store.me?.id && "mention-me"], data: { userId: id } },
    user ? `@${nameOf(user, guildId)}` : `<@${id}>`,
  );
}

function roleMention(id, guildId) {
  const role = store.guilds.get(guildId)?.roles?.find((r) => r.id === id);
  if (!role) return h("span", { class: "mention" }, "@unknown-role");
  return h("span", { class: "mention role-mention", vars: { "--role": roleColor(role) } }, `@${role.name}`);
}

function channelMention(id, messageId) {
  const channel = store.channels.get(id);
  if (!channel) return h("span", { class: "mention" }, "#unknown");
  return h(
    "button",
    { type: "button", class: "mention", data: { channelLink: id, messageLink: messageId } },
    isThread(channel) ? "⤷ " : "#",
    channel.name ?? "direct message",
    messageId ? " › message" : null,
  );
}

/** A custom emoji as an image whose name is its text. */
export function customEmoji(emoji, size = 48) {
  return h("img", {
    class: "emoji",
    src: emojiUrl(emoji, size),
    alt: `:${emoji.name}:`,
    title: `:${emoji.name}:`,
    draggable: "false",
    loading: "lazy",
  });
}

/** Either kind of emoji, as components and reactions carry them. */
export function emojiNode(emoji) {
  return emoji.id ? customEmoji(emoji) : h("span", { class: "emoji-text" }, emoji.name);
}

function time(node) {
  const date = new Date(node.seconds * 1000);
  if (Number.isNaN(date.getTime())) return document.createTextNode("Invalid date");
  const text = node.style === "R" ? duration(date) : formatStamp(date, node.style);
  return h(
    "time",
    {
      class: "stamp",
      datetime: date.toISOString(),
      title: fullTime(date),
      data: { relative: node.style === "R" ? String(node.seconds) : null },
    },
    text,
  );
}

/** Markdown put into an element in one go. */
export function markdownInto(element, text, options) {
  return append(element, markdown(text, options));
}
