"""When a person is reminded: times of day, weekdays, quiet hours, and the days on which clocks change. Pure.

A time of day is minutes after local midnight. A time that a change of clocks leaves out (02:30, when 02:00 becomes
03:00) comes as long after the change as it lay after it on paper; one that happens twice counts the first time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import limits
from bot.errors import InvalidInput
from bot.texts import N_

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
EVERY_DAY = 0b111_1111
WORKDAYS = 0b001_1111
WEEKEND = 0b110_0000

APART = timedelta(minutes=int(limits.REMINDER_APART_MINUTES))
"""Between two direct messages to one person, whatever was asked for."""

LATE = timedelta(minutes=int(limits.REMINDER_LATE_MINUTES))
"""What is later than this is not sent any more: it would ask about another hour."""

_TIME = re.compile(
    r"\s*(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2})?)?\s*(?P<half>[ap])?\.?(?:m\.?)?\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Times:
    """A time of day, and the weekdays on which it counts (bit 0: Monday)."""

    at_minute: int
    weekdays: int = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing is sent, in minutes after local midnight; over midnight where `begins` is later."""

    begins: int
    ends: int

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day lies in them. Where both are the same, none does."""
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


def minute_typed(typed: str, field: str = "at") -> int:
    """A time of day as people write it: 8, 08:30, 8.30, 20h30, 8:30 pm. Raises `InvalidInput`."""
    found = _TIME.fullmatch(typed)
    if found is not None:
        hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif half:
            hour = 24
        if hour < 24 and minute < 60:
            return hour * 60 + minute
    raise InvalidInput(
        "not_a_time",
        N_("“{typed}” is no time of day. Write one from 00:00 to 23:59, such as 20:30."),
        field=field,
        typed=typed.strip()[:20],
    )


def minute_shown(minute: int) -> str:
    """A time of day as 24 hours write it."""
    return f"{minute // 60:02}:{minute % 60:02}"


def is_on(weekdays: int, day: date) -> bool:
    """Whether a day is one of those asked for (bit 0: Monday)."""
    return bool(weekdays >> day.weekday() & 1)


def moment_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a clock on the wall of a zone shows a time on a day."""
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return wall.astimezone(UTC)


def next_at(at_minute: int, weekdays: int, zone: ZoneInfo, after: datetime) -> datetime:
    """The first instant later than `after` at which it is due. Raises ValueError without a weekday."""
    day = after.astimezone(zone).date() - timedelta(days=1)
    for _ in range(10):
        if is_on(weekdays, day) and (found := moment_of(day, at_minute, zone)) > after:
            return found
        day += timedelta(days=1)
    raise ValueError("a reminder needs a weekday")


def minute_of(moment: datetime, zone: ZoneInfo) -> int:
    """The minute of the local day at an instant."""
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


def is_sent(due: datetime, now: datetime, last: datetime | None, zone: ZoneInfo, quiet: Quiet | None) -> bool:
    """Whether what was due is sent now: not too late, not in quiet hours, not too soon after the last one."""
    if not due <= now <= due + LATE:
        return False
    if quiet is not None and quiet.holds(minute_of(now, zone)):
        return False
    # A day of 23 hours brings two times an hour nearer to each other than they were written down.
    return last is None or now - last >= APART


def planned_before(one: Times, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """The time of a reminder's own at or up to half an hour before a moment, by the zone its person is in now."""
    found = next_at(one.at_minute, one.weekdays, zone, moment - LATE - timedelta(microseconds=1))
    return found if found <= moment else None


def too_near(one: Times, others: Collection[Times]) -> Times | None:
    """The first of the others that falls within four hours of one, on the same day or over midnight."""
    mine = _week_of(one)
    least = int(limits.REMINDER_APART_MINUTES)
    for other in others:
        if any(_distance(a, b) < least for a in mine for b in _week_of(other)):
            return other
    return None


def _week_of(one: Times) -> Sequence[int]:
    return [day * DAY_MINUTES + one.at_minute for day in range(7) if one.weekdays >> day & 1]


def _distance(a: int, b: int) -> int:
    apart = abs(a - b)
    return min(apart, WEEK_MINUTES - apart)
