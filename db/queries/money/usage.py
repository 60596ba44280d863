"""What a person's plan allows and how much of it is used: the functions of `db.security_money`, typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import PlanLimits


@dataclass(frozen=True, slots=True)
class LimitsRow:
    """One person's plan and use. Without any plan in the house everything is as `PlanLimits` has it by itself."""

    plan_id: UUID | None
    plan_code: str
    plan_name: str
    limits: PlanLimits
    token_allowance: int
    overrides: Mapping[str, int]
    characters: int
    messages: int
    uploads: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AllowanceRow:
    """The tokens of one person's plan in this month, and how many of those they were granted already."""

    plan_code: str
    tokens: int
    granted: int
    period_key: str
    resets_at: datetime


async def limits_of(session: AsyncSession, user_id: UUID, period: date) -> LimitsRow:
    """What holds for a person in a month. Raises `LookupError` where the actor may not ask."""
    rows = await session.execute(text("SELECT * FROM limits_of(:person, :month)"), {"person": user_id, "month": period})
    row = rows.one_or_none()
    if row is None:
        raise LookupError("whose limits these are is none of the actor's business")
    overrides = cast("dict[str, Any]", row.overrides or {})
    return LimitsRow(
        plan_id=row.plan_id,
        plan_code=row.plan_code or "",
        plan_name=row.plan_name or "",
        limits=PlanLimits.model_validate(row.limits or {}),
        token_allowance=row.token_allowance or 0,
        overrides={name: value for name, value in overrides.items() if value is not None},
        characters=row.characters,
        messages=row.messages or 0,
        uploads=row.uploads or 0,
        until=row.until,
    )


async def take_turns(session: AsyncSession, user_id: UUID, what: str) -> None:
    """Wait until nobody else works at this of the person's, and keep others waiting until this work ends."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": f"{what}:{user_id}"}
    )


async def count_use(session: AsyncSession, counter: str, period: date, adding: int, most: int | None) -> bool:
    """Count so much more of the actor's use in a month. False, and nothing counted, where that is more than `most`."""
    found = await session.scalar(
        text("SELECT count_use(:counter, :month, :adding, :most)"),
        {"counter": counter, "month": period, "adding": adding, "most": most},
    )
    return bool(found)


async def beyond_reach(session: AsyncSession, characters: Collection[UUID]) -> frozenset[UUID]:
    """Which of these characters their owner's plan has no room for: the newest beyond its number."""
    rows = await session.scalars(text("SELECT * FROM beyond_reach(:asked)"), {"asked": list(characters)})
    return frozenset(UUID(str(one)) for one in rows)


async def allowance_of(session: AsyncSession, user_id: UUID) -> AllowanceRow | None:
    """This month's tokens of a person; None where the actor may not ask."""
    row = (await session.execute(text("SELECT * FROM allowance_of(:person)"), {"person": user_id})).one_or_none()
    if row is None:
        return None
    return AllowanceRow(row.plan_code or "", row.tokens, row.granted, row.period_key, row.resets_at)


async def allowances_due(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[UUID]:
    """People with a wallet, in order of their ids. For jobs only."""
    rows = await session.scalars(text("SELECT * FROM allowances_due(:after, :most)"), {"after": after, "most": limit})
    return [UUID(str(one)) for one in rows]


async def purge_usage(session: AsyncSession, before: date) -> int:
    """Forget what was counted in months before this one; how many counts. For jobs only."""
    return int(await session.scalar(text("SELECT purge_usage(:before)"), {"before": before}) or 0)
