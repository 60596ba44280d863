"""`python -m bot.locale`: bring every catalogue up to date with the source, and say what still wants words."""

from __future__ import annotations

import sys

from bot.locale import catalogue


def main() -> int:
    """Update all languages; 1 if one of them misses a translation."""
    missing = 0
    for language in catalogue.languages():
        catalogue.update(language)
        for text in catalogue.untranslated(catalogue.load(language)):
            missing += 1
            print(f"{language}: no translation for {text!r}")
    if missing:
        print(f"{missing} texts to translate in bot/locale; then run `make texts` again.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
