// What makes pages a little more comfortable. Everything works without it.

// A refused form: bring the reader to why.
const refusal = document.getElementById("refusal") ?? document.querySelector(".has-trouble input, .has-trouble textarea, .has-trouble select");
refusal?.focus();

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented) return;
  form.dataset.sent = "yes";
  changed.delete(form);
});
// Back by the browser's own button: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What was typed and not sent is not lost by a wrong click.
const changed = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form.fields[method=post]");
  if (form) changed.add(form);
});
window.addEventListener("beforeunload", (event) => {
  if (changed.size) event.preventDefault();
});

// One open menu at a time; Escape and a click elsewhere close it.
const menus = () => document.querySelectorAll("details.me[open], details.twice[open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

// A menu that is longer than the screen begins where one stands.
const side = document.querySelector(".side");
const standing = side?.querySelector("[aria-current]");
if (standing) side.scrollTop = Math.max(0, standing.offsetTop - side.clientHeight / 2);

// Filters act as soon as they are chosen.
for (const select of document.querySelectorAll("form.finder select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A table that is wider than the screen can be scrolled by keyboard too.
for (const wide of document.querySelectorAll(".wide")) {
  if (wide.scrollWidth <= wide.clientWidth || wide.querySelector("a, button, input, select")) continue;
  wide.tabIndex = 0;
  wide.setAttribute("role", "region");
  const heads = [...document.querySelectorAll("h1, h2, h3, figcaption")];
  const before = heads.filter((head) => head.compareDocumentPosition(wide) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
  if (before) wide.setAttribute("aria-label", before.textContent.trim());
}
