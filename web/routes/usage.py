"""What one used: plots, a table and a file of one's own days, and the button that deletes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from aiohttp import web
from babel.dates import format_date, format_datetime

from bot.errors import InvalidInput
from bot.services.wellbeing.pictures_words import locale_of
from bot.services.wellbeing.usage import zone_of
from bot.services.wellbeing.usage_days import (
    USUAL_DAYS,
    Counter,
    Day,
    Step,
    Used,
    day_typed,
    span_of,
    step_for,
    stepped,
)
from bot.services.wellbeing.usage_words import MEANINGS, NAMES
from bot.texts import N_, Say, Text
from web.csv import csv_file
from web.forms import Form
from web.pages import Access, Rate, at_work, back, desk, get, post, render, say_for, signed
from web.plots import Plot, PlotKind, draw

SPANS = (7, USUAL_DAYS, 90, 365)

_STEPS: Mapping[Step, Text] = {Step.DAY: N_("Day"), Step.WEEK: N_("Week from"), Step.MONTH: N_("Month")}

_PLOTS: Sequence[tuple[Text, tuple[Counter, ...]]] = (
    (N_("Active minutes"), (Counter.MINUTES,)),
    (N_("Messages"), (Counter.MESSAGES,)),
    (N_("Tokens"), (Counter.TOKENS,)),
    (N_("Begun and made"), (Counter.CONVERSATIONS, Counter.CHARACTERS, Counter.LORE_ENTRIES)),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which days are asked for. `days` is how many, where a whole number of them up to today is."""

    since: date
    until: date
    days: int | None
    form: Form


async def show(request: web.Request) -> web.Response:
    """Plots and a table of the days asked for."""
    async with at_work(request) as work:
        usage, me = desk(request).usage, signed(request).user_id
        asked = _asked(request, await usage.today(work, me))
        used = await usage.days(work, me, asked.since, asked.until)
    say, step = say_for(request), step_for(len(used.days))
    days = stepped(used.days, step)
    return render(
        request,
        "usage/usage.html",
        status=200 if asked.form.trouble is None else 422,
        form=asked.form,
        asked=asked,
        used=used,
        unknown_until=_known(used, say),
        spans=SPANS,
        counters=tuple(Counter),
        names=NAMES,
        meanings=MEANINGS,
        plots=await _plots(request, days, step),
        rows=[(_label(one.day, step, say), one.counts) for one in reversed(days)],
        over=_STEPS[step],
        query={"since": asked.since.isoformat(), "until": asked.until.isoformat()},
    )


async def as_file(request: web.Request) -> web.StreamResponse:
    """The same days as a CSV file, a row each; what is unknown is empty."""
    async with at_work(request) as work:
        usage, me = desk(request).usage, signed(request).user_id
        asked = _asked(request, await usage.today(work, me))
        used = await usage.days(work, me, asked.since, asked.until)
    say = say_for(request)

    async def lines() -> AsyncIterator[Sequence[object]]:
        for one in used.days:
            yield one.day.isoformat(), *(None if one.counts is None else one.counts.of(each) for each in Counter)

    return await csv_file(request, "usage", (say("Day"), *(say(NAMES[each]) for each in Counter)), lines())


async def delete(request: web.Request) -> web.StreamResponse:
    """Delete all of it at once."""
    me, say = signed(request), say_for(request)
    async with at_work(request) as work:
        kept_until = (await desk(request).usage.forget_all(work, me.user_id)).kept_until
    if kept_until is None:
        return back(request, "/usage", say("Everything that was counted is deleted."))
    told = say(
        "Everything that was counted is deleted, but for which minutes you were here lately: limits in force still "
        "read them. They go by themselves on {moment}.",
        moment=_moment(kept_until, me.time_zone, say),
    )
    return back(request, "/usage", told, kind="note")


# ---------------------------------------------------------------------------------------------------- within


def _asked(request: web.Request, today: date) -> _Asked:
    """What the address asks for; where it cannot be, the usual days, with what is wrong in the form."""
    query = request.query
    typed = Form({name: (query.get(name, ""),) for name in ("since", "until")})
    days = query.get("days", "")
    if days in {str(one) for one in SPANS}:
        return _back_from(today, int(days))
    try:
        first, last = day_typed(typed.value("since"), "since"), day_typed(typed.value("until"), "until")
        if first is None and last is None:
            return _back_from(today, USUAL_DAYS)
        since, until = span_of(first, last, today)
    except InvalidInput as error:
        return _back_from(today, USUAL_DAYS, typed.failed(error))
    return _Asked(since, until, None, _filled(since, until))


def _back_from(today: date, days: int, shown: Form | None = None) -> _Asked:
    since = today - timedelta(days=days - 1)
    return _Asked(since, today, days, shown or _filled(since, today))


def _filled(since: date, until: date) -> Form:
    return Form.filled(since=since.isoformat(), until=until.isoformat())


async def _plots(request: web.Request, days: Sequence[Day], step: Step) -> list[Plot]:
    """A plot of each kind of which there is anything to see."""
    say = say_for(request)
    labels = [_label(one.day, step, say) for one in days]
    found: list[Plot] = []
    for title, counters in _PLOTS:
        series = {
            say(NAMES[each]): [None if one.counts is None else one.counts.of(each) for one in days] for each in counters
        }
        if any(value for values in series.values() for value in values):
            found.append(await draw(request, PlotKind.BARS, say(title), say(_STEPS[step]), labels, series))
    return found


def _known(used: Used, say: Say) -> str | None:
    """The first day that is known, in words, where some of those asked for are not."""
    if used.known_from is None or not used.has_unknown:
        return None
    return format_date(used.known_from, "d MMM yyyy", locale=locale_of(say))


def _label(day: date, step: Step, say: Say) -> str:
    return format_date(day, "MMM yyyy" if step is Step.MONTH else "d MMM", locale=locale_of(say))


def _moment(at: datetime, zone: str | None, say: Say) -> str:
    shown = format_datetime(at.astimezone(zone_of(zone) if zone else UTC), "d MMM yyyy, HH:mm", locale=locale_of(say))
    return shown if zone else f"{shown} UTC"


PAGES = (
    get("/usage", show, "usage", Access.MEMBER),
    get("/usage.csv", as_file, "usage_file", Access.MEMBER, rate=Rate.LIST_FILE, menu="usage"),
    post("/usage/delete", delete, "usage_delete", Access.MEMBER, menu="usage"),
)
