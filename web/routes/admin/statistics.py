"""Statistics of the whole house: plots, and the same numbers as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import web

from bot.services.oversight.figures import Line, Series
from bot.texts import N_, Say, Text
from web.csv import csv_file
from web.pages import Access, Rate, desk, get, render, say_for, signed
from web.plots import PlotKind, draw

SPANS = (7, 30, 90, 365)
_USUAL = 30

TITLES: Mapping[Series, Text] = {
    Series.USAGE: N_("Usage"),
    Series.TOKENS: N_("Tokens"),
    Series.COST: N_("Cost"),
    Series.REVENUE: N_("Revenue"),
    Series.GROWTH: N_("Growth"),
}

_KINDS: Mapping[Series, PlotKind] = {Series.TOKENS: PlotKind.STACKS, Series.REVENUE: PlotKind.BARS}


async def show(request: web.Request) -> web.Response:
    """Five plots over the days asked for."""
    days, say = _days(request), say_for(request)
    tables = await desk(request).oversight.figures.tables(signed(request).user_id, days)
    plots = [
        await draw(
            request,
            _KINDS.get(series, PlotKind.LINES),
            say(TITLES[series]),
            say("Day"),
            [day.strftime("%m-%d") for day in table.days],
            {_label(line, say): values for line, values in table.lines},
        )
        for series, table in tables.items()
        if table.lines and not table.is_empty
    ]
    return render(
        request,
        "admin/statistics.html",
        plots=plots,
        missing=[say(TITLES[series]) for series, table in tables.items() if not table.lines or table.is_empty],
        days=days,
        spans=SPANS,
    )


async def file(request: web.Request) -> web.StreamResponse:
    """All of it as a file: a row a day."""
    tables = await desk(request).oversight.figures.tables(signed(request).user_id, _days(request))
    lines = [pair for table in tables.values() for pair in table.lines]
    days = tables[Series.USAGE].days

    async def rows() -> AsyncIterator[Sequence[object]]:
        for place, day in enumerate(days):
            yield (day.isoformat(), *(values[place] for _, values in lines))

    return await csv_file(request, "statistics", ("day", *(line.figure for line, _ in lines)), rows())


def _days(request: web.Request) -> int:
    asked = request.query.get("days", "")
    return int(asked) if asked in {str(span) for span in SPANS} else _USUAL


def _label(line: Line, say: Say) -> str:
    return say(line.label, currency=line.figure.rpartition(".")[2].upper())


PAGES = (
    get("/admin/statistics", show, "admin_statistics", Access.ADMIN),
    get("/admin/statistics.csv", file, "admin_statistics_csv", Access.ADMIN, rate=Rate.LIST_FILE),
)
