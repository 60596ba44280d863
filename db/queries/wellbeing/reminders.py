"""Reminders of check-ins: a person's own, and whose are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import MoodReminder, MoodSettings


@dataclass(frozen=True, slots=True)
class DueRow:
    """Somebody whose reminder is due. `locale` is their Discord's."""

    user_id: UUID
    discord_id: int
    locale: str | None


async def due(session: AsyncSession, now: datetime, most: int) -> Sequence[DueRow]:
    """Who is to be reminded, the longest waiting first; for jobs. Who is kept out, or has no Discord, is left out."""
    rows = await session.execute(text("SELECT * FROM due_reminders(:now, :most)"), {"now": now, "most": most})
    return [DueRow(row.user_id, row.discord_id, row.locale) for row in rows]


async def all_of(session: AsyncSession, user_id: UUID, *, to_change: bool = False) -> Sequence[MoodReminder]:
    """A person's reminders by their time of day; locked until the work ends where they are to be changed."""
    statement = select(MoodReminder).where(MoodReminder.user_id == user_id).order_by(MoodReminder.at_minute)
    if to_change:
        statement = statement.with_for_update()
    return (await session.scalars(statement)).all()


async def settings(session: AsyncSession, user_id: UUID) -> MoodSettings | None:
    """How a person wants their check-ins kept, and when it is quiet; None where they keep none."""
    return await session.get(MoodSettings, user_id)


async def put(session: AsyncSession, row: MoodReminder) -> None:
    """Keep a new one."""
    session.add(row)
    await session.flush()


async def refused(session: AsyncSession, user_id: UUID, at: datetime | None) -> None:
    """Note that a person takes no direct messages, or does again."""
    await session.execute(update(MoodReminder).where(MoodReminder.user_id == user_id).values(refused_at=at))


async def remove(session: AsyncSession, user_id: UUID, reminder_id: UUID) -> bool:
    """Whether there was such a one of this person's."""
    statement = delete(MoodReminder).where(MoodReminder.id == reminder_id, MoodReminder.user_id == user_id)
    return bool((await session.execute(statement.returning(MoodReminder.id))).all())
