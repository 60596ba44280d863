/** The slash commands one may use in a channel, flattened so that each subcommand is an entry of its own. */
import { get } from "./rest.js";
import { avatarUrl } from "./store.js";

const FRESH_MS = 4000;
const cache = new Map();

export const SUBCOMMAND = 1;
export const GROUP = 2;

/**
 * Entries `{command, application, path, options, description, name}` of a channel; `type` 1 slash, 2 user menu,
 * 3 message menu. Remembered for a moment so that typing does not ask for every letter.
 */
export async function commandsFor(channelId, type = 1) {
  const key = `${channelId}.${type}`;
  const known = cache.get(key);
  if (known && Date.now() - known.at < FRESH_MS) return known.entries;
  const found = await get(`/channels/${channelId}/application-commands/search`, {
    type: String(type),
    limit: "100",
    locale: navigator.language,
  });
  const apps = new Map((found.applications ?? []).map((app) => [app.id, app]));
  const entries = (found.application_commands ?? []).flatMap((command) =>
    flatten(command, apps.get(command.application_id)),
  );
  cache.set(key, { at: Date.now(), entries });
  return entries;
}

/** What was fetched may be somebody else's now. */
export function forgetCommands() {
  cache.clear();
}

function flatten(command, application) {
  const title = command.name_localized ?? command.name;
  const entry = (path, holder, names) => ({
    command,
    application: application ?? { id: command.application_id, name: "App" },
    path,
    name: names.join(" "),
    description: holder.description_localized ?? holder.description ?? "",
    options: (holder.options ?? []).filter((o) => o.type > GROUP),
  });
  const parts = (command.options ?? []).filter((o) => o.type <= GROUP);
  if (!parts.length) return [entry([], command, [title])];
  return parts.flatMap((part) =>
    part.type === SUBCOMMAND
      ? [entry([part], part, [title, part.name_localized ?? part.name])]
      : (part.options ?? []).map((sub) =>
          entry([part, sub], sub, [title, part.name_localized ?? part.name, sub.name_localized ?? sub.name]),
        ),
  );
}

/** Rows for the suggestion panel: those whose words match, exact beginnings first, grouped by app. */
export function commandItems(entries, query) {
  const words = query.toLowerCase().trim().split(/\s+/).filter(Boolean);
  const typed = words.join(" ");
  const rank = (e) => (e.name.toLowerCase().startsWith(typed) ? 0 : 1);
  return entries
    .filter((e) => words.every((w) => e.name.toLowerCase().includes(w)))
    .sort(
      (a, b) =>
        a.application.name.localeCompare(b.application.name) || rank(a) - rank(b) || a.name.localeCompare(b.name),
    )
    .map((entry) => ({
      value: entry.name,
      label: `/${entry.name}`,
      description: describe(entry),
      entry,
      group: entry.application.name,
      groupImage: appImage(entry.application),
    }));
}

function describe(entry) {
  const names = entry.options.map((o) => (o.required ? o.name : `[${o.name}]`)).join("  ");
  return names ? `${entry.description}  ·  ${names}` : entry.description;
}

/** An application's picture: its own icon, else its bot's face. */
export function appImage(application) {
  if (application.bot) return avatarUrl(application.bot, 40);
  return application.icon
    ? `/app-icons/${application.id}/${application.icon}.png?size=40`
    : avatarUrl({ id: application.id }, 40);
}

/** `data` of the interaction for an entry and its option values, nested as Discord's client sends it. */
export function commandData(entry, values) {
  let options = values;
  for (const part of [...entry.path].reverse()) options = [{ type: part.type, name: part.name, options }];
  return {
    id: entry.command.id,
    version: entry.command.version,
    name: entry.command.name,
    type: entry.command.type ?? 1,
    options,
  };
}
