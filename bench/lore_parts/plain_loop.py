"""What we compare with: one compiled pattern for each key, looked for one after another. Matching only."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from statistics import median

from bot.services.lore.engine.book import Entry, Key, Mode
from bot.services.lore.engine.scene import Said


def patterns(entries: Sequence[Entry]) -> list[tuple[int, re.Pattern[str]]]:
    """Each entry's number with each of its keys, compiled."""
    return [
        (number, re.compile(_written(key), 0 if key.case_sensitive else re.IGNORECASE))
        for number, entry in enumerate(entries)
        if entry.mode in {Mode.KEYWORD, Mode.HYBRID}
        for key in entry.keys
    ]


def matched(known: Sequence[tuple[int, re.Pattern[str]]], window: Sequence[Said]) -> set[int]:
    """The entries of which a key stands somewhere in these messages."""
    text = "\n".join(one.text for one in window)
    return {number for number, pattern in known if pattern.search(text)}


def measured(known: Sequence[tuple[int, re.Pattern[str]]], windows: Sequence[Sequence[Said]]) -> float:
    """Milliseconds of one loop, the median over these windows."""
    spent: list[float] = []
    for window in windows:
        begun = time.perf_counter()
        matched(known, window)
        spent.append((time.perf_counter() - begun) * 1e3)
    return median(spent)


def _written(key: Key) -> str:
    if key.is_regex:
        return key.text
    text = re.escape(key.text)
    return rf"(?<!\w){text}(?!\w)" if key.whole_words else text
