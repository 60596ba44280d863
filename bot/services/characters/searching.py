"""The words by which characters are found: folded, so that case, accents and width do not matter. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot import limits
from bot.services.characters.names import slug_of

_WORDS_KEPT = 120
_WORD_LENGTH = 40
_WORDS_ASKED = 6


def words_of(*texts: str) -> list[str]:
    """The folded words of some texts, each once, in order."""
    words = (word[:_WORD_LENGTH] for text in texts for word in slug_of(text).split("-") if word)
    return list(dict.fromkeys(words))[:_WORDS_KEPT]


def search_words(name: str, nickname: str, description: str, tags: Iterable[str]) -> list[str]:
    """What is written beside a character so that it can be found."""
    return words_of(name, nickname, *tags, description)


def asked_for(typed: str) -> list[str]:
    """The beginnings of words that were searched for."""
    return words_of(typed[: limits.SEARCH_TEXT_MAX])[:_WORDS_ASKED]


def tsquery(beginnings: Sequence[str]) -> str:
    """Every beginning must begin some word. Folded words hold letters and digits only, so nothing needs escaping."""
    return " & ".join(f"'{word}':*" for word in beginnings)


def fits(beginnings: Sequence[str], words: Sequence[str]) -> bool:
    """The same question asked of words in memory."""
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)
