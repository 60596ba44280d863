/** The people at the side, and the card that opens when one clicks a name. */
import { on } from "./bus.js";
import { $, append, h, icon, roving, seedRoving } from "./dom.js";
import { openDm } from "./navigate.js";
import { openPopup } from "./popups.js";
import { avatarUrl, colorOf, currentChannel, isDm, memberOf, nameOf, roleColor, rolesOf, store } from "./store.js";

/** Builds the list inside `root`. */
export function mountMembers(root) {
  const draw = () => drawMembers(root);
  for (const topic of ["open", "members", "structure"]) on(topic, draw);
  roving(root, ".member");
}

function drawMembers(root) {
  const channel = currentChannel();
  root.hidden = !channel || isDm(channel);
  if (root.hidden) return;
  const groups = new Map();
  for (const id of store.members.get(channel.guild_id)?.keys() ?? []) {
    const user = store.users.get(id);
    if (!user) continue;
    const hoisted = rolesOf(channel.guild_id, id).find((r) => r.hoist);
    const title = hoisted?.name ?? (user.bot ? "Apps" : "Members");
    const rank = hoisted ? -hoisted.position - 1 : user.bot ? 1 : 0;
    if (!groups.has(title)) groups.set(title, { title, rank, users: [] });
    groups.get(title).users.push(user);
  }
  const sorted = [...groups.values()].sort((a, b) => a.rank - b.rank);
  root.replaceChildren(
    ...sorted.map(({ title, users }) =>
      h(
        "section",
        { "aria-label": title },
        h("h3", {}, `${title} — ${users.length}`),
        h(
          "ul",
          {},
          users
            .sort((a, b) => nameOf(a, channel.guild_id).localeCompare(nameOf(b, channel.guild_id)))
            .map((user) =>
              h(
                "li",
                {},
                h(
                  "button",
                  { type: "button", class: "member", tabIndex: -1, data: { userId: user.id } },
                  h("img", { class: "dm-avatar", src: avatarUrl(user, 64), alt: "" }),
                  h(
                    "span",
                    { class: "member-name", vars: { "--role": colorOf(channel.guild_id, user.id) } },
                    nameOf(user, channel.guild_id),
                  ),
                  user.bot && h("span", { class: "badge" }, "APP"),
                ),
              ),
            ),
        ),
      ),
    ),
  );
  seedRoving(root, ".member");
}

/** A small card about someone, beside what was clicked. */
export function profileCard(userId, anchor) {
  const user = store.users.get(userId);
  if (!user) return;
  const guildId = currentChannel()?.guild_id;
  const roles = guildId ? rolesOf(guildId, userId) : [];
  const card = h(
    "div",
    { class: "profile", role: "dialog", "aria-label": `About ${nameOf(user, guildId)}` },
    h("div", { class: "profile-band", vars: { "--role": colorOf(guildId, userId) } }),
    h("img", { class: "profile-face", src: avatarUrl(user, 128), alt: "" }),
    h("h3", {}, nameOf(user, guildId), user.bot && h("span", { class: "badge" }, "APP")),
    h("p", { class: "profile-username" }, user.username),
    roles.length &&
      h(
        "ul",
        { class: "role-chips", "aria-label": "Roles" },
        roles.map((r) => h("li", { vars: { "--role": roleColor(r) } }, r.name)),
      ),
    memberOf(guildId, userId)?.joined_at &&
      h(
        "p",
        { class: "profile-joined" },
        `Member since ${new Date(memberOf(guildId, userId).joined_at).toLocaleDateString()}`,
      ),
  );
  let close = () => {};
  const actions = h("div", { class: "profile-actions" });
  if (userId !== store.me?.id)
    append(
      actions,
      h(
        "button",
        {
          type: "button",
          class: "button primary",
          onClick: () => {
            close();
            openDm(userId);
          },
        },
        icon("mail", 16),
        "Message",
      ),
    );
  append(
    actions,
    h("button", { type: "button", class: "button secondary", data: { userMore: userId } }, icon("more", 16), "More"),
  );
  card.append(actions);
  close = openPopup(anchor, card, { side: "right" });
  $(".button", card)?.focus({ preventScroll: true });
}
