"""Contests: of the entries of a group only so many may come in. Pure.

All groups of a wave are settled as one contest. Candidates stand in one line (who runs on from before, then who scored
more, who goes first by rule, then a weighted draw) and come in one after another while every group of theirs has room.
So nobody is put out by somebody who did not come in, and nobody outside of the groups is touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bot.services.lore.engine.book import ONE_WINNER, Entry, GroupRule
from bot.services.lore.engine.dice import arrival


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who would come in. `score` is how many of its keys were found, where that matters."""

    number: int
    entry: Entry
    is_sticky: bool
    score: int


@dataclass(slots=True)
class Contest:
    """The groups of one book and who is in them already."""

    rules: Mapping[str, GroupRule]
    inside: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def settle(self, candidates: Sequence[Candidate], die: UUID) -> dict[int, tuple[str, int]]:
        """Let in whom there is room for. Returns for everybody else the full group and who has its (last) place.

        Those who run on from before (sticky) have their place whether there is room or not.
        """
        lost: dict[int, tuple[str, int]] = {}
        for one in sorted(candidates, key=lambda one: self._rank(one, die)):
            full = None if one.is_sticky else self._full(one.entry)
            if full is not None:
                lost[one.number] = full
                continue
            for name in one.entry.groups:
                self.inside.setdefault(name, []).append(one.number)
        return lost

    def scores(self, entry: Entry) -> bool:
        """Whether it matters for an entry how many of its keys were found."""
        return any(self._rule(name).scores for name in entry.groups)

    def leave(self, number: int) -> None:
        """Somebody who was let in does not come after all."""
        for inside in self.inside.values():
            if number in inside:
                inside.remove(number)

    def _full(self, entry: Entry) -> tuple[str, int] | None:
        for name in sorted(entry.groups):
            inside = self.inside.get(name, ())
            if inside and len(inside) >= self._rule(name).winners:
                return name, inside[-1]
        return None

    def _rule(self, name: str) -> GroupRule:
        return self.rules.get(name, ONE_WINNER)

    def _rank(self, one: Candidate, die: UUID) -> tuple[bool, int, bool, int, float, UUID]:
        first = one.entry.group_first
        return (
            not one.is_sticky,
            -one.score,
            not first,
            -one.entry.order if first else 0,
            arrival(die, one.entry.id, one.entry.group_weight),
            one.entry.id,
        )
