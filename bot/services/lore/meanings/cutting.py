"""How a text becomes pieces that an embedding model can hold in mind. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Count = Callable[[str], int]
"""Tokens of a text, by the model that will read it."""

# Ends of sentences: a full stop and its like before a blank, those of Chinese and Japanese anywhere, ends of lines.
_END = re.compile(r"(?<=[.!?…;])[\"'”’»)\]]*\s+|(?<=[。！？])|\n+")
_BLANK = re.compile(r"\s")
_NAME_MOST = 120
"""Letters of a name that stand before every piece; more would leave no room for what it says."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Where a sentence stands, and how many tokens it has."""

    start: int
    end: int
    tokens: int


def cut(name: str, content: str, count: Count, *, window: int, overlap: int) -> tuple[str, ...]:
    """An entry as pieces of at most `window` tokens, each below the entry's name; none where there is nothing to say.

    A piece begins with the last sentences of the one before it, up to `overlap` tokens, so that what is said across a
    border is found as well. `count` is taken to grow with the text.
    """
    if not content.strip():
        return ()
    title = " ".join(name.split())[:_NAME_MOST].rstrip()
    room = max(window - (count(title) if title else 0), window // 2, 1)
    head = f"{title}\n" if title else ""
    return tuple(head + piece for piece in pieces(content, count, window=room, overlap=min(overlap, room // 2)))


def pieces(text: str, count: Count, *, window: int, overlap: int) -> Iterator[str]:
    """A text as pieces at the ends of sentences; a sentence that is too long is parted at blanks, or anywhere."""
    if count(text) <= window:
        yield text.strip()
        return
    run: list[_Sentence] = []
    taken = 0
    for sentence in _sentences(text, count, window):
        if run and taken + sentence.tokens > window:
            yield text[run[0].start : run[-1].end].strip()
            run = _kept(run, min(overlap, window - sentence.tokens))
            taken = sum(one.tokens for one in run)
        run.append(sentence)
        taken += sentence.tokens
    if run:
        yield text[run[0].start : run[-1].end].strip()


def _kept(run: Sequence[_Sentence], overlap: int) -> list[_Sentence]:
    """The last sentences, as many as fit into the overlap."""
    kept: list[_Sentence] = []
    for sentence in reversed(run):
        overlap -= sentence.tokens
        if overlap < 0:
            break
        kept.insert(0, sentence)
    return kept


def _sentences(text: str, count: Count, window: int) -> Iterator[_Sentence]:
    borders = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    for start, end in pairwise(borders):
        if text[start:end].strip():
            yield from _fitting(text, start, end, count, window)


def _fitting(text: str, start: int, end: int, count: Count, window: int) -> Iterator[_Sentence]:
    """A stretch as one piece where it fits, else as halves that do."""
    tokens = count(text[start:end])
    if tokens <= window or end - start <= 1:
        yield _Sentence(start, end, tokens)
        return
    middle = _middle(text, start, end)
    yield from _fitting(text, start, middle, count, window)
    yield from _fitting(text, middle, end, count, window)


def _middle(text: str, start: int, end: int) -> int:
    """A border between words near the middle, or the middle itself."""
    half = (start + end) // 2
    blank = _BLANK.search(text, half, end)
    if blank is not None and blank.end() < end:
        return blank.end()
    before = text.rfind(" ", start + 1, half)
    return before + 1 if before > 0 else half
