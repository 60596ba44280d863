"""What check-ins look like: calendar, trend, activities and minutes beside moods, as PNG pictures for Discord.

Drawn by Pillow in a thread, never on the event loop. A picture brings its own dark ground, so it reads the same whether
Discord is dark or light; a mood is told by its number or place as well as by its colour; and each picture has a text
(`pictures_words.alt`) that says the same to who cannot see it. A name that our letters cannot write (another script)
stands as the number it has in the list below the picture.
"""

from __future__ import annotations

import asyncio
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from babel.dates import format_date, get_day_names, get_month_names

from bot.services.wellbeing.choices import STEPS
from bot.services.wellbeing.insights import ActivityMood, Insights, MinutesBeside, TrendPoint
from bot.services.wellbeing.pictures_canvas import (
    BACK,
    FAINT,
    GRID,
    INK,
    LINE,
    QUIET_INK,
    At,
    Canvas,
    colour_of,
    drawable,
)
from bot.services.wellbeing.pictures_words import (
    ACTIVITIES_DRAWN,
    BESIDE,
    TITLES,
    PictureKind,
    as_number,
    locale_of,
    minutes_told,
)
from bot.texts import Say, Text

_WIDTH = 900
_MARGIN = 36
_LEFT = 190
"""Where the words of the scale end and the plot begins."""


async def drawn(kind: PictureKind, found: Insights, say: Say) -> bytes | None:
    """A picture as PNG; None where there is too little to draw. Never on the event loop."""
    return await asyncio.to_thread(_draw, kind, found, say)


def _draw(kind: PictureKind, found: Insights, say: Say) -> bytes | None:
    if not found.days:
        return None
    match kind:
        case PictureKind.CALENDAR:
            return calendar(found, say)
        case PictureKind.TREND:
            return trend(found, say)
        case PictureKind.ACTIVITIES:
            return activities(found, say) if found.activities else None
        case PictureKind.MINUTES:
            return beside_minutes(found.beside_minutes, say) if found.beside_minutes else None


# ------------------------------------------------------------------------------------------------ calendar


def calendar(found: Insights, say: Say) -> bytes:
    """Every day of the span by month, coloured by the median of its check-ins; where there is room, it stands in it."""
    months = _months(found.first, found.last)
    across = 2 if len(months) <= 4 else 4
    gap = 30
    wide = (_WIDTH - 2 * _MARGIN - gap * (across - 1)) // across
    cell = wide // 7
    head = 58 if cell >= _ROOMY else 30
    high = head + max(_weeks(found, *month) for month in months) * cell + gap
    down = -(-len(months) // across)
    canvas = Canvas(_WIDTH, 84 + down * high + 50)
    canvas.text((_MARGIN, 26), say(TITLES[PictureKind.CALENDAR]), size=32)
    for number, month in enumerate(months):
        left, top = _MARGIN + number % across * (wide + gap), 84 + number // across * high
        _head(canvas, month, (left, top, cell), say)
        _month(canvas, found, month, (left, top + head, cell))
    _legend(canvas, say, 84 + down * high - 4)
    return canvas.png()


_ROOMY = 44
"""A day's square of so many pixels has room for numbers."""


def _head(canvas: Canvas, month: tuple[int, int], where: tuple[int, int, int], say: Say) -> None:
    left, top, cell = where
    is_roomy = cell >= _ROOMY
    canvas.text((left, top), f"{_month_name(month[1], say)} {month[0]}", size=24 if is_roomy else 20, colour=QUIET_INK)
    names = get_day_names("narrow", locale=locale_of(say))
    for weekday in range(7 if is_roomy else 0):
        canvas.text((left + weekday * cell + cell // 2, top + 34), names[weekday], size=18, colour=FAINT, at="mt")


def _month(canvas: Canvas, found: Insights, which: tuple[int, int], where: tuple[int, int, int]) -> None:
    """The days of a month that lie in the span."""
    left, top, cell = where
    moods = {one.day: one for one in found.days}
    days = _days_of(found, *which)
    monday = days[0] - timedelta(days=days[0].weekday())
    for day in days:
        place = (day - monday).days
        x, y = left + place % 7 * cell, top + place // 7 * cell
        mood = moods.get(day)
        canvas.box(
            (x + 2, y + 2, x + cell - 2, y + cell - 2), colour_of(mood.median) if mood else GRID, radius=cell // 6
        )
        if cell >= _ROOMY:
            canvas.text((x + 7, y + 6), str(day.day), size=16, colour=BACK if mood else FAINT)
        if cell >= _ROOMY and mood:
            canvas.text((x + cell - 8, y + cell - 7), as_number(mood.median), size=22, colour=BACK, at="rb")


def _days_of(found: Insights, year: int, month: int) -> Sequence[date]:
    first = max(found.first, date(year, month, 1))
    last = min(found.last, date(year, month, monthrange(year, month)[1]))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _weeks(found: Insights, year: int, month: int) -> int:
    days = _days_of(found, year, month)
    return (days[0].weekday() + len(days) + 6) // 7


def _legend(canvas: Canvas, say: Say, y: int) -> None:
    x = _MARGIN
    for score in sorted(STEPS):
        canvas.box((x, y, x + 26, y + 26), colour_of(score), radius=6)
        word = f"{score} {say(STEPS[score])}"
        canvas.text((x + 36, y + 13), word, size=20, colour=QUIET_INK, at="lm")
        x += 36 + canvas.width_of(word, 20) + 26


def _months(first: date, last: date) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        found.append((year, month))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


# ------------------------------------------------------------------------------------------------ trend


def trend(found: Insights, say: Say) -> bytes:
    """A dot for each day's median, a line for the moving one. Where too few days are known, the line has a gap."""
    canvas = Canvas(_WIDTH, 470)
    canvas.text((_MARGIN, 26), say(TITLES[PictureKind.TREND]), size=32)
    plot = (_LEFT, 96, _WIDTH - _MARGIN, 352)
    _scale(canvas, plot, say)
    across = _placer(plot, max(len(found.trend) - 1, 1))
    for piece in line_pieces(found.trend):
        canvas.line([(across(number), _height(plot, smooth)) for number, smooth in piece], LINE, width=6)
    radius = 7 if len(found.trend) <= 100 else 4
    for number, point in enumerate(found.trend):
        if point.median is not None:
            canvas.dot((across(number), _height(plot, point.median)), radius, colour_of(point.median))
    _days_below(canvas, plot, found, say)
    y = 430
    canvas.dot((_MARGIN + 8, y), 8, colour_of(4))
    canvas.text((_MARGIN + 28, y), say("median of a day"), size=20, colour=QUIET_INK, at="lm")
    x = _MARGIN + 60 + canvas.width_of(say("median of a day"), 20)
    canvas.line([(x, y), (x + 40, y)], LINE, width=6)
    canvas.text((x + 54, y), say("median of 7 days"), size=20, colour=QUIET_INK, at="lm")
    return canvas.png()


def line_pieces(points: Sequence[TrendPoint]) -> list[list[tuple[int, float]]]:
    """The line's unbroken pieces: (number of the day, value)."""
    found: list[list[tuple[int, float]]] = [[]]
    for number, point in enumerate(points):
        if point.smooth is None:
            found.append([])
        else:
            found[-1].append((number, point.smooth))
    return [piece for piece in found if piece]


def _days_below(canvas: Canvas, plot: tuple[int, int, int, int], found: Insights, say: Say) -> None:
    last = len(found.trend) - 1
    across = _placer(plot, max(last, 1))
    marks = sorted({0, last // 3, 2 * last // 3, last})
    for place in marks:
        day = found.first + timedelta(days=place)
        at: At = "la" if place == 0 and last else "ra" if place == last and last else "ma"
        canvas.text((across(place), plot[3] + 26), _day(day, say), size=20, colour=QUIET_INK, at=at)


# ------------------------------------------------------------------------------------------------ activities


def activities(found: Insights, say: Say) -> bytes:
    """The median with each activity and without it, with how many check-ins there were; few of them are drawn faint."""
    shown = found.activities[:ACTIVITIES_DRAWN]
    step, top, left = 52, 132, 360
    bottom = top + step * len(shown)
    canvas = Canvas(_WIDTH, bottom + 138)
    canvas.text((_MARGIN, 26), say(TITLES[PictureKind.ACTIVITIES]), size=32)
    right = _WIDTH - _MARGIN - 24
    across = _placer((left, 0, right, 0), 4)
    for score in range(1, 6):
        canvas.line([(across(score - 1), top - 8), (across(score - 1), bottom)], GRID, width=2)
        canvas.text((across(score - 1), top - 20), str(score), size=20, colour=QUIET_INK, at="mb")
    for number, one in enumerate(shown):
        _activity(canvas, one, number, top + step * number + step // 2, across, say)
    y = bottom + 30
    canvas.dot((_MARGIN + 9, y), 9, colour_of(4))
    canvas.text((_MARGIN + 28, y), say("median with it"), size=20, colour=QUIET_INK, at="lm")
    x = _MARGIN + 64 + canvas.width_of(say("median with it"), 20)
    canvas.ring((x, y), 9, INK)
    canvas.text((x + 20, y), say("median without it"), size=20, colour=QUIET_INK, at="lm")
    canvas.text(
        (_MARGIN, y + 30), say("Faint: fewer than 5 check-ins, so nothing to go by."), size=20, colour=QUIET_INK
    )
    canvas.text((_MARGIN, y + 60), say(BESIDE), size=20, colour=QUIET_INK)
    return canvas.png()


def _activity(canvas: Canvas, one: ActivityMood, number: int, y: int, across: Callable[[float], int], say: Say) -> None:
    ink = FAINT if one.is_few else INK
    name = canvas.fitted(name_of(one.name, number, say), 228, 22)
    canvas.text((_MARGIN, y), name, size=22, colour=ink, at="lm")
    canvas.text((_MARGIN + 296, y), f"n = {one.n}", size=20, colour=QUIET_INK if not one.is_few else FAINT, at="rm")
    x = across(one.with_it - 1)
    if one.without is not None:
        beside = across(one.without - 1)
        canvas.line([(x, y), (beside, y)], FAINT if not one.is_few else GRID, width=4)
        canvas.ring((beside, y), 11, ink)
    canvas.dot((x, y), 10, colour_of(one.with_it, is_faint=one.is_few))


def name_of(name: str, number: int, say: Say) -> str:
    """A name in the letters we have, else the number it has in the list below (from 1)."""
    shown = say(name) if isinstance(name, Text) else name
    return drawable(shown) or f"#{number + 1}"


# ------------------------------------------------------------------------------------------------ minutes


def beside_minutes(found: MinutesBeside, say: Say) -> bytes:
    """A dot for each day that has both: to the right more minutes here, further up a better mood."""
    canvas = Canvas(_WIDTH, 520)
    canvas.text((_MARGIN, 26), say(TITLES[PictureKind.MINUTES]), size=32)
    plot = (_LEFT, 96, _WIDTH - _MARGIN, 352)
    _scale(canvas, plot, say)
    most = max(1, *(spent for _, spent in found.points))
    across = _placer(plot, most)
    canvas.line([(across(found.split), plot[1] - 8), (across(found.split), plot[3] + 8)], FAINT, width=3)
    seen: dict[tuple[float, int], int] = {}
    for mood, spent in found.points:
        # Days that are alike lie beside each other instead of on top.
        again = seen[mood, spent] = seen.get((mood, spent), -1) + 1
        canvas.dot((across(spent), _height(plot, mood) - again * 6), 8, colour_of(mood), edge=BACK)
    ends: tuple[tuple[int, At], ...] = ((0, "la"), (1, "ra"))
    for share, at in ends:
        text = say("{minutes} min", minutes=round(most * share))
        canvas.text((across(most * share), plot[3] + 26), text, size=20, colour=QUIET_INK, at=at)
    if 0.15 * most < found.split < 0.8 * most:
        text = say("{minutes} min", minutes=as_number(found.split))
        canvas.text((across(found.split), plot[3] + 26), text, size=20, colour=QUIET_INK, at="ma")
    for number, line in enumerate((minutes_told(found, say), say(BESIDE))):
        canvas.text((_MARGIN, 424 + number * 34), line, size=20, colour=QUIET_INK)
    return canvas.png()


# ------------------------------------------------------------------------------------------------ shared


def _scale(canvas: Canvas, plot: tuple[int, int, int, int], say: Say) -> None:
    for score in range(1, 6):
        y = _height(plot, score)
        canvas.line([(plot[0], y), (plot[2], y)], GRID, width=2)
        word = canvas.fitted(say(STEPS[score]), _LEFT - _MARGIN - 52, 20)
        canvas.text((plot[0] - 44, y), word, size=20, colour=QUIET_INK, at="rm")
        canvas.text((plot[0] - 18, y), str(score), size=22, colour=INK, at="rm")


def _height(plot: tuple[int, int, int, int], score: float) -> int:
    return round(plot[3] - (score - 1) / 4 * (plot[3] - plot[1]))


def _placer(plot: tuple[int, int, int, int], most: float) -> Callable[[float], int]:
    """Where a value from 0 to `most` lies across the plot."""

    def place(value: float) -> int:
        return round(plot[0] + value / most * (plot[2] - plot[0]))

    return place


def _month_name(month: int, say: Say) -> str:
    name = str(get_month_names("wide", context="stand-alone", locale=locale_of(say))[month])
    return name[:1].upper() + name[1:]


def _day(day: date, say: Say) -> str:
    return format_date(day, "d MMM", locale=locale_of(say))
