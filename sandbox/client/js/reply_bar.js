/** The strip above the composer that says whom the next message answers. */
import { h, icon, iconButton } from "./dom.js";
import { authorName } from "./message.js";
import { jumpTo } from "./messages.js";
import { store } from "./store.js";

export class ReplyBar {
  /** `onEnd()` when the person gives the reply up. */
  constructor(onEnd) {
    this.onEnd = onEnd;
    this.node = h("div", { class: "reply-bar", hidden: true });
    this.set(null);
  }

  /** Answers `message` with the next one sent; null stops that. */
  set(message) {
    this.message = message;
    this.pings = Boolean(message) && message.author.id !== store.me?.id;
    this.node.hidden = !message;
    this.node.replaceChildren(...(message ? this.parts(message) : []));
  }

  parts(message) {
    const target = h(
      "button",
      { type: "button", class: "reply-target", onClick: () => jumpTo(message.id) },
      "Replying to ",
      h("strong", {}, authorName(message)),
    );
    return [target, this.ping(), iconButton("close", "Stop replying", () => this.onEnd())];
  }

  /** Whether its author is told. */
  ping() {
    const word = h("span", {}, this.pings ? "ON" : "OFF");
    const node = h("button", { type: "button", class: "ping", title: "Notify the author" }, icon("at", 16), word);
    node.setAttribute("aria-pressed", String(this.pings));
    node.addEventListener("click", () => {
      this.pings = !this.pings;
      node.setAttribute("aria-pressed", String(this.pings));
      word.textContent = this.pings ? "ON" : "OFF";
    });
    return node;
  }

  /** What a message that is sent now carries of it. */
  body(channelId) {
    if (!this.message) return {};
    const body = { message_reference: { message_id: this.message.id, channel_id: channelId } };
    if (!this.pings) body.allowed_mentions = { parse: ["users", "roles", "everyone"], replied_user: false };
    return body;
  }
}
