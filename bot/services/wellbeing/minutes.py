"""Minutes as a set: which minutes (UTC) somebody was active in, and where days, weeks and nights of a zone lie. Pure.

A minute is a whole number: minutes since 1970 in UTC. Days, weeks (from Monday) and nights are a person's own: where
they lie among these minutes is computed in their time zone, so that a day has 23 or 25 hours where clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOUR = 60
DAY = 24 * HOUR
WEEK = 7 * DAY


def minute_of(at: datetime) -> int:
    """The minute a moment lies in. `at` is aware."""
    return int(at.timestamp() // 60)


def at_minute(minute: int) -> datetime:
    """The moment a minute begins, in UTC."""
    return datetime.fromtimestamp(minute * 60, UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """The minutes from `first` up to, and without, `end`."""

    first: int
    end: int

    def __contains__(self, minute: int) -> bool:
        """Whether a minute lies in it."""
        return self.first <= minute < self.end


@dataclass(frozen=True, slots=True)
class Minutes:
    """A set of minutes. `bits` has bit n for minute `base` + n; none lies before `base`."""

    base: int = 0
    bits: int = 0

    @classmethod
    def of(cls, minutes: Iterable[int]) -> Minutes:
        """The set of these."""
        listed = sorted(set(minutes))
        if not listed:
            return cls()
        base, bits = listed[0], 0
        for minute in listed:
            bits |= 1 << (minute - base)
        return cls(base, bits)

    @classmethod
    def of_hours(cls, hours: Iterable[tuple[int, int]]) -> Minutes:
        """The set that rows of hours hold: for each its first minute, and the mask of its sixty."""
        rows = list(hours)
        if not rows:
            return cls()
        base, bits = min(first for first, _ in rows), 0
        for first, mask in rows:
            bits |= mask << (first - base)
        return cls(base, bits)

    def __contains__(self, minute: int) -> bool:
        """Whether a minute is in it."""
        return minute >= self.base and bool(self.bits >> (minute - self.base) & 1)

    def __iter__(self) -> Iterator[int]:
        """Its minutes, the earliest first."""
        bits, at = self.bits, self.base
        while bits:
            skip = (bits & -bits).bit_length() - 1
            at += skip
            yield at
            bits >>= skip + 1
            at += 1

    def __len__(self) -> int:
        """How many there are."""
        return self.bits.bit_count()

    def __or__(self, other: Minutes) -> Minutes:
        """Both sets."""
        if not self.bits or not other.bits:
            return self if self.bits else other
        base = min(self.base, other.base)
        return Minutes(base, self.bits << (self.base - base) | other.bits << (other.base - base))

    def within(self, span: Span) -> Minutes:
        """Those that lie in a span."""
        first = max(span.first, self.base)
        if span.end <= first:
            return Minutes()
        return Minutes(first, self.bits >> (first - self.base) & ((1 << (span.end - first)) - 1))

    def count(self, span: Span) -> int:
        """How many lie in a span."""
        return len(self.within(span))

    def last_before(self, minute: int) -> int | None:
        """The last one before a minute."""
        if minute <= self.base:
            return None
        before = self.bits & ((1 << min(minute - self.base, self.bits.bit_length())) - 1)
        return self.base + before.bit_length() - 1 if before else None

    def first_after(self, minute: int) -> int | None:
        """The first one after a minute."""
        after = self.within(Span(minute + 1, self.base + self.bits.bit_length()))
        return next(iter(after), None)

    def run_ending(self, minute: int) -> int:
        """How many minutes without a gap end with this one; 0 where it is not in the set."""
        if minute not in self:
            return 0
        upto = self.bits & ((1 << (minute - self.base + 1)) - 1)
        width = minute - self.base + 1
        gaps = ~upto & ((1 << width) - 1)
        return width - gaps.bit_length()

    def runs(self) -> Iterator[Span]:
        """Its stretches without a gap, the earliest first."""
        first = last = None
        for minute in self:
            if first is None or last is None or minute != last + 1:
                if first is not None and last is not None:
                    yield Span(first, last + 1)
                first = minute
            last = minute
        if first is not None and last is not None:
            yield Span(first, last + 1)


# ------------------------------------------------------------------------------------------------ days and weeks


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC for one that is not known here (any more)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_of(zone: str, minute: int) -> date:
    """Which day a minute lies in."""
    return at_minute(minute).astimezone(zone_of(zone)).date()


@lru_cache(maxsize=8192)
def day_span(zone: str, day: date) -> Span:
    """A day: from the first minute that bears its date to the first that bears the next."""
    return Span(_begin(zone, day), _begin(zone, day + timedelta(days=1)))


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_span(zone: str, day: date) -> Span:
    """The week a day lies in, from its Monday."""
    monday = monday_of(day)
    return Span(_begin(zone, monday), _begin(zone, monday + timedelta(days=7)))


def local_minute(zone: str, minute: int) -> int:
    """The minutes after midnight that a clock in the zone shows."""
    local = at_minute(minute).astimezone(zone_of(zone))
    return local.hour * HOUR + local.minute


def _begin(zone: str, day: date) -> int:
    # Where clocks jump over midnight, the moment they jump; where midnight comes twice, the first (`fold` is 0). Where
    # they fall back from midnight into the day before, its second evening still bears that day's date.
    local = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    return -int(-local.timestamp() // 60)
