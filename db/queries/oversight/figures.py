"""Daily figures: one number a day and name, added up by a job, read by staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import DailyFigure


@dataclass(frozen=True, slots=True)
class Span:
    """A day, and what bounds it: times, and the ids that could have been made within them."""

    day: date
    first_id: UUID
    end_id: UUID
    since: datetime
    until: datetime


_ADD_UP = """
    INSERT INTO daily_figures (day, figure, value)
    SELECT d.day, f.figure, f.value
    FROM unnest(CAST(:days AS date[]), CAST(:firsts AS uuid[]), CAST(:ends AS uuid[]),
                CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
         AS d (day, first_id, end_id, since, until)
    CROSS JOIN LATERAL (
        SELECT m.figure, m.value FROM house_money(d.since, d.until) AS m
        UNION ALL
        SELECT u.figure, u.value FROM house_usage(d.first_id, d.end_id, d.since, d.until) AS u WHERE :usage
    ) AS f
    ON CONFLICT (day, figure) DO UPDATE SET value = excluded.value
"""


async def add_up(session: AsyncSession, spans: Sequence[Span], *, usage: bool) -> None:
    """Write the sums of these days, over those that were there: of money, and of use where asked. For jobs only."""
    values = {
        "days": [span.day for span in spans],
        "firsts": [span.first_id for span in spans],
        "ends": [span.end_id for span in spans],
        "sinces": [span.since for span in spans],
        "untils": [span.until for span in spans],
        "usage": usage,
    }
    await session.execute(text(_ADD_UP), values)


async def between(session: AsyncSession, first: date, last: date) -> Mapping[tuple[date, str], int]:
    """Every figure of these days, both included."""
    rows = await session.execute(
        select(DailyFigure.day, DailyFigure.figure, DailyFigure.value).where(DailyFigure.day.between(first, last))
    )
    return {(row.day, row.figure): row.value for row in rows}


async def days_with(session: AsyncSession, figure: str, first: date) -> Sequence[date]:
    """The days from one on that have a figure."""
    days = select(DailyFigure.day).where(DailyFigure.figure == figure, DailyFigure.day >= first)
    return (await session.scalars(days)).all()


async def first_day(session: AsyncSession) -> date | None:
    """The first day that has figures."""
    return await session.scalar(select(func.min(DailyFigure.day)))
