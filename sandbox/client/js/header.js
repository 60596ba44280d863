/** The bar above the messages: where one is, what it is about, threads, members. */
import { on } from "./bus.js";
import { h, icon, iconButton } from "./dom.js";
import { openChannel } from "./navigate.js";
import { pinsMenu } from "./pins.js";
import { patch } from "./rest.js";
import { toggleDrawer } from "./sidebar.js";
import { channelTitle, currentChannel, isDm, isForum, isGroup, isThread, recipients, store } from "./store.js";
import { tagsAction } from "./tags.js";
import { threadsMenu } from "./threads.js";
import { markdown } from "./markdown_nodes.js";
import { can, P } from "./permissions.js";
import { complain } from "./toasts.js";
import { openDialog } from "./dialogs.js";

/** Builds the bar inside `root`. `onMembers()` shows or hides the people at the side. */
export function mountHeader(root, onMembers) {
  const draw = () => drawHeader(root, onMembers);
  on("open", draw);
  on("structure", draw);
}

function drawHeader(root, onMembers) {
  const channel = currentChannel();
  const menu = iconButton("menu", "Show channels", () => toggleDrawer(), {
    id: "drawer-button",
    "aria-controls": "sidebar",
    "aria-expanded": String(document.body.classList.contains("drawer-open")),
  });
  if (!channel) {
    root.replaceChildren(menu);
    return;
  }
  const parent = isThread(channel) && store.channels.get(channel.parent_id);
  const mark = markOf(channel);
  root.replaceChildren(
    menu,
    parent
      ? h("button", { type: "button", class: "crumb", onClick: () => openChannel(parent.id) }, `#${parent.name}`)
      : "",
    parent ? icon("right", 14) : "",
    h("h2", { class: "channel-title" }, icon(mark, 22), h("span", {}, channelTitle(channel))),
    isDm(channel) && !isGroup(channel) && recipients(channel)[0]?.bot ? h("span", { class: "badge" }, "APP") : "",
    (parent || channel).nsfw ? h("span", { class: "badge adult", title: "Age-restricted" }, "18+") : "",
    channel.topic && !isForum(channel) ? topic(channel) : h("span", { class: "topic" }),
    ...actions(channel, onMembers),
  );
}

function markOf(channel) {
  if (isDm(channel)) return isGroup(channel) ? "people" : "at";
  if (isThread(channel)) return "thread";
  if (isForum(channel)) return "forum";
  return channel.type === 5 ? "announce" : "hash";
}

function topic(channel) {
  return h(
    "button",
    {
      type: "button",
      class: "topic",
      "aria-label": `Topic: ${channel.topic}`,
      onClick: () =>
        openDialog({
          title: `#${channel.name}`,
          body: h("div", { class: "markup" }, markdown(channel.topic, { guildId: channel.guild_id })),
        }),
    },
    markdown(channel.topic.split("\n")[0], { guildId: channel.guild_id, inline: true })
      .map((n) => n.textContent)
      .join(""),
  );
}

function actions(channel, onMembers) {
  const threads = iconButton("thread", "Threads", () => threadsMenu(channel, threads), { "aria-haspopup": "menu" });
  const people = iconButton("people", "Members", onMembers, { id: "members-button" });
  const pins = iconButton("pin", "Pinned messages", () => pinsMenu(channel, pins), { "aria-haspopup": "menu" });
  if (isDm(channel)) return isGroup(channel) ? [pins, people] : [pins];
  if (isForum(channel)) return [people];
  if (!isThread(channel)) return [threads, pins, people];
  const archived = channel.thread_metadata?.archived;
  const mayManage = channel.owner_id === store.me?.id || can(channel, P.MANAGE_THREADS) || archived;
  const toggle = () => patch(`/channels/${channel.id}`, { archived: !archived }).catch(complain);
  return [
    tagsAction(channel),
    mayManage && iconButton("archive", archived ? "Reopen thread" : "Close thread", toggle),
    pins,
    people,
  ].filter(Boolean);
}
