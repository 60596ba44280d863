// What makes the pages of members livelier. Everything works without it.

// How many characters a text has, beside its label, where there is a bound.
for (const field of document.querySelectorAll("[data-most]")) {
  const most = Number(field.dataset.most);
  const note = document.createElement("span");
  note.className = "count";
  note.setAttribute("aria-hidden", "true");
  const count = () => {
    const length = [...field.value].length;
    note.textContent = length ? `${length} / ${most}` : "";
    note.classList.toggle("over", length > most);
  };
  document.querySelector(`label[for="${field.id}"]`)?.append(" ", note);
  field.addEventListener("input", count);
  count();
}

// The preview of a prompt follows what is typed.
const button = document.querySelector("[data-preview]");
const shown = document.getElementById("preview");
const editor = document.getElementById("editor");
if (button && shown && editor) {
  const WAIT = 600;
  let timer = 0;
  let asking = null;
  const stale = document.createElement("p");
  stale.className = "notice trouble";
  stale.setAttribute("role", "status");
  stale.textContent = shown.dataset.stale;

  const renew = async () => {
    asking?.abort();
    asking = new AbortController();
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(button.formAction, {
        method: "POST",
        body: new URLSearchParams(new FormData(editor)),
        headers: { "X-Fragment": "preview" },
        signal: asking.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const text = await answer.text();
      const open = [...shown.querySelectorAll("details")].map((one) => one.open);
      shown.innerHTML = text;
      shown.querySelectorAll("details").forEach((one, number) => { one.open = open[number] ?? false; });
    } catch (error) {
      if (error.name === "AbortError") return;
      shown.prepend(stale);
    }
    shown.removeAttribute("aria-busy");
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(renew, WAIT); };
  editor.addEventListener("input", soon);
  editor.addEventListener("change", soon);
  button.addEventListener("click", (event) => { event.preventDefault(); clearTimeout(timer); renew(); });
  const said = document.getElementById("f-said");
  said?.addEventListener("input", soon);
  said?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); clearTimeout(timer); renew(); }
  });
}

// Leaving with something typed asks first.
for (const form of document.querySelectorAll("form[data-guard], form#editor")) {
  const before = new URLSearchParams(new FormData(form)).toString();
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", (event) => {
    const now = new URLSearchParams(new FormData(form)).toString();
    if (!sent && now !== before) event.preventDefault();
  });
}

// One tick for all rows of a table.
for (const all of document.querySelectorAll("input[data-all]")) {
  const form = all.form;
  all.hidden = false;
  const boxes = () => [...form.querySelectorAll(`input[name="${all.dataset.all}"]`)];
  all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; });
  form.addEventListener("change", (event) => {
    if (event.target !== all) all.checked = boxes().every((box) => box.checked);
  });
}
