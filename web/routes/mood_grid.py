"""A month and a year of check-ins as tables. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR = 1900
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Felt:
    """What a day's check-ins come to: their median, and how many there are."""

    median: float
    count: int

    @property
    def score(self) -> int:
        """The median as one of the five steps; from the middle between two, the nearer to the middle of the scale."""
        below = int(self.median)
        if self.median - below == 0.5:
            return below if below >= 3 else below + 1
        return round(self.median)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a table. `score` is None where nothing is known; `is_inside` says of a month's table that it is its."""

    day: date
    score: int | None
    count: int
    is_today: bool
    is_inside: bool
    is_ahead: bool


def month_asked(text: str, today: date) -> date:
    """The first of the month that an address names (2026-11); of this month, where it names none that has begun."""
    found = _MONTH.fullmatch(text)
    this = today.replace(day=1)
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < FIRST_YEAR:
        return this
    return min(date(int(found[1]), int(found[2]), 1), this)


def year_asked(text: str, today: date) -> int:
    """The year that an address names, or this one."""
    if _YEAR.fullmatch(text) is None or int(text) < FIRST_YEAR:
        return today.year
    return min(int(text), today.year)


def month_before(first: date) -> date | None:
    """The first of the month before; None: there is none here."""
    return None if (first.year, first.month) == (FIRST_YEAR, 1) else (first - timedelta(days=1)).replace(day=1)


def month_after(first: date) -> date:
    """The first of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def month_table(first: date, felt: Mapping[date, Felt], today: date) -> list[list[Cell]]:
    """The month's weeks from Monday on, filled up with days of its neighbours."""
    return [
        [_cell(day, felt, today, is_inside=day.month == first.month) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]


def year_table(year: int, felt: Mapping[date, Felt], today: date) -> list[tuple[int, list[Cell | None]]]:
    """A row for each number of a day with the twelve months beside each other; None where a month has no such day."""
    return [(number, [_day_of(year, month, number, felt, today) for month in range(1, 13)]) for number in range(1, 32)]


def _day_of(year: int, month: int, number: int, felt: Mapping[date, Felt], today: date) -> Cell | None:
    if number > calendar.monthrange(year, month)[1]:
        return None
    return _cell(date(year, month, number), felt, today, is_inside=True)


def _cell(day: date, felt: Mapping[date, Felt], today: date, *, is_inside: bool) -> Cell:
    found = felt.get(day) if is_inside else None
    return Cell(
        day,
        found.score if found else None,
        found.count if found else 0,
        is_today=day == today,
        is_inside=is_inside,
        is_ahead=day > today,
    )
