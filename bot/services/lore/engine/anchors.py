"""What of a key is looked for first: a short string that must stand in every text in which the key is found. Pure.

Many keys share few words. Looking for one word of each, and comparing the whole key only where that word stands, keeps
the automaton as small as the vocabulary, however many keys there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

SHARED_MAX = 64
"""Of how many keys a word may be the anchor: each of them is compared wherever that word stands."""

_SHORTEST = 3
_REPEAT = re.compile(r"\{\d*,?\d*\}")
_FLAGS = re.compile(r"^\(\?[imsU]+\)")
_PLAIN_ESCAPES = frozenset("bBdDsSwWAzntrfv")


def shared(keys: Iterable[str]) -> Counter[str]:
    """How many of these folded keys hold each word."""
    counts: Counter[str] = Counter()
    for key in keys:
        counts.update(set(key.split(" ")))
    return counts


def anchor(key: str, counts: Counter[str]) -> tuple[str, int]:
    """The longest word of a folded key that few others hold, and where in the key it begins; else all of the key."""
    if " " not in key:
        return key, 0
    fit = [word for word in key.split(" ") if len(word) >= _SHORTEST and counts[word] <= SHARED_MAX]
    if not fit:
        return key, 0
    word = max(fit, key=len)
    return word, key.index(word)


def needed(pattern: str) -> str:
    """Letters that stand, folded, in every text in which a regex is found; empty where that cannot be told.

    The last letter of a run is left out: with a mark behind it, it would be another letter.
    """
    runs = _runs(_FLAGS.sub("", pattern))
    best = max((run[:-1] for run in runs), key=len, default="")
    return best.lower() if len(best) >= _SHORTEST else ""


def _runs(pattern: str) -> list[str]:
    """The runs of ASCII letters and digits that a match must hold."""
    runs = [""]
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "|" or (
            letter == "\\" and pattern[at + 1 : at + 2] not in _PLAIN_ESCAPES and _is_coded(pattern, at)
        ):
            return []
        if letter.isascii() and letter.isalnum():
            runs[-1] += letter
            at += 1
            continue
        if letter in "*?{":
            runs[-1] = runs[-1][:-1]
        runs.append("")
        at = _after(pattern, at)
    return runs


def _is_coded(pattern: str, at: int) -> bool:
    """An escape that may be followed by letters which are no text of their own (`\\x41`, `\\pL`, `\\Q`)."""
    return pattern[at + 1 : at + 2].isalnum()


def _after(pattern: str, at: int) -> int:
    """Where reading goes on behind something that is no letter."""
    letter = pattern[at]
    if letter == "\\":
        return at + 2
    if letter == "{" and (repeat := _REPEAT.match(pattern, at)):
        return repeat.end()
    if letter == "[":
        return _after_class(pattern, at)
    if letter == "(":
        return _after_group(pattern, at)
    return at + 1


def _after_class(pattern: str, at: int) -> int:
    at += 2 if pattern[at + 1 : at + 2] == "^" else 1
    first = at
    while at < len(pattern) and (pattern[at] != "]" or at == first):
        at += 2 if pattern[at] == "\\" else len(_named_class(pattern, at)) or 1
    return at + 1


def _named_class(pattern: str, at: int) -> str:
    found = re.compile(r"\[:\^?\w+:\]").match(pattern, at)
    return found[0] if found else ""


def _after_group(pattern: str, at: int) -> int:
    depth = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            at += 1
        elif letter == "[":
            at = _after_class(pattern, at) - 1
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return at
