/** Files waiting to be sent with the next message. */
import { $, fileSize, h, icon, iconButton } from "./dom.js";
import { toast } from "./toasts.js";

const MOST = 10;
const LARGEST = 10 * 1024 * 1024;

export class Uploads {
  constructor() {
    this.files = [];
    this.list = h("ul", { class: "uploads", "aria-label": "Files to send", hidden: true });
    this.input = h("input", {
      type: "file",
      multiple: true,
      class: "visually-hidden",
      tabIndex: -1,
      "aria-label": "Choose files",
      onChange: () => {
        this.add(this.input.files);
        this.input.value = "";
      },
    });
  }

  /** Asks for files with the browser's own dialog. */
  choose() {
    this.input.click();
  }

  /** Takes files from a list; too many or too large ones are named and left out. */
  add(files) {
    for (const file of files) {
      if (this.files.length >= MOST) {
        toast(`A message carries at most ${MOST} files.`, "error");
        break;
      }
      if (file.size > LARGEST) toast(`${file.name} is larger than ${fileSize(LARGEST)}.`, "error");
      else this.files.push(file);
    }
    this.draw();
  }

  /** Hands over the files and forgets them. */
  take() {
    const files = this.files;
    this.files = [];
    this.draw();
    return files;
  }

  /** Puts files back that could not be sent. */
  restore(files) {
    this.files = [...files, ...this.files];
    this.draw();
  }

  draw() {
    this.list.querySelectorAll("img").forEach((img) => URL.revokeObjectURL(img.src));
    this.list.hidden = !this.files.length;
    this.list.replaceChildren(
      ...this.files.map((file, n) =>
        h(
          "li",
          { class: "upload" },
          file.type.startsWith("image/") ? h("img", { src: URL.createObjectURL(file), alt: "" }) : icon("file", 40),
          h("span", { class: "upload-name" }, file.name),
          h("small", {}, fileSize(file.size)),
          iconButton(
            "trash",
            `Remove ${file.name}`,
            () => {
              this.files.splice(n, 1);
              this.draw();
            },
            { class: "danger" },
          ),
        ),
      ),
    );
  }
}

/** Dropping files anywhere on `zone` gives them to `add(files)`; a veil says so meanwhile. */
export function acceptDrops(zone, add) {
  let depth = 0;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const veil = (on) => {
    $("#drop-veil").hidden = !on;
  };
  zone.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) {
      depth += 1;
      veil(true);
    }
  });
  zone.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (!depth) veil(false);
  });
  zone.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  zone.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil(false);
    add(event.dataTransfer.files);
  });
}
