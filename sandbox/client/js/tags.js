/** The tags of a forum: as chips on posts, and as buttons to choose among. */
import { h, iconButton, roving } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { emojiNode } from "./markdown_nodes.js";
import { can, P } from "./permissions.js";
import { patch } from "./rest.js";
import { isForum, store } from "./store.js";

/** A post bears no more than this (docs: Start Thread in Forum). */
const MOST = 5;

const face = (tag) =>
  tag.emoji_id || tag.emoji_name ? emojiNode({ id: tag.emoji_id ?? null, name: tag.emoji_name }) : null;

/** The chips of what a post bears; nothing for tags its forum has no more. */
export function tagChips(forum, ids) {
  const borne = (forum?.available_tags ?? []).filter((tag) => ids?.includes(tag.id));
  if (!borne.length) return null;
  return h(
    "ul",
    { class: "tag-chips", "aria-label": "Tags" },
    borne.map((tag) => h("li", { class: "tag-chip" }, face(tag), tag.name)),
  );
}

/**
 * Buttons of all tags of a forum. `chosen` is the Set they change, `onChange()` is told; `bearing` leaves those out of
 * reach that only moderators may set, and more than a post may bear.
 */
export function tagButtons(forum, chosen, { label, onChange, bearing = false }) {
  const out = (tag) =>
    bearing && !chosen.has(tag.id) && (chosen.size >= MOST || (tag.moderated && !can(forum, P.MANAGE_THREADS)));
  const one = (tag) => {
    const node = h(
      "button",
      {
        type: "button",
        class: "tag-button",
        title: tag.moderated ? "Only moderators set this tag" : null,
        data: { tagId: tag.id },
        onClick: () => {
          if (!chosen.delete(tag.id)) chosen.add(tag.id);
          settle();
          onChange?.();
        },
      },
      face(tag),
      h("span", {}, tag.name),
    );
    return { tag, node };
  };
  const rows = (forum.available_tags ?? []).map(one);
  const settle = () =>
    rows.forEach(({ tag, node }) => {
      node.setAttribute("aria-pressed", String(chosen.has(tag.id)));
      node.disabled = out(tag);
    });
  settle();
  const group = h(
    "div",
    { class: "tag-buttons", role: "group", "aria-label": label },
    rows.map((row) => row.node),
  );
  roving(group, ".tag-button:not(:disabled)", "x");
  return group;
}

/** What opens the choice of a post's tags, for who may choose; null for others and outside forums. */
export function tagsAction(post) {
  const forum = store.channels.get(post.parent_id);
  const may = post.owner_id === store.me?.id || can(post, P.MANAGE_THREADS);
  if (!isForum(forum) || !forum.available_tags?.length || !may) return null;
  return iconButton("tag", "Edit tags", () => editTags(forum, post));
}

function editTags(forum, post) {
  const chosen = new Set(post.applied_tags ?? []);
  const error = h("p", { class: "field-error", role: "alert" });
  const save = async () => {
    try {
      await patch(`/channels/${post.id}`, { applied_tags: [...chosen] });
      dialog.close();
    } catch (problem) {
      error.textContent = problem.message;
    }
  };
  const dialog = openDialog({
    title: "Edit tags",
    body: [tagButtons(forum, chosen, { label: "Tags", bearing: true }), error],
    actions: [
      h("button", { type: "button", class: "button secondary", onClick: () => dialog.close() }, "Cancel"),
      h("button", { type: "button", class: "button primary", onClick: save }, "Save"),
    ],
  });
}
