/** The form in which a post of a forum is begun: title, text, tags and files. */
import { emit } from "./bus.js";
import { dots, h, icon } from "./dom.js";
import { replaceShortcodes } from "./emoji.js";
import { Completer } from "./mentions.js";
import { openChannel } from "./navigate.js";
import { can, P } from "./permissions.js";
import { ApiError, post as send } from "./rest.js";
import { store } from "./store.js";
import { Suggest } from "./suggest.js";
import { tagButtons } from "./tags.js";
import { Uploads } from "./uploads.js";

const TITLE_LIMIT = 100;
const TEXT_LIMIT = 2000;
const REQUIRE_TAG = 16;

export class PostForm {
  /** For `forum`; `onClose()` when it is put away. A begun post is opened. */
  constructor(forum, { title, onClose }) {
    this.forum = forum;
    this.onClose = onClose;
    this.tags = new Set();
    this.uploads = new Uploads();
    this.title = h("input", {
      class: "post-name",
      type: "text",
      placeholder: "Title",
      "aria-label": "Title",
      maxlength: TITLE_LIMIT,
      autocomplete: "off",
      value: title ?? "",
    });
    this.text = h("textarea", {
      class: "post-words",
      rows: 3,
      placeholder: "Enter a message…",
      "aria-label": "Message",
    });
    this.count = h("span", { class: "composer-count", "aria-live": "polite" });
    this.error = h("p", { class: "field-error", role: "alert" });
    this.node = this.draw();
    this.suggest = new Suggest(this.words);
    this.completer = new Completer(this.text, this.suggest, () => this.grow());
    this.listen();
  }

  draw() {
    const attach = h(
      "button",
      {
        type: "button",
        class: "button secondary post-attach",
        "aria-label": "Attach files",
        disabled: !can(this.forum, P.ATTACH_FILES),
        onClick: () => this.uploads.choose(),
      },
      icon("upload", 18),
      h("span", {}, "Attach files"),
    );
    const close = { type: "button", class: "button secondary", onClick: () => this.onClose() };
    const cancel = h("button", close, "Cancel");
    this.words = h("div", { class: "post-words-frame" }, this.text);
    this.confirm = h(
      "button",
      { type: "submit", class: "button primary" },
      icon("send", 18),
      h("span", {}, "Post"),
      dots(),
    );
    const tags = this.forum.available_tags?.length
      ? tagButtons(this.forum, this.tags, { label: "Tags", bearing: true })
      : null;
    return h(
      "form",
      { class: "post-form", "aria-label": "New post", novalidate: true, onSubmit: (event) => this.submit(event) },
      this.title,
      this.words,
      this.uploads.list,
      this.uploads.input,
      tags,
      this.error,
      h("footer", { class: "post-actions" }, attach, this.count, h("span", { class: "gap" }), cancel, this.confirm),
    );
  }

  listen() {
    const forgive = () => {
      if (this.error.textContent && !this.problem()) this.error.textContent = "";
    };
    for (const type of ["input", "change", "click"]) this.node.addEventListener(type, forgive);
    this.title.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.text.focus();
    });
    this.text.addEventListener("input", () => {
      this.grow();
      this.completer.offer(this.forum);
    });
    this.text.addEventListener("keydown", (event) => this.suggest.key(event));
    this.text.addEventListener("blur", () => this.suggest.hide());
    this.text.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.uploads.add(files);
    });
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        this.onClose();
      } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(event);
    });
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, innerHeight * 0.45)}px`;
    const left = TEXT_LIMIT - [...this.text.value].length;
    this.count.textContent = left < 200 ? String(left) : "";
    this.count.classList.toggle("over", left < 0);
  }

  /** Puts the keyboard where something is missing. */
  focus() {
    (this.title.value ? this.text : this.title).focus();
  }

  /** What is missing, and where; null when it can be sent. */
  problem() {
    const length = [...this.text.value].length;
    if (!this.title.value.trim()) return ["Give the post a title.", this.title];
    if (!this.text.value.trim() && !this.uploads.files.length) return ["Write something to begin with.", this.text];
    if (length > TEXT_LIMIT)
      return [`A message holds at most ${TEXT_LIMIT} characters; this has ${length}.`, this.text];
    if (this.forum.flags & REQUIRE_TAG && !this.tags.size)
      return ["Choose at least one tag.", this.node.querySelector(".tag-button")];
    return null;
  }

  async submit(event) {
    event.preventDefault();
    if (this.confirm.getAttribute("aria-busy") === "true") return;
    const wrong = this.problem();
    this.error.textContent = wrong?.[0] ?? "";
    if (wrong) {
      wrong[1]?.focus();
      return;
    }
    this.confirm.setAttribute("aria-busy", "true");
    try {
      const post = await this.send();
      this.onClose();
      store.channels.set(post.id, { ...post, ...store.channels.get(post.id) });
      emit("structure");
      openChannel(post.id);
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      this.error.textContent = problem.message;
    } finally {
      this.confirm.removeAttribute("aria-busy");
    }
  }

  send() {
    const { files } = this.uploads;
    const message = { content: replaceShortcodes(this.completer.resolve(this.text.value.trim())) };
    if (files.length) message.attachments = files.map((file, id) => ({ id, filename: file.name }));
    const body = { name: this.title.value.trim(), applied_tags: [...this.tags], message };
    return send(`/channels/${this.forum.id}/threads`, body, files);
  }
}
