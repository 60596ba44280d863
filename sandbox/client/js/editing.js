/** Changing a message of one's own in place. */
import { h } from "./dom.js";
import { replaceShortcodes } from "./emoji.js";
import { Completer } from "./mentions.js";
import { del, patch } from "./rest.js";
import { authorName } from "./message.js";
import { confirmDialog } from "./dialogs.js";
import { store } from "./store.js";
import { Suggest } from "./suggest.js";
import { complain } from "./toasts.js";

/** Turns the message's text into a field. Enter saves, Escape leaves it as it was. */
export function startEdit(message, node) {
  if (!node || node.querySelector(".edit-box")) return;
  const channel = store.channels.get(message.channel_id);
  const area = h("textarea", { class: "field edit-text", "aria-label": "Edit message", rows: 1 });
  const close = () => {
    box.remove();
    node.classList.remove("editing");
    document.querySelector(".composer-text")?.focus();
  };
  const finish = () => {
    close();
    return save(message, replaceShortcodes(completer.resolve(area.value.trim())));
  };
  const link = (text, onClick) => h("button", { type: "button", class: "inline-link", onClick }, text);
  const hint = h(
    "p",
    { class: "edit-hint" },
    "escape to ",
    link("cancel", close),
    " • enter to ",
    link("save", finish),
  );
  const box = h("div", { class: "edit-box" }, area, hint);
  const suggest = new Suggest(box);
  const completer = new Completer(area, suggest, () => grow());
  area.value = completer.unfold(message.content, channel?.guild_id);
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  };
  area.addEventListener("input", () => {
    grow();
    completer.offer(channel);
  });
  area.addEventListener("blur", () => suggest.hide());
  area.addEventListener("keydown", (event) => suggest.key(event) || editKeys(event, finish, close));
  node.querySelector(".message-content").after(box);
  node.classList.add("editing");
  grow();
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  node.scrollIntoView({ block: "nearest" });
}

function editKeys(event, finish, close) {
  if (event.isComposing) return;
  // The message list walks with arrows; here they belong to the text.
  if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") event.stopPropagation();
  const act = event.key === "Enter" && !event.shiftKey ? finish : event.key === "Escape" ? close : null;
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

async function save(message, content) {
  if (!content && !message.attachments?.length) await deleteMessage(message);
  else if (content !== message.content) {
    await patch(`/channels/${message.channel_id}/messages/${message.id}`, { content }).catch(complain);
  }
}

/** Deletes after asking. */
export async function deleteMessage(message) {
  const preview = h(
    "blockquote",
    { class: "delete-preview" },
    h("strong", {}, authorName(message)),
    " ",
    message.content?.slice(0, 300) ?? "",
  );
  if (
    !(await confirmDialog({ title: "Delete message", text: "Are you sure you want to delete this message?", preview }))
  )
    return;
  await del(`/channels/${message.channel_id}/messages/${message.id}`).catch(complain);
}
