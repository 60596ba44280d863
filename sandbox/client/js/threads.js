/** Starting threads and finding them again. */
import { emit } from "./bus.js";
import { h } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { openChannel } from "./navigate.js";
import { can, P } from "./permissions.js";
import { openMenu } from "./popups.js";
import { ApiError, get, post } from "./rest.js";
import { store, threadsOf } from "./store.js";
import { complain } from "./toasts.js";

const NAME_LIMIT = 100;
const PUBLIC_THREAD = 11;
const PRIVATE_THREAD = 12;

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
  const hidden = !message && can(channel, P.CREATE_PRIVATE_THREADS) ? privateChoice() : null;
  const create = async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    try {
      if (!name) throw new ApiError(0, { message: "Give the thread a name." });
      const thread = await startThread(channel, message, name, hidden?.querySelector("input").checked);
      dialog.close();
      openChannel(thread.id);
    } catch (problem) {
      error.textContent = problem.message;
      input.focus();
    }
  };
  const cancel = h("button", { type: "button", class: "button secondary", onClick: () => dialog.close() }, "Cancel");
  const confirm = h("button", { type: "submit", class: "button primary" }, "Create thread");
  const label = h("label", { class: "field-label", for: "thread-name" }, "Thread name");
  const actions = h("footer", { class: "dialog-actions" }, cancel, confirm);
  const dialog = openDialog({
    title: "Create thread",
    body: h("form", { onSubmit: create }, label, input, hidden, error, actions),
  });
  input.focus();
  input.select();
}

function privateChoice() {
  const about = "Only those mentioned in it, and moderators, see it";
  return h(
    "label",
    { class: "tick-row thread-private" },
    h("input", { type: "checkbox" }),
    h("span", { class: "tick-text" }, h("span", {}, "Private thread"), h("small", {}, about)),
  );
}

async function startThread(channel, message, name, hidden) {
  const place = message ? `/channels/${channel.id}/messages/${message.id}` : `/channels/${channel.id}`;
  const kind = message ? {} : { type: hidden ? PRIVATE_THREAD : PUBLIC_THREAD };
  const thread = await post(`${place}/threads`, { name, auto_archive_duration: 1440, ...kind });
  store.channels.set(thread.id, { ...thread, ...store.channels.get(thread.id) });
  emit("structure");
  return thread;
}

/** The threads of a channel: open ones, then archived ones. */
export async function threadsMenu(channel, anchor) {
  const shut = ["threads/archived/public", "users/@me/threads/archived/private"];
  const lists = await Promise.all(shut.map((path) => get(`/channels/${channel.id}/${path}`))).catch((error) => {
    complain(error);
    return [];
  });
  const archived = lists.flatMap((list) => list.threads);
  const item = (thread) => ({
    label: thread.name,
    icon: thread.type === PRIVATE_THREAD ? "lock" : "thread",
    hint: thread.message_count === 1 ? "1 message" : `${thread.message_count ?? 0} messages`,
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
