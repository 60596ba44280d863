/** Modals that apps open: every component type a modal may hold, checked here before it is sent. */
import { on } from "./bus.js";
import { append, dots, h, icon } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { contextOf, InteractionFailed, interact, MODAL } from "./interactions.js";
import { markdownInto } from "./markdown_nodes.js";
import { modalField } from "./modal_fields.js";
import { avatarUrl, store } from "./store.js";

const LABEL = 18;
const ROW = 1;
const TEXT_DISPLAY = 10;

/** Opens a dialog for every modal an app sends us. */
export function mountModals() {
  on("interaction:modal", openModal);
}

function openModal(modal) {
  const context = contextOf(modal.nonce) ?? {
    applicationId: modal.application?.id,
    channelId: modal.channel_id ?? store.channelId,
  };
  const channel = store.channels.get(context.channelId);
  const bot = store.users.get(context.applicationId);
  const rows = modal.components.map((c) => drawRow(c, channel));
  const failure = h("p", { class: "modal-failure", role: "alert" });
  const cancel = h("button", { type: "button", class: "button secondary", onClick: () => dialog.close() }, "Cancel");
  const submit = h("button", { type: "submit", class: "button primary" }, h("span", {}, "Submit"), dots());
  const fields = rows.map((r) => r.node);
  const actions = h("footer", { class: "dialog-actions" }, cancel, submit);
  const form = h("form", { class: "modal-form", novalidate: true }, fields, failure, actions);
  const image = avatarUrl(bot ?? { id: context.applicationId ?? "0" }, 40);
  const dialog = openDialog({ title: modal.title, body: form, className: "modal", image });
  const app = modal.application?.name ?? bot?.username ?? "the app";
  const note = `This form will be submitted to ${app}. Do not share passwords or other sensitive information.`;
  dialog.append(h("p", { class: "modal-note" }, note));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failure.replaceChildren();
    if (validate(rows) && submit.getAttribute("aria-busy") !== "true") {
      hand(submit, failure, () => send(modal, context, rows).then(() => dialog.close()));
    }
  });
  (form.querySelector("input:not([type=file]), textarea, .select, button") ?? submit).focus();
}

/** Sends while the button looks busy; what goes wrong is said in `failure`, and what was typed stays. */
async function hand(submit, failure, sending) {
  submit.setAttribute("aria-busy", "true");
  try {
    await sending();
  } catch (error) {
    const text = error instanceof InteractionFailed ? "Something went wrong. Try again." : error.message;
    append(failure, icon("alert", 16), ` ${text}`);
  } finally {
    submit.removeAttribute("aria-busy");
  }
}

/** One top-level component: `{node, fields, data(files)}`. */
function drawRow(component, channel) {
  if (component.type === TEXT_DISPLAY) {
    return {
      node: markdownInto(h("div", { class: "text-display markup" }), component.content, { guildId: channel?.guild_id }),
      fields: [],
      data: () => ({ type: TEXT_DISPLAY, id: component.id }),
    };
  }
  const inner = component.type === ROW ? component.components : [component.component];
  const fields = inner.map((c) =>
    modalField(c, { label: component.label ?? c.label, description: component.description, channel }),
  );
  const node = h(
    "div",
    { class: "modal-row" },
    fields.map((f) => f.node),
  );
  const data = (files) =>
    component.type === LABEL
      ? { type: LABEL, id: component.id, component: fields[0].data(files) }
      : { type: ROW, id: component.id, components: fields.map((f) => f.data(files)) };
  return { node, fields, data };
}

/** Marks what is missing; the keyboard goes to the first of them. */
function validate(rows) {
  let first = null;
  for (const field of rows.flatMap((r) => r.fields)) {
    const wrong = field.problem();
    field.complain(wrong);
    if (wrong && !first) first = field;
  }
  first?.focus();
  return !first;
}

async function send(modal, context, rows) {
  const files = [];
  const components = rows.map((r) => r.data(files));
  const data = { id: modal.id, custom_id: modal.custom_id, components };
  if (files.length) data.attachments = files.map((file, id) => ({ id: String(id), filename: file.name }));
  await interact({
    type: MODAL,
    applicationId: context.applicationId ?? modal.application?.id,
    channelId: context.channelId,
    messageId: context.messageId,
    data,
    files,
  });
}
