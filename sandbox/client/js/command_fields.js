/** One option of a command: typed text, a number, a choice, a person, a place, a file. */
import { on } from "./bus.js";
import { h, icon } from "./dom.js";
import { AUTOCOMPLETE, interact, newNonce } from "./interactions.js";
import { channelChoices, roleChoices, userChoices } from "./selects.js";

const T = {
  STRING: 3,
  INTEGER: 4,
  BOOLEAN: 5,
  USER: 6,
  CHANNEL: 7,
  ROLE: 8,
  MENTIONABLE: 9,
  NUMBER: 10,
  ATTACHMENT: 11,
};
const WAIT_MS = 140;
const SHOWN = 25;

/** Makes the field of `option`: `{option, node, input, empty(), read() → {value} | {error} | {file}}`. */
export function createField(option, ctx) {
  return option.type === T.ATTACHMENT ? fileField(option, ctx) : textField(option, ctx);
}

const titleOf = (option) => option.name_localized ?? option.name;

/** The fixed list of an option, or null when anything may be typed. */
function listOf(option, channel) {
  if (option.choices?.length) return option.choices.map((c) => ({ value: c.value, label: c.name_localized ?? c.name }));
  if (option.type === T.BOOLEAN)
    return [
      { value: true, label: "True" },
      { value: false, label: "False" },
    ];
  if (option.type === T.USER) return userChoices(channel);
  if (option.type === T.ROLE) return roleChoices(channel);
  if (option.type === T.CHANNEL) return channelChoices(channel, option.channel_types);
  if (option.type === T.MENTIONABLE) return [...userChoices(channel), ...roleChoices(channel)];
  return null;
}

function textField(option, { form, suggest, channel }) {
  const input = textInput(option);
  const node = optionNode("label", option, input);
  const fixed = listOf(option, channel);
  const field = { option, node, input, fixed, picked: null, empty: () => !input.value.trim(), read: () => read(field) };
  const show = (items, empty) =>
    suggest.show(input, items.slice(0, SHOWN), {
      heading: headingOf(option),
      sticky: true,
      label: `Choices for ${titleOf(option)}`,
      onPick: (item) => choose(field, item, { form, suggest }),
      empty,
    });
  const refresh = () => {
    if (fixed) show(matching(fixed, field.picked?.label === input.value ? "" : input.value), "Nothing matches");
    else if (option.autocomplete) ask(field, form, show);
    else show([]);
  };
  input.addEventListener("focus", refresh);
  input.addEventListener("input", () => {
    field.picked = null;
    input.removeAttribute("aria-invalid");
    form.error.replaceChildren();
    fit(input);
    refresh();
  });
  input.addEventListener("keydown", (event) => keys(event, field, { form, suggest }));
  return field;
}

function textInput(option) {
  const numeric = { [T.INTEGER]: "numeric", [T.NUMBER]: "decimal" };
  return h("input", {
    class: "command-input",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    size: 8,
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-label": titleOf(option),
    "aria-required": String(Boolean(option.required)),
    "aria-description": option.description,
    inputmode: numeric[option.type],
    data: { option: option.name },
  });
}

function optionNode(tag, option, ...parts) {
  const name = h("span", { class: "option-name" }, titleOf(option));
  return h(tag, { class: ["command-option", option.required && "required"] }, name, parts);
}

function headingOf(option) {
  return [
    h("strong", {}, titleOf(option)),
    h("span", {}, option.description ?? ""),
    h("em", {}, option.required ? "required" : "optional"),
  ];
}

/** Takes a choice and goes on to the next required option that is still empty. */
function choose(field, item, { form, suggest }) {
  field.picked = item;
  field.input.value = item.label;
  fit(field.input);
  const next = form.fields.find((f) => f.option.required && f.empty());
  if (next) next.input.focus();
  else suggest.show(field.input, [], { heading: headingOf(field.option), sticky: true });
}

function keys(event, field, { form, suggest }) {
  const { input, picked } = field;
  const settled = picked && picked.label === input.value;
  const free = !field.fixed && (!input.value || settled);
  if (
    event.key === "Enter" &&
    !event.isComposing &&
    (settled || !suggest.items.length || (free && !suggest.items.length))
  ) {
    event.preventDefault();
    form.submit();
  } else if (event.key === "Tab" && (settled || event.shiftKey || !input.value)) {
    suggest.hide();
  } else if (event.key === "Backspace" && !input.value) {
    event.preventDefault();
    if (field.option.required) {
      if (form.fields[0] === field) form.onClose(`/${form.entry.name}`);
    } else form.remove(field);
  } else suggest.key(event);
}

function fit(input) {
  input.size = Math.min(60, Math.max(8, input.value.length + 1));
}

function matching(list, text) {
  const q = text.trim().replace(/^[@#]/, "").toLowerCase();
  return list.filter((o) => `${o.label} ${o.description ?? ""}`.toLowerCase().includes(q));
}

/** Asks the app for choices, a moment after the last letter; only the answer to the latest question counts. */
function ask(field, form, show) {
  clearTimeout(field.timer);
  field.timer = setTimeout(async () => {
    field.nonce = newNonce();
    field.answer?.();
    field.answer = on("autocomplete", ({ nonce, choices }) => {
      if (nonce !== field.nonce || !field.input.isConnected || document.activeElement !== field.input) return;
      field.answer();
      if (field.picked && field.picked.label === field.input.value) return;
      show(
        choices.map((c) => ({ value: c.value, label: c.name_localized ?? c.name })),
        "No suggestion",
      );
    });
    const { entry, channel } = form;
    try {
      await interact({
        type: AUTOCOMPLETE,
        applicationId: entry.application.id,
        channelId: channel.id,
        data: form.dataFor(field),
        nonce: field.nonce,
      });
    } catch {
      show([], "Loading options failed");
    }
  }, WAIT_MS);
}

/** The value as the API wants it, or what is wrong with it in a sentence naming the option. */
function read(field) {
  const { option, input, picked, fixed } = field;
  const name = titleOf(option);
  const text = input.value.trim();
  if (!text) return { error: `${name}: this option is required. Fill it in.` };
  if (picked && picked.label === input.value) return { value: picked.value };
  if (fixed) {
    const exact = fixed.filter((o) => o.label.toLowerCase() === text.replace(/^[@#]/, "").toLowerCase());
    return exact.length ? { value: exact[0].value } : { error: `${name}: choose one from the list.` };
  }
  if (option.type === T.INTEGER || option.type === T.NUMBER) return readNumber(option, name, text);
  const length = [...text].length;
  if (option.min_length && length < option.min_length)
    return { error: `${name}: at least ${option.min_length} characters, this has ${length}.` };
  if (length > (option.max_length ?? 6000))
    return { error: `${name}: at most ${option.max_length ?? 6000} characters, this has ${length}.` };
  return { value: text };
}

function readNumber(option, name, text) {
  const value = Number(text.replace(",", "."));
  if (!Number.isFinite(value) || (option.type === T.INTEGER && !Number.isSafeInteger(value)))
    return { error: `${name}: enter ${option.type === T.INTEGER ? "a whole number" : "a number"}.` };
  if (option.min_value != null && value < option.min_value) return { error: `${name}: at least ${option.min_value}.` };
  if (option.max_value != null && value > option.max_value) return { error: `${name}: at most ${option.max_value}.` };
  return { value };
}

function fileField(option, { form, suggest }) {
  let file = null;
  const chooser = h("input", {
    type: "file",
    class: "visually-hidden",
    tabIndex: -1,
    "aria-label": `Choose a file for ${titleOf(option)}`,
    data: { option: option.name },
  });
  const props = {
    type: "button",
    class: "command-input command-file",
    "aria-label": `${titleOf(option)}: choose a file`,
  };
  const input = h("button", props, icon("upload", 16), h("span", {}, "Choose a file"));
  const read = () => (file ? { file } : { error: `${titleOf(option)}: choose a file.` });
  const field = { option, node: optionNode("span", option, input, chooser), input, empty: () => !file, read };
  input.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    [file] = chooser.files;
    input.lastChild.textContent = file?.name ?? "Choose a file";
    input.focus();
  });
  input.addEventListener("focus", () => suggest.show(input, [], { heading: headingOf(option), sticky: true }));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Backspace") form.remove(field);
    if (event.key !== "Enter" || !file) return;
    event.preventDefault();
    form.submit();
  });
  return field;
}
