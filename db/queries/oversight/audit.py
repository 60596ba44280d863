"""The audit log: its lines, what lies beside them, and its batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import AuditBatch, AuditDetail, AuditRecord, AuditSeal, User


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line in its batch (place and leaf None: in none yet), and what lies beside it."""

    record: AuditRecord
    place: int | None
    leaf: bytes | None
    detail: AuditDetail | None


@dataclass(frozen=True, slots=True)
class LoggedRow:
    """A line as it is shown, with the names of who did it and of whom it is about where those are still here."""

    record: AuditRecord
    details: dict[str, Any] | None
    erased_at: datetime | None
    batch: int | None
    actor_name: str | None
    of_name: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are looked for; None or empty: any."""

    actor_id: UUID | None = None
    of_user_id: UUID | None = None
    action: str = ""
    target_id: str = ""
    request_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


async def hold_chain(session: AsyncSession) -> None:
    """Let nobody else seal until this transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('botcafe audit chain'))"))


async def now(session: AsyncSession) -> datetime:
    """The database's own time: that of the lines."""
    return (await session.execute(select(func.clock_timestamp()))).scalar_one()


async def newest_batch(session: AsyncSession) -> AuditBatch | None:
    """The head of the chain."""
    return await session.scalar(select(AuditBatch).order_by(AuditBatch.number.desc()).limit(1))


async def batches_after(session: AsyncSession, number: int, most: int) -> Sequence[AuditBatch]:
    """Batches in order, from after one on."""
    rows = await session.scalars(
        select(AuditBatch).where(AuditBatch.number > number).order_by(AuditBatch.number).limit(most)
    )
    return rows.all()


async def unsealed(session: AsyncSession, most: int) -> Sequence[AuditRecord]:
    """Lines in no batch, oldest first."""
    rows = await session.scalars(
        select(AuditRecord)
        .outerjoin(AuditSeal, AuditSeal.record_id == AuditRecord.id)
        .where(AuditSeal.record_id.is_(None))
        .order_by(AuditRecord.at, AuditRecord.id)
        .limit(most)
    )
    return rows.all()


async def lines_of(session: AsyncSession, number: int) -> Sequence[LineRow]:
    """A batch's lines in order."""
    rows = await session.execute(
        select(AuditRecord, AuditSeal.place, AuditSeal.leaf, AuditDetail)
        .join(AuditSeal, AuditSeal.record_id == AuditRecord.id)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditSeal.batch == number)
        .order_by(AuditSeal.place)
    )
    return [LineRow(*row) for row in rows]


async def waiting_lines(session: AsyncSession) -> Sequence[LineRow]:
    """Lines in no batch, with what lies beside them."""
    rows = await session.execute(
        select(AuditRecord, AuditDetail)
        .outerjoin(AuditSeal, AuditSeal.record_id == AuditRecord.id)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditSeal.record_id.is_(None))
        .order_by(AuditRecord.at, AuditRecord.id)
    )
    return [LineRow(record, None, None, detail) for record, detail in rows]


async def search(
    session: AsyncSession, wanted: Wanted, *, after: tuple[datetime, UUID] | None, most: int
) -> Sequence[LoggedRow]:
    """Lines, the newest first."""
    conditions: list[Any] = []
    if wanted.actor_id is not None:
        conditions.append(AuditRecord.actor_id == wanted.actor_id)
    if wanted.of_user_id is not None:
        conditions.append(AuditRecord.of_user_id == wanted.of_user_id)
    if wanted.action:
        conditions.append(AuditRecord.action == wanted.action)
    if wanted.target_id:
        conditions.append(AuditRecord.target_id == wanted.target_id)
    if wanted.request_id:
        conditions.append(AuditRecord.request_id == wanted.request_id)
    if wanted.since is not None:
        conditions.append(AuditRecord.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditRecord.at < wanted.until)
    if after is not None:
        conditions.append(tuple_(AuditRecord.at, AuditRecord.id) < tuple_(*after))
    actor, about = User.__table__.alias("actor"), User.__table__.alias("about")
    found = (
        select(AuditRecord, AuditDetail.details, AuditDetail.erased_at, AuditSeal.batch)
        .add_columns(actor.c.display_name, about.c.display_name)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .outerjoin(AuditSeal, AuditSeal.record_id == AuditRecord.id)
        .outerjoin(actor, actor.c.id == AuditRecord.actor_id)
        .outerjoin(about, about.c.id == AuditRecord.of_user_id)
        .where(*conditions)
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
        .limit(most)
    )
    return [LoggedRow(*row) for row in await session.execute(found)]
