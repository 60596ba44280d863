/** Light or dark: the system's wish unless the person chose. */
const KEY = "sandbox.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const currentTheme = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");

/** Applies the remembered choice, if any. */
export function startTheme() {
  const chosen = localStorage.getItem(KEY);
  if (chosen) document.documentElement.dataset.theme = chosen;
}

/** Changes to the other one; choosing what the system wishes forgets the choice. */
export function cycleTheme() {
  const next = currentTheme() === "dark" ? "light" : "dark";
  if ((next === "dark") === dark.matches) {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset.theme = next;
    localStorage.setItem(KEY, next);
  }
}

/** The icon of the theme one would change to. */
export const themeIcon = () => (currentTheme() === "dark" ? "sun" : "moon");
