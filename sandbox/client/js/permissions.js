/** What a person may do here: base permissions, then overwrites, in the order Discord documents. */
import { isDm, isThread, memberOf, store } from "./store.js";

export const P = {
  ADMINISTRATOR: 1n << 3n,
  ADD_REACTIONS: 1n << 6n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  MANAGE_MESSAGES: 1n << 13n,
  ATTACH_FILES: 1n << 15n,
  READ_HISTORY: 1n << 16n,
  USE_COMMANDS: 1n << 31n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  CREATE_PRIVATE_THREADS: 1n << 36n,
  SEND_IN_THREADS: 1n << 38n,
  PIN_MESSAGES: 1n << 51n,
};
const ALL = (1n << 60n) - 1n;

/** The permission bits of `userId` (ourselves by default) in a channel, as BigInt. */
export function permissionsIn(channel, userId = store.me?.id) {
  if (!channel || isDm(channel)) return ALL;
  const guild = store.guilds.get(channel.guild_id);
  const member = memberOf(channel.guild_id, userId);
  if (!guild || !member || guild.owner_id === userId) return ALL;
  let bits = 0n;
  for (const role of guild.roles ?? []) {
    if (role.id === guild.id || member.roles?.includes(role.id)) bits |= BigInt(role.permissions ?? 0);
  }
  if (bits & P.ADMINISTRATOR) return ALL;
  const place = isThread(channel) ? (store.channels.get(channel.parent_id) ?? channel) : channel;
  return overwrite(bits, place.permission_overwrites ?? [], guild.id, member, userId);
}

function overwrite(start, overwrites, guildId, member, userId) {
  let bits = start;
  const apply = (list) => {
    const deny = list.reduce((sum, o) => sum | BigInt(o.deny ?? 0), 0n);
    const allow = list.reduce((sum, o) => sum | BigInt(o.allow ?? 0), 0n);
    bits = (bits & ~deny) | allow;
  };
  apply(overwrites.filter((o) => o.id === guildId));
  apply(overwrites.filter((o) => o.id !== guildId && member.roles?.includes(o.id)));
  apply(overwrites.filter((o) => o.id === userId));
  return bits;
}

export const can = (channel, bit) => (permissionsIn(channel) & bit) === bit;

/** Whether we may write here at all. */
export function canSend(channel) {
  return can(channel, isThread(channel) ? P.SEND_IN_THREADS : P.SEND_MESSAGES);
}
