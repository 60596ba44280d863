"""What a person used, by day: their own rows, and the functions of `db.security_usage`, typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import DailyUsage


async def days(session: AsyncSession, user_id: UUID, since: date, until: date) -> Sequence[DailyUsage]:
    """The days between two, both of them too, on which anything was counted, in order."""
    statement = (
        select(DailyUsage)
        .where(DailyUsage.user_id == user_id, DailyUsage.day.between(since, until))
        .order_by(DailyUsage.day)
        # Functions count, so that what a session read before may be old.
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def known_from(session: AsyncSession, user_id: UUID) -> date | None:
    """The first day on which anything was counted, as far as it is kept."""
    return await session.scalar(select(func.min(DailyUsage.day)).where(DailyUsage.user_id == user_id))


async def tokens(session: AsyncSession, user_id: UUID, since: date, until: date) -> int:
    """The tokens of the days between two, both of them too."""
    statement = select(func.coalesce(func.sum(DailyUsage.tokens), 0)).where(
        DailyUsage.user_id == user_id, DailyUsage.day.between(since, until)
    )
    return int(await session.scalar(statement) or 0)


async def forget(session: AsyncSession, moment: datetime) -> datetime | None:
    """Delete what was counted of the actor; until when minutes stay that limits in force still read, if any do."""
    return await session.scalar(text("SELECT forget_usage(:moment)"), {"moment": moment})


async def forget_minutes(session: AsyncSession, user_id: UUID, before: datetime) -> None:
    """Delete which minutes a person was here before a moment. For jobs only."""
    await session.execute(text("SELECT forget_usage_minutes(:person, :before)"), {"person": user_id, "before": before})


async def purge(session: AsyncSession, days_before: date, minutes_before: datetime) -> int:
    """Forget days and minutes before these; how many rows went. For jobs only."""
    values = {"days": days_before, "minutes": minutes_before}
    return int(await session.scalar(text("SELECT purge_usage_days(:days, :minutes)"), values) or 0)
