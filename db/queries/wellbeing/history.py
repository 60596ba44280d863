"""What a person limited and what came of it, as one list by time, in their own work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, String, cast, literal, null, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import LimitEvent, LimitEventKind, SaidIn, SelfLimits, SelfRules


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line: a version (`rules`, and `before` those that held when it was set), or an event (`event`)."""

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
    """The newest first; after a line, those before it. What waits on with a later change is no line."""
    versions = select(
        SelfLimits.id.label("id"),
        SelfLimits.set_at.label("at"),
        cast(SelfLimits.rules, String).label("rules"),
        cast(_held_before(), String).label("before"),
        cast(SelfLimits.set_in, String).label("said_in"),
        SelfLimits.holds_from.label("holds_from"),
        SelfLimits.replaced_at.label("replaced_at"),
        cast(null(), String).label("event"),
        literal("").label("period"),
        cast(null(), LimitEvent.trigger_id.type).label("trigger_id"),
        cast(null(), LimitEvent.until.type).label("until"),
    ).where(SelfLimits.user_id == user_id, ~_waits_on())
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


def _held_before() -> ScalarSelect[SelfRules]:
    """What held when a version was set."""
    held = aliased(SelfLimits)
    return (
        select(held.rules)
        .where(
            held.user_id == SelfLimits.user_id,
            held.replaced_at.is_(None),
            held.holds_from <= SelfLimits.set_at,
            tuple_(held.holds_from, held.id) < tuple_(SelfLimits.holds_from, SelfLimits.id),
        )
        .order_by(held.holds_from.desc(), held.id.desc())
        .limit(1)
        .correlate(SelfLimits)
        .scalar_subquery()
    )


def _waits_on() -> ColumnElement[bool]:
    """Whether the change that took a waiting version's place left something waiting, which then says it all."""
    waiting = aliased(SelfLimits)
    return (
        select(waiting.id)
        .where(
            waiting.user_id == SelfLimits.user_id,
            waiting.id > SelfLimits.id,
            waiting.holds_from > waiting.set_at,
            waiting.set_at >= SelfLimits.replaced_at,
            waiting.set_at < SelfLimits.replaced_at + timedelta(milliseconds=1),
        )
        .correlate(SelfLimits)
        .exists()
    )


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
