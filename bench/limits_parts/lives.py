"""People's weeks, made up: when they write, what they limit and change, when the program is started anew."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import inf
from zoneinfo import ZoneInfo

ZONES = ("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
BEGINNINGS = (datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 9, 15, tzinfo=UTC))
"""Sixty days from each hold clock changes in both directions, in one zone or another; Casablanca's at Ramadan."""

CHANGES = (
    date(2026, 3, 8),
    date(2026, 3, 22),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 11, 1),
)
"""Nights (by the local clock) of a change somewhere: people are awake in them."""

_NIGHTS = (
    (22 * 60, 6 * 60),
    (0, 7 * 60),
    (1 * 60 + 30, 2 * 60 + 30),
    (2 * 60, 3 * 60),
    (23 * 60 + 30, 1 * 60 + 45),
    (13 * 60, 15 * 60),
)


class What(StrEnum):
    """What happens."""

    ACT = "act"
    CHANGE = "change"
    RESTART = "restart"


@dataclass(frozen=True, order=True)
class Happening:
    """Something that happens: an act (written `late` seconds before it is heard), a change, a new start."""

    at: datetime
    number: int
    what: What = field(compare=False)
    late: float = field(default=0.0, compare=False)
    fields: dict[str, object] = field(default_factory=dict[str, object], compare=False)
    """Of a change, as the program has them; `oracle_fields` as the oracle has them."""
    oracle_fields: dict[str, object] = field(default_factory=dict[str, object], compare=False)
    guild: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Life:
    """One person's weeks."""

    number: int
    zone: str
    begins: datetime
    days: int
    happenings: tuple[Happening, ...]
    is_free: bool


def life(number: int, days: int, seed: str) -> Life:
    """The weeks of one person; every tenth limits nothing."""
    chance = random.Random(f"{seed} {number}")
    zone, begins, is_free = ZONES[number % len(ZONES)], BEGINNINGS[number // len(ZONES) % 2], number % 10 == 9
    found: list[Happening] = []
    for day in range(days):
        found += _day(chance, zone, begins + timedelta(days=day), len(found))
    if not is_free:
        found += _changes(chance, zone, begins, days)
    for _ in range(max(days // 2, 1)):
        found.append(Happening(begins + timedelta(minutes=chance.uniform(0, days * 1440)), len(found), What.RESTART))
    return Life(number, zone, begins, days, tuple(sorted(found)), is_free)


def _day(chance: random.Random, zone: str, day: datetime, number: int) -> Iterator[Happening]:
    clock = ZoneInfo(zone)
    local = day.replace(tzinfo=None)
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        is_change = any(abs((local.date() - one).days) <= 1 for one in CHANGES)
        hour = chance.choice((chance.uniform(0, 4), 23.5, 23.9) if is_change else (chance.uniform(0, 24), 23.7, 21.9))
        at = (local + timedelta(hours=hour)).replace(tzinfo=clock).astimezone(UTC)
        guild = chance.choice((0, 0, 1, 2))
        for _ in range(chance.randint(1, 16)):
            late = chance.uniform(0, 1800) if chance.random() < 0.03 else chance.uniform(0, 20)
            number += 1
            yield Happening(at, number, What.ACT, late=late, guild=guild)
            at += timedelta(minutes=chance.choice((0.3, 1, 2, 3, 4, 4.9, 5, 5.1, 6, 9, 17)) * chance.uniform(0.7, 1.0))
            guild = guild if chance.random() < 0.8 else chance.choice((0, 1, 2))


def _changes(chance: random.Random, zone: str, begins: datetime, days: int) -> Iterator[Happening]:
    yield _change(begins - timedelta(hours=1), -1, {"time_zone": zone, **_some(chance), "daily_minutes": 20})
    for number in range(max(days // 7, 1)):
        at = begins + timedelta(minutes=chance.uniform(0, days * 1440))
        fields = _some(chance)
        if chance.random() < 0.15:
            fields["time_zone"] = chance.choice(ZONES)
        if chance.random() < 0.2:
            fields["pause"] = (at + timedelta(hours=chance.uniform(1, 40))).timestamp()
        elif chance.random() < 0.3:
            fields["pause"] = 0.0
        yield _change(at, 1_000_000 + number, fields)


def _some(chance: random.Random) -> dict[str, object]:
    every: dict[str, object] = {
        "daily_minutes": chance.choice((3, 8, 15, 25, 40, inf)),
        "weekly_minutes": chance.choice((30, 60, 120, inf, inf)),
        "break_after": chance.choice((6, 12, 20, inf, inf)),
        "break_minutes": chance.choice((0, 5, 8, 20)),
        "strictness": chance.choice(("stop", "stop", "cool_down", "warn")),
        "nights": chance.choice(_NIGHTS) if chance.random() < 0.6 else None,
    }
    return dict(chance.sample(sorted(every.items(), key=lambda one: one[0]), chance.randint(1, 4)))


def _change(at: datetime, number: int, fields: dict[str, object]) -> Happening:
    ours: dict[str, object] = {}
    theirs: dict[str, object] = {}
    for name, value in fields.items():
        if name == "nights":
            begins, ends = value if isinstance(value, tuple) else (0, 0)
            theirs[name] = [] if value is None else [{"begins": begins, "ends": ends}]
            ours[name] = frozenset(_hours(begins, ends))
        elif name == "pause":
            assert isinstance(value, float)
            theirs["is_paused"] = value > 0
            theirs["paused_until"] = datetime.fromtimestamp(value, UTC) if value else None
            ours[name] = value
        else:
            theirs[name] = None if value == inf else value
            ours[name] = value
    return Happening(at, number, What.CHANGE, fields=theirs, oracle_fields=ours)


def _hours(begins: int, ends: int) -> Iterator[int]:
    at = begins
    while at % 1440 != ends:
        yield at % 1440
        at += 1
