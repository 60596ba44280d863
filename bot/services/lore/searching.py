"""The words by which entries are found: folded, and pairs of letters where words are not set apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot import limits
from bot.services.characters.names import slug_of
from bot.services.lore.engine.folding import folded, joins

_WORD_LENGTH = 40
_WORDS_ASKED = 12


def words_of(*texts: str) -> list[str]:
    """The words of some texts, each once, in order."""
    found: dict[str, None] = {}
    most = int(limits.LORE_SEARCH_WORDS_MAX)
    for text in texts:
        for word in _words(text):
            found[word] = None
            if len(found) >= most:
                return list(found)
    return list(found)


def search_words(name: str, keys: Iterable[str], content: str) -> list[str]:
    """What is written beside an entry so that it can be found."""
    return words_of(name, " ".join(keys), content)


def tsquery(typed: str) -> str:
    """What finds entries that hold every word typed, or a word that begins so. Empty where no word was typed.

    Words hold letters and digits only, so nothing needs escaping.
    """
    asked = words_of(typed[: limits.LORE_SEARCH_MAX])
    return " & ".join(f"'{word}':*" for word in asked[:_WORDS_ASKED])


def _words(text: str) -> Iterator[str]:
    for word in slug_of(text).split("-"):
        if not word:
            continue
        if word.isascii() or all(joins(letter) for letter in word):
            yield word[:_WORD_LENGTH]
        else:
            yield from _pairs(word)


def _pairs(word: str) -> Iterator[str]:
    """Pairs of neighbouring letters, and the last letter alone, so that any part of the word begins some of them."""
    letters = folded(word)
    for start in range(len(letters)):
        yield letters[start : start + 2]
