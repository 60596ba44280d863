/** Reactions under a message. */
import { h, icon } from "./dom.js";
import { emojiNode } from "./markdown_nodes.js";
import { del, put } from "./rest.js";
import { complain } from "./toasts.js";

/** How Discord writes an emoji in a URL. */
export function emojiKey(emoji) {
  return encodeURIComponent(emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name);
}

/** Adds our reaction, or takes it back. The picture follows when the gateway says so. */
export async function toggleReaction(message, emoji, mine) {
  const path = `/channels/${message.channel_id}/messages/${message.id}/reactions/${emojiKey(emoji)}/@me`;
  try {
    await (mine ? del(path) : put(path));
  } catch (error) {
    complain(error);
  }
}

export function reactionNodes(message) {
  if (!message.reactions?.length) return [];
  return [
    ...message.reactions.map((r) =>
      h(
        "button",
        {
          type: "button",
          class: ["reaction", r.me && "mine"],
          "aria-pressed": String(Boolean(r.me)),
          "aria-label": `${r.emoji.name}, ${r.count} reaction${r.count === 1 ? "" : "s"}${r.me ? ", yours among them" : ""}`,
          onClick: () => toggleReaction(message, r.emoji, r.me),
        },
        emojiNode(r.emoji),
        h("span", { class: "reaction-count" }, String(r.count)),
      ),
    ),
    h(
      "button",
      { type: "button", class: "reaction add", "aria-label": "Add another reaction", data: { action: "react" } },
      icon("smile", 18),
    ),
  ];
}
