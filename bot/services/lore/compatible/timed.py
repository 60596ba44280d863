"""Sticky, cooldown and delay by the length of the chat (statements 33 to 38)."""

from __future__ import annotations

from dataclasses import fields
from hashlib import blake2b
from typing import cast

from bot.services.lore.compatible.model import OldEntry, OldScene, TimedEffect

Named = tuple[str, OldEntry]
"""An entry with its book's name."""

STICKY, COOLDOWN = "sticky", "cooldown"
_FIELDS = tuple(one.name for one in fields(OldEntry))


def mark_of(book: str, entry: OldEntry) -> int:
    """The fingerprint that any edit changes (statement 38); the same in every run of the program."""
    told: list[object] = []
    for one in _FIELDS:
        value: object = getattr(entry, one)
        told.append(sorted(cast("frozenset[str]", value)) if isinstance(value, frozenset) else value)
    return int.from_bytes(blake2b(repr((book, told)).encode(), digest_size=8).digest())


class Timed:
    """The effects of one scan. A dry run sees and changes none (statement 38)."""

    def __init__(self, scene: OldScene, entries: list[Named]) -> None:
        self._length = scene.length
        self._is_dry = scene.is_dry
        self.effects: dict[tuple[str, str, int], TimedEffect] = dict(scene.effects)
        self._holding: dict[str, set[tuple[str, int]]] = {STICKY: set(), COOLDOWN: set()}
        if scene.is_dry or not self.effects:
            return
        named = {(book, uid) for _, book, uid in self.effects}
        by_mark = {mark_of(book, entry): (book, entry) for book, entry in entries if (book, entry.uid) in named}
        for kind in (STICKY, COOLDOWN):
            for name in [one for one in self.effects if one[0] == kind]:
                self._look_at(name, by_mark)

    def is_sticky(self, book: str, entry: OldEntry) -> bool:
        """It runs on from before."""
        return (book, entry.uid) in self._holding[STICKY]

    def is_cooling(self, book: str, entry: OldEntry) -> bool:
        """It came in lately and may not again."""
        return (book, entry.uid) in self._holding[COOLDOWN]

    def is_delayed(self, entry: OldEntry) -> bool:
        """The chat is too short for it (statement 37)."""
        return bool(entry.delay) and self._length < entry.delay

    def came_in(self, book: str, entry: OldEntry) -> None:
        """Begin what an entry asks for, unless it runs already (statement 34)."""
        if self._is_dry:
            return
        for kind, span in ((STICKY, entry.sticky), (COOLDOWN, entry.cooldown)):
            name = (kind, book, entry.uid)
            if span and name not in self.effects:
                self.effects[name] = TimedEffect(mark_of(book, entry), self._length, self._length + span)

    def _look_at(self, name: tuple[str, str, int], by_mark: dict[int, Named]) -> None:
        kind, effect = name[0], self.effects[name]
        if self._length <= effect.start and not effect.protected:
            del self.effects[name]  # the chat did not go on: a swipe, a deletion
            return
        known = by_mark.get(effect.mark)
        if known is None:
            if self._length >= effect.end:
                del self.effects[name]
            return
        book, entry = known
        if not (entry.sticky if kind == STICKY else entry.cooldown):
            del self.effects[name]
            return
        if self._length >= effect.end:
            del self.effects[name]
            if kind == STICKY and entry.cooldown:
                begun = TimedEffect(effect.mark, self._length, self._length + entry.cooldown, protected=True)
                self.effects[(COOLDOWN, book, entry.uid)] = begun
            return
        self._holding[kind].add((book, entry.uid))
