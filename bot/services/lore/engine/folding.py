"""Texts as keys are compared with them: Unicode-folded, and where a word begins and ends. Pure.

Two texts that look the same to a reader fold to the same string: compatibility forms (NFKC), case, kinds of apostrophe,
dash and quotation mark, runs of blanks, and marks nobody sees. Word borders follow Unicode, with three departures that
people on Discord need: an underscore or apostrophe is a border (`_dragon_`, `Mira's`); scripts written without blanks
have borders everywhere; Korean words may carry particles at their end.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SAME = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ′‵`´＇ʻ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys(map(chr, range(0xD800, 0xE000)), None),  # halves of letters: no text at all
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff\u180e", None),
    }
)

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, Tai scripts, kana, Han: words are not set apart there."""

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]")


def plain(text: str) -> str:
    """The text with its case kept and everything else folded, for keys that mind case."""
    if text.isascii():
        return " ".join(text.replace("`", "'").split())
    return " ".join(unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME).split())


def folded(text: str) -> str:
    """The text as keys are compared with it.

    The dot that lower-casing leaves on a Turkish İ goes, so that `İstanbul` and `istanbul` are one word.
    """
    known = plain(text)
    if known.isascii():
        return known.lower()
    low = unicodedata.normalize("NFKC", known.casefold())
    return unicodedata.normalize("NFKC", low.replace("i\u0307", "i")) if "\u0307" in low else low


@lru_cache(maxsize=8192)
def joins(character: str) -> bool:
    """Whether a letter next to this one would be part of the same word."""
    return (character.isalnum() or unicodedata.category(character).startswith("M")) and not _UNSPACED.match(character)


def joining(text: str) -> frozenset[str]:
    """The characters of a text that make words."""
    return frozenset(character for character in set(text) if joins(character))


def may_carry(character: str) -> bool:
    """Whether a word that ends in this one may be found with more letters behind it."""
    return _HANGUL.match(character) is not None


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` of a folded text is whole words there."""
    before = start > 0 and joins(text[start]) and joins(text[start - 1])
    after = end < len(text) and joins(text[end - 1]) and joins(text[end]) and not may_carry(text[end - 1])
    return not before and not after
