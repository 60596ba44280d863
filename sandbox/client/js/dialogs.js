/** Modal dialogs on the browser's own <dialog>: it keeps focus inside and gives it back. */
import { h, iconButton } from "./dom.js";

/** Opens a dialog with a title, a body and buttons; returns the element. It is removed when closed. */
export function openDialog({ title, body, actions = [], className = "", onClose, image }) {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const dialog = h(
    "dialog",
    { class: ["dialog", className], "aria-labelledby": id },
    h(
      "header",
      { class: "dialog-head" },
      image && h("img", { class: "dialog-image", src: image, alt: "" }),
      h("h2", { id }, title),
      iconButton("close", "Close", () => dialog.close()),
    ),
    h("div", { class: "dialog-body" }, body),
    actions.length ? h("footer", { class: "dialog-actions" }, actions) : null,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks before something that cannot be undone. Resolves true when confirmed. */
export function confirmDialog({ title, text, preview, confirm = "Delete" }) {
  return new Promise((resolve) => {
    let answer = false;
    const dialog = openDialog({
      title,
      body: [h("p", {}, text), preview],
      actions: [
        h("button", { type: "button", class: "button secondary", onClick: () => dialog.close() }, "Cancel"),
        h(
          "button",
          {
            type: "button",
            class: "button danger",
            onClick: () => {
              answer = true;
              dialog.close();
            },
          },
          confirm,
        ),
      ],
      onClose: () => resolve(answer),
    });
    dialog.querySelector(".button.danger").focus();
  });
}

/** A picture at its full size. */
export function lightbox(url, alt) {
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": alt || "Image" },
    h("img", { src: url, alt: alt ?? "" }),
    h(
      "p",
      {},
      h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Open in a new tab"),
      iconButton("close", "Close image", () => dialog.close()),
    ),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
