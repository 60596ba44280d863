"""A day, or a day and a time, as people type them for a check-in of the past. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import InvalidInput
from bot.services.wellbeing.reminders_when import minute_of, minute_typed
from bot.texts import N_

_NOON = 12 * 60
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?:[T ]+(?P<time>\S.*))?")
_WORDS = {"today": 0, "hoy": 0, "yesterday": 1, "ayer": 1}
_WORD = re.compile(r"(?P<word>[^\W\d_]+)(?:\s+(?P<time>\d.*))?")


def felt_at_typed(typed: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment meant: `2026-05-03`, `2026-05-03 21:30`, `yesterday 9:00`, `21:30`. Empty: now.

    A past day without a time is its noon. Raises `InvalidInput` for what is no day; whether it can have been felt is
    for `entries.checked_moment` to say.
    """
    wanted = typed.strip()
    if not wanted:
        return now
    today = now.astimezone(zone).date()
    day, minute = _parts(wanted, today)
    if minute is None:
        minute = minute_of(now, zone) if day == today else _NOON
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)


def day_typed(typed: str, today: date) -> date:
    """The local day meant, without a time. Raises `InvalidInput`."""
    day, _ = _parts(typed.strip(), today)
    return day


def _parts(wanted: str, today: date) -> tuple[date, int | None]:
    if found := _ISO.fullmatch(wanted):
        try:
            day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            raise _not_a_day(wanted) from None
        return day, minute_typed(found["time"], "felt_at") if found["time"] else None
    if found := _WORD.fullmatch(wanted):
        back = _WORDS.get(found["word"].casefold())
        if back is None:
            raise _not_a_day(wanted)
        minute = minute_typed(found["time"], "felt_at") if found["time"] else None
        return today - timedelta(days=back), minute
    try:
        return today, minute_typed(wanted, "felt_at")
    except InvalidInput:
        raise _not_a_day(wanted) from None


def _not_a_day(typed: str) -> InvalidInput:
    return InvalidInput(
        "not_a_day",
        N_("“{typed}” is no day that I can read. Write it like 2026-05-03, or 2026-05-03 21:30."),
        field="felt_at",
        typed=typed[:40],
    )
