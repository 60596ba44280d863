/**
 * Sends what a person does to an app (commands, components, autocomplete, modals) and follows each by its nonce
 * until the app has answered or failed to.
 */
import { on } from "./bus.js";
import { post } from "./rest.js";
import { store } from "./store.js";

export const COMMAND = 2;
export const COMPONENT = 3;
export const AUTOCOMPLETE = 4;
export const MODAL = 5;

/** The server reports failure after 3 s; this is only for a connection that dies meanwhile. */
const GIVE_UP_MS = 15_000;
const pending = new Map();
let counter = 0;

/** The app did not answer in time, or refused. */
export class InteractionFailed extends Error {
  constructor(message = "This interaction failed") {
    super(message);
    this.name = "InteractionFailed";
  }
}

export function newNonce() {
  counter += 1;
  return `${Date.now()}${String(counter).padStart(4, "0")}`;
}

/**
 * Sends one interaction and resolves once the app acknowledged it (or opened a modal). Rejects with ApiError when
 * the server refuses and InteractionFailed when the app does not answer.
 */
export async function interact({
  type,
  applicationId,
  channelId,
  data,
  messageId,
  messageFlags = 0,
  files,
  nonce = newNonce(),
}) {
  const channel = store.channels.get(channelId);
  const body = {
    type,
    application_id: applicationId,
    channel_id: channelId,
    session_id: store.sessionId ?? "",
    nonce,
    data,
    ...(channel?.guild_id ? { guild_id: channel.guild_id } : {}),
    ...(messageId ? { message_id: messageId, message_flags: messageFlags } : {}),
  };
  if (type === AUTOCOMPLETE) {
    await post("/interactions", body);
    return;
  }
  const answered = new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(nonce, (p) => p.reject(new InteractionFailed())), GIVE_UP_MS);
    pending.set(nonce, { resolve, reject, timer, context: { applicationId, channelId, messageId } });
  });
  answered.catch(() => {});
  try {
    await post("/interactions", body, files);
  } catch (error) {
    settle(nonce, (p) => p.reject(error));
  }
  await answered;
}

/** Where the interaction with this nonce came from, while it waits. */
export const contextOf = (nonce) => pending.get(nonce)?.context ?? null;

function settle(nonce, how) {
  const entry = pending.get(nonce);
  if (!entry) return;
  clearTimeout(entry.timer);
  pending.delete(nonce);
  how(entry);
}

on("interaction:success", ({ nonce }) => settle(nonce, (p) => p.resolve()));
on("interaction:failure", ({ nonce }) => settle(nonce, (p) => p.reject(new InteractionFailed())));
on("interaction:modal", ({ nonce }) => setTimeout(() => settle(nonce, (p) => p.resolve()), 0));
