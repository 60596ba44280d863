"""Statistics of the whole house: each day's sums, kept once the day is over, since what they count is forgotten.

A day is UTC's. Usage is added up once, when its day is over; money is added up anew for `MONEY_DAYS`, as refunds come
later. What is not known (the price of a reply) is counted as unknown, never as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.services.oversight.audit import Oversight
from bot.texts import N_, Text
from db import functions_oversight as functions
from db.queries.oversight import figures as queries
from db.work import Actor, Database

JOB = "daily_figures"

LOOK_BACK_DAYS = 400
"""How far back days are added up that were missed: a program that was away, or an older café that was updated."""

MONEY_DAYS = 45

DAYS_AT_ONCE = 50
"""Days added up by one statement: a first start adds up all of `LOOK_BACK_DAYS`, and should not ask 400 times."""

_USAGE_MARK = "turns"
"""A figure that every day that was added up has, be it 0."""


class Series(StrEnum):
    """What is drawn as one plot."""

    USAGE = "usage"
    TOKENS = "tokens"
    COST = "cost"
    REVENUE = "revenue"
    GROWTH = "growth"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot: a figure's name, its words, and by what it is divided to be shown."""

    figure: str
    label: Text
    divided_by: int = 1


LINES: Mapping[Series, tuple[Line, ...]] = {
    Series.USAGE: (
        Line("turns", N_("Replies asked for")),
        Line("turns_failed", N_("Replies that failed")),
        Line("conversations_new", N_("Conversations begun")),
        Line("people_active", N_("People who talked")),
    ),
    Series.TOKENS: (
        Line("tokens_in", N_("Tokens read by models")),
        Line("tokens_out", N_("Tokens written by models")),
    ),
    Series.COST: (
        Line("cost_micros", N_("Cost in US dollars"), 1_000_000),
        Line("replies_unpriced", N_("Replies whose price is unknown")),
    ),
    Series.REVENUE: (),
    Series.GROWTH: (
        Line("people_new", N_("People who came")),
        Line("characters_new", N_("Characters made")),
        Line("sign_ins", N_("Sign-ins on the web")),
        Line("sign_ins_failed", N_("Sign-ins that failed")),
    ),
}
"""The lines of each plot; those of revenue are by currency, as money came in."""


@dataclass(frozen=True, slots=True)
class Table:
    """Days and what was on each, line by line."""

    days: tuple[date, ...]
    lines: tuple[tuple[Line, tuple[float, ...]], ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was on any day."""
        return not any(value for _, values in self.lines for value in values)


class Figures:
    """Adds the days up, and tells of them."""

    def __init__(self, database: Database, oversight: Oversight, clock: Clock) -> None:
        self._database = database
        self._oversight = oversight
        self._clock = clock

    async def run(self, _: Mapping[str, str] | None = None) -> int:
        """The nightly job: add up every day that is over and not added up yet; how many."""
        today = self._clock.now().astimezone(UTC).date()
        first = today - timedelta(days=LOOK_BACK_DAYS)
        async with self._database.work(Actor.job(JOB)) as work:
            there = set(await queries.days_with(work.session, _USAGE_MARK, first))
        days = [first + timedelta(days=number) for number in range(LOOK_BACK_DAYS)]
        missing = [day for day in days if day not in there]
        await self._add_up(missing, usage=True)
        recent = (today - timedelta(days=back) for back in range(1, MONEY_DAYS + 1))
        await self._add_up([day for day in recent if day in there], usage=False)
        return len(missing)

    async def today(self) -> Mapping[str, int]:
        """What this day came to so far. Money as usage."""
        day = self._clock.now().astimezone(UTC).date()
        async with self._database.work(Actor.job(JOB)) as work:
            return await _sums(work.session, day, usage=True)

    async def now(self) -> Mapping[str, int]:
        """Counts of this moment."""
        async with self._database.work(Actor.job(JOB)) as work:
            return await functions.house_now(work.session)

    async def tables(self, staff: UUID, days: int) -> Mapping[Series, Table]:
        """The last days up to today, plot by plot. For admins."""
        today = self._clock.now().astimezone(UTC).date()
        first = today - timedelta(days=days - 1)
        async with self._oversight.at_work(staff, "statistics.looked_at", "days", days, admin=True) as work:
            found = dict(await queries.between(work.session, first, today))
        found |= {(today, name): value for name, value in (await self.today()).items()}
        shown = tuple(first + timedelta(days=number) for number in range(days))
        return {series: _table(shown, self._lines(series, found), found) for series in Series}

    async def _add_up(self, days: Sequence[date], *, usage: bool) -> None:
        for start in range(0, len(days), DAYS_AT_ONCE):
            spans = [_span(day) for day in days[start : start + DAYS_AT_ONCE]]
            async with self._database.work(Actor.job(JOB)) as work:
                await queries.add_up(work.session, spans, usage=usage)

    def _lines(self, series: Series, found: Mapping[tuple[date, str], int]) -> Sequence[Line]:
        if series is not Series.REVENUE:
            return LINES[series]
        names = sorted({name for _, name in found if name.startswith(("revenue.", "refunded."))})
        return [
            Line(
                name,
                N_("Paid in {currency}") if name.startswith("revenue.") else N_("Given back in {currency}"),
                100,
            )
            for name in names
        ]


async def _sums(session: AsyncSession, day: date, *, usage: bool) -> Mapping[str, int]:
    span = _span(day)
    found = dict(await functions.house_money(session, since=span.since, until=span.until))
    if usage:
        found |= await functions.house_usage(
            session, first_id=span.first_id, end_id=span.end_id, since=span.since, until=span.until
        )
    return found


def _span(day: date) -> queries.Span:
    since = datetime.combine(day, time(), UTC)
    until = since + timedelta(days=1)
    return queries.Span(day, first_id_at(since), first_id_at(until), since, until)


def first_id_at(moment: datetime) -> UUID:
    """The smallest id that could have been made at a moment: ids begin with their time (`db.ids`). Pure."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80))


def _table(days: Sequence[date], lines: Sequence[Line], found: Mapping[tuple[date, str], int]) -> Table:
    return Table(
        tuple(days),
        tuple((line, tuple(found.get((day, line.figure), 0) / line.divided_by for day in days)) for line in lines),
    )
