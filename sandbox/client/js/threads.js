/** Starting threads and finding them again. */
import { emit } from "./bus.js";
import { h } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { openChannel } from "./navigate.js";
import { can, P } from "./permissions.js";
import { openMenu } from "./popups.js";
import { get, post } from "./rest.js";
import { store, threadsOf } from "./store.js";
import { complain } from "./toasts.js";

const NAME_LIMIT = 100;
const PUBLIC_THREAD = 11;

/** Asks for a name and starts a thread: from `message`, or on its own when that is null. */
export function newThreadDialog(channel, message) {
  const input = h("input", {
    class: "field",
    id: "thread-name",
    type: "text",
    maxlength: NAME_LIMIT,
    placeholder: "New thread",
    autocomplete: "off",
    value: message?.content?.split("\n")[0].slice(0, 40) ?? "",
  });
  const error = h("p", { class: "field-error", role: "alert" });
  const create = async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!name) {
      error.textContent = "Give the thread a name.";
      input.focus();
      return;
    }
    const path = message ? `/channels/${channel.id}/messages/${message.id}/threads` : `/channels/${channel.id}/threads`;
    try {
      const thread = await post(path, {
        name,
        auto_archive_duration: 1440,
        ...(message ? {} : { type: PUBLIC_THREAD }),
      });
      store.channels.set(thread.id, { ...thread, ...store.channels.get(thread.id) });
      dialog.close();
      emit("structure");
      openChannel(thread.id);
    } catch (problem) {
      error.textContent = problem.message;
    }
  };
  const form = h(
    "form",
    { onSubmit: create },
    h("label", { class: "field-label", for: "thread-name" }, "Thread name"),
    input,
    error,
    h(
      "footer",
      { class: "dialog-actions" },
      h("button", { type: "button", class: "button secondary", onClick: () => dialog.close() }, "Cancel"),
      h("button", { type: "submit", class: "button primary" }, "Create thread"),
    ),
  );
  const dialog = openDialog({ title: "Create thread", body: form });
  input.focus();
  input.select();
}

/** The threads of a channel: open ones, then archived ones. */
export async function threadsMenu(channel, anchor) {
  let archived = [];
  try {
    archived = (await get(`/channels/${channel.id}/threads/archived/public`)).threads ?? [];
  } catch (error) {
    complain(error);
  }
  const item = (thread) => ({
    label: thread.name,
    icon: "thread",
    hint: `${thread.message_count ?? 0} messages`,
    onSelect: () => {
      store.channels.set(thread.id, { ...store.channels.get(thread.id), ...thread });
      openChannel(thread.id);
    },
  });
  const active = threadsOf(channel.id);
  openMenu(
    anchor,
    [
      {
        label: "Create thread",
        icon: "plus",
        disabled: !can(channel, P.CREATE_PUBLIC_THREADS),
        onSelect: () => newThreadDialog(channel, null),
      },
      active.length && { heading: "Open" },
      ...active.map(item),
      archived.length && { heading: "Closed" },
      ...archived.map(item),
      !active.length && !archived.length && { heading: "No threads yet" },
    ],
    { label: "Threads", side: "end" },
  );
}
