"""Nights: the hours of a day in which characters rest, over midnight and over clock changes. Pure.

A night is one stretch without holes: from the first time a clock in the zone shows its beginning to the last time it
shows a time before its end. Where clocks jump over its beginning or end, it begins or ends when they jump.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot.services.wellbeing.minutes import DAY, HOUR, Span, day_of, minute_of, zone_of
from db.models import NightWindow


def night_at(windows: Sequence[NightWindow], zone: str, minute: int) -> Span | None:
    """The night a minute lies in, with those that follow it without a gap; None where it is day."""
    if not windows:
        return None
    day = day_of(zone, minute)
    around = [span for one in windows for span in _nights(zone, one, day)]
    found = next((span for span in around if minute in span), None)
    if found is None:
        return None
    end = found.end
    while (longer := max((span.end for span in around if span.first <= end < span.end), default=end)) > end:
        end = longer
    return Span(min(span.first for span in around if minute in span), end)


def _nights(zone: str, window: NightWindow, day: date) -> Iterator[Span]:
    for offset in (-1, 0, 1):
        span = night_span(zone, window.begins, window.ends, day + timedelta(days=offset))
        if span.first < span.end:
            yield span


@lru_cache(maxsize=8192)
def night_span(zone: str, begins: int, ends: int, day: date) -> Span:
    """The night that begins on a day; an empty span where clocks leave nothing of it, or it begins where it ends."""
    if begins == ends:
        return Span(0, 0)
    until = day if begins < ends else day + timedelta(days=1)
    return Span(_first_at(zone, day, begins), _end_at(zone, until, ends))


def _first_at(zone: str, day: date, minute_of_day: int) -> int:
    """The first minute at which a clock shows that time of that day, or a later one."""
    naive = _naive(day, minute_of_day)
    early, late = sorted(_instants(zone, naive))
    if early == late or _shows(zone, early) == naive:
        return early
    while early < late:  # clocks jump over it: when they do
        middle = (early + late) // 2
        if _shows(zone, middle) >= naive:
            late = middle
        else:
            early = middle + 1
    return early


def _end_at(zone: str, day: date, minute_of_day: int) -> int:
    """The minute after the last one at which a clock shows an earlier time of that day."""
    naive = _naive(day, minute_of_day)
    first, second = sorted(_instants(zone, naive))
    if first == second or _shows(zone, first) != naive:
        return _first_at(zone, day, minute_of_day)
    # It comes twice. The second counts where the clock went back to before it.
    return second if _shows(zone, second - 1) < naive else first


def _naive(day: date, minute_of_day: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute_of_day)


def _instants(zone: str, naive: datetime) -> tuple[int, int]:
    aware = naive.replace(tzinfo=zone_of(zone))
    return minute_of(aware.replace(fold=0)), minute_of(aware.replace(fold=1))


def _shows(zone: str, minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone_of(zone)).replace(tzinfo=None)


# ------------------------------------------------------------------------------------------------ sets of windows


def merged(windows: Iterable[NightWindow]) -> tuple[NightWindow, ...]:
    """The fewest windows for the same minutes of the day, in order."""
    return windows_of(minutes_of_day(windows))


def minutes_of_day(windows: Iterable[NightWindow]) -> frozenset[int]:
    """Which minutes of a day lie in these windows."""
    found: set[int] = set()
    for one in windows:
        if one.begins < one.ends:
            found.update(range(one.begins, one.ends))
        elif one.begins > one.ends:
            found.update(range(one.begins, DAY))
            found.update(range(one.ends))
    return frozenset(found)


def windows_of(minutes: frozenset[int]) -> tuple[NightWindow, ...]:
    """The windows that hold exactly these minutes of the day. All 1,440 become two windows that meet at noon."""
    if len(minutes) == DAY:
        return (NightWindow(begins=0, ends=12 * HOUR), NightWindow(begins=12 * HOUR, ends=0))
    begins = sorted(one for one in minutes if (one - 1) % DAY not in minutes)
    found: list[NightWindow] = []
    for first in begins:
        end = first
        while end % DAY in minutes:
            end += 1
        found.append(NightWindow(begins=first, ends=end % DAY))
    return tuple(found)
