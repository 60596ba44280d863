/** What the panel of troubles holds. Each section is made of `{state, channel, act(path, body)}`. */
import { confirmDialog, openDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { openMenu } from "./popups.js";
import { channelTitle, isForum, isThread, memberOf, nameOf, store } from "./store.js";
import { buttonRow, section, switchRow } from "./trouble_rows.js";

const SLOW = { Off: 0, "5 seconds": 5, "30 seconds": 30, "5 minutes": 300, "1 hour": 3600 };
const NAME_LIMIT = 100;

/** `MANAGE_WEBHOOKS` → “Manage webhooks”. */
function spoken(name) {
  const words = name
    .replace(/^GUILD_/, "")
    .replaceAll("_", " ")
    .toLowerCase();
  return words[0].toUpperCase() + words.slice(1);
}

/** This channel or thread, and what the bot may do in it and in its server. */
export function hereSections({ state, channel, act }) {
  if (!state.channel || !channel) return [];
  const trouble = (name, about) => act(`trouble/${name}`, about);
  const parent = isThread(channel) ? store.channels.get(channel.parent_id) : channel;
  const rights = (list, where) =>
    list.map(({ name, allowed }) =>
      switchRow(spoken(name), allowed, (on) => trouble(on ? "permit" : "deny", { ...where, permissions: [name] })),
    );
  return [
    section(`Here: ${channelTitle(channel)}`, placeRows(state, channel, trouble)),
    section(
      `The bot may, in #${parent?.name ?? "here"}`,
      rights(state.channel.rights, { channel_id: state.channel.place_id }),
    ),
    state.guild &&
      section("The bot may, in the whole server", rights(state.guild.rights, { guild_id: state.guild.id })),
  ];
}

function placeRows(state, channel, trouble) {
  const { id } = channel;
  const remove = async () => {
    const title = isThread(channel) ? "Delete thread" : "Delete channel";
    const text = `${channelTitle(channel)} and everything in it will be gone.`;
    if (await confirmDialog({ title, text })) trouble("delete_channel", { channel_id: id });
  };
  return [
    ...(isThread(channel) ? threadRows(state, channel, trouble) : channelRows(state, channel, trouble)),
    buttonRow("Slow mode", [[slowWord(channel), (node) => slowMenu(node, channel, trouble), { menu: true }]]),
    buttonRow("This place", [
      ["Rename", () => renameDialog(channel, (name) => trouble("rename_channel", { channel_id: id, name }))],
      ["Delete", remove, { danger: true }],
    ]),
  ];
}

function channelRows(state, channel, trouble) {
  const { webhooks, most_webhooks: most, foreign_webhooks: foreign } = state.channel;
  const about = { channel_id: channel.id };
  return [
    buttonRow(
      "Webhooks",
      [
        ["Delete all", () => trouble("delete_webhooks", about), { danger: true, disabled: !webhooks }],
        ["Move", (node) => moveMenu(node, channel, trouble), { menu: true, disabled: !webhooks }],
        ["Fill up", () => trouble("fill_webhooks", about), { disabled: webhooks >= most }],
        ["Empty again", () => trouble("unfill_webhooks", about), { disabled: !foreign }],
      ],
      { hint: `${webhooks} of ${most}` },
    ),
    switchRow("Age-restricted", channel.nsfw, (on) => trouble("age_restrict", { ...about, restricted: on })),
  ];
}

function threadRows(state, channel, trouble) {
  const { archived, locked } = channel.thread_metadata ?? {};
  const { followed } = state.channel;
  const about = { thread_id: channel.id };
  return [
    switchRow("Closed", archived, (on) => trouble("archive", { ...about, archived: on }), {
      hint: "Archived, until somebody speaks in it",
    }),
    switchRow("Locked", locked, (on) => trouble(on ? "lock" : "unlock", about), {
      hint: "Only moderators may speak or open it",
    }),
    buttonRow(
      "The bot follows it",
      [["Remove the bot", () => trouble("remove_from_thread", about), { danger: true, disabled: !followed }]],
      { hint: followed ? "Yes" : "No" },
    ),
  ];
}

const slowWord = (channel) =>
  Object.entries(SLOW).find(([, seconds]) => seconds === (channel.rate_limit_per_user ?? 0))?.[0] ??
  `${channel.rate_limit_per_user} seconds`;

function slowMenu(anchor, channel, trouble) {
  const items = Object.entries(SLOW).map(([label, seconds]) => ({
    label,
    checked: seconds === (channel.rate_limit_per_user ?? 0),
    onSelect: () => trouble("slow_mode", { channel_id: channel.id, seconds }),
  }));
  openMenu(anchor, items, { label: "Slow mode", side: "end" });
}

function moveMenu(anchor, channel, trouble) {
  const others = [...store.channels.values()].filter(
    (c) => c.guild_id === channel.guild_id && c.id !== channel.id && (c.type === 0 || isForum(c)),
  );
  const items = others.map((c) => ({
    label: c.name,
    icon: isForum(c) ? "forum" : "hash",
    onSelect: () => trouble("move_webhooks", { channel_id: channel.id, to: c.id }),
  }));
  openMenu(anchor, items, { label: "Move the webhooks to", side: "end" });
}

function renameDialog(channel, rename) {
  const field = h("input", {
    class: "field",
    type: "text",
    value: channel.name,
    maxlength: NAME_LIMIT,
    "aria-label": "New name",
    autocomplete: "off",
  });
  const save = (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    dialog.close();
    rename(field.value.trim());
  };
  const cancel = h("button", { type: "button", class: "button secondary", onClick: () => dialog.close() }, "Cancel");
  const confirm = h("button", { type: "submit", class: "button primary" }, "Rename");
  const actions = h("footer", { class: "dialog-actions" }, cancel, confirm);
  const dialog = openDialog({ title: "Rename", body: h("form", { onSubmit: save }, field, actions) });
  field.select();
}

/** Which servers the bot is in, which are lost, and who leaves. */
export function serversSection({ state, channel, act }) {
  const rows = state.guilds.flatMap((guild) => [
    switchRow(`The bot is in ${guild.name}`, guild.has_bot, (on) =>
      act(`trouble/${on ? "add_bot" : "remove_bot"}`, { guild_id: guild.id }),
    ),
    switchRow(`Outage of ${guild.name}`, guild.lost, (on) => act("trouble/outage", { guild_id: guild.id, over: !on })),
  ]);
  const guildId = state.guild && channel?.guild_id;
  const choose = ["Choose", (node) => leaveMenu(node, guildId, act), { menu: true }];
  const leave = guildId && buttonRow("A member leaves", [choose]);
  return section("Servers", [rows, leave]);
}

function leaveMenu(anchor, guildId, act) {
  const owner = store.guilds.get(guildId)?.owner_id;
  const people = [...store.users.values()].filter((u) => !u.bot && u.id !== owner && memberOf(guildId, u.id));
  const items = people.map((u) => ({
    label: nameOf(u, guildId),
    onSelect: () => act("trouble/kick", { guild_id: guildId, user_id: u.id }),
  }));
  openMenu(anchor, items, { label: "Who leaves", side: "end" });
}

/** Discord's own doings: intents, the gateway, time. */
export function discordSection({ state, act }) {
  const app = state.application;
  if (!app) return null;
  const intents = app.intents.map(({ name, bit }) =>
    switchRow(`Intent: ${spoken(name)}`, app.approved_intents & bit, () =>
      act("intents", { approved: app.approved_intents ^ bit }),
    ),
  );
  const gateway = (how, about) => () => act(`gateway/${how}`, about);
  return section("Discord", [
    buttonRow(
      "The bot's connection",
      [
        ["Hang up", gateway("drop")],
        ["Ask to reconnect", gateway("reconnect")],
        ["End the session", gateway("invalidate", { resumable: false }), { danger: true }],
      ],
      { hint: app.connected ? "Connected" : "Not connected" },
    ),
    intents,
    buttonRow("Let time pass", [
      ["15 minutes", () => act("clock", { advance: 900 })],
      ["1 hour", () => act("clock", { advance: 3600 })],
      ["1 day", () => act("clock", { advance: 86_400 })],
    ]),
  ]);
}

/** What a person settles for themselves. */
export function personSection({ state, act }) {
  const { closed_to_direct: closed, installed } = state.person;
  const user_id = store.person.id;
  return section(`You, ${nameOf(store.person)}`, [
    switchRow("Direct messages from the bot", !closed, (on) => act("trouble/close_direct", { user_id, closed: !on })),
    switchRow(
      "The application is yours to take along",
      installed,
      (on) => act("installs", { user_id, installed: on }),
      {
        hint: "Its commands work for you in servers without the bot and in group conversations",
      },
    ),
  ]);
}
