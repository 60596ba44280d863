"""Macros that tell the time: in the asker's zone, by the clock they are given. English, as the rest of a prompt."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_TOKEN = re.compile(r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|A|a|Z|.", re.DOTALL)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OFFSET = re.compile(r"\s*(?:utc)?\s*([+-]?\d{1,2})(?::?(\d{2}))?\s*", re.IGNORECASE)
_FARTHEST_HOURS = 14
_UNITS = (
    ("year", 365 * 86400), ("month", 30 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60),
)  # fmt: skip
# A moment shorter than this is not worth a number, in seconds.
_A_MOMENT = 45


def local(now: datetime, time_zone: str | None) -> datetime:
    """A moment in somebody's zone; in UTC where that is not known."""
    if not time_zone:
        return now.astimezone(UTC)
    try:
        return now.astimezone(ZoneInfo(time_zone))
    except (LookupError, ValueError, OSError):  # no such zone, or not a name at all
        return now.astimezone(UTC)


def at_offset(now: datetime, offset: str) -> datetime | None:
    """A moment at `UTC+2`, `+5:30`, `-3`; None where that is no offset."""
    found = _OFFSET.fullmatch(offset)
    if not found or abs(int(found[1])) > _FARTHEST_HOURS:
        return None
    minutes = int(found[2] or 0)
    hours = int(found[1])
    return now.astimezone(timezone(timedelta(hours=hours, minutes=-minutes if hours < 0 else minutes)))


def time(moment: datetime) -> str:
    """`15:45`."""
    return f"{moment:%H:%M}"


def date(moment: datetime) -> str:
    """`November 21, 2026`."""
    return f"{_MONTHS[moment.month - 1]} {moment.day}, {moment.year}"


def weekday(moment: datetime) -> str:
    """`Saturday`."""
    return _DAYS[moment.weekday()]


def formatted(moment: datetime, pattern: str) -> str:
    """A moment by Moment.js's letters (`DD.MM.YYYY HH:mm`); what stands in [brackets] is kept."""
    return "".join(_piece(moment, found) for found in _TOKEN.finditer(pattern))


def _piece(moment: datetime, found: re.Match[str]) -> str:
    token = found[0]
    if token.startswith("[") and found[1] is not None:
        return found[1]
    half = moment.hour % 12 or 12
    values = {
        "YYYY": f"{moment.year:04}", "YY": f"{moment.year % 100:02}",
        "MMMM": _MONTHS[moment.month - 1], "MMM": _MONTHS[moment.month - 1][:3], "MM": f"{moment.month:02}",
        "M": str(moment.month), "DD": f"{moment.day:02}", "D": str(moment.day),
        "dddd": weekday(moment), "ddd": weekday(moment)[:3],
        "HH": f"{moment.hour:02}", "H": str(moment.hour), "hh": f"{half:02}", "h": str(half),
        "mm": f"{moment.minute:02}", "m": str(moment.minute), "ss": f"{moment.second:02}", "s": str(moment.second),
        "A": "AM" if moment.hour < 12 else "PM", "a": "am" if moment.hour < 12 else "pm",
        "Z": f"{moment:%z}"[:3] + ":" + f"{moment:%z}"[3:5],
    }  # fmt: skip
    return values.get(token, token)


def duration(seconds: float) -> str:
    """A span in its largest unit: `a moment`, `3 minutes`, `an hour`."""
    seconds = abs(seconds)
    if seconds < _A_MOMENT:
        return "a moment"
    for unit, size in _UNITS:
        count = round(seconds / size)
        if seconds >= size or (unit == "minute" and count):
            return f"{'an' if unit == 'hour' else 'a'} {unit}" if count == 1 else f"{count} {unit}s"
    return "a minute"


def difference(one: str, other: str, zone: datetime) -> str | None:
    """How far the first moment lies from the second (`in 3 hours`, `2 days ago`); None where one is no moment."""
    first, second = _moment(one, zone), _moment(other, zone)
    if first is None or second is None:
        return None
    seconds = (first - second).total_seconds()
    return f"in {duration(seconds)}" if seconds > 0 else f"{duration(seconds)} ago"


def _moment(text: str, zone: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return moment if moment.tzinfo else moment.replace(tzinfo=zone.tzinfo)
    except (ValueError, OverflowError):
        return None
