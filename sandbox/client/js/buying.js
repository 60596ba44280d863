/** Premium buttons: what an application sells, bought with play money, and what one may do with it afterwards. */
import { openDialog } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { store } from "./store.js";
import { complain } from "./toasts.js";

const SUBSCRIPTION = 5;
const CONSUMABLE = 3;

async function ask(method, path, body) {
  const answer = await fetch(`/sandbox/${path}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  const data = await answer.json();
  if (!answer.ok) throw new Error(data?.message || `The server answered ${answer.status}.`);
  return data;
}

function money(cents) {
  return `$${(cents / 100).toFixed(2)}`;
}

/** A premium button: it has no words of its own, Discord names and prices what it sells. */
export function premiumButton(component) {
  const label = h("span", {}, "Buy");
  const node = h(
    "button",
    { type: "button", class: "button primary premium", disabled: component.disabled, data: { skuId: component.sku_id } },
    icon("gift", 16),
    label,
  );
  node.addEventListener("click", () => offer(component.sku_id));
  skuOf(component.sku_id)
    .then((sku) => {
      if (sku) label.textContent = `${sku.name}: ${price(sku)}`;
    })
    .catch(complain);
  return node;
}

function price(sku) {
  return sku.type === SUBSCRIPTION ? `${money(sku.price)} a month` : money(sku.price);
}

async function skuOf(skuId) {
  const all = await ask("GET", `skus?user_id=${encodeURIComponent(store.person?.id ?? "")}`);
  return all.find((one) => one.id === skuId);
}

async function offer(skuId) {
  try {
    const sku = await skuOf(skuId);
    if (!sku) throw new Error("This is not on sale here.");
    if (sku.owned) manage(sku);
    else sell(sku);
  } catch (error) {
    complain(error);
  }
}

/** Closes the dialog and does it; what went wrong is said. */
function action(text, kind, dialog, path, body) {
  return h(
    "button",
    {
      type: "button",
      class: `button ${kind}`,
      onClick: () => {
        dialog().close();
        if (path) ask("POST", path, body).catch(complain);
      },
    },
    text,
  );
}

function sell(sku) {
  let dialog = null;
  const get = () => dialog;
  dialog = openDialog({
    title: sku.name,
    body: [
      h("p", {}, price(sku)),
      h("p", {}, "Play money: this is the local Discord, and nothing is charged."),
    ],
    actions: [
      action("Cancel", "secondary", get),
      action("Buy", "primary", get, "purchases", { user_id: store.person.id, sku_id: sku.id }),
    ],
  });
}

function manage(sku) {
  let dialog = null;
  const get = () => dialog;
  const of = `purchases/${sku.owned.id}`;
  const words =
    sku.type === CONSUMABLE
      ? "You bought this and it was not handed out yet."
      : sku.owned.ending
        ? "You have this until the end of the month that is paid."
        : "You have this.";
  dialog = openDialog({
    title: sku.name,
    body: [h("p", {}, words)],
    actions: [
      action("Close", "secondary", get),
      sku.type === SUBSCRIPTION && !sku.owned.ending && action("Do not renew", "secondary", get, `${of}/cancel`, {}),
      action("Ask for a refund", "danger", get, `${of}/refund`, {}),
    ].filter(Boolean),
  });
}
