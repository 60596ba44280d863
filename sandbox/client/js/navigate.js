/** Which server and channel is open; remembered per person, and in the address. */
import { emit } from "./bus.js";
import { can, P } from "./permissions.js";
import { post } from "./rest.js";
import { compareIds, directMessages, isDm, isPlace, isThread, putUser, store } from "./store.js";
import { complain } from "./toasts.js";

export const HOME = "@me";
const key = () => `sandbox.last.${store.me?.id}`;

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(key())) ?? {};
  } catch {
    return {};
  }
}

/** The channels of a server one may see, ordered as Discord orders them: `[{category, channels}]`. */
export function channelTree(guildId) {
  const visible = [...store.channels.values()].filter(
    (c) => c.guild_id === guildId && !isThread(c) && (c.type === 4 || can(c, P.VIEW_CHANNEL)),
  );
  const order = (a, b) =>
    (a.type === 2) - (b.type === 2) || (a.position ?? 0) - (b.position ?? 0) || compareIds(a.id, b.id);
  const categories = visible.filter((c) => c.type === 4).sort(order);
  const under = (id) => visible.filter((c) => c.type !== 4 && (c.parent_id ?? null) === id).sort(order);
  return [
    { category: null, channels: under(null) },
    ...categories.map((category) => ({ category, channels: under(category.id) })),
  ].filter((group) => group.channels.length || (group.category && under(group.category.id).length));
}

/** Opens a channel (and its server). */
export function openChannel(channelId, { focus = true } = {}) {
  const channel = store.channels.get(channelId);
  if (!channel || !isPlace(channel)) return;
  store.guildId = isDm(channel) ? HOME : channel.guild_id;
  store.channelId = channelId;
  localStorage.setItem(key(), JSON.stringify({ ...remembered(), guild: store.guildId, [store.guildId]: channelId }));
  const url = new URL(location.href);
  url.pathname = "/";
  url.searchParams.set("channel", channelId);
  history.replaceState(null, "", url);
  emit("open", { focus });
}

/** Opens a server at the channel last read there, or direct messages for "@me". */
export function openGuild(guildId) {
  const last = remembered()[guildId];
  const options =
    guildId === HOME
      ? directMessages()
      : channelTree(guildId)
          .flatMap((g) => g.channels)
          .filter(isPlace);
  const target = options.find((c) => c.id === last) ?? store.channels.get(last) ?? options[0];
  if (target) {
    openChannel(target.id, { focus: false });
    return;
  }
  store.guildId = guildId;
  store.channelId = null;
  emit("open", { focus: false });
}

/** After connecting: stays where we were, else what the address says, else what was open last. */
export function openStart() {
  const wanted = new URL(location.href).searchParams.get("channel") ?? location.pathname.split("/")[3];
  const { guild, ...last } = remembered();
  for (const id of [store.channelId, wanted, last[guild]]) {
    const channel = store.channels.get(id);
    if (channel && (isDm(channel) || can(channel, P.VIEW_CHANNEL))) {
      openChannel(id);
      return;
    }
  }
  openGuild(store.guilds.keys().next().value ?? HOME);
}

/** Opens the direct messages with someone, beginning them if need be. */
export async function openDm(userId) {
  try {
    const channel = await post("/users/@me/channels", { recipient_id: userId });
    (channel.recipients ?? []).forEach(putUser);
    store.channels.set(channel.id, { ...store.channels.get(channel.id), ...channel });
    emit("structure");
    openChannel(channel.id);
  } catch (error) {
    complain(error);
  }
}

/** The channels of the open server in the order they are listed, threads under theirs. */
export function reachable() {
  if (store.guildId === HOME) return directMessages().map((c) => c.id);
  return [...document.querySelectorAll("#channels [data-channel-id]")].map((node) => node.dataset.channelId);
}

/** One up (-1) or down (1) in that order; `unreadOnly` skips what is read. */
export function step(by, unreadOnly = false) {
  const ids = reachable();
  if (!ids.length) return;
  let at = ids.indexOf(store.channelId);
  for (let n = 0; n < ids.length; n += 1) {
    at = (at + by + ids.length) % ids.length;
    if (!unreadOnly || store.unread.has(ids[at])) {
      openChannel(ids[at]);
      return;
    }
  }
}
