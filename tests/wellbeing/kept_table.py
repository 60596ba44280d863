"""Proof 5: a diary as the app writes it, and the table of what was kept of it, here and by way of our own file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.services.wellbeing.daylio import COLUMNS
from bot.services.wellbeing.entries import CheckIn

ZONE = "Europe/Madrid"
FIRST = date(2025, 9, 1)
DAYS = 120
MOODS = ("rad", "good", "meh", "bad", "awful", "fizzy", "wobbly", "Über-müde", "happy", "so-so 🙃", "numb", "=brave")
MAPPING = {"fizzy": 4, "wobbly": 2, "über-müde": 2, "so-so 🙃": 3, "numb": 1, "=brave": 5}
ACTIVITIES = ("work", "friends", "movies / tv", "good meal", "ünïcödé", "🏊 swim", "=sum(1)", "reading")
NOTES = (
    "",
    "plain words",
    'with ""quotes"", commas, and a; semicolon',
    "<b>bold</b> and<br>a second line",
    "<ul><li>one</li><li>two</li></ul>",
    "2 < 3 &amp; 5 > 4",
    "=HYPERLINK(1)",
    "emoji 🫧 and ñ",
)


def made() -> bytes:
    """A file as the app writes it: 120 days over a change of the clocks, one to four entries a day, newest first."""
    rows: list[str] = []
    for back in range(DAYS):
        day = FIRST + timedelta(days=DAYS - 1 - back)
        for number in range(1 + day.toordinal() % 4):
            at = day.toordinal() * 4 + number
            hour, minute = 22 - 5 * number, at % 60
            clock = f"{hour:02}:{minute:02}" if at % 3 else f"{(hour - 1) % 12 + 1}:{minute:02} {'ap'[hour // 12]}m"
            does = " | ".join(ACTIVITIES[(at + n) % len(ACTIVITIES)] for n in range(at % 4))
            scales = ("", "Energy:\u00a03", "Energy:\u00a01 | Sleep:\u00a04 | Steps walked:\u00a07000")[at % 3]
            title = f"Title {at}" if at % 5 == 0 else ""
            mood, note = MOODS[at % len(MOODS)], NOTES[at % len(NOTES)]
            rows.append(f'{day},{day:%B} {day.day},{day:%A},{clock},{mood},"{does}","{scales}","{title}","{note}"')
    return ("\ufeff" + ",".join(COLUMNS) + "\n" + "\n".join(rows) + "\n").encode()


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    in_file: int
    kept: int
    again: int

    def __str__(self) -> str:
        return f"| {self.what} | {self.in_file:,} | {self.kept:,} | {self.again:,} |"


def table(data: bytes, kept: Sequence[CheckIn], again: Sequence[CheckIn]) -> list[Line]:
    """What the file says by a plain reading of its cells, what the diary says, and what the second diary says."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    scales = [one for row in rows for one in row["scales"].replace("\u00a0", " ").split(" | ") if one]
    several = {row["full_date"] for row in rows if sum(other["full_date"] == row["full_date"] for other in rows) > 1}
    ours = ("Energy: ", "Sleep: ", "Intensity: ")

    def both(count: Callable[[Sequence[CheckIn]], int]) -> tuple[int, int]:
        return count(kept), count(again)

    def days_with_several(entries: Sequence[CheckIn]) -> int:
        days = [one.day for one in entries]
        return len({day for day in days if days.count(day) > 1})

    return [
        Line("entries", len(rows), *both(len)),
        Line("days", len({row["full_date"] for row in rows}), *both(lambda some: len({one.day for one in some}))),
        Line("days with several entries", len(several), *both(days_with_several)),
        Line(
            "different moods by name",
            len({row["mood"] for row in rows}),
            *both(lambda some: len({one.mood.name for one in some})),
        ),
        Line(
            "entries with a mood that is the person's own",
            sum(row["mood"].casefold() in MAPPING for row in rows),
            *both(lambda some: sum(one.mood.name.casefold() in MAPPING for one in some)),
        ),
        Line(
            "activities, counted in each entry",
            sum(len([one for one in row["activities"].split(" | ") if one]) for row in rows),
            *both(lambda some: sum(len(one.activities) for one in some)),
        ),
        Line(
            "scales that are ours (energy, sleep)",
            sum(one.startswith(ours) for one in scales),
            *both(lambda some: sum((one.energy is not None) + (one.sleep_quality is not None) for one in some)),
        ),
        Line(
            "other scales, as tags",
            sum(not one.startswith(ours) for one in scales),
            *both(lambda some: sum(len(one.tags) for one in some)),
        ),
        Line(
            "titles", sum(bool(row["note_title"]) for row in rows), *both(lambda s: sum(bool(one.title) for one in s))
        ),
        Line("notes", sum(bool(row["note"]) for row in rows), *both(lambda s: sum(bool(one.note) for one in s))),
    ]
