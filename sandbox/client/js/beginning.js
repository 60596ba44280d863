/** What stands above the first message of a place. */
import { h, icon } from "./dom.js";
import { authorName } from "./message.js";
import { markdown } from "./markdown_nodes.js";
import { avatarUrl, channelTitle, isDm, isForum, isGroup, isThread, messagesOf, recipients, store } from "./store.js";
import { tagChips } from "./tags.js";

/** Changes whenever `beginning` would look different. */
export const startKey = (channel) =>
  JSON.stringify([channelTitle(channel), channel.topic, channel.applied_tags, starterOf(channel)?.content]);

/** The place's mark, its name, and a line about it: one list item. */
export function beginning(channel) {
  const forum = isThread(channel) && store.channels.get(channel.parent_id);
  if (isForum(forum)) return postStart(forum, channel);
  const title = channelTitle(channel);
  const starter = starterOf(channel);
  return h(
    "li",
    { class: "beginning" },
    mark(channel),
    h("h2", {}, isDm(channel) || isThread(channel) ? title : `Welcome to #${title}`),
    h("p", {}, about(channel, title)),
    starter &&
      h(
        "blockquote",
        { class: "starter" },
        h("strong", {}, authorName(starter)),
        h("div", { class: "markup" }, markdown(starter.content, { guildId: channel.guild_id })),
      ),
  );
}

function mark(channel) {
  const others = isDm(channel) ? recipients(channel) : [];
  if (others.length === 1) return h("img", { class: "beginning-face", src: avatarUrl(others[0], 160), alt: "" });
  const name = isThread(channel) ? "thread" : isDm(channel) ? "people" : "hash";
  return h("span", { class: "beginning-icon" }, icon(name, 36));
}

function about(channel, title) {
  if (isGroup(channel)) return `Welcome to the beginning of the ${title} group.`;
  if (isDm(channel)) return `This is the beginning of your messages with ${title}.`;
  if (isThread(channel)) return "This is the start of the thread.";
  return `This is the start of #${title}. ${channel.topic ?? ""}`;
}

/** The message a thread was made of, as far as it is known. */
function starterOf(channel) {
  return isThread(channel) ? messagesOf(channel.parent_id).list.find((m) => m.id === channel.id) : null;
}

function postStart(forum, post) {
  return h("li", { class: "beginning of-post" }, h("h2", {}, post.name), tagChips(forum, post.applied_tags));
}
