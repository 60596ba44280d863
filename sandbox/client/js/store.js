/** Everything the client knows about the world, and the plain questions one may ask of it. */

/** The state of one signed-in person. Replaced as a whole by `reset()` when the person changes. */
export const store = {};

/** Forgets everything; `person` is who we are from now on. */
export function reset(person) {
  Object.assign(store, {
    person,
    me: null,
    ready: false,
    guilds: new Map(), // id → guild with `roles`, `members`, `emojis` as given
    channels: new Map(), // id → channel or thread
    users: new Map(),
    members: new Map(), // guild id → Map(user id → member)
    messages: new Map(), // channel id → {list, loaded, atStart, arrivals}
    unread: new Map(), // channel id → {count, mentions}
    typing: new Map(), // channel id → Map(user id → time it ends, ms)
    guildId: null,
    channelId: null,
  });
}
reset(null);

/** Orders snowflakes (decimal strings of any length). */
export function compareIds(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export const isThread = (channel) => [10, 11, 12].includes(channel?.type);
export const isDm = (channel) => channel?.type === 1 || channel?.type === 3;
export const isGroup = (channel) => channel?.type === 3;
export const isForum = (channel) => channel?.type === 15;
/** Channels one can read and write messages in. */
export const isText = (channel) => [0, 1, 2, 3, 5, 10, 11, 12, 13].includes(channel?.type);

/** Channels one can go to. */
export const isPlace = (channel) => isText(channel) || isForum(channel);

export function currentChannel() {
  return store.channels.get(store.channelId) ?? null;
}

/** The channel's messages, made on first use. `list` is oldest first. */
export function messagesOf(channelId) {
  if (!store.messages.has(channelId)) store.messages.set(channelId, { list: [], loaded: false, atStart: false });
  return store.messages.get(channelId);
}

export function findMessage(channelId, id) {
  return messagesOf(channelId).list.find((message) => message.id === id) ?? null;
}

/** Inserts or replaces a message in id order; returns whether it is new. */
export function putMessage(message) {
  const { list } = messagesOf(message.channel_id);
  let at = list.length;
  while (at > 0 && compareIds(list[at - 1].id, message.id) > 0) at -= 1;
  if (at > 0 && list[at - 1].id === message.id) {
    // Updates may be partial and do not say what only we know (which reactions are mine).
    list[at - 1] = { ...list[at - 1], ...message };
    return false;
  }
  list.splice(at, 0, message);
  return true;
}

export function dropMessage(channelId, id) {
  const messages = messagesOf(channelId);
  const before = messages.list.length;
  messages.list = messages.list.filter((message) => message.id !== id);
  return messages.list.length < before;
}

export function putUser(user) {
  if (!user?.id) return;
  store.users.set(user.id, { ...store.users.get(user.id), ...user });
}

export function memberOf(guildId, userId) {
  return store.members.get(guildId)?.get(userId) ?? null;
}

export function putMember(guildId, member) {
  const id = member.user?.id ?? member.user_id;
  if (!id) return;
  if (member.user) putUser(member.user);
  if (!store.members.has(guildId)) store.members.set(guildId, new Map());
  const known = store.members.get(guildId).get(id);
  store.members.get(guildId).set(id, { ...known, ...member, user: undefined, userId: id });
}

/** What people call this user here: nickname, then display name, then username. */
export function nameOf(user, guildId) {
  if (!user) return "Unknown user";
  return memberOf(guildId, user.id)?.nick || user.global_name || user.username || "Unknown user";
}

export function rolesOf(guildId, userId) {
  const member = memberOf(guildId, userId);
  const roles = store.guilds.get(guildId)?.roles ?? [];
  return roles.filter((role) => member?.roles?.includes(role.id)).sort((a, b) => b.position - a.position);
}

/** CSS colour of the highest role that has one, else null. */
export function colorOf(guildId, userId) {
  const role = rolesOf(guildId, userId).find((r) => roleColor(r));
  return role ? roleColor(role) : null;
}

export function roleColor(role) {
  const value = role.colors?.primary_color || role.color;
  return value ? `#${value.toString(16).padStart(6, "0")}` : null;
}

/** Where a user's, webhook's or application's picture is. */
export function avatarUrl(user, size = 80) {
  if (!user) return "/embed/avatars/0.png";
  if (user.avatar) return `/avatars/${user.id}/${user.avatar}.png?size=${size}`;
  // Discord takes the time part of the id; people made in one moment would then all look alike.
  return `/embed/avatars/${Number(BigInt(user.id || 0) % 6n)}.png`;
}

export function emojiUrl(emoji, size = 48) {
  return `/emojis/${emoji.id}.${emoji.animated ? "gif" : "png"}?size=${size}`;
}

/** The people a direct message is with, without ourselves. */
export function recipients(channel) {
  const ids = channel.recipients?.map((user) => user.id) ?? channel.recipient_ids ?? [];
  return ids
    .filter((id) => id !== store.me?.id)
    .map((id) => store.users.get(id))
    .filter(Boolean);
}

export function channelTitle(channel) {
  if (!channel) return "";
  if (isDm(channel))
    return (
      channel.name ||
      recipients(channel)
        .map((user) => nameOf(user))
        .join(", ") ||
      "Direct message"
    );
  return channel.name;
}

export function threadsOf(channelId) {
  return [...store.channels.values()]
    .filter((c) => isThread(c) && c.parent_id === channelId && !c.thread_metadata?.archived)
    .sort((a, b) => compareIds(b.id, a.id));
}

/** Direct messages, latest first. */
export function directMessages() {
  return [...store.channels.values()]
    .filter(isDm)
    .sort((a, b) => compareIds(b.last_message_id ?? b.id, a.last_message_id ?? a.id));
}
