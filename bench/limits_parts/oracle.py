"""What limits ought to do, written a second time with plain sets of minutes; it shares no rule with the program.

Days, weeks and nights are found by reading a clock minute by minute, never by computing with offsets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import inf
from zoneinfo import ZoneInfo

HOLES = 5
"""Between two minutes that count, at most so far apart, those between count."""

CAPS = ("daily_minutes", "weekly_minutes", "break_after")
STRICT = ("warn", "cool_down", "stop")
EMPTY: Mapping[str, object] = {
    "time_zone": "UTC",
    "daily_minutes": inf,
    "weekly_minutes": inf,
    "break_after": inf,
    "break_minutes": 0,
    "strictness": "stop",
    "nights": frozenset(),
    "pause": 0.0,
}


@dataclass(frozen=True, eq=False)
class Calendar:
    """Every minute of some months as a clock in one zone shows it."""

    zone: str
    first: int
    days: Mapping[date, frozenset[int]]
    weeks: Mapping[date, frozenset[int]]
    shows: tuple[tuple[date, int], ...]

    def at(self, minute: int) -> tuple[date, int]:
        """The date and the minute of the day."""
        return self.shows[minute - self.first]


@lru_cache(maxsize=64)
def calendar(zone: str, first: int, end: int) -> Calendar:
    """Read a clock for each minute from `first` to `end`."""
    clock = ZoneInfo(zone)
    days: dict[date, set[int]] = {}
    weeks: dict[date, set[int]] = {}
    shows: list[tuple[date, int]] = []
    for minute in range(first, end):
        local = datetime.fromtimestamp(minute * 60, clock)
        day = local.date()
        shows.append((day, local.hour * 60 + local.minute))
        days.setdefault(day, set()).add(minute)
        weeks.setdefault(day - timedelta(days=day.weekday()), set()).add(minute)
    return Calendar(
        zone,
        first,
        {day: frozenset(found) for day, found in days.items()},
        {day: frozenset(found) for day, found in weeks.items()},
        tuple(shows),
    )


@lru_cache(maxsize=512)
def nights(seen: Calendar, hours: frozenset[int]) -> frozenset[int]:
    """The minutes of all nights: each from the first to the last minute at which the clock shows one of its hours."""
    found: set[int] = set()
    for begins in (one for one in hours if (one - 1) % 1440 not in hours):
        window = set(_run(begins, hours))
        by_night: dict[date, list[int]] = {}
        for number, (day, shown) in enumerate(seen.shows):
            if shown in window:
                evening = day if shown >= begins else day - timedelta(days=1)
                by_night.setdefault(evening, []).append(seen.first + number)
        for minutes in by_night.values():
            found.update(range(min(minutes), max(minutes) + 1))
    return frozenset(found)


def _run(begins: int, hours: frozenset[int]) -> Iterator[int]:
    at = begins
    while at % 1440 in hours:
        yield at % 1440
        at += 1


@dataclass
class Oracle:
    """One person. `counted` is every minute that counts."""

    first: int
    end: int
    counted: set[int] = field(default_factory=set)
    held: dict[str, object] = field(default_factory=lambda: dict(EMPTY))
    asked: dict[str, object] = field(default_factory=lambda: dict(EMPTY))
    flips_at: int | None = None

    # -------------------------------------------------------------------------------------------- what holds

    def pass_time(self, now: datetime) -> None:
        """What was asked for holds once its day has come."""
        if self.flips_at is not None and now.timestamp() >= self.flips_at * 60:
            self.held, self.flips_at = dict(self.asked), None

    def change(self, fields: Mapping[str, object], now: datetime) -> None:
        """Somebody asks for other limits."""
        self.pass_time(now)
        self.asked |= fields
        held, asked = self.held, self.asked
        for one in (held, asked):
            if _number(one, "pause") <= now.timestamp():
                one["pause"] = 0.0
        is_free = all(held[name] == EMPTY[name] for name in (*CAPS, "nights", "pause"))
        at_once: dict[str, object] = {
            "time_zone": asked["time_zone"] if is_free else held["time_zone"],
            **{name: min(_number(held, name), _number(asked, name)) for name in CAPS},
            "nights": _hours(held) | _hours(asked),
            "pause": max(_number(held, "pause"), _number(asked, "pause")),
        }
        is_counted = held["daily_minutes"] != inf or held["weekly_minutes"] != inf
        strict = (held["strictness"], asked["strictness"])
        at_once["strictness"] = max(strict, key=lambda one: STRICT.index(str(one))) if is_counted else strict[1]
        breaks = (_number(held, "break_minutes"), _number(asked, "break_minutes"))
        at_once["break_minutes"] = max(breaks) if held["break_after"] != inf else breaks[1]
        tomorrow = self._tomorrow(held, now)
        self.held = at_once
        self.flips_at = None if at_once == asked else tomorrow

    def _tomorrow(self, held: Mapping[str, object], now: datetime) -> int:
        seen = self._calendar(held)
        minute = int(now.timestamp() // 60)
        today = seen.at(minute)[0]
        while seen.at(minute)[0] <= today:
            minute += 1
        dark = nights(seen, _hours(held))
        while minute in dark:
            minute += 1
        return minute

    def _calendar(self, rules: Mapping[str, object]) -> Calendar:
        return calendar(str(rules["time_zone"]), self.first, self.end)

    # -------------------------------------------------------------------------------------------- who is answered

    def act(self, at: datetime, now: datetime) -> bool:
        """Whether an act is answered; what counts by it is counted."""
        self.pass_time(now)
        minute = int(min(at, now).timestamp() // 60)
        seen = self._calendar(self.held)
        if _number(self.held, "pause") > now.timestamp() or minute in nights(seen, _hours(self.held)):
            return False
        if minute in self.counted:
            return True
        earlier = max((one for one in range(minute - HOLES, minute) if one in self.counted), default=minute)
        for one in range(earlier + 1, minute):
            if self._fits(one, seen):
                self.counted.add(one)
        if not self._fits(minute, seen):
            return False
        self.counted.add(minute)
        later = min((one for one in range(minute + 1, minute + HOLES + 1) if one in self.counted), default=minute)
        for one in range(minute + 1, later):
            if self._fits_spans(one, seen, one - 1):
                self.counted.add(one)
        return True

    def _fits(self, minute: int, seen: Calendar) -> bool:
        last = next((one for one in range(minute - 1, minute - 300, -1) if one in self.counted), None)
        if not self._fits_spans(minute, seen, last):
            return False
        if last is None or self.held["break_after"] == inf or not self.held["break_minutes"]:
            return True
        run = 0
        while last - run in self.counted:
            run += 1
        return run < _number(self.held, "break_after") or minute - last > max(_number(self.held, "break_minutes"), 5)

    def _fits_spans(self, minute: int, seen: Calendar, last: int | None) -> bool:
        strictness = self.held["strictness"]
        if strictness == "warn":
            return True
        day = seen.at(minute)[0]
        spans = (
            (_number(self.held, "daily_minutes"), seen.days[day]),
            (_number(self.held, "weekly_minutes"), seen.weeks[day - timedelta(days=day.weekday())]),
        )
        for most, span in spans:
            if most == inf:
                continue
            used = len(self.counted & span)
            if used < most:
                continue
            if strictness == "stop":
                return False
            rested = last is None or minute - last > 15
            if (used - most) % 10 == 0 and not rested:
                return False
        return True


def closure(acts: set[int]) -> set[int]:
    """The rule itself, all at once: the minutes of these acts, and those between any two that are near enough."""
    found = set(acts)
    for one in acts:
        for other in range(one + 1, one + HOLES + 1):
            if other in acts:
                found.update(range(one, other))
    return found


def _number(rules: Mapping[str, object], name: str) -> float:
    value = rules[name]
    assert isinstance(value, int | float)
    return value


def _hours(rules: Mapping[str, object]) -> frozenset[int]:
    value = rules["nights"]
    assert isinstance(value, frozenset)
    return value
