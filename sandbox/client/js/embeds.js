/** Draws rich embeds. */
import { append, h, safeUrl } from "./dom.js";
import { imageButton, sameOrigin } from "./attachments.js";
import { markdown, markdownInto } from "./markdown_nodes.js";
import { messageTime } from "./times.js";

const media = (m) => m && (m.proxy_url ?? m.url);

/** The nodes of a message's embeds. */
export function embedNodes(embeds, guildId) {
  return (embeds ?? []).map((embed) => drawEmbed(embed, guildId));
}

function drawEmbed(embed, guildId) {
  const color = embed.color != null ? `#${embed.color.toString(16).padStart(6, "0")}` : null;
  if (embed.type === "image" || (embed.type === "gifv" && embed.thumbnail))
    return imageButton(media(embed.thumbnail ?? embed.image) ?? embed.url, embed.title);
  return h(
    "article",
    { class: "embed", vars: { "--embed": color } },
    h(
      "div",
      { class: "embed-main" },
      embed.provider?.name && h("div", { class: "embed-provider" }, embed.provider.name),
      author(embed.author),
      title(embed, guildId),
      embed.description &&
        markdownInto(h("div", { class: "embed-description markup" }), embed.description, { guildId }),
      fields(embed.fields, guildId),
      embed.image && h("div", { class: "embed-image" }, imageButton(media(embed.image), "Embed image")),
      footer(embed),
    ),
    embed.thumbnail &&
      embed.type !== "image" &&
      h("div", { class: "embed-thumbnail" }, imageButton(media(embed.thumbnail), "Embed thumbnail")),
  );
}

function linked(text, url) {
  const href = url && safeUrl(url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text) : text;
}

function author(data) {
  if (!data?.name) return null;
  const src = media({ proxy_url: data.proxy_icon_url, url: data.icon_url });
  return h(
    "div",
    { class: "embed-author" },
    src && h("img", { src: sameOrigin(src), alt: "" }),
    linked(data.name, data.url),
  );
}

function title(embed, guildId) {
  if (!embed.title) return null;
  return h(
    "h3",
    { class: "embed-title" },
    linked(h("span", {}, markdown(embed.title, { guildId, inline: true })), embed.url),
  );
}

function fields(list, guildId) {
  if (!list?.length) return null;
  return h(
    "dl",
    { class: "embed-fields" },
    list.map((field) =>
      h(
        "div",
        { class: field.inline ? "inline" : "" },
        h("dt", {}, markdown(field.name, { guildId, inline: true })),
        markdownInto(h("dd", { class: "markup" }), field.value, { guildId }),
      ),
    ),
  );
}

function footer(embed) {
  if (!embed.footer?.text && !embed.timestamp) return null;
  const src = embed.footer && media({ proxy_url: embed.footer.proxy_icon_url, url: embed.footer.icon_url });
  const parts = [embed.footer?.text, embed.timestamp && messageTime(new Date(embed.timestamp))].filter(Boolean);
  return append(
    h("footer", { class: "embed-footer" }),
    src && h("img", { src: sameOrigin(src), alt: "" }),
    parts.join(" • "),
  );
}
