"""What people type where they set a limit: minutes, hours of a night, tokens, days. Pure.

Whatever is refused says what was typed, what can be, and an example. "off" lifts a limit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot import limits
from bot.errors import InvalidInput
from bot.services.wellbeing.minutes import DAY, zone_of
from bot.services.wellbeing.nights import minutes_of_day, windows_of
from bot.texts import N_, Text
from db.models import NightWindow

OFF = frozenset({"off", "none", "no", "never", "without", "ninguno", "ninguna", "nunca", "sin"})
"""What lifts a limit, in the languages the house speaks."""

_SHOWN = 40
_MINUTES = re.compile(
    r"(?:(?P<hours>[0-9]{1,9})\s*(?:h|hours?|horas?|:)\s*)?(?:(?P<minutes>[0-9]{1,12})\s*(?:m|min|minutes?|minutos?)?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2}))?\s*(?P<half>am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE
)
_TOKENS = re.compile(r"(?P<number>[0-9]{1,15})\s*(?P<thousands>k|m)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[-–—]\s*|\s+(?:to|until|a|hasta)\s+", re.IGNORECASE)
_THOUSANDS: Mapping[str, int] = {"": 1, "k": 1_000, "m": 1_000_000}

DAILY = N_("Minutes a day")
WEEKLY = N_("Minutes a week")
BREAK_AFTER = N_("Minutes until a break")
BREAK_MINUTES = N_("Minutes of rest")
OF_DAY = N_("Tokens a day")
OF_MONTH = N_("Tokens a month")


def is_off(typed: str) -> bool:
    """Whether this lifts a limit."""
    return typed.strip().casefold() in OFF


def minutes_typed(typed: str, field: str, label: Text, most: int, least: int = 1) -> int | None:
    """Minutes, as `45`, `90 min`, `1h 30` or `1:30`; None for "off". Raises `InvalidInput`."""
    if is_off(typed):
        return None
    found = _MINUTES.fullmatch(typed.strip())
    if found is None or not (found["hours"] or found["minutes"]):
        raise InvalidInput(
            "minutes_not_understood",
            N_("{label}: “{typed}” is no number of minutes. Write one such as 45 or 1h 30, or off. Nothing changed."),
            field=field,
            label=label,
            typed=_short(typed),
        )
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    _refuse_beyond(minutes, field, label, least, most)
    return minutes


def tokens_typed(typed: str, field: str, label: Text) -> int | None:
    """Tokens, as `5000`, `5 000` or `5k`; None for "off". Raises `InvalidInput`."""
    if is_off(typed):
        return None
    found = _TOKENS.fullmatch(re.sub(r"(?<=[0-9])[\s.,_'\u202f](?=[0-9]{3}(?![0-9]))", "", typed.strip()))
    if found is None:
        raise InvalidInput(
            "tokens_not_understood",
            N_("{label}: “{typed}” is no number of tokens. Write one such as 5000 or 5k, or off. Nothing changed."),
            field=field,
            label=label,
            typed=_short(typed),
        )
    tokens = int(found["number"]) * _THOUSANDS[(found["thousands"] or "").casefold()]
    _refuse_beyond(tokens, field, label, 1, int(limits.LIMIT_TOKENS_MAX))
    return tokens


def nights_typed(typed: str, field: str = "hours") -> tuple[NightWindow, ...]:
    """Hours in which characters rest, as `23:00-07:00` or `11pm-7am`, several with commas. Empty for "off".

    Raises `InvalidInput`.
    """
    if is_off(typed):
        return ()
    pieces = [one for one in re.split(r"[,;]|\band\b|\by\b", typed, flags=re.IGNORECASE) if one.strip()]
    if not pieces:
        raise _no_hours(typed, field)
    if len(pieces) > limits.LIMIT_NIGHTS_MAX:
        raise InvalidInput(
            "too_many_nights",
            N_("At most {maximum} windows a day can be kept, and you wrote {number}. Nothing changed."),
            field=field,
            maximum=int(limits.LIMIT_NIGHTS_MAX),
            number=len(pieces),
        )
    return joined(tuple(_window(piece.strip(), field) for piece in pieces))


def night_between(begins: str, ends: str, field: str) -> NightWindow:
    """One window by its two ends, as a page's fields have them. Raises `InvalidInput`."""
    return _window(f"{begins.strip()}-{ends.strip()}", field)


def joined(windows: tuple[NightWindow, ...]) -> tuple[NightWindow, ...]:
    """The same hours in as few windows as there can be. Raises `InvalidInput` for a whole day."""
    rests = minutes_of_day(windows)
    if len(rests) == DAY:
        raise InvalidInput(
            "no_hours_left",
            N_("That is the whole day. To rest from characters altogether, use /limits pause. Nothing changed."),
            field="hours",
        )
    return windows_of(rests)


def clock_typed(typed: str, field: str) -> int:
    """A time of day in minutes after midnight, as `23:00`, `7` or `11pm`. Raises `InvalidInput`."""
    found = _CLOCK.fullmatch(typed.strip())
    if found is not None:
        hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").casefold()[:1]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif half:
            hour = 99
        if hour == 24 and minute == 0:
            hour = 0
        if hour < 24 and minute < 60:
            return hour * 60 + minute
    raise InvalidInput(
        "time_not_understood",
        N_("“{typed}” is no time of day. Write one from 00:00 to 23:59, such as 23:00 or 11pm. Nothing changed."),
        field=field,
        typed=_short(typed),
    )


def clock_shown(minute: int) -> str:
    """A time of day, as it is typed."""
    return f"{minute // 60:02}:{minute % 60:02}"


def nights_shown(windows: tuple[NightWindow, ...]) -> str:
    """Windows, as they are typed."""
    return ", ".join(f"{clock_shown(one.begins)}-{clock_shown(one.ends)}" for one in windows)


def pause_until(days: int | None, zone: str, now: datetime) -> datetime | None:
    """When a pause of so many days ends: at this time of day, by the person's clock, so many days on. None: for good.

    Raises `InvalidInput`.
    """
    if days is None:
        return None
    if not 1 <= days <= limits.LIMIT_PAUSE_DAYS_MAX:
        raise InvalidInput(
            "pause_out_of_range",
            N_("A pause has 1 to {maximum} days, or leave the number out to pause for good. You wrote {value}."),
            field="days",
            maximum=int(limits.LIMIT_PAUSE_DAYS_MAX),
            value=days,
        )
    # Added to what the clock shows: on a day on which clocks change it is the same time of day all the same.
    return (now.astimezone(zone_of(zone)) + timedelta(days=days)).astimezone(UTC)


def _window(typed: str, field: str) -> NightWindow:
    ends = _BETWEEN.split(typed)
    if len(ends) != 2 or not all(ends):
        raise _no_hours(typed, field)
    first, last = (clock_typed(one, field) for one in ends)
    if first == last:
        raise InvalidInput(
            "night_without_length",
            N_("“{typed}” begins when it ends. Write two different times, such as 23:00-07:00. Nothing changed."),
            field=field,
            typed=_short(typed),
        )
    return NightWindow(begins=first, ends=last)


def _no_hours(typed: str, field: str) -> InvalidInput:
    return InvalidInput(
        "hours_not_understood",
        N_("“{typed}” are no hours. Write from when to when, such as 23:00-07:00, or off. Nothing changed."),
        field=field,
        typed=_short(typed),
    )


def _refuse_beyond(value: int, field: str, label: Text, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput(
            "limit_out_of_range",
            N_("{label}: write a number from {minimum} to {maximum}, or off; you wrote {value}. Nothing changed."),
            field=field,
            **{"label": label, "minimum": least, "maximum": most, "value": value},
        )


def _short(typed: str) -> str:
    text = " ".join(typed.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
