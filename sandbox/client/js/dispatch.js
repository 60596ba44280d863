/** Applies gateway events to the store and tells the screen what changed. */
import { emit } from "./bus.js";
import { can, P } from "./permissions.js";
import {
  compareIds,
  dropMessage,
  findMessage,
  isDm,
  isThread,
  messagesOf,
  putMember,
  putMessage,
  putUser,
  reset,
  store,
} from "./store.js";

const TYPING_MS = 10_000;
const SEEN = "sandbox.seen";

/** One event of the gateway. Unknown ones are ignored, as Discord asks of clients. */
export function apply(type, data) {
  HANDLERS[type]?.(data);
}

const HANDLERS = {
  READY: ready,
  RESUMED: () => emit("resumed"),
  GUILD_CREATE: (guild) => {
    addGuild(guild);
    emit("structure");
  },
  GUILD_UPDATE: (guild) => {
    store.guilds.set(guild.id, { ...store.guilds.get(guild.id), ...guild });
    emit("structure");
  },
  GUILD_DELETE: ({ id, unavailable }) => removeGuild(id, unavailable),
  GUILD_ROLE_CREATE: roleChanged,
  GUILD_ROLE_UPDATE: roleChanged,
  GUILD_ROLE_DELETE: ({ guild_id: id, role_id: roleId }) =>
    editRoles(id, (roles) => roles.filter((r) => r.id !== roleId)),
  GUILD_MEMBER_ADD: memberChanged,
  GUILD_MEMBER_UPDATE: memberChanged,
  GUILD_MEMBER_REMOVE: ({ guild_id: id, user }) => {
    store.members.get(id)?.delete(user.id);
    emit("members");
  },
  GUILD_MEMBERS_CHUNK: ({ guild_id: id, members }) => {
    members.forEach((m) => putMember(id, m));
    emit("members");
  },
  GUILD_EMOJIS_UPDATE: ({ guild_id: id, emojis }) => {
    const g = store.guilds.get(id);
    if (g) g.emojis = emojis;
  },
  USER_UPDATE: (user) => {
    putUser(user);
    emit("members");
  },
  CHANNEL_CREATE: channelChanged,
  CHANNEL_UPDATE: channelChanged,
  CHANNEL_DELETE: channelGone,
  THREAD_CREATE: channelChanged,
  THREAD_UPDATE: channelChanged,
  THREAD_DELETE: channelGone,
  THREAD_LIST_SYNC: ({ threads }) => {
    threads.forEach(addChannel);
    emit("structure");
  },
  THREAD_MEMBERS_UPDATE: ({ id, removed_member_ids: removed }) => {
    emit("thread:members", id);
    const thread = store.channels.get(id);
    // Who is taken out of a private thread sees it no more, unless they keep order there.
    if (thread?.type === 12 && removed?.includes(store.me?.id) && !can(thread, P.MANAGE_THREADS)) channelGone(thread);
  },
  MESSAGE_CREATE: messageCreated,
  MESSAGE_UPDATE: messageUpdated,
  MESSAGE_DELETE: ({ channel_id: c, id }) => messageGone(c, id),
  MESSAGE_DELETE_BULK: ({ channel_id: c, ids }) => ids.forEach((id) => messageGone(c, id)),
  MESSAGE_REACTION_ADD: (d) => react(d, 1),
  MESSAGE_REACTION_REMOVE: (d) => react(d, -1),
  MESSAGE_REACTION_REMOVE_ALL: (d) => react(d, 0),
  MESSAGE_REACTION_REMOVE_EMOJI: (d) => react(d, 0),
  TYPING_START: typing,
  INTERACTION_CREATE: (d) => emit("interaction:create", d),
  INTERACTION_SUCCESS: (d) => emit("interaction:success", d),
  INTERACTION_FAILURE: (d) => emit("interaction:failure", d),
  INTERACTION_MODAL_CREATE: (d) => emit("interaction:modal", d),
  APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE: (d) => emit("autocomplete", d),
};

function ready(data) {
  const keep = { guildId: store.guildId, channelId: store.channelId };
  reset(store.person);
  Object.assign(store, keep);
  store.me = data.user;
  putUser(data.user);
  (data.users ?? []).forEach(putUser);
  (data.private_channels ?? []).forEach(addChannel);
  data.guilds.forEach((guild) => (guild.channels ? addGuild(guild) : store.guilds.set(guild.id, guild)));
  store.ready = true;
  restoreUnread();
  emit("ready");
  emit("structure");
}

function addGuild(guild) {
  const { channels = [], threads = [], members = [], ...rest } = guild;
  store.guilds.set(guild.id, { ...rest, unavailable: false });
  channels.forEach((c) => addChannel({ ...c, guild_id: guild.id }));
  threads.forEach((c) => addChannel({ ...c, guild_id: guild.id }));
  members.forEach((m) => putMember(guild.id, m));
  emit("members");
}

/** A server is gone for us; one that Discord only lost sight of keeps its place in the list. */
function removeGuild(id, unavailable) {
  if (unavailable) store.guilds.set(id, { ...store.guilds.get(id), id, unavailable });
  else store.guilds.delete(id);
  const gone = [...store.channels.values()].filter((channel) => channel.guild_id === id);
  gone.forEach((channel) => store.channels.delete(channel.id));
  emit("structure");
  gone.forEach((channel) => emit("channel:gone", channel));
}

function addChannel(channel) {
  (channel.recipients ?? []).forEach(putUser);
  store.channels.set(channel.id, { ...store.channels.get(channel.id), ...channel });
}

function editRoles(guildId, change) {
  const guild = store.guilds.get(guildId);
  if (guild) guild.roles = change(guild.roles ?? []);
  emit("structure");
  emit("members");
}

function roleChanged({ guild_id: id, role }) {
  editRoles(id, (roles) => [...roles.filter((r) => r.id !== role.id), role]);
}

function memberChanged(member) {
  putMember(member.guild_id, member);
  emit("members");
  if (member.user?.id === store.me?.id) emit("structure");
}

function channelChanged(channel) {
  addChannel(channel);
  emit("structure");
  emit("channel", channel.id);
}

function channelGone(channel) {
  // Of the threads of a deleted channel nobody is told one by one.
  const threads = [...store.channels.values()].filter((one) => isThread(one) && one.parent_id === channel.id);
  for (const gone of [channel, ...threads]) {
    store.channels.delete(gone.id);
    store.messages.delete(gone.id);
  }
  emit("structure");
  for (const gone of [channel, ...threads]) emit("channel:gone", gone);
}

function messageCreated(message) {
  if (!message.webhook_id) putUser(message.author);
  if (message.member && message.guild_id) putMember(message.guild_id, { ...message.member, user: message.author });
  (message.mentions ?? []).forEach(putUser);
  const channel = store.channels.get(message.channel_id);
  if (channel && !(message.flags & 64)) {
    channel.last_message_id = message.id;
    countIn(channel, message.id, 1);
  }
  stopTyping(message.channel_id, [message.author.id, message.application_id]);
  const messages = messagesOf(message.channel_id);
  // A channel that was never opened is fetched when it is; keeping its tail would leave a hole.
  messages.arrivals?.add(message.id);
  if (messages.loaded || messages.arrivals) {
    const fresh = putMessage(message);
    emit("message", { kind: fresh ? "create" : "update", message });
  }
  noteUnread(message, channel);
}

function messageUpdated(message) {
  const { arrivals } = messagesOf(message.channel_id);
  const known = findMessage(message.channel_id, message.id) ?? (arrivals ? message : null);
  if (!known) return;
  arrivals?.add(message.id);
  const { reactions, ...rest } = message;
  const mine = (reactions ?? known.reactions ?? []).map((r) => ({ ...r, me: isMine(known, r) ?? r.me }));
  putMessage({ ...rest, ...(reactions ? { reactions: mine } : {}) });
  emit("message", { kind: "update", message: findMessage(message.channel_id, message.id) });
}

function isMine(message, reaction) {
  return message.reactions?.find((r) => sameEmoji(r.emoji, reaction.emoji))?.me;
}

/** Of how many messages a thread holds nobody is told but by the messages themselves; its first one does not count. */
function countIn(channel, messageId, step) {
  if (!isThread(channel) || messageId === channel.id) return;
  channel.message_count = Math.max(0, (channel.message_count ?? 0) + step);
  emit("channel", channel.id);
}

function messageGone(channelId, id) {
  countIn(store.channels.get(channelId), id, -1);
  if (dropMessage(channelId, id)) emit("message", { kind: "delete", message: { id, channel_id: channelId } });
}

export function sameEmoji(a, b) {
  return a.id || b.id ? a.id === b.id : a.name === b.name;
}

function react(data, step) {
  const message = findMessage(data.channel_id, data.message_id);
  if (!message) return;
  let list = (message.reactions ?? []).map((r) => ({ ...r }));
  if (step === 0) list = data.emoji ? list.filter((r) => !sameEmoji(r.emoji, data.emoji)) : [];
  else {
    let entry = list.find((r) => sameEmoji(r.emoji, data.emoji));
    if (!entry && step > 0) list.push((entry = { emoji: data.emoji, count: 0, me: false }));
    if (entry) {
      entry.count += step;
      if (data.user_id === store.me?.id) entry.me = step > 0;
    }
    list = list.filter((r) => r.count > 0);
  }
  message.reactions = list;
  emit("message", { kind: "update", message });
}

function typing({ channel_id: channelId, user_id: userId, member, guild_id: guildId }) {
  if (member?.user && guildId) putMember(guildId, member);
  if (userId === store.me?.id) return;
  if (!store.typing.has(channelId)) store.typing.set(channelId, new Map());
  store.typing.get(channelId).set(userId, Date.now() + TYPING_MS);
  emit("typing", channelId);
}

function stopTyping(channelId, userIds) {
  const typists = store.typing.get(channelId);
  if (!typists) return;
  userIds.forEach((id) => typists.delete(id));
  emit("typing", channelId);
}

function noteUnread(message, channel) {
  if (message.author.id === store.me?.id) {
    markSeen(message.channel_id);
    return;
  }
  if (message.channel_id === store.channelId && document.hasFocus() && !store.scrolledUp) {
    markSeen(message.channel_id);
    return;
  }
  const entry = store.unread.get(message.channel_id) ?? { count: 0, mentions: 0, since: message.id };
  entry.count += 1;
  const called =
    message.mentions?.some((u) => u.id === store.me?.id) || message.mention_everyone || (channel && isDm(channel));
  if (called) entry.mentions += 1;
  store.unread.set(message.channel_id, entry);
  emit("unread", message.channel_id);
}

const seenKey = () => `${SEEN}.${store.me?.id}`;

function readSeen() {
  try {
    return JSON.parse(localStorage.getItem(seenKey())) ?? {};
  } catch {
    return {};
  }
}

/** Everything in this channel has been read. */
export function markSeen(channelId) {
  const last = store.channels.get(channelId)?.last_message_id ?? messagesOf(channelId).list.at(-1)?.id;
  if (last) localStorage.setItem(seenKey(), JSON.stringify({ ...readSeen(), [channelId]: last }));
  if (store.unread.delete(channelId)) emit("unread", channelId);
}

/** Channels that moved on while this browser was away are unread; ones never seen before start as read. */
function restoreUnread() {
  const seen = readSeen();
  for (const channel of store.channels.values()) {
    const { last_message_id: last } = channel;
    if (!last) continue;
    if (seen[channel.id] && compareIds(last, seen[channel.id]) > 0) {
      store.unread.set(channel.id, { count: 1, mentions: isDm(channel) ? 1 : 0, after: seen[channel.id] });
    } else seen[channel.id] = last;
  }
  localStorage.setItem(seenKey(), JSON.stringify(seen));
}
