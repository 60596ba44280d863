"""A check-in's form as it was sent: words in, a draft out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.errors import InvalidInput, UserError
from bot.services.editing import SeveralWrong
from bot.services.wellbeing.choices import HIGHEST, LOWEST, Weather
from bot.services.wellbeing.entries import CheckIn, CheckInDraft, zone_info
from bot.texts import N_, Text

Typed = Mapping[str, str | Sequence[str]]

FIELDS = (
    "mood", "day", "time", "intensity", "energy", "sleep_quality", "sleep_hours", "weather", "activities", "tags",
    "triggers", "title", "note",
)  # fmt: skip
"""A form's fields. `activities`, `tags` and `triggers` come as one text (parted by commas, lines) or each by itself."""

_SEPARATORS = re.compile(r"[\n\r,;，、；]")
_TIME = re.compile(r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?")
_NUMBER = re.compile(r"\d{1,4}([.,]\d{1,4})?")
_LEVELS = (
    ("intensity", N_("Intensity")),
    ("energy", N_("Energy")),
    ("sleep_quality", N_("Sleep")),
)


def read_form(typed: Typed, zone: ZoneInfo | str, now: datetime) -> CheckInDraft:
    """The draft that a form's fields mean; what is missing or empty says nothing.

    Without a day it is today, without a time it is now (for a past day: noon). Raises `InvalidInput` or `SeveralWrong`,
    whose fields are those of the form.
    """
    errors: list[UserError] = []
    levels: dict[str, int | None] = {}
    for name, label in _LEVELS:
        try:
            levels[name] = _level(name, label, one(typed, name))
        except InvalidInput as error:
            levels[name] = None
            errors.append(error)
    felt_at = hours = weather = None
    try:
        felt_at = moment_typed(one(typed, "day"), one(typed, "time"), zone, now)
    except InvalidInput as error:
        errors.append(error)
    try:
        hours = _hours(one(typed, "sleep_hours"))
    except InvalidInput as error:
        errors.append(error)
    try:
        weather = _weather(one(typed, "weather"))
    except InvalidInput as error:
        errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SeveralWrong(sorted(errors, key=lambda error: FIELDS.index(error.field or FIELDS[-1])))
    return CheckInDraft(
        mood=one(typed, "mood").strip(),
        felt_at=felt_at,
        time_zone=zone if isinstance(zone, str) else zone.key,
        intensity=levels["intensity"],
        energy=levels["energy"],
        sleep_quality=levels["sleep_quality"],
        sleep_hours=hours,
        weather=weather,
        activities=several(typed, "activities"),
        tags=several(typed, "tags"),
        triggers=several(typed, "triggers"),
        title=one(typed, "title"),
        note=one(typed, "note"),
    )


def shown_form(entry: CheckIn) -> dict[str, str | tuple[str, ...]]:
    """An entry as its form shows it: `read_form` of it, in its own zone, gives the entry's draft back."""
    local = entry.local

    def said(value: float | None) -> str:
        return "" if value is None else f"{value:g}"

    return {
        "mood": entry.mood.id,
        "day": local.date().isoformat(),
        "time": f"{local:%H:%M}",
        "intensity": said(entry.intensity),
        "energy": said(entry.energy),
        "sleep_quality": said(entry.sleep_quality),
        "sleep_hours": said(entry.sleep_hours),
        "weather": entry.weather.value if entry.weather else "",
        "activities": entry.activities,
        "tags": ", ".join(entry.tags),
        "triggers": ", ".join(entry.triggers),
        "title": entry.title,
        "note": entry.note,
    }


def moment_typed(day: str, time: str, zone: ZoneInfo | str, now: datetime) -> datetime | None:
    """The moment a day and a time of a form mean by the person's clock; None where neither was given: now.

    A time that the clocks skip is taken as the one after the change; of one that comes twice, the first. Raises
    `InvalidInput` with `day` or `time`.
    """
    place = zone_info(zone) if isinstance(zone, str) else zone
    here = now.astimezone(place)
    if not day.strip() and not time.strip():
        return None
    wanted = here.date() if not day.strip() else _day(day.strip())
    if time.strip():
        found = _TIME.fullmatch(time.strip())
        hour, minute = (int(found["hour"]), int(found["minute"])) if found else (-1, -1)
        if not (0 <= hour <= 23 and 0 <= minute <= 59):
            raise InvalidInput(
                "not_a_time",
                N_("Time: “{typed}” is no time of day. Write it like 21:30, or leave it empty."),
                field="time",
                typed=time.strip()[:20],
            )
    elif wanted == here.date():
        return now
    else:
        hour, minute = 12, 0
    return datetime(wanted.year, wanted.month, wanted.day, hour, minute, tzinfo=place)


def one(typed: Typed, name: str) -> str:
    """The field's text; the first where it came several times."""
    value = typed.get(name, "")
    return value if isinstance(value, str) else next(iter(value), "")


def several(typed: Typed, name: str) -> tuple[str, ...]:
    """The field's names: one text is parted, what came each by itself (boxes that were ticked) is left whole."""
    value = typed.get(name, ())
    pieces = _SEPARATORS.split(value) if isinstance(value, str) else value
    return tuple(bare for bare in (piece.strip() for piece in pieces) if bare)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput(
            "not_a_day",
            N_("Day: “{typed}” is no day of the calendar. Write it like 2026-05-03."),
            field="day",
            typed=typed[:20],
        ) from None


def _level(name: str, label: Text, typed: str) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) == 1 and LOWEST <= int(text) <= HIGHEST:
        return int(text)
    raise InvalidInput(
        f"{name}_out_of_range",
        N_("{label}: choose a number from {lowest} to {highest}, or leave it empty; you wrote {typed}."),
        field=name,
        label=label,
        lowest=LOWEST,
        highest=HIGHEST,
        typed=text[:20],
    )


def _hours(typed: str) -> float | None:
    text = typed.strip()
    if not text:
        return None
    found = _TIME.fullmatch(text) if ":" in text else None
    if found:
        return int(found["hour"]) + int(found["minute"]) / 60
    if not (text.isascii() and _NUMBER.fullmatch(text)):
        raise InvalidInput(
            "sleep_hours_unclear",
            N_("Hours of sleep: “{typed}” is no number. Write it like 7.5, or leave it empty."),
            field="sleep_hours",
            typed=text[:20],
        )
    return float(text.replace(",", "."))


def _weather(typed: str) -> Weather | None:
    text = typed.strip()
    if not text:
        return None
    try:
        return Weather(text)
    except ValueError:
        raise InvalidInput(
            "weather_unknown",
            N_("Weather: choose one from the list, or leave it empty."),
            field="weather",
        ) from None
