"""What a person limited and what came of it, as one list by time, in their own work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import LimitEvent, LimitEventKind, SaidIn, SelfLimits, SelfRules


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line: a version (`rules`, and `before` it those of the version before), or an event (`event`)."""

    id: UUID
    at: datetime
    rules: SelfRules | None
    before: SelfRules | None
    said_in: SaidIn | None
    holds_from: datetime | None
    replaced_at: datetime | None
    event: LimitEventKind | None
    period: str
    trigger_id: UUID | None
    until: datetime | None


async def page(
    session: AsyncSession, user_id: UUID, after: tuple[datetime, UUID] | None, most: int
) -> list[HistoryRow]:
    """The newest first; after a line, those before it."""
    order = (SelfLimits.set_at, SelfLimits.holds_from, SelfLimits.id)
    versions = select(
        SelfLimits.id.label("id"),
        SelfLimits.set_at.label("at"),
        cast(SelfLimits.rules, String).label("rules"),
        cast(func.lag(SelfLimits.rules).over(order_by=order), String).label("before"),
        cast(SelfLimits.set_in, String).label("said_in"),
        SelfLimits.holds_from.label("holds_from"),
        SelfLimits.replaced_at.label("replaced_at"),
        cast(null(), String).label("event"),
        literal("").label("period"),
        cast(null(), LimitEvent.trigger_id.type).label("trigger_id"),
        cast(null(), LimitEvent.until.type).label("until"),
    ).where(SelfLimits.user_id == user_id)
    events = select(
        LimitEvent.id,
        LimitEvent.happened_at,
        cast(null(), String),
        cast(null(), String),
        cast(null(), String),
        cast(null(), LimitEvent.until.type),
        cast(null(), LimitEvent.until.type),
        cast(LimitEvent.kind, String),
        LimitEvent.period,
        LimitEvent.trigger_id,
        LimitEvent.until,
    ).where(LimitEvent.user_id == user_id)
    both = union_all(versions, events).subquery()
    statement = select(both).order_by(both.c.at.desc(), both.c.id.desc()).limit(most)
    if after is not None:
        statement = statement.where(tuple_(both.c.at, both.c.id) < tuple_(literal(after[0]), literal(after[1])))
    return [_row(one) for one in (await session.execute(statement)).all()]


def _row(row: Any) -> HistoryRow:
    return HistoryRow(
        id=row.id,
        at=row.at,
        rules=_rules(row.rules),
        before=_rules(row.before),
        said_in=None if row.said_in is None else SaidIn(row.said_in),
        holds_from=row.holds_from,
        replaced_at=row.replaced_at,
        event=None if row.event is None else LimitEventKind(row.event),
        period=row.period,
        trigger_id=row.trigger_id,
        until=row.until,
    )


def _rules(found: str | None) -> SelfRules | None:
    return None if found is None else SelfRules.model_validate_json(found)
