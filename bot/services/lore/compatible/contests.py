"""Inclusion groups of one pass (statements 22 to 26). The description's bugs of entries in two groups are left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.services.lore.compatible.model import OldEntry, OldSettings
from bot.services.lore.compatible.timed import Named, Timed


def groups_of(entry: OldEntry) -> tuple[str, ...]:
    """The names in an entry's comma list."""
    return tuple(name for part in entry.group.split(",") if (name := part.strip()))


class Contests:
    """Who of each group stays."""

    def __init__(self, settings: OldSettings, timed: Timed, roll: Callable[[], float]) -> None:
        self._settings = settings
        self._timed = timed
        self._roll = roll

    def settle(self, hits: Sequence[Named], active: Sequence[Named], score: Callable[[Named], int]) -> list[Named]:
        """The hits without those who lost, in the order given. `score` counts an entry's keys."""
        groups: dict[str, list[Named]] = {}
        for one in hits:
            for name in groups_of(one[1]):
                groups.setdefault(name, []).append(one)
        staying = list(hits)
        for name, members in groups.items():
            here = [one for one in members if one in staying]
            kept = self._kept(name, here, active, score)
            staying = [one for one in staying if one not in here or one in kept]
        return staying

    def _kept(
        self, name: str, members: list[Named], active: Sequence[Named], score: Callable[[Named], int]
    ) -> list[Named]:
        sticky = [one for one in members if self._timed.is_sticky(*one)]
        if sticky:
            return sticky  # they end the contest, all of them stay (statement 23)
        members = [one for one in members if not self._timed.is_cooling(*one) and not self._timed.is_delayed(one[1])]
        members = self._best(members, score)
        if any(one[1].group == name for one in active):
            return []  # compared with the whole list of names (statement 25)
        if len(members) <= 1:
            return members
        ruling = [one for one in members if one[1].group_override]
        if ruling:
            return [max(ruling, key=lambda one: one[1].order)]
        return [self._drawn(members)]

    def _best(self, members: list[Named], score: Callable[[Named], int]) -> list[Named]:
        """Without those who were called less strongly, if they mind (statement 24)."""
        if not any(self._minds(one[1]) for one in members):
            return members
        scores = {id(one): score(one) for one in members}
        most = max(scores.values(), default=0)
        return [one for one in members if scores[id(one)] == most or not self._minds(one[1])]

    def _minds(self, entry: OldEntry) -> bool:
        own = entry.use_group_scoring
        return self._settings.use_group_scoring if own is None else own

    def _drawn(self, members: list[Named]) -> Named:
        point = self._roll() * sum(one[1].group_weight for one in members)
        for one in members:
            point -= one[1].group_weight
            if point <= 0:
                return one
        return members[-1]
