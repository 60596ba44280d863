/** The servers rail and the list of channels or direct messages beside it. */
import { on } from "./bus.js";
import { $, $$, h, icon, roving, seedRoving } from "./dom.js";
import { channelTree, HOME, openChannel, openDm, openGuild } from "./navigate.js";
import { openMenu } from "./popups.js";
import { userChoices } from "./selects.js";
import { avatarUrl, channelTitle, directMessages, isGroup, isPlace, recipients, store, threadsOf } from "./store.js";

const ICON = { 0: "hash", 2: "voice", 5: "announce", 13: "voice", 15: "forum", 16: "forum" };
const folded = new Set();
const ui = {};
let queued = false;

/** Builds both lists and keeps them up to date. */
export function mountSidebar(rail, panel) {
  ui.rail = rail;
  ui.title = h("h1", { class: "guild-title" });
  ui.list = h("nav", { class: "channel-list", id: "channels", "aria-label": "Channels" });
  panel.prepend(h("header", { class: "panel-head" }, ui.title), ui.list);
  roving(rail, ".guild-pill");
  roving(ui.list, ".channel-link, .category");
  for (const topic of ["structure", "unread", "open", "members"]) on(topic, later);
}

function later() {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    draw();
  });
}

/** Redraws in place, giving the keyboard back to the row it was on. */
function draw() {
  if (!store.me) return;
  const held = document.activeElement?.closest?.("[data-key]")?.dataset.key;
  drawRail();
  drawList();
  if (held)
    $$("[data-key]")
      .find((node) => node.dataset.key === held)
      ?.focus({ preventScroll: true });
  seedRoving(ui.rail, ".guild-pill");
  seedRoving(ui.list, ".channel-link");
  const unread = [...store.unread.values()].reduce((sum, u) => sum + u.mentions, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${store.channelId ? channelTitle(store.channels.get(store.channelId)) : "BotCafé sandbox"} · BotCafé sandbox`;
}

function unreadOf(ids) {
  const marks = ids.map((id) => store.unread.get(id)).filter(Boolean);
  return { any: marks.length > 0, mentions: marks.reduce((sum, m) => sum + m.mentions, 0) };
}

function drawRail() {
  const dms = unreadOf(directMessages().map((c) => c.id));
  const pills = [
    pill(HOME, "Direct messages", icon("cup", 28), dms),
    h("li", { class: "rail-line", "aria-hidden": "true" }),
  ];
  for (const guild of store.guilds.values()) {
    const ids = [...store.channels.values()].filter((c) => c.guild_id === guild.id).map((c) => c.id);
    const name = guild.unavailable ? `${guild.name ?? "A server"}, not available just now` : guild.name;
    pills.push(pill(guild.id, name, guildFace(guild), unreadOf(ids)));
  }
  ui.rail.replaceChildren(h("ul", {}, pills));
}

function guildFace(guild) {
  if (guild.unavailable) return icon("alert", 24);
  return guild.icon
    ? h("img", { src: `/icons/${guild.id}/${guild.icon}.png?size=96`, alt: "" })
    : h("span", { class: "initials", data: { initials: initials(guild.name) } });
}

const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => [...word].find((c) => /[\p{L}\p{N}&]/u.test(c)) ?? "")
    .join("")
    .slice(0, 3);

function pill(id, name, face, { any, mentions }) {
  const current = store.guildId === id;
  return h(
    "li",
    { class: ["rail-item", current && "current", any && "unread"] },
    h(
      "button",
      {
        type: "button",
        class: "guild-pill",
        tabIndex: -1,
        title: name,
        "aria-current": current ? "true" : null,
        data: { key: `g${id}`, guildId: id },
        "aria-label": `${name}${mentions ? `, ${mentions} mentions` : any ? ", unread" : ""}`,
        onClick: () => openGuild(id),
      },
      face,
    ),
    mentions ? h("span", { class: "count", "aria-hidden": "true" }, String(mentions)) : null,
  );
}

function drawList() {
  const home = store.guildId === HOME;
  ui.title.textContent = home ? "Direct messages" : (store.guilds.get(store.guildId)?.name ?? "");
  ui.list.setAttribute("aria-label", home ? "Direct messages" : "Channels");
  ui.list.replaceChildren(...(home ? dmRows() : channelTree(store.guildId).map(groupNode)));
}

function dmRows() {
  const people = new Map();
  for (const guild of store.guilds.values()) userChoices({ guild_id: guild.id }).forEach((u) => people.set(u.value, u));
  people.delete(store.me.id);
  const start = h(
    "button",
    {
      type: "button",
      class: "channel-link start-dm",
      data: { key: "dm-new" },
      tabIndex: -1,
      onClick: (event) =>
        openMenu(
          event.currentTarget,
          [...people.values()].map((u) => ({ label: u.label, image: u.image, onSelect: () => openDm(u.value) })),
          { label: "Message someone" },
        ),
    },
    icon("plus", 20),
    h("span", { class: "channel-name" }, "Message someone"),
  );
  return [
    h(
      "ul",
      {},
      h("li", {}, start),
      directMessages().map((channel) => {
        const [user] = recipients(channel);
        return row(
          channel,
          user && !isGroup(channel)
            ? h("img", { class: "dm-avatar", src: avatarUrl(user, 64), alt: "" })
            : h("span", { class: "dm-avatar group" }, icon("people", 18)),
          user?.bot && !isGroup(channel) && h("span", { class: "badge" }, "APP"),
        );
      }),
    ),
  ];
}

function groupNode({ category, channels }) {
  const closed = category && folded.has(category.id);
  const shown = closed ? channels.filter((c) => c.id === store.channelId || store.unread.has(c.id)) : channels;
  return h(
    "section",
    { class: "channel-group", "aria-label": category?.name ?? "Channels" },
    category &&
      h(
        "button",
        {
          type: "button",
          class: "category",
          "aria-expanded": String(!closed),
          tabIndex: -1,
          data: { key: `c${category.id}` },
          onClick: () => {
            if (!folded.delete(category.id)) folded.add(category.id);
            draw();
          },
        },
        icon(closed ? "right" : "down", 12),
        h("span", {}, category.name),
      ),
    h(
      "ul",
      {},
      shown.map((channel) => [row(channel, icon(ICON[channel.type] ?? "hash", 20)), threadRows(channel)]),
    ),
  );
}

function threadRows(channel) {
  const threads = threadsOf(channel.id);
  if (!threads.length) return null;
  return h(
    "li",
    { class: "thread-rows" },
    h(
      "ul",
      {},
      threads.map((thread) => row(thread, elbow(), thread.type === 12 && icon("lock", 14))),
    ),
  );
}

const elbow = () => h("span", { class: "thread-elbow", "aria-hidden": "true" });

function row(channel, mark, extra) {
  const current = channel.id === store.channelId;
  const unread = store.unread.get(channel.id);
  const title = channelTitle(channel);
  return h(
    "li",
    { class: ["channel-row", current && "current", unread && "unread"] },
    h(
      "button",
      {
        type: "button",
        class: "channel-link",
        tabIndex: -1,
        "aria-current": current ? "page" : null,
        disabled: !isPlace(channel),
        "aria-label": `${title}${unread?.mentions ? `, ${unread.mentions} mentions` : unread ? ", unread" : ""}`,
        data: { channelId: channel.id, key: `r${channel.id}` },
        onClick: () => openChannel(channel.id),
      },
      mark,
      h("span", { class: "channel-name" }, title),
      extra,
      unread?.mentions ? h("span", { class: "count", "aria-hidden": "true" }, String(unread.mentions)) : null,
    ),
  );
}

/** On a phone the lists are a drawer. */
export function toggleDrawer(open) {
  const now = open ?? !document.body.classList.contains("drawer-open");
  document.body.classList.toggle("drawer-open", now);
  $("#drawer-button")?.setAttribute("aria-expanded", String(now));
  if (now) ($('.channel-link[aria-current="page"]') ?? $(".channel-link"))?.focus();
}
