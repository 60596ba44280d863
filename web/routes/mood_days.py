"""What check-ins show: a month, a year, and what stands beside what. Drawn here, for whom they belong to alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from aiohttp import web
from babel import Locale
from babel.dates import format_date, get_day_names, get_month_names

from bot.services.desk import Work
from bot.services.wellbeing import insights as pure
from bot.services.wellbeing.choices import STEPS
from bot.services.wellbeing.insights import Insights, MinutesBeside
from bot.texts import N_, Say, Text
from web.pages import Access, at_work, desk, get, render, say_for, signed
from web.plots import Plot, PlotKind, Scale, draw
from web.routes.mood import around, mine
from web.routes.mood_grid import (
    FIRST_YEAR,
    Felt,
    month_after,
    month_asked,
    month_before,
    month_table,
    year_asked,
    year_table,
)
from web.routes.mood_parts import SCALE, sign_of, translated

_SPANS: Mapping[int, Text] = {30: N_("30 days"), 90: N_("90 days"), 365: N_("a year")}
_USUAL_SPAN = 90
_BANDS = ((0, 0), (1, 30), (31, 60), (61, 120), (121, 1440))
"""Minutes of a day, as they are set beside moods."""


async def month(request: web.Request) -> web.Response:
    """A month as a table."""
    say = say_for(request)
    async with at_work(request) as work:
        found = await mine(request, work)
        today = found.today(request)
        first = month_asked(request.query.get("month", ""), today)
        felt = await _felt(request, work, first, month_after(first) - timedelta(days=1))
    locale = _locale(say)
    before, after = month_before(first), month_after(first)
    return render(
        request,
        "mood/month.html",
        weeks=month_table(first, felt, today),
        weekdays=_weekdays(locale),
        title=_month(first, locale),
        year=first.year,
        before=before and f"{before:%Y-%m}",
        before_name=before and _month(before, locale),
        after=f"{after:%Y-%m}" if after <= today else None,
        after_name=_month(after, locale),
        **_scale(),
        **around(request, found, "mood_calendar"),
    )


async def year(request: web.Request) -> web.Response:
    """A year as a table."""
    async with at_work(request) as work:
        found = await mine(request, work)
        today = found.today(request)
        wanted = year_asked(request.query.get("year", ""), today)
        felt = await _felt(request, work, date(wanted, 1, 1), date(wanted, 12, 31))
    short, whole = (get_month_names(width, "stand-alone", _locale(say_for(request))) for width in ("narrow", "wide"))
    return render(
        request,
        "mood/year.html",
        rows=year_table(wanted, felt, today),
        months=[(short[number], whole[number], f"{wanted}-{number:02}") for number in range(1, 13)],
        year=wanted,
        has_before=wanted > FIRST_YEAR,
        has_after=wanted < today.year,
        felt_days=len(felt),
        **_scale(),
        **around(request, found, "mood_calendar"),
    )


async def _felt(request: web.Request, work: Work, first: date, last: date) -> dict[date, Felt]:
    entries = await desk(request).moods.between(work, signed(request).user_id, first, last)
    days = await asyncio.to_thread(pure.calendar, [one for one in entries if one.is_readable])
    return {one.day: Felt(one.median, one.n) for one in days if first <= one.day <= last}


def _scale() -> dict[str, Any]:
    return {"scale": SCALE, "step_words": STEPS, "sign_of": sign_of}


# ---------------------------------------------------------------------------------------------------- insights


async def insights(request: web.Request) -> web.Response:
    """The trend, the days of the week, and what stands beside what."""
    me, say = signed(request), say_for(request)
    asked = request.query.get("days", "")
    span = int(asked) if asked in {str(one) for one in _SPANS} else _USUAL_SPAN
    async with at_work(request) as work:
        found = await mine(request, work)
        last = found.today(request)
        first = last - timedelta(days=span - 1)
        entries = await desk(request).moods.between(work, me.user_id, first, last)
        minutes = await desk(request).usage.minutes_per_day(work, me.user_id, first, last)
    read = await asyncio.to_thread(pure.insights, entries, first=first, last=last, minutes=minutes)
    plots = await _plots(request, read, say) if read.n else {}
    return render(
        request,
        "mood/insights.html",
        read=read,
        span=span,
        spans=[(days, say(label)) for days, label in _SPANS.items()],
        weekdays=_by_weekday(read, say),
        named=translated(say),
        few=pure.FEW,
        has_few=any(one.is_few for one in read.activities),
        minutes_least=pure.MINUTES_LEAST,
        trend_days=pure.TREND_DAYS,
        **plots,
        **_scale(),
        **around(request, found, "mood_insights"),
    )


async def _plots(request: web.Request, read: Insights, say: Say) -> dict[str, Any]:
    own, smooth = say("Median of the day"), say("Median of {n} days", n=pure.TREND_DAYS)
    trend = await draw(
        request,
        PlotKind.LINES,
        say("Mood, from 1 (very low) to 5 (very good)"),
        say("Day"),
        [one.day.isoformat() for one in read.trend],
        {own: [one.median for one in read.trend], smooth: [one.smooth for one in read.trend]},
        scale=Scale(1, 5, frozenset({own})),
    )
    bands = bands_of(read.beside_minutes, say)
    return {"trend": trend, "bands": bands, "beside": await _beside(request, bands, say)}


async def _beside(request: web.Request, bands: Sequence[Band], say: Say) -> Plot | None:
    if not bands:
        return None
    return await draw(
        request,
        PlotKind.BARS,
        say("Median mood of days with so many minutes here"),
        say("Minutes"),
        [one.name for one in bands],
        {say("Median mood"): [one.median for one in bands]},
        scale=Scale(1, 5),
    )


@dataclass(frozen=True, slots=True)
class Band:
    """Days on which somebody was here for so many minutes; `median` None: no such day."""

    name: str
    n: int
    median: float | None


def bands_of(found: MinutesBeside | None, say: Say) -> list[Band]:
    """Days with a mood, by their minutes; none where too few days have both."""
    made: list[Band] = []
    for least, most in _BANDS if found is not None else ():
        moods = [mood for mood, spent in found.points if least <= spent <= most] if found is not None else []
        made.append(Band(_band_name(least, most, say), len(moods), float(median(moods)) if moods else None))
    return made


def _band_name(least: int, most: int, say: Say) -> str:
    if most == 0:
        return say("none")
    if most > 1000:
        return say("over {n}", n=least - 1)
    return f"{least}–{most}"


def _by_weekday(read: Insights, say: Say) -> list[tuple[str, int, float | None, bool, bool]]:
    names = get_day_names("wide", "stand-alone", _locale(say))
    return [
        (
            names[one.weekday].capitalize(),
            one.n,
            one.median,
            one.weekday == read.best_weekday,
            one.weekday == read.worst_weekday,
        )
        for one in read.weekdays
    ]


def _weekdays(locale: Locale) -> list[tuple[str, str]]:
    short, whole = (get_day_names(width, "stand-alone", locale) for width in ("short", "wide"))
    return [(short[number], whole[number]) for number in range(7)]


def _month(first: date, locale: Locale) -> str:
    return format_date(first, "LLLL yyyy", locale=locale).capitalize()


def _locale(say: Say) -> Locale:
    return Locale.parse("en" if say.language == "qps" else say.language, sep="-")


PAGES = (
    get("/mood/calendar", month, "mood_calendar", Access.MEMBER, menu="mood"),
    get("/mood/year", year, "mood_year", Access.MEMBER, menu="mood"),
    get("/mood/insights", insights, "mood_insights", Access.MEMBER, menu="mood"),
)
