/** Who one is in this world: the switch at the bottom left. Remembered here and in `?as=`. */
import { $, h, icon, iconButton } from "./dom.js";
import { openMenu } from "./popups.js";
import { people as fetchPeople } from "./rest.js";
import { avatarUrl, nameOf, store } from "./store.js";
import { cycleTheme, themeIcon } from "./theme.js";
import { toggleTroubles } from "./troubles.js";

const KEY = "sandbox.as";
const ROLES = { member: "Member", creator: "Creator", admin: "Admin" };
let everyone = [];

/** Fetches who there is and picks: `?as=` (role, username or id), else the last choice, else the first. */
export async function choosePerson() {
  everyone = await fetchPeople();
  const wanted = [new URL(location.href).searchParams.get("as"), localStorage.getItem(KEY)];
  for (const name of wanted) {
    const found = name && everyone.find((p) => [p.id, p.role, p.username].includes(name));
    if (found) return found;
  }
  return everyone.find((p) => p.role === "member") ?? everyone[0] ?? null;
}

/** Remembers the choice in this browser and in the address. */
export function remember(person) {
  localStorage.setItem(KEY, person.id);
  const url = new URL(location.href);
  url.searchParams.set(
    "as",
    person.role && everyone.filter((p) => p.role === person.role).length === 1 ? person.role : person.username,
  );
  history.replaceState(null, "", url);
}

/** Draws the switch inside `root`; `onSwitch(person)` when another is chosen. */
export function drawPeople(root, onSwitch) {
  const { person } = store;
  const name = nameOf(person);
  const role = ROLES[person.role] ?? person.role;
  const props = {
    type: "button",
    class: "person-switch",
    id: "person-switch",
    "aria-haspopup": "menu",
    "aria-label": `You are ${name}, ${role}. Switch person`,
    data: { role: person.role },
  };
  const face = h("img", { class: "dm-avatar", src: avatarUrl(store.users.get(person.id) ?? person, 64), alt: "" });
  const text = h("span", { class: "person-text" }, h("span", { class: "person-name" }, name), h("small", {}, role));
  const button = h("button", props, face, text, icon("swap", 18));
  button.addEventListener("click", () => peopleMenu(button, onSwitch));
  const turn = () => {
    cycleTheme();
    drawPeople(root, onSwitch);
    root.querySelector("#theme-button").focus();
  };
  const shown = { id: "troubles-button", "aria-controls": "troubles", "aria-expanded": String(!$("#troubles").hidden) };
  root.replaceChildren(
    button,
    iconButton("bolt", "Troubles", () => toggleTroubles(), shown),
    iconButton(themeIcon(), "Switch between light and dark", turn, { id: "theme-button" }),
  );
}

function peopleMenu(anchor, onSwitch) {
  const { person } = store;
  const items = everyone.map((p) => ({
    label: nameOf(p),
    hint: ROLES[p.role] ?? p.role,
    image: avatarUrl(p, 40),
    checked: p.id === person.id,
    data: { personRole: p.role },
    onSelect: () => {
      if (p.id !== person.id) onSwitch(p);
    },
  }));
  openMenu(anchor, [{ heading: "Be someone else" }, ...items], { label: "Switch person", side: "above" });
}
