/** Short notices at the edge of the screen: errors of the API, and small confirmations. */
import { $, h, icon, iconButton } from "./dom.js";

const STAY_MS = 7000;

/** Shows `text`; `kind` is "error" (read out at once) or "info". */
export function toast(text, kind = "info") {
  const stack = $("#toasts");
  const box = h(
    "div",
    { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" },
    icon(kind === "error" ? "alert" : "check", 18),
    h("span", { class: "toast-text" }, text),
  );
  const timer = setTimeout(() => box.remove(), STAY_MS);
  box.append(
    iconButton("close", "Close notice", () => {
      clearTimeout(timer);
      box.remove();
    }),
  );
  stack.append(box);
  while (stack.children.length > 4) stack.firstElementChild.remove();
}

/** Says what went wrong in an API call. Errors that are not the API's are bugs and go on to the console. */
export function complain(error) {
  toast(error?.message ?? "Something went wrong.", "error");
  if (error?.name !== "ApiError" && error?.name !== "InteractionFailed") console.error(error);
}
