"""Cuts a reply into paragraphs that are messages of their own, as a person would type them.

Pure, and steady: as a text grows, all but the last message stay as they are. Beyond a number of messages, paragraphs
share them: a channel takes some 30 webhook messages a minute from everybody together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.transport.chunking import MESSAGE_LIMIT, split

MOST_SINGLE = 8
"""So many paragraphs get a message each; what follows is packed as full as messages go."""

_BLANK = re.compile(r"\n[ \t]*\n\s*")
_FENCE = re.compile(r"```")
_ITEM = re.compile(r"\s{0,3}(?:[-*+•]|\d{1,3}[.)])(?:\s|$)")
_BEGINNING = 8
"""Characters after which it is plain whether a paragraph is an item of a list."""


def paragraphs(text: str, limit: int = MESSAGE_LIMIT, *, lead: str = "") -> list[str]:
    """The text as message contents in order, each at most `limit` long; `lead` stands above the first one."""
    blocks = list(_blocks(text))
    if blocks and len(blocks) > 1 and len(blocks[-1]) < _BEGINNING:
        blocks[-2:] = [f"{blocks[-2]}\n\n{blocks[-1]}"]
    singles, rest = blocks[:MOST_SINGLE], blocks[MOST_SINGLE:]
    contents: list[str] = []
    for number, block in enumerate(singles):
        contents += split(block, limit, lead=lead if number == 0 else "")
    if rest:
        contents += split("\n\n".join(rest), limit)
    return contents


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs; a code block is never parted, and the items of a loose list stay together."""
    begun = ""
    for piece in _unfenced_pieces(text.strip()):
        if begun and _ITEM.match(begun.rpartition("\n\n")[2]) and _ITEM.match(piece):
            begun = f"{begun}\n\n{piece}"
            continue
        if begun:
            yield begun
        begun = piece
    if begun:
        yield begun


def _unfenced_pieces(text: str) -> Iterator[str]:
    start = 0
    for gap in _BLANK.finditer(text):
        if len(_FENCE.findall(text, 0, gap.start())) % 2 == 0 and text[start : gap.start()].strip():
            yield text[start : gap.start()]
            start = gap.end()
    if text[start:].strip():
        yield text[start:]
