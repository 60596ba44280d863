/** The people at the side, and the card that opens when one clicks a name. */
import { on } from "./bus.js";
import { $, h, icon, roving, seedRoving } from "./dom.js";
import { openDm } from "./navigate.js";
import { openPopup } from "./popups.js";
import { get } from "./rest.js";
import {
  avatarUrl,
  colorOf,
  currentChannel,
  isDm,
  isGroup,
  memberOf,
  nameOf,
  recipients,
  roleColor,
  rolesOf,
  store,
} from "./store.js";

const PRIVATE_THREAD = 12;
/** Who follows the private thread that is open: nobody else is in it. */
const followers = { of: null, ids: new Set() };

/** Builds the list inside `root`. */
export function mountMembers(root) {
  const draw = () => drawMembers(root);
  for (const topic of ["open", "members", "structure"]) on(topic, draw);
  on("thread:members", (id) => {
    if (id === followers.of) fetchFollowers(store.channels.get(id), draw);
  });
  roving(root, ".member");
}

function drawMembers(root) {
  const channel = currentChannel();
  root.hidden = !channel || (isDm(channel) && !isGroup(channel));
  if (root.hidden) return;
  if (channel.type === PRIVATE_THREAD && followers.of !== channel.id) fetchFollowers(channel, () => drawMembers(root));
  const groups = isGroup(channel) ? [companions(channel)] : memberGroups(channel);
  root.replaceChildren(...groups.map((group) => groupNode(group, channel.guild_id)));
  seedRoving(root, ".member");
}

/** Everybody of a conversation of several. */
function companions(channel) {
  const users = [store.me, ...recipients(channel)].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return { title: "Members", users };
}

/** Everybody of a server under their highest hoisted role, then members, then apps; by name within. */
function memberGroups(channel) {
  const { guild_id: guildId } = channel;
  const groups = new Map();
  for (const id of store.members.get(guildId)?.keys() ?? []) {
    const user = store.users.get(id);
    if (!user || (channel.type === PRIVATE_THREAD && !followers.ids.has(id))) continue;
    const hoisted = rolesOf(guildId, id).find((r) => r.hoist);
    const title = hoisted?.name ?? (user.bot ? "Apps" : "Members");
    const rank = hoisted ? -hoisted.position - 1 : user.bot ? 1 : 0;
    if (!groups.has(title)) groups.set(title, { title, rank, users: [] });
    groups.get(title).users.push(user);
  }
  const byName = (a, b) => nameOf(a, guildId).localeCompare(nameOf(b, guildId));
  groups.forEach((group) => group.users.sort(byName));
  return [...groups.values()].sort((a, b) => a.rank - b.rank);
}

async function fetchFollowers(thread, draw) {
  Object.assign(followers, { of: thread.id, ids: followers.of === thread.id ? followers.ids : new Set() });
  const found = await get(`/channels/${thread.id}/thread-members`).catch(() => []);
  if (followers.of !== thread.id) return;
  followers.ids = new Set(found.map((one) => one.user_id));
  draw();
}

function groupNode({ title, users }, guildId) {
  const rows = users.map((user) => h("li", {}, memberButton(user, guildId)));
  return h("section", { "aria-label": title }, h("h3", {}, `${title} — ${users.length}`), h("ul", {}, rows));
}

function memberButton(user, guildId) {
  const name = h(
    "span",
    { class: "member-name", vars: { "--role": colorOf(guildId, user.id) } },
    nameOf(user, guildId),
  );
  const face = h("img", { class: "dm-avatar", src: avatarUrl(user, 64), alt: "" });
  return h(
    "button",
    { type: "button", class: "member", tabIndex: -1, data: { userId: user.id } },
    face,
    name,
    badge(user),
  );
}

const badge = (user) => user.bot && h("span", { class: "badge" }, "APP");

/** A small card about someone, beside what was clicked. */
export function profileCard(userId, anchor) {
  const user = store.users.get(userId);
  if (!user) return;
  const guildId = currentChannel()?.guild_id;
  const name = nameOf(user, guildId);
  const joined = memberOf(guildId, userId)?.joined_at;
  let close = () => {};
  const write = () => {
    close();
    openDm(userId);
  };
  const card = h(
    "div",
    { class: "profile", role: "dialog", "aria-label": `About ${name}` },
    h("div", { class: "profile-band", vars: { "--role": colorOf(guildId, userId) } }),
    h("img", { class: "profile-face", src: avatarUrl(user, 128), alt: "" }),
    h("h3", {}, name, badge(user)),
    h("p", { class: "profile-username" }, user.username),
    roleChips(guildId ? rolesOf(guildId, userId) : []),
    joined && h("p", { class: "profile-joined" }, `Member since ${new Date(joined).toLocaleDateString()}`),
    profileActions(userId, write),
  );
  close = openPopup(anchor, card, { side: "right" });
  $(".button", card)?.focus({ preventScroll: true });
}

function roleChips(roles) {
  if (!roles.length) return null;
  const chips = roles.map((r) => h("li", { vars: { "--role": roleColor(r) } }, r.name));
  return h("ul", { class: "role-chips", "aria-label": "Roles" }, chips);
}

function profileActions(userId, write) {
  const button = (look, props, ...inner) => h("button", { type: "button", class: `button ${look}`, ...props }, inner);
  return h(
    "div",
    { class: "profile-actions" },
    userId !== store.me?.id && button("primary", { onClick: write }, icon("mail", 16), "Message"),
    button("secondary", { data: { userMore: userId } }, icon("more", 16), "More"),
  );
}
