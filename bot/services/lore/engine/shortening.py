"""Texts that are longer than they may be: their beginning, up to the end of a sentence where one is near. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

_SENTENCE_END = re.compile(r"[.!?…。！？]['\")\]”’」』]*(?=\s|$)|[。！？]|\n")


def shortened(text: str, tokens: int, most: int, count: Callable[[str], int] | None = None) -> tuple[str, int]:
    """As much of a text of `tokens` tokens as fits into `most`, and how many tokens that is.

    Cut behind a sentence, else between words. Without `count`, tokens are taken to be spread evenly.
    """

    def evenly(part: str) -> int:
        return -(-len(part) * tokens // max(1, len(text)))

    measure = count or evenly
    room = len(text) * max(0, most) // max(1, tokens)
    while room > 0:
        part = _beginning(text, room)
        used = measure(part)
        if used <= most:
            return part, used
        room = min(len(part) - 1, len(part) * most // used)
    return "", 0


def _beginning(text: str, room: int) -> str:
    """At most so many characters, up to the end of a sentence if that keeps half of them, else of a word."""
    part = text[:room]
    if room >= len(text):
        return part
    ends = [found.end() for found in _SENTENCE_END.finditer(text, 0, room + 1) if found.end() <= room]
    if ends and ends[-1] >= room // 2:
        return part[: ends[-1]].rstrip()
    blank = max(part.rfind(" "), part.rfind("\n"))
    if text[room].isspace() or blank < room // 2:
        return part.rstrip()
    return part[:blank].rstrip()
