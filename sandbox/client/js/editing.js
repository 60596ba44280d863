/** Changing a message of one's own in place. */
import { h } from "./dom.js";
import { del, patch } from "./rest.js";
import { authorName } from "./message.js";
import { confirmDialog } from "./dialogs.js";
import { complain } from "./toasts.js";

/** Turns the message's text into a field. Enter saves, Escape leaves it as it was. */
export function startEdit(message, node) {
  if (!node || node.querySelector(".edit-box")) return;
  const area = h("textarea", {
    class: "field edit-text",
    "aria-label": "Edit message",
    rows: 1,
    value: message.content,
  });
  const close = () => {
    box.remove();
    node.classList.remove("editing");
    document.querySelector(".composer-text")?.focus();
  };
  const save = async () => {
    const content = area.value.trim();
    close();
    if (!content && !message.attachments?.length) {
      await deleteMessage(message);
      return;
    }
    if (content === message.content) return;
    await patch(`/channels/${message.channel_id}/messages/${message.id}`, { content }).catch(complain);
  };
  const box = h(
    "div",
    { class: "edit-box" },
    area,
    h(
      "p",
      { class: "edit-hint" },
      "escape to ",
      h("button", { type: "button", class: "inline-link", onClick: close }, "cancel"),
      " • enter to ",
      h("button", { type: "button", class: "inline-link", onClick: save }, "save"),
    ),
  );
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  };
  area.addEventListener("input", grow);
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") event.stopPropagation();
  });
  node.querySelector(".message-content").after(box);
  node.classList.add("editing");
  grow();
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  node.scrollIntoView({ block: "nearest" });
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
