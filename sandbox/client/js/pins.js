/** The pinned messages of a place. */
import { authorName } from "./message.js";
import { markdown } from "./markdown_nodes.js";
import { goToMessage } from "./messages.js";
import { openMenu } from "./popups.js";
import { get } from "./rest.js";
import { avatarUrl } from "./store.js";
import { complain } from "./toasts.js";

const PREVIEW = 120;

/** Lists them beside `anchor`; choosing one shows it where it stands. */
export async function pinsMenu(channel, anchor) {
  let items = [];
  try {
    ({ items } = await get(`/channels/${channel.id}/messages/pins`));
  } catch (error) {
    complain(error);
    return;
  }
  const rows = items.map(({ message }) => ({
    label: authorName(message),
    hint: preview(message, channel),
    image: avatarUrl(message.author, 40),
    onSelect: () => goToMessage(channel.id, message.id),
  }));
  const heading = { heading: rows.length ? "Pinned messages" : "Nothing is pinned here yet" };
  openMenu(anchor, [heading, ...rows], { label: "Pinned messages", side: "end" });
}

function preview(message, channel) {
  const text = message.content.replaceAll("\n", " ").slice(0, PREVIEW);
  if (!text) return message.attachments?.length ? "An attachment" : "A message";
  return markdown(text, { guildId: channel.guild_id, inline: true })
    .map((node) => node.textContent)
    .join("");
}
