"""Habits and the days they were kept on, in their person's own work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import HabitDay, SelfHabit


async def take_turns(session: AsyncSession, user_id: UUID) -> None:
    """Until this work ends nobody else adds to what a person keeps here: of two at once the second sees the first."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('botcafe habits ' || :who, 0))"), {"who": str(user_id)}
    )


async def all_of(session: AsyncSession, user_id: UUID) -> Sequence[SelfHabit]:
    """A person's habits, the oldest first."""
    found = await session.scalars(select(SelfHabit).where(SelfHabit.user_id == user_id).order_by(SelfHabit.id))
    return found.all()


async def days(session: AsyncSession, user_id: UUID, since: date) -> Sequence[HabitDay]:
    """The days on which habits were kept, from one on."""
    found = await session.scalars(
        select(HabitDay).where(HabitDay.user_id == user_id, HabitDay.day >= since).order_by(HabitDay.day)
    )
    return found.all()


async def last_noted(session: AsyncSession, user_id: UUID) -> dict[UUID, Any]:
    """When each habit was last noted."""
    rows = await session.execute(
        select(HabitDay.habit_id, func.max(HabitDay.noted_at))
        .where(HabitDay.user_id == user_id)
        .group_by(HabitDay.habit_id)
    )
    return {row[0]: row[1] for row in rows}


async def add(session: AsyncSession, habit_id: UUID, user_id: UUID, sealed_name: bytes, times_a_week: int) -> None:
    """One habit more."""
    session.add(SelfHabit(id=habit_id, user_id=user_id, sealed_name=sealed_name, times_a_week=times_a_week))
    await session.flush()


async def remove(session: AsyncSession, user_id: UUID, habit_id: UUID) -> bool:
    """A habit and its days. False where there is none."""
    gone = await session.execute(delete(SelfHabit).where(SelfHabit.id == habit_id, SelfHabit.user_id == user_id))
    return bool(cast(Any, gone).rowcount)


async def keep(session: AsyncSession, user_id: UUID, habit_id: UUID, day: date) -> bool:
    """Note that a habit was kept on a day. False where that was noted before."""
    statement = insert(HabitDay).values(habit_id=habit_id, user_id=user_id, day=day).on_conflict_do_nothing()
    done = await (await session.connection()).execute(statement)
    return bool(cast(Any, done).rowcount)


async def drop(session: AsyncSession, user_id: UUID, habit_id: UUID, day: date) -> bool:
    """Take a day back. False where it was not noted."""
    gone = await session.execute(
        delete(HabitDay).where(HabitDay.habit_id == habit_id, HabitDay.user_id == user_id, HabitDay.day == day)
    )
    return bool(cast(Any, gone).rowcount)
