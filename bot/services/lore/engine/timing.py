"""Sticky, cooldown and delay, derived from what fired and what stands in the conversation. Pure.

Nothing is counted down. An effect is known from where its entry fired and how much was said since, so editing a
message changes nothing, deleting it (or answering it anew) undoes the effect, and looking ahead sees the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.services.lore.engine.book import Book, Entry, Timing
from bot.services.lore.engine.scene import Fired, Past

_NEVER = 1 << 60


@dataclass(frozen=True, slots=True)
class Effect:
    """What holds for an entry now; `left` units of its book's timing, this one included."""

    is_sticky: bool
    left: int


class Clock:
    """How long ago each entry fired, for one turn."""

    def __init__(self, past: Past, now: int) -> None:
        self._past = past
        self._since = {
            Timing.MESSAGES: _ages([one for one in past.messages if one <= now]),
            Timing.TURNS: _ages([now, *(one for one in past.turns if one < now)]),
        }
        self._fired: dict[UUID, list[int]] = {}
        for one in past.fired:
            if one.message_id < now:
                self._fired.setdefault(one.entry_id, []).append(one.message_id)

    def __bool__(self) -> bool:
        return bool(self._fired)

    def fired(self) -> frozenset[UUID]:
        """Entries that fired before."""
        return frozenset(self._fired)

    def effect(self, entry: Entry, book: Book) -> Effect | None:
        """What an earlier turn's firing means for an entry now."""
        ages = self._since[book.timing]
        age = min((ages.get(one, _NEVER) for one in self._fired.get(entry.id, ())), default=_NEVER)
        if age == _NEVER:
            return None
        if 0 < age <= entry.sticky:
            return Effect(True, entry.sticky - age + 1)
        if entry.sticky < age <= entry.sticky + entry.cooldown:
            return Effect(False, entry.sticky + entry.cooldown - age + 1)
        return None

    def waits(self, entry: Entry, book: Book) -> int:
        """How many units are missing until a delayed entry may come in; 0 when it may."""
        length = self._past.turn_count if book.timing is Timing.TURNS else self._past.message_count
        return max(0, entry.delay - length)

    def after(self, now: int, fresh: Sequence[Entry]) -> tuple[Fired, ...]:
        """What is to be remembered once this turn is over: what may still matter, and what fired now."""
        known = self._since[Timing.MESSAGES].keys() | self._since[Timing.TURNS].keys()
        kept = [one for one in self._past.fired if one.message_id < now and one.message_id in known]
        return (*kept, *(Fired(one.id, now) for one in fresh if one.sticky or one.cooldown))


def _ages(ids: Sequence[int]) -> dict[int, int]:
    return {one: age for age, one in enumerate(ids)}
