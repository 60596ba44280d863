"""A diary as files: CSV in Daylio's columns and ours, harmless in a spreadsheet; and everything as JSON. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from bot.services.wellbeing.choices import MoodChoices
from bot.services.wellbeing.consent import MoodOptions
from bot.services.wellbeing.daylio import COLUMNS, ENERGY, INTENSITY, OURS, SLEEP
from bot.services.wellbeing.entries import CheckIn

_BOM = b"\xef\xbb\xbf"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PARTED = " | "

Reminded = tuple[int, int, datetime | None]
"""A reminder: minute of the day, weekdays as bits (Monday first), since when Discord refuses it."""


def cell(text: str) -> str:
    """Words as a cell: with an apostrophe before what a spreadsheet would run (CWE-1236), and before an apostrophe, so
    that taking one away always gives the words back."""
    begins = text.lstrip(" \u00a0\u200b\ufeff")
    return f"'{text}" if begins.startswith(_FORMULA) or text.startswith("'") else text


def written_csv(entries: Sequence[CheckIn]) -> bytes:
    """The entries that can be opened, in their order, as `daylio.parse` reads them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *OURS))
    writer.writerows(_row(one) for one in entries if one.is_readable)
    return _BOM + buffer.getvalue().encode()


def _row(entry: CheckIn) -> tuple[str, ...]:
    local = entry.local
    levels = ((INTENSITY, entry.intensity), (ENERGY, entry.energy), (SLEEP, entry.sleep_quality))
    scales = _PARTED.join(f"{name}:\u00a0{value}" for name, value in levels if value is not None)
    return (
        local.date().isoformat(),
        f"{_MONTHS[local.month - 1]} {local.day}",
        _WEEKDAYS[local.weekday()],
        f"{local:%H:%M}",
        cell(str(entry.mood.name)),
        cell(_PARTED.join(str(one) for one in entry.activities)),
        scales,
        cell(entry.title),
        cell(entry.note),
        "" if entry.sleep_hours is None else f"{entry.sleep_hours:g}",
        entry.weather.value if entry.weather else "",
        cell(_PARTED.join(entry.tags)),
        cell(_PARTED.join(entry.triggers)),
        str(entry.score),
        cell(entry.mood.emoji),
        entry.time_zone,
        entry.felt_at.astimezone(UTC).isoformat(),
    )


def written_json(
    options: MoodOptions | None, choices: MoodChoices, reminders: Sequence[Reminded], entries: Sequence[CheckIn]
) -> bytes:
    """Everything that is kept, in the words of the house; times are ISO 8601."""
    told = {
        "format": "botcafe check-ins",
        "version": 1,
        "settings": None if options is None else _settings(options),
        "moods": [
            {"name": one.name, "emoji": one.emoji, "step": one.score, "is_hidden": one.is_hidden}
            for one in choices.moods
            if one.is_own or one.is_hidden
        ],
        "activities": [
            {"name": one.name, "emoji": one.emoji, "group": one.group, "is_hidden": one.is_hidden}
            for one in choices.activities
            if one.is_own or one.is_hidden
        ],
        "reminders": [
            {"minute_of_day": minute, "weekdays": weekdays, "refused_at": _moment(refused)}
            for minute, weekdays, refused in reminders
        ],
        "check_ins": [_entry(one) for one in entries],
    }
    return orjson.dumps(told, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_SUBCLASS)


def _settings(options: MoodOptions) -> dict[str, object]:
    return {
        "consent_version": options.consent_version,
        "consented_at": _moment(options.consented_at),
        "consented_in": options.consented_in.value,
        "keep_days": options.keep_days,
        "in_discord": options.in_discord,
        "in_prompts": options.in_prompts,
        "quiet_from_minute": options.quiet_from,
        "quiet_to_minute": options.quiet_to,
        "time_zone": options.time_zone if options.has_zone else None,
    }


def _entry(entry: CheckIn) -> dict[str, object]:
    if not entry.is_readable:
        return {"id": str(entry.id), "felt_at": _moment(entry.felt_at), "is_readable": False}
    return {
        "id": str(entry.id),
        "felt_at": entry.local.isoformat(),
        "time_zone": entry.time_zone,
        "mood": str(entry.mood.name),
        "emoji": entry.mood.emoji,
        "step": entry.score,
        "intensity": entry.intensity,
        "energy": entry.energy,
        "sleep_quality": entry.sleep_quality,
        "sleep_hours": entry.sleep_hours,
        "weather": entry.weather.value if entry.weather else None,
        "activities": [str(one) for one in entry.activities],
        "tags": list(entry.tags),
        "triggers": list(entry.triggers),
        "title": entry.title,
        "note": entry.note,
        "came_by": entry.source.value,
        "created_at": _moment(entry.created_at),
        "updated_at": _moment(entry.updated_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
