/** A chosen slash command being filled in: a pill with its name and a field for each option. */
import { h, icon } from "./dom.js";
import { commandData } from "./commands.js";
import { createField } from "./command_fields.js";
import { COMMAND, InteractionFailed, interact } from "./interactions.js";
import { addLocal } from "./messages.js";
import { complain } from "./toasts.js";

export class CommandForm {
  /** `onClose(text)` is called when the form ends; `text` is what the composer should hold then. */
  constructor({ entry, suggest, channel, onClose }) {
    Object.assign(this, { entry, suggest, channel, onClose });
    this.fields = [];
    this.name = h(
      "button",
      {
        type: "button",
        class: "command-pill",
        "aria-label": `/${entry.name}: ${entry.description}`,
        onClick: () => this.submit(),
      },
      `/${entry.name}`,
    );
    this.name.addEventListener("focus", () =>
      suggest.show(this.name, [], {
        heading: [h("strong", {}, `/${entry.name}`), h("span", {}, entry.description), h("em", {}, "Enter to send")],
        sticky: true,
      }),
    );
    this.row = h("div", { class: "command-fields" });
    this.more = h("div", { class: "command-more" });
    this.error = h("div", { class: "command-error", role: "alert" });
    this.node = h(
      "div",
      { class: "command-form", role: "group", "aria-label": `Command /${entry.name}` },
      h("div", { class: "command-line" }, this.name, this.row, this.more),
      this.error,
    );
    this.node.addEventListener("keydown", (event) => this.onKey(event));
    entry.options.filter((o) => o.required).forEach((o) => this.add(o));
    this.drawMore();
  }

  /** Where the keyboard goes first. */
  firstField() {
    return this.fields.find((f) => f.empty())?.input ?? this.fields[0]?.input ?? this.name;
  }

  add(option) {
    const field = createField(option, { form: this, suggest: this.suggest, channel: this.channel });
    this.fields.push(field);
    this.row.append(field.node);
    this.drawMore();
    return field;
  }

  remove(field) {
    if (field.option.required) return;
    const at = this.fields.indexOf(field);
    this.fields.splice(at, 1);
    field.node.remove();
    this.suggest.hide();
    this.drawMore();
    (this.fields[at - 1]?.input ?? this.name).focus();
  }

  drawMore() {
    const left = this.entry.options.filter((o) => !this.fields.some((f) => f.option === o));
    this.more.replaceChildren(
      ...left.map((option) =>
        h(
          "button",
          {
            type: "button",
            class: "option-add",
            title: option.description,
            "aria-label": `Add option ${option.name}: ${option.description}`,
            onClick: () => this.add(option).input.focus(),
          },
          icon("plus", 14),
          option.name_localized ?? option.name,
        ),
      ),
    );
  }

  onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (this.suggest.open && this.suggest.items.length) this.suggest.hide();
      else {
        this.suggest.hide();
        this.onClose("");
      }
    } else if (event.key === "Backspace" && event.target === this.name) this.onClose(`/${this.entry.name}`);
    else if (event.key === "Enter" && event.target === this.name) {
      event.preventDefault();
      this.submit();
    }
  }

  /** The values so far, for the app's autocomplete; `focused` is the field being typed in. */
  draft(focused) {
    return this.fields
      .filter((f) => f === focused || !f.empty())
      .map((f) => {
        const { value } = f === focused ? { value: f.input.value } : f.read();
        return {
          type: f.option.type,
          name: f.option.name,
          value: value ?? "",
          ...(f === focused ? { focused: true } : {}),
        };
      });
  }

  dataFor(focused) {
    return commandData(this.entry, this.draft(focused));
  }

  fail(field, text) {
    this.error.replaceChildren(icon("alert", 16), document.createTextNode(` ${text}`));
    field?.input.setAttribute("aria-invalid", "true");
    field?.input.focus();
  }

  /** Checks every field and sends the command. */
  async submit() {
    this.error.replaceChildren();
    this.fields.forEach((f) => f.input.removeAttribute("aria-invalid"));
    const values = [];
    const files = [];
    for (const field of this.fields) {
      if (field.empty() && !field.option.required) continue;
      const { value, error, file } = field.read();
      if (error) {
        this.fail(field, error);
        return;
      }
      if (file) files.push(file);
      values.push({ type: field.option.type, name: field.option.name, value: file ? String(files.length - 1) : value });
    }
    const { entry, channel } = this;
    const data = commandData(entry, values);
    if (files.length) data.attachments = files.map((file, id) => ({ id: String(id), filename: file.name }));
    this.suggest.hide();
    this.onClose("");
    await send(entry, channel, data, files);
  }
}

/** Sends a command (slash, user or message menu) and says in the channel when the app does not answer. */
export async function send(entry, channel, data, files = []) {
  const { application } = entry;
  try {
    await interact({ type: COMMAND, applicationId: application.id, channelId: channel.id, data, files });
  } catch (error) {
    if (!(error instanceof InteractionFailed)) {
      complain(error);
      return;
    }
    const author = application.bot ?? { id: application.id, username: application.name, avatar: null, bot: true };
    addLocal(channel.id, { ...author, bot: true }, "The application did not respond");
  }
}
