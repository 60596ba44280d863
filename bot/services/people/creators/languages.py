"""Languages a creator answers in, by tag (BCP 47) and by their own names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot import limits
from bot.errors import InvalidInput
from bot.texts import N_

LANGUAGES: Mapping[str, str] = {
    "ar": "العربية", "bg": "Български", "bn": "বাংলা", "ca": "Català", "cs": "Čeština", "da": "Dansk", "de": "Deutsch",
    "el": "Ελληνικά", "en": "English", "es": "Español", "et": "Eesti", "eu": "Euskara", "fa": "فارسی", "fi": "Suomi",
    "fr": "Français", "gl": "Galego", "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar",
    "id": "Bahasa Indonesia", "is": "Íslenska", "it": "Italiano", "ja": "日本語", "ko": "한국어", "lt": "Lietuvių",
    "lv": "Latviešu", "ms": "Bahasa Melayu", "nb": "Norsk bokmål", "nl": "Nederlands", "pl": "Polski",
    "pt": "Português", "ro": "Română", "ru": "Русский", "sk": "Slovenčina", "sl": "Slovenščina", "sr": "Српски",
    "sv": "Svenska", "sw": "Kiswahili", "ta": "தமிழ்", "th": "ไทย", "tl": "Filipino", "tr": "Türkçe",
    "uk": "Українська", "ur": "اردو", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip
"""What can be chosen: every language Discord itself speaks, and as many again."""

_BETWEEN = re.compile(r"[,;\n]+")
_TAGS = {name.casefold(): tag for tag, name in LANGUAGES.items()}


def clean_languages(typed: str | Sequence[str]) -> tuple[str, ...]:
    """Tags of the languages typed by name or tag between commas, each once. Raises `InvalidInput` (`languages`)."""
    pieces = _BETWEEN.split(typed) if isinstance(typed, str) else typed
    found: dict[str, None] = {}
    for piece in (one.strip() for one in pieces):
        if not piece:
            continue
        tag = piece.lower() if piece.lower() in LANGUAGES else _TAGS.get(piece.casefold())
        if tag is None:
            raise InvalidInput(
                "language_not_listed",
                N_("Languages: “{language}” is not on the list. Write their names as they call themselves: {some}."),
                field="languages",
                language=piece[:40],
                some="Deutsch, English, Español, Français, 日本語",
            )
        found[tag] = None
    if len(found) > limits.CREATOR_LANGUAGES_MAX:
        raise InvalidInput(
            "languages_too_many",
            N_("Languages: at most {maximum} are allowed; you chose {count}."),
            field="languages",
            maximum=int(limits.CREATOR_LANGUAGES_MAX),
            count=len(found),
        )
    return tuple(found)


def named(tags: Sequence[str]) -> tuple[str, ...]:
    """The languages by their own names."""
    return tuple(LANGUAGES.get(tag, tag) for tag in tags)
