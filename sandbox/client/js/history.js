/** Fetching a channel's history, a page at a time, without losing what the gateway says meanwhile. */
import { EPHEMERAL } from "./message.js";
import { get } from "./rest.js";
import { compareIds, messagesOf } from "./store.js";
import { complain } from "./toasts.js";

const PAGE = 50;

/**
 * Fetches one page into the store: the newest messages, or those before `query.before`. Returns how many came; 0 also
 * when the API refused, which is then told. While it runs, `messages.arrivals` holds the ids the gateway spoke of.
 */
export async function loadPage(channelId, query = {}) {
  const messages = messagesOf(channelId);
  messages.arrivals = new Set();
  try {
    const page = await get(`/channels/${channelId}/messages`, { limit: String(PAGE), ...query });
    messages.list = merge(messages, page, Boolean(query.before));
    messages.loaded = true;
    if (page.length < PAGE) messages.atStart = true;
    else if (!query.before) messages.atStart = false;
    return page.length;
  } catch (error) {
    complain(error);
    messages.atStart = true;
    return 0;
  } finally {
    messages.arrivals = null;
  }
}

/** The page and what we keep of our own. What arrived while the page was on its way is newer than the page. */
function merge({ list, arrivals }, page, earlier) {
  const mine = new Map(list.map((m) => [m.id, m]));
  const known = new Set(page.map((m) => m.id));
  // Only-for-you messages live in this client alone: a fetch of the history does not bring them back.
  const keeps = (m) => earlier || arrivals.has(m.id) || m.flags & EPHEMERAL || m.local;
  const kept = list.filter((m) => !known.has(m.id) && keeps(m));
  const fetched = page.map((m) => (arrivals.has(m.id) ? { ...m, ...mine.get(m.id) } : m));
  return [...fetched, ...kept].sort((a, b) => compareIds(a.id, b.id));
}
