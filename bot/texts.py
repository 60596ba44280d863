"""Every text a person sees, in their language.

The English sentence is the key; translations are gettext catalogues, `bot/locale/<language>/LC_MESSAGES/botcafe.mo`,
kept by `python -m bot.locale` (`make texts`). A text is written where it is used: `say("Saved {name}.", name=…)`, or
marked with `N_` where it is only shown later. Fields are filled by `str.format` after translation, so a value can never
act as a template.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.errors import UserError

LOCALE_DIR = Path(__file__).parent / "locale"
DOMAIN = "botcafe"
SOURCE_LANGUAGE = "en"
PSEUDO_LANGUAGE = "qps"
"""A made-up language (ISO 639 leaves its code to private use): every catalogue text comes out accented and in brackets,
so that a test sees at once which words on a screen did not pass through the catalogue."""

LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "es": "Español"}
"""Languages by their own names; of one that is not here, its tag is shown."""

_FIELD = re.compile(r"(\{[^{}]*\}|\s+)")
_ACCENTED = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")


class Text(str):
    """A marked text. `Say` translates it even when it is only a value filled into another text."""

    __slots__ = ()


def N_(message: str) -> Text:  # noqa: N802 - gettext's own name for "mark only"
    """Mark a text for the catalogue without translating it yet."""
    return Text(message)


@cache
def available_languages() -> tuple[str, ...]:
    """The languages people can have, the source language first."""
    found = sorted(path.parent.parent.name for path in LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *found)


@cache
def _by_lower_name() -> Mapping[str, str]:
    return {language.lower(): language for language in (*available_languages(), PSEUDO_LANGUAGE)}


def language_of(locale: str | None, default: str = SOURCE_LANGUAGE) -> str:
    """The best language we have for a locale as Discord or a browser names it (`es-419`, `en_GB`, …)."""
    if locale:
        wanted = locale.replace("_", "-").lower()
        known = _by_lower_name()
        for candidate in (wanted, wanted.partition("-")[0]):
            if candidate in known:
                return known[candidate]
    return default


def pseudo(message: str) -> str:
    """The text in the pseudo-language: accented, bracketed, `{fields}` untouched."""
    pieces = (piece if piece.startswith("{") else piece.translate(_ACCENTED) for piece in _FIELD.split(message))
    return f"⟦{''.join(pieces)}⟧"


def pseudo_name(message: str) -> str:
    """A command or option name in the pseudo-language: Discord allows letters, digits, `-` and `_` only."""
    return f"{message.translate(_ACCENTED)[:28]}-ñ"


@cache
def _translations(language: str) -> gettext.NullTranslations:
    if language in (SOURCE_LANGUAGE, PSEUDO_LANGUAGE):
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[language])


class Say:
    """Speaks one language. Cheap to make; hold one per interaction or request."""

    __slots__ = ("_translations", "language")

    def __init__(self, locale: str | None = None, default: str = SOURCE_LANGUAGE) -> None:
        """`locale` as Discord or a browser gives it; a locale we have no catalogue for becomes `default`."""
        self.language = language_of(locale, default)
        self._translations = _translations(self.language)

    def __call__(self, message: str, /, **values: object) -> str:
        """The text in this language, its fields filled."""
        return self._fill(self.template(message), values)

    def plural(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """The form of the text that fits the number. `{n}` is the number unless `values` has its own `n`."""
        text = self._translations.ngettext(singular, plural, n)
        if self.language == PSEUDO_LANGUAGE:
            text = pseudo(text)
        return self._fill(text, {"n": n, **values})

    def error(self, error: UserError) -> str:
        """What a person reads about a refusal."""
        return self(error.message, **error.values)

    def template(self, message: str) -> str:
        """The translated text with its fields still open."""
        if self.language == PSEUDO_LANGUAGE:
            return pseudo(message)
        return self._translations.gettext(message)

    def known(self, message: str) -> str | None:
        """The translation of a text, or None where this language says the same as English or has no entry for it."""
        translated = self.template(message)
        return None if translated == message else translated

    def _fill(self, text: str, values: dict[str, object]) -> str:
        filled = {name: self.template(value) if isinstance(value, Text) else value for name, value in values.items()}
        return text.format(**filled)
