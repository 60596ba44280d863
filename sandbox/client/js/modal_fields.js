/** The fields inside modals. Each is `{node, data(files), problem(), complain(text), focus()}`. */
import { fileSize, h, icon, iconButton } from "./dom.js";
import { createSelect } from "./selects.js";

const PARAGRAPH = 2;
let serial = 0;

/** Makes the field for a component of a Label (or of an old action row). */
export function modalField(component, { label, description, channel }) {
  serial += 1;
  const id = `field-${serial}`;
  const named = { type: component.type, id: component.id, custom_id: component.custom_id };
  const make = MAKE[component.type];
  if (!make) return unknownField(component, named);
  const part = make(component, { id, label, channel });
  const required = isRequired(component);
  const error = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
  const node = frame(part, { id, label, description, required, error, customId: component.custom_id });
  const say = (text) => {
    error.replaceChildren(text ?? "");
    node.classList.toggle("invalid", Boolean(text));
  };
  const recheck = () => {
    if (error.textContent && !part.problem(required)) say(null);
  };
  for (const type of ["input", "change", "click"]) node.addEventListener(type, recheck);
  return {
    node,
    data: (files) => ({ ...named, ...part.data(files) }),
    problem: () => part.problem(required),
    complain: say,
    focus: () => (part.target ?? part.node).focus(),
  };
}

function unknownField(component, named) {
  const text = `This app sent a field (type ${component.type}) this client cannot show.`;
  return { node: h("p", {}, text), data: () => named, problem: () => null, complain: () => {}, focus: () => {} };
}

/** The field with its label, description and place for what is wrong, tied together for assistive technology. */
function frame(part, { id, label, description, required, error, customId }) {
  const titleId = `${id}-label`;
  const aboutId = `${id}-description`;
  const props = part.grouped ? { role: "group", "aria-labelledby": titleId } : {};
  const title = { class: "field-label", id: titleId, ...(part.grouped ? {} : { for: id }) };
  const target = part.target ?? part.node;
  target.setAttribute("aria-describedby", `${description ? `${aboutId} ` : ""}${error.id}`);
  return h(
    "div",
    { class: "modal-field", ...props, data: { customId } },
    label && h(part.grouped ? "span" : "label", title, label, required && star()),
    description && h("p", { class: "field-description", id: aboutId }, description),
    part.node,
    error,
  );
}

const star = () => h("span", { class: "required-star", title: "required" }, " *");
// Checkboxes alone are never required; everything else is unless it says otherwise.
const isRequired = (c) => c.type !== 23 && c.required !== false;

const MAKE = {
  4: text,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  19: upload,
  21: radios,
  22: checks,
  23: checkbox,
};

function text(component, { id }) {
  const long = component.style === PARAGRAPH;
  const most = component.max_length ?? 4000;
  const least = component.min_length ?? 0;
  const input = h(long ? "textarea" : "input", {
    class: "field",
    id,
    type: long ? null : "text",
    rows: long ? 5 : null,
    placeholder: component.placeholder,
    autocomplete: "off",
    value: component.value ?? "",
    data: { customId: component.custom_id },
  });
  const count = h("span", { class: "field-count", "aria-hidden": "true" });
  const tally = () => {
    const length = [...input.value].length;
    count.textContent = component.max_length || long || length > most * 0.8 ? `${length} / ${most}` : "";
    count.classList.toggle("near", length > most * 0.9);
  };
  input.addEventListener("input", tally);
  tally();
  return {
    node: h("div", { class: "text-field" }, input, count),
    target: input,
    data: () => ({ value: input.value }),
    problem: (required) => {
      const length = [...input.value].length;
      if (!length) return required ? "This field is required." : null;
      if (length < least) return `Write at least ${least} characters; this has ${length}.`;
      // Said, not cut off: a browser's maxlength would drop the end of what was pasted without a word.
      if (length > most) return `Write at most ${most} characters; this has ${length}.`;
      return null;
    },
  };
}

function select(component, { label, channel }) {
  const { node, values } = createSelect({ ...component, disabled: false }, { channel, label });
  const least = component.min_values ?? 1;
  return {
    node,
    target: node,
    grouped: true,
    data: () => ({ values: values() }),
    problem: (required) => {
      const count = values().length;
      if (!count) return required && least > 0 ? "Choose something here." : null;
      return count < least ? `Choose at least ${least}.` : null;
    },
  };
}

function upload(component, { id, label }) {
  const most = component.max_values ?? 1;
  const least = component.min_values ?? 1;
  let chosen = [];
  const data = { customId: component.custom_id };
  const props = { type: "file", id, class: "visually-hidden", multiple: most > 1, "aria-label": label, data };
  const input = h("input", props);
  const list = h("ul", { class: "file-list" });
  const draw = () => list.replaceChildren(...chosen.map((file) => fileRow(file, () => drop(file))));
  const drop = (file) => {
    chosen = chosen.filter((other) => other !== file);
    draw();
  };
  const take = (files) => {
    chosen = [...chosen, ...files].slice(-most);
    draw();
  };
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  const zone = dropZone(most, () => input.click(), take);
  const missing = `Choose ${least === 1 ? "a file" : `at least ${least} files`}.`;
  return {
    node: h("div", { class: "file-field" }, zone, input, list),
    target: zone,
    grouped: true,
    data: (files) => ({ values: chosen.map((file) => String(files.push(file) - 1)) }),
    problem: (required) => (required && chosen.length < least ? missing : null),
  };
}

function fileRow(file, onRemove) {
  const remove = iconButton("close", `Remove ${file.name}`, onRemove);
  return h("li", {}, icon("file", 18), h("span", {}, file.name), h("small", {}, fileSize(file.size)), remove);
}

function dropZone(most, onClick, take) {
  const text = h("span", {}, "Drop files here or ", h("u", {}, "choose"));
  const limit = h("small", {}, `up to ${most} file${most > 1 ? "s" : ""}`);
  const zone = h("button", { type: "button", class: "drop-zone", onClick }, icon("upload", 24), text, limit);
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer.files);
  });
  return zone;
}

function optionRow(type, name, option) {
  const input = h("input", { type, name, value: option.value, checked: Boolean(option.default) });
  return {
    input,
    node: h(
      "label",
      { class: "tick-row" },
      input,
      h(
        "span",
        { class: "tick-text" },
        h("span", {}, option.label),
        option.description && h("small", {}, option.description),
      ),
    ),
  };
}

function radios(component, { id }) {
  const rows = component.options.map((o) => optionRow("radio", id, o));
  return {
    node: h(
      "div",
      { class: "tick-group", role: "radiogroup" },
      rows.map((r) => r.node),
    ),
    target: rows[0].input,
    grouped: true,
    data: () => ({ value: rows.find((r) => r.input.checked)?.input.value ?? null }),
    problem: (required) => (required && !rows.some((r) => r.input.checked) ? "Choose one of these." : null),
  };
}

function checks(component, { id }) {
  const rows = component.options.map((o) => optionRow("checkbox", id, o));
  const least = component.min_values ?? 1;
  const most = component.max_values ?? rows.length;
  const count = () => rows.filter((r) => r.input.checked).length;
  return {
    node: h(
      "div",
      { class: "tick-group" },
      rows.map((r) => r.node),
    ),
    target: rows[0].input,
    grouped: true,
    data: () => ({ values: rows.filter((r) => r.input.checked).map((r) => r.input.value) }),
    problem: (required) => {
      if (count() > most) return `Choose at most ${most}.`;
      return (required || count()) && count() < least ? `Choose at least ${least}.` : null;
    },
  };
}

function checkbox(component, { id, label }) {
  const input = h("input", {
    type: "checkbox",
    id,
    checked: Boolean(component.default),
    "aria-label": label,
    data: { customId: component.custom_id },
  });
  return {
    node: h("div", { class: "tick-alone" }, input),
    target: input,
    data: () => ({ value: input.checked }),
    problem: () => null,
  };
}
