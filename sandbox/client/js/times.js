/** Dates and times as this browser's language writes them. */
const HOUR = { hour: "2-digit", minute: "2-digit" };
const STYLES = {
  t: HOUR,
  T: { ...HOUR, second: "2-digit" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

const sameDay = (a, b) => a.toDateString() === b.toDateString();

/** `<t:…:style>` stamps other than relative ones. */
export function formatStamp(date, style) {
  return new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(date);
}

export const clock = (date) => new Intl.DateTimeFormat(undefined, HOUR).format(date);
export const fullTime = (date) => formatStamp(date, "F");
export const dayTitle = (date) => new Intl.DateTimeFormat(undefined, { dateStyle: "long" }).format(date);
export const isNewDay = (a, b) => !sameDay(new Date(a), new Date(b));

/** How a message header says when: the time today, “Yesterday at …”, otherwise the date too. */
export function messageTime(date) {
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (sameDay(date, now)) return `Today at ${clock(date)}`;
  if (sameDay(date, yesterday)) return `Yesterday at ${clock(date)}`;
  return formatStamp(date, "s");
}

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** “in 5 minutes”, “2 days ago”. */
export function duration(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, s]) => Math.abs(seconds) >= s) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
