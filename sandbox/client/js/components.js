/** Draws message components, the first kind (rows of buttons and selects) and V2 (containers, sections, …). */
import { $, dots, h, icon, safeUrl } from "./dom.js";
import { audioOrFile, imageButton } from "./attachments.js";
import { premiumButton } from "./buying.js";
import { COMPONENT, InteractionFailed, interact } from "./interactions.js";
import { emojiNode, markdownInto } from "./markdown_nodes.js";
import { createSelect } from "./selects.js";
import { store } from "./store.js";
import { complain } from "./toasts.js";

/** A button that sells; it has a SKU and no custom id. */
const PREMIUM = 6;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "secondary link", 6: "primary" };

/** The nodes of a message's `components`. */
export function componentNodes(list, message) {
  return (list ?? []).map((component) => draw(component, message)).filter(Boolean);
}

function draw(component, message) {
  return DRAW[component.type]?.(component, message) ?? null;
}

const DRAW = {
  1: (c, m) =>
    h("div", { class: "action-row", role: "group", "aria-label": "Message actions" }, componentNodes(c.components, m)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: (c, m) =>
    h(
      "div",
      { class: "section" },
      h("div", { class: "section-text" }, componentNodes(c.components, m)),
      c.accessory && draw(c.accessory, m),
    ),
  10: (c, m) => markdownInto(h("div", { class: "text-display markup" }), c.content, { guildId: guildOf(m) }),
  11: (c) => maybeSpoiler(c.spoiler, h("div", { class: "thumbnail" }, imageButton(mediaUrl(c.media), c.description))),
  12: gallery,
  13: (c) =>
    maybeSpoiler(
      c.spoiler,
      audioOrFile({ url: mediaUrl(c.file), filename: c.name ?? fileName(mediaUrl(c.file)), size: c.size }),
    ),
  14: (c) => h("hr", { class: ["separator", c.spacing === 2 && "large", c.divider === false && "invisible"] }),
  17: (c, m) =>
    maybeSpoiler(
      c.spoiler,
      h(
        "div",
        {
          class: ["container", c.accent_color != null && "accented"],
          vars: { "--accent-line": colour(c.accent_color) },
        },
        componentNodes(c.components, m),
      ),
    ),
};

const guildOf = (message) => store.channels.get(message.channel_id)?.guild_id ?? null;
const colour = (value) => (value == null ? null : `#${value.toString(16).padStart(6, "0")}`);
const mediaUrl = (media) => media?.proxy_url ?? media?.url ?? "";
const fileName = (url) => decodeURIComponent(url.split("?")[0].split("/").pop() ?? "file");

/** Covers `node` until it is clicked, when `hidden`. */
export function maybeSpoiler(hidden, node) {
  if (!hidden) return node;
  const cover = h(
    "button",
    {
      type: "button",
      class: "spoiler-cover",
      "aria-label": "Show spoiler",
      onClick: () => {
        wrap.classList.add("revealed");
        cover.remove();
      },
    },
    "SPOILER",
  );
  const wrap = h("div", { class: "spoiler-box" }, node, cover);
  return wrap;
}

function gallery(component) {
  const items = component.items ?? [];
  return h(
    "div",
    { class: "gallery", data: { count: String(Math.min(items.length, 10)) } },
    items.map((item) => maybeSpoiler(item.spoiler, imageButton(mediaUrl(item.media), item.description))),
  );
}

function button(component, message) {
  if (component.style === PREMIUM) return premiumButton(component);
  const inner = [component.emoji && emojiNode(component.emoji), component.label && h("span", {}, component.label)];
  const name = component.label || component.emoji?.name || "Button";
  if (component.style === 5) {
    const url = safeUrl(component.url, ["http:", "https:", "discord:"]);
    return h(
      "a",
      {
        class: "button secondary link",
        href: component.disabled ? null : url,
        target: "_blank",
        rel: "noopener noreferrer",
        "aria-disabled": component.disabled ? "true" : null,
        "aria-label": component.label ? null : name,
      },
      inner,
      icon("external", 16),
    );
  }
  const node = h(
    "button",
    {
      type: "button",
      class: `button ${STYLES[component.style] ?? "secondary"}`,
      disabled: component.disabled,
      "aria-label": component.label ? null : name,
      data: { customId: component.custom_id },
    },
    inner,
    dots(),
  );
  node.addEventListener("click", () => press(node, message, { component_type: 2, custom_id: component.custom_id }));
  return node;
}

function select(component, message) {
  const channel = store.channels.get(message.channel_id);
  const { node } = createSelect(component, {
    channel,
    onCommit: (values) =>
      press(node, message, { component_type: component.type, custom_id: component.custom_id, values }),
  });
  return h("div", { class: "select-row" }, node);
}

/** Sends what was pressed; the component looks busy until the app answered, and says so if it did not. */
async function press(node, message, data) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  showFailure(message, "");
  try {
    await interact({
      type: COMPONENT,
      applicationId: message.application_id ?? message.author.id,
      channelId: message.channel_id,
      messageId: message.id,
      messageFlags: message.flags & 64,
      data,
    });
  } catch (error) {
    if (error instanceof InteractionFailed) showFailure(message, "This interaction failed");
    else complain(error);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function showFailure(message, text) {
  const slot = $(`[data-message-id="${message.id}"] .interaction-failed`);
  if (!slot) return;
  slot.hidden = !text;
  slot.replaceChildren(...(text ? [icon("alert", 16), document.createTextNode(` ${text}`)] : []));
}
