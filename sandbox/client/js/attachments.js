/** Files in messages: pictures that open large, sound and video players, cards for everything else. */
import { fileSize, h, icon, safeUrl } from "./dom.js";
import { lightbox } from "./dialogs.js";

const isImage = (a) =>
  /^image\/(png|jpe?g|gif|webp|avif)/.test(a.content_type ?? "") ||
  (!a.content_type && /\.(png|jpe?g|gif|webp|avif)$/i.test(a.filename ?? ""));

/** The address on our own origin when the file is in this world, so that pages and worlds on other ports still show it. */
export function sameOrigin(url) {
  const safe = safeUrl(url);
  if (!safe) return null;
  const parsed = new URL(safe);
  const local = ["127.0.0.1", "localhost", "[::1]"].includes(parsed.hostname);
  return local && parsed.port === location.port ? `${parsed.pathname}${parsed.search}` : safe;
}

/** A picture one can open. */
export function imageButton(url, alt, size = {}) {
  const src = sameOrigin(url);
  if (!src) return h("span", { class: "broken-image" }, alt || "Image");
  const image = h("img", { src, alt: alt ?? "", loading: "lazy", width: size.width, height: size.height });
  const node = h(
    "button",
    {
      type: "button",
      class: "image-button",
      "aria-label": `Open image${alt ? `: ${alt}` : ""}`,
      onClick: () => lightbox(src, alt),
    },
    image,
  );
  image.addEventListener("error", () => node.classList.add("failed"));
  return node;
}

/** Any file that is not a picture. */
export function audioOrFile(attachment) {
  const url = sameOrigin(attachment.url);
  const type = attachment.content_type ?? "";
  const name = attachment.title ?? attachment.filename;
  const card = h(
    "div",
    { class: "file-card" },
    h("span", { class: "file-icon" }, icon("file", 28)),
    h(
      "div",
      { class: "file-text" },
      url ? h("a", { href: url, download: attachment.filename, target: "_blank", rel: "noopener" }, name) : name,
      attachment.size != null && h("small", {}, fileSize(attachment.size)),
    ),
    url &&
      h(
        "a",
        { class: "icon-button", href: url, download: attachment.filename, "aria-label": `Download ${name}` },
        icon("download"),
      ),
  );
  if (url && type.startsWith("audio/")) card.append(h("audio", { controls: true, src: url, preload: "none" }));
  if (url && type.startsWith("video/"))
    return h("video", { class: "video", controls: true, src: url, preload: "metadata", "aria-label": name });
  return card;
}

function fit(a) {
  if (!a.width || !a.height) return {};
  const scale = Math.min(1, 480 / a.width, 340 / a.height);
  return { width: Math.round(a.width * scale), height: Math.round(a.height * scale) };
}

/** The nodes of a message's attachments: pictures together, then the rest. */
export function attachmentNodes(list, cover) {
  const shown = (list ?? []).filter(Boolean);
  const images = shown.filter(isImage);
  const others = shown.filter((a) => !isImage(a));
  const hide = (a) => a.filename?.startsWith("SPOILER_");
  const out = [];
  if (images.length === 1)
    out.push(
      h(
        "div",
        { class: "single-image" },
        cover(
          hide(images[0]),
          imageButton(
            images[0].proxy_url ?? images[0].url,
            images[0].description ?? images[0].filename,
            fit(images[0]),
          ),
        ),
      ),
    );
  else if (images.length) {
    out.push(
      h(
        "div",
        { class: "gallery", data: { count: String(Math.min(images.length, 10)) } },
        images.map((a) => cover(hide(a), imageButton(a.proxy_url ?? a.url, a.description ?? a.filename))),
      ),
    );
  }
  return [...out, ...others.map((a) => cover(hide(a), audioOrFile(a)))];
}

/** A sticker as it stands in a message. */
export function stickerNode(sticker) {
  return h("img", {
    class: "sticker",
    src: `/stickers/${sticker.id}.png`,
    alt: `Sticker: ${sticker.name}`,
    title: sticker.name,
    width: 160,
    height: 160,
  });
}
