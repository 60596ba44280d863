/** Who wants to know what: a tiny publish/subscribe bus between the store and what is on screen. */
const listeners = new Map();

/** Calls `fn(detail)` whenever `topic` is emitted; returns a function that ends it. */
export function on(topic, fn) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(fn);
  return () => listeners.get(topic).delete(fn);
}

/** Tells everyone listening to `topic`. */
export function emit(topic, detail) {
  for (const fn of [...(listeners.get(topic) ?? [])]) fn(detail);
}
