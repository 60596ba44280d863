/** A forum: its posts as cards, found by words and tags, and the way to begin one (`forum_post.js`). */
import { on } from "./bus.js";
import { $, $$, h, icon, morph, roving, seedRoving } from "./dom.js";
import { sameOrigin } from "./attachments.js";
import { PostForm } from "./forum_post.js";
import { authorName } from "./message.js";
import { emojiNode, markdown } from "./markdown_nodes.js";
import { can, P } from "./permissions.js";
import { openMenu } from "./popups.js";
import { get } from "./rest.js";
import { avatarUrl, compareIds, currentChannel, isForum, isThread, store } from "./store.js";
import { tagButtons, tagChips } from "./tags.js";
import { duration } from "./times.js";
import { complain } from "./toasts.js";

const PINNED = 2;
const EPOCH = 1420070400000n;
const ORDERS = { active: "Recently active", new: "Date posted" };

const view = { filter: new Set(), order: "active", first: new Map(), form: null, known: null };
const timeOf = (id) => Number((BigInt(id) >> 22n) + EPOCH);
const lastActive = (post) => post.last_message_id ?? post.id;

/** Builds the page inside `root`; it shows itself when a forum is open. */
export function mountForum(root) {
  view.search = h("input", {
    class: "forum-search",
    type: "search",
    placeholder: "Search or create a post…",
    "aria-label": "Search or create a post",
    autocomplete: "off",
    maxlength: 100,
    onInput: draw,
  });
  view.begin = h(
    "button",
    { type: "button", class: "button primary forum-new", onClick: beginPost },
    icon("plus", 18),
    h("span", {}, "New post"),
  );
  view.bar = h("div", { class: "forum-bar" }, icon("search", 20), view.search, view.begin);
  view.topic = h("div", { class: "forum-topic markup" });
  view.slot = h("div", { class: "forum-slot" });
  view.tools = h("div", { class: "forum-tools" });
  view.list = h("div", { class: "forum-list" });
  view.page = h(
    "section",
    { class: "forum", id: "forum", hidden: true },
    h("div", { class: "forum-inner" }, view.bar, view.topic, view.slot, view.tools, view.list),
  );
  root.append(view.page);
  roving(view.list, ".post-card");
  view.search.addEventListener("keydown", onSearchKey);
  for (const topic of ["structure", "unread", "members"]) on(topic, later);
}

let queued = false;

function later() {
  if (queued || view.page.hidden) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    draw();
  });
}

/** Shows the open forum, or hides the page where something else is open. */
export function showForum() {
  const forum = currentChannel();
  view.page.hidden = !isForum(forum);
  if (view.page.hidden) return;
  if (view.known !== forum.id) {
    view.known = forum.id;
    view.filter.clear();
    view.search.value = "";
    closeForm();
  }
  view.page.setAttribute("aria-label", `Posts in ${forum.name}`);
  view.page.scrollTop = 0;
  refreshForum();
}

/** Fetches anew what the gateway does not tell: closed posts, and what each post begins with. */
export async function refreshForum() {
  const forum = currentChannel();
  draw();
  await get(`/channels/${forum.id}/threads/archived/public`)
    .then(({ threads }) => threads.forEach((t) => store.channels.set(t.id, { ...store.channels.get(t.id), ...t })))
    .catch(complain);
  await Promise.all(postsOf(forum).map((post) => begins(post)));
  draw();
}

const postsOf = (forum) => [...store.channels.values()].filter((c) => isThread(c) && c.parent_id === forum.id);

/** The message a post begins with; null once it was deleted. */
async function begins(post) {
  const message = await get(`/channels/${post.id}/messages/${post.id}`).catch(() => null);
  view.first.set(post.id, message);
}

function draw() {
  const forum = currentChannel();
  if (!isForum(forum)) return;
  const held = document.activeElement?.closest?.(".post-card")?.dataset.channelLink;
  view.begin.disabled = !can(forum, P.SEND_MESSAGES);
  view.begin.title = view.begin.disabled ? "You do not have permission to begin posts here" : "";
  morph(view.topic, markdown(forum.topic ?? "", { guildId: forum.guild_id }));
  drawTools(forum);
  const unseen = postsOf(forum).filter((post) => !view.first.has(post.id));
  // Of a post that was just begun, its first message is on the way.
  unseen.forEach((post) => {
    view.first.set(post.id, undefined);
    begins(post).then(later);
  });
  const found = postsOf(forum).filter(wanted).sort(order);
  const open = found.filter((post) => !post.thread_metadata?.archived);
  const closed = found.filter((post) => post.thread_metadata?.archived);
  const cards = [
    ...open.map((post) => card(forum, post)),
    closed.length && h("h3", { class: "forum-heading" }, "Older posts"),
    ...closed.map((post) => card(forum, post)),
    !found.length && nothing(),
  ];
  morph(view.list, cards.filter(Boolean));
  if (held) $(`.post-card[data-channel-link="${held}"]`, view.list)?.focus({ preventScroll: true });
  seedRoving(view.list, ".post-card");
}

function wanted(post) {
  const words = view.search.value.trim().toLowerCase();
  const tags = post.applied_tags ?? [];
  return post.name.toLowerCase().includes(words) && (!view.filter.size || tags.some((tag) => view.filter.has(tag)));
}

function order(a, b) {
  const pinned = Number(Boolean(b.flags & PINNED)) - Number(Boolean(a.flags & PINNED));
  const key = view.order === "active" ? lastActive : (post) => post.id;
  return pinned || compareIds(key(b), key(a));
}

function nothing() {
  const searching = view.search.value.trim() || view.filter.size;
  return h(
    "p",
    { class: "forum-nothing" },
    searching ? "No post of that kind. Begin one?" : "Nobody has posted here yet. Be the first!",
  );
}

function drawTools(forum) {
  const key = JSON.stringify([forum.id, forum.available_tags, view.order]);
  if (view.tools.dataset.key === key) return;
  view.tools.dataset.key = key;
  const sort = h(
    "button",
    { type: "button", class: "forum-sort", "aria-haspopup": "menu", onClick: () => sortMenu(sort) },
    icon("sort", 18),
    ORDERS[view.order],
  );
  const tags = forum.available_tags?.length
    ? tagButtons(forum, view.filter, { label: "Only posts with", onChange: draw })
    : h("span");
  view.tools.replaceChildren(sort, tags);
}

function sortMenu(anchor) {
  const items = Object.entries(ORDERS).map(([key, label]) => ({
    label,
    checked: key === view.order,
    onSelect: () => {
      view.order = key;
      draw();
      $(".forum-sort", view.tools).focus();
    },
  }));
  openMenu(anchor, [{ heading: "Sort by" }, ...items], { label: "Sort by" });
}

function card(forum, post) {
  const first = view.first.get(post.id);
  const unread = store.unread.has(post.id);
  return h(
    "button",
    {
      type: "button",
      class: ["post-card", unread && "unread"],
      tabIndex: -1,
      data: { channelLink: post.id },
      "aria-label": `${post.name}${unread ? ", unread" : ""}`,
    },
    h(
      "span",
      { class: "post-text" },
      tagChips(forum, post.applied_tags),
      h("span", { class: "post-title" }, Boolean(post.flags & PINNED) && icon("pin", 16), post.name),
      h("span", { class: "post-excerpt" }, excerpt(first, forum)),
      h("span", { class: "post-facts" }, facts(forum, post, first)),
    ),
    picture(first),
  );
}

function excerpt(first, forum) {
  if (first === undefined) return h("span", { class: "bone", vars: { "--w": "60%" } });
  if (first === null) return h("em", {}, "The first message was deleted");
  const text = (first.content ?? "").replaceAll("\n", " ").slice(0, 240);
  return [
    h("img", { class: "tiny-avatar", src: avatarUrl(first.author, 40), alt: "" }),
    h("strong", {}, `${authorName(first)}: `),
    // A card is a button, so what is inside it must not be one: of the markdown only its words are shown.
    text
      ? markdown(text, { guildId: forum.guild_id, inline: true })
          .map((node) => node.textContent)
          .join("")
      : h("em", {}, first.attachments?.length ? "An attachment" : "A message"),
  ];
}

function facts(forum, post, first) {
  const count = post.message_count ?? 0;
  const chosen = forum.default_reaction_emoji;
  const usual = chosen && { id: chosen.emoji_id ?? null, name: chosen.emoji_name };
  const top = first?.reactions?.[0] ?? (usual && { emoji: usual, count: 0 });
  const when = timeOf(view.order === "active" ? lastActive(post) : post.id);
  return [
    top && h("span", { class: "post-fact" }, emojiNode(top.emoji), String(top.count)),
    h(
      "span",
      { class: "post-fact", title: `${count} message${count === 1 ? "" : "s"}` },
      icon("forum", 16),
      String(count),
    ),
    h("span", { class: "post-fact" }, duration(new Date(when))),
  ];
}

function picture(first) {
  const image = first?.attachments?.find((a) => a.content_type?.startsWith("image/"));
  const src = image && sameOrigin(image.url);
  return src ? h("img", { class: "post-picture", src, alt: image.description ?? "" }) : null;
}

// ------------------------------------------------------------------------------------------------ beginning one

function beginPost() {
  const forum = currentChannel();
  view.form = new PostForm(forum, { title: view.search.value.trim(), onClose: closeForm });
  view.slot.replaceChildren(view.form.node);
  view.page.classList.add("posting");
  view.page.scrollTop = 0;
  view.form.focus();
}

function closeForm() {
  const held = view.form?.node.contains(document.activeElement);
  view.form?.node.remove();
  view.form = null;
  view.page.classList.remove("posting");
  if (held) view.search.focus();
}

function onSearchKey(event) {
  if (event.key === "Enter" && !view.begin.disabled) {
    event.preventDefault();
    const [only, ...more] = $$(".post-card", view.list);
    if (only && !more.length && view.search.value.trim()) only.click();
    else beginPost();
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    $(".post-card", view.list)?.focus();
  } else if (event.key === "Escape" && view.search.value) {
    view.search.value = "";
    draw();
  }
}
