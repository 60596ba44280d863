"""Daily figures: one number a day and name, added up by a job, read by staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import DailyFigure


async def put(session: AsyncSession, day: date, figures: Mapping[str, int]) -> None:
    """Write a day's figures, over those that were there."""
    if not figures:
        return
    rows = [{"day": day, "figure": name, "value": value} for name, value in figures.items()]
    statement = insert(DailyFigure).values(rows)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["day", "figure"], set_={"value": statement.excluded.value})
    )


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
