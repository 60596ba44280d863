/** The panel of troubles: what an admin, or Discord itself, may do to the bot, as switches and buttons. */
import { on } from "./bus.js";
import { $$, h, iconButton } from "./dom.js";
import { ApiError } from "./rest.js";
import { toggleDrawer } from "./sidebar.js";
import { currentChannel, store } from "./store.js";
import { discordSection, hereSections, personSection, serversSection } from "./trouble_sections.js";
import { complain } from "./toasts.js";

const panel = { root: null, body: null, state: null, queued: false };

/** Builds the panel inside `root`, hidden. */
export function mountTroubles(root) {
  panel.root = root;
  panel.body = h("div", { class: "troubles-body" });
  const close = iconButton("close", "Close troubles", () => toggleTroubles(false));
  root.append(h("header", { class: "troubles-head" }, h("h2", {}, "Troubles"), close), panel.body);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) toggleTroubles(false);
  });
  for (const topic of ["open", "structure", "ready", "members"]) on(topic, later);
}

/** Shows or hides it. */
export function toggleTroubles(open = panel.root.hidden) {
  panel.root.hidden = !open;
  document.querySelector("#troubles-button")?.setAttribute("aria-expanded", String(open));
  if (!open) {
    document.querySelector("#troubles-button")?.focus();
    return;
  }
  toggleDrawer(false);
  refresh().then(() => panel.root.querySelector("button")?.focus());
}

function later() {
  if (panel.queued || panel.root.hidden) return;
  panel.queued = true;
  queueMicrotask(() => {
    panel.queued = false;
    refresh();
  });
}

/** Asks how things stand, and draws that. */
async function refresh() {
  const query = new URLSearchParams({ user_id: store.person.id });
  if (store.channelId) query.set("channel_id", store.channelId);
  try {
    panel.state = await call("GET", `trouble?${query}`);
  } catch (error) {
    complain(error);
    return;
  }
  draw();
}

async function call(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`/sandbox/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const data = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, data);
  return data;
}

/** Does one thing and shows what has become of it. */
async function act(path, body) {
  try {
    await call("POST", path, body ?? {});
  } catch (error) {
    complain(error);
  }
  await refresh();
}

function draw() {
  const held = panel.root.contains(document.activeElement) && document.activeElement.dataset.key;
  const context = { state: panel.state, channel: currentChannel(), act };
  panel.body.replaceChildren(
    ...[...hereSections(context), serversSection(context), discordSection(context), personSection(context)].filter(
      Boolean,
    ),
  );
  if (held)
    $$("[data-key]", panel.body)
      .find((node) => node.dataset.key === held)
      ?.focus({ preventScroll: true });
}
