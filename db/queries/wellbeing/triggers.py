"""What people want to be told of, in their own work; and whom to look after, for a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import LimitEvent, LimitEventKind, Profile, SelfTrigger, TriggerKind, User

_FIRED = text("SELECT trigger_fired(:trigger_id, :period, :moment)")
_PEOPLE = text("SELECT user_id FROM people_with_triggers(:after, :most)")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where somebody is written to, and in which language."""

    discord_id: int | None
    language: str | None


async def all_of(session: AsyncSession, user_id: UUID) -> Sequence[SelfTrigger]:
    """A person's triggers, the oldest first."""
    found = await session.scalars(select(SelfTrigger).where(SelfTrigger.user_id == user_id).order_by(SelfTrigger.id))
    return found.all()


async def add(
    session: AsyncSession,
    *,
    trigger_id: UUID,
    user_id: UUID,
    kind: TriggerKind,
    times: int,
    minutes: int | None,
    sealed_words: bytes | None,
) -> None:
    """One more."""
    session.add(
        SelfTrigger(id=trigger_id, user_id=user_id, kind=kind, times=times, minutes=minutes, sealed_words=sealed_words)
    )
    await session.flush()


async def remove(session: AsyncSession, user_id: UUID, trigger_id: UUID) -> bool:
    """Remove one, and what it ever said. False where there is none."""
    gone = await session.execute(
        delete(SelfTrigger).where(SelfTrigger.id == trigger_id, SelfTrigger.user_id == user_id)
    )
    return bool(cast(Any, gone).rowcount)


async def fired(session: AsyncSession, trigger_id: UUID, period: str, moment: datetime) -> bool:
    """Write down that it came true, once for a period. False where that is written already."""
    return bool(await session.scalar(_FIRED, {"trigger_id": trigger_id, "period": period, "moment": moment}))


async def last_fired(session: AsyncSession, user_id: UUID) -> dict[UUID, datetime]:
    """When each last came true, as far back as is remembered."""
    rows = await session.execute(
        select(LimitEvent.trigger_id, func.max(LimitEvent.happened_at))
        .where(LimitEvent.user_id == user_id, LimitEvent.kind == LimitEventKind.TRIGGER)
        .group_by(LimitEvent.trigger_id)
    )
    found: dict[UUID, datetime] = {}
    for trigger_id, at in rows:
        if trigger_id is not None:
            found[trigger_id] = at
    return found


async def untold(session: AsyncSession, user_id: UUID, since: datetime) -> Sequence[LimitEvent]:
    """What came true from a moment on and was told to nobody yet, the oldest first."""
    found = await session.scalars(
        select(LimitEvent)
        .where(
            LimitEvent.user_id == user_id,
            LimitEvent.kind == LimitEventKind.TRIGGER,
            LimitEvent.told_at.is_(None),
            LimitEvent.happened_at >= since,
        )
        .order_by(LimitEvent.id)
    )
    return found.all()


async def addressee(session: AsyncSession, user_id: UUID) -> Addressee:
    """Where the actor themselves is written to."""
    row: Any = (
        await session.execute(
            select(User.discord_id, User.locale, Profile.language)
            .outerjoin(Profile, Profile.user_id == User.id)
            .where(User.id == user_id)
        )
    ).one_or_none()
    return Addressee(None, None) if row is None else Addressee(row[0], row[2] or row[1])


async def people(session: AsyncSession, after: UUID | None, most: int) -> list[UUID]:
    """Whom to look after, by their ids, some at a time; for jobs."""
    rows = await session.scalars(_PEOPLE, {"after": after, "most": most})
    return list(rows.all())
