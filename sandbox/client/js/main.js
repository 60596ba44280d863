/** Puts the client together: one page, one person at a time, one live connection. */
import { emit, on } from "./bus.js";
import { $, h, icon } from "./dom.js";
import { mountClicks, skipLink } from "./clicks.js";
import { forgetCommands } from "./commands.js";
import { focusComposer, mountComposer, openComposer } from "./composer.js";
import { apply, markSeen } from "./dispatch.js";
import { Gateway } from "./gateway.js";
import { mountForum, refreshForum, showForum } from "./forum.js";
import { mountHeader } from "./header.js";
import { mountMembers } from "./members.js";
import { aimAt, mountMessages, refreshChannel, showChannel } from "./messages.js";
import { mountModals } from "./modal.js";
import { openGuild, openStart, HOME } from "./navigate.js";
import { choosePerson, drawPeople, remember } from "./people.js";
import { closeAll } from "./popups.js";
import { useToken } from "./rest.js";
import { mountSidebar, toggleDrawer } from "./sidebar.js";
import { currentChannel, isDm, isForum, reset, store } from "./store.js";
import { startTheme } from "./theme.js";
import { complain } from "./toasts.js";
import { mountTroubles } from "./troubles.js";

const gateway = new Gateway(received, connection);
let shown = null;
let countdown = null;

function start() {
  startTheme();
  document.body.prepend(skipLink());
  mountSidebar($("#rail"), $("#sidebar"));
  mountHeader($("#header"), () => document.body.classList.toggle("members-hidden"));
  mountMessages($("#stage"));
  mountComposer($("#composer"), $("#main"));
  mountForum($(".conversation"));
  mountMembers($("#members"));
  mountTroubles($("#troubles"));
  mountModals();
  mountClicks();
  on("open", opened);
  on("ready", ready);
  on("channel:gone", ({ id }) => {
    if (id !== store.channelId) return;
    const known = store.guildId === HOME || store.guilds.has(store.guildId);
    openGuild(known ? store.guildId : (store.guilds.keys().next().value ?? HOME));
  });
  $("#veil").addEventListener("click", () => toggleDrawer(false));
  addEventListener("online", () => gateway.retryNow());
  signIn();
}

/** Finds out who we are and connects; keeps trying while the server is away. */
async function signIn(person) {
  let who = person;
  try {
    who = who ?? (await choosePerson());
  } catch {
    banner("waiting", "The sandbox does not answer yet. Trying again…");
    setTimeout(() => signIn(), 1500);
    return;
  }
  if (!who) {
    banner("refused", "There is nobody in this world yet.");
    return;
  }
  closeAll();
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  reset(who);
  shown = null;
  forgetCommands();
  useToken(who.token);
  remember(who);
  drawPeople($("#person"), (next) => signIn(next));
  document.body.dataset.state = "connecting";
  gateway.start(who.token);
}

function received(type, data) {
  if (type === "READY") store.sessionId = data.session_id;
  apply(type, data);
  // A server that names its guilds first and describes them after (as bots see it) opens once the first arrives.
  if (type === "GUILD_CREATE" && store.ready && !store.channelId) openStart();
}

function ready() {
  drawPeople($("#person"), (next) => signIn(next));
  if (shown && shown === store.channelId) {
    (isForum(currentChannel()) ? refreshForum : refreshChannel)();
    emit("open", { focus: false, again: true });
  } else if (store.guilds.size || store.channels.size) {
    // A message's link, /channels/{server}/{channel}/{message}, opens at the message.
    aimAt(location.pathname.split("/")[4] ?? null);
    openStart();
  }
  document.body.dataset.state = "ready";
}

function opened({ focus, again }) {
  toggleDrawer(false);
  const empty = !store.channelId;
  $("#main").classList.toggle("empty", empty);
  $("#nowhere").textContent = empty ? nowhere() : "";
  if (empty || again) {
    if (empty) shown = null;
    return;
  }
  if (shown === store.channelId) {
    if (focus) focusComposer();
    return;
  }
  if (shown) markSeen(shown);
  shown = store.channelId;
  const channel = currentChannel();
  document.body.dataset.channelKind = isDm(channel) ? "dm" : isForum(channel) ? "forum" : "guild";
  showForum();
  if (isForum(channel)) return;
  openComposer();
  showChannel(shown).catch(complain);
  // On a touch screen the keyboard would cover half of what was just opened.
  if (focus && matchMedia("(hover: hover)").matches) focusComposer();
}

/** What stands where a conversation would. */
function nowhere() {
  if (store.guilds.get(store.guildId)?.unavailable) return "This server is not available just now.";
  return store.guildId === HOME
    ? "Nobody to talk to yet: message someone."
    : "There is no channel here that you can see.";
}

function connection(state, seconds) {
  clearInterval(countdown);
  document.body.dataset.connection = state;
  if (state === "open") banner(null);
  else if (state === "refused") {
    banner("waiting", "This person is not known here any more. Signing in again…");
    setTimeout(() => signIn(), 500);
  } else if (state === "waiting") {
    let left = Math.ceil(seconds);
    const say = () => banner("waiting", `Connection lost. Trying again${left > 1 ? ` in ${left} s` : ""}…`, true);
    say();
    countdown = setInterval(() => {
      left -= 1;
      say();
    }, 1000);
  } else if (shown) banner("connecting", "Connecting…");
}

function banner(state, text, retry = false) {
  const bar = $("#banner");
  bar.hidden = !state;
  if (!state) {
    bar.replaceChildren();
    return;
  }
  bar.className = `banner banner-${state}`;
  if (bar.dataset.text === text && bar.childNodes.length) return;
  bar.dataset.text = text;
  bar.replaceChildren(
    icon("alert", 18),
    h("span", {}, text),
    retry ? h("button", { type: "button", class: "button small", onClick: () => gateway.retryNow() }, "Try now") : "",
  );
}

start();
