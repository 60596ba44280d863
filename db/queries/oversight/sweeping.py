"""What is removed when its time is over. Each statement takes a bounded bite, so that none holds locks for long."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import InboxMessage, InboxState, PlaceSettings

BATCH = 2_000


async def remove_settled_inbox(session: AsyncSession, before: datetime) -> int:
    """Remove up to `BATCH` heard messages settled before that moment; how many went."""
    settled_at = func.coalesce(InboxMessage.done_at, InboxMessage.received_at)
    old = (
        select(InboxMessage.message_id)
        .where(InboxMessage.state.in_([InboxState.DONE, InboxState.DROPPED]), settled_at < before)
        .limit(BATCH)
    )
    result = await session.execute(delete(InboxMessage).where(InboxMessage.message_id.in_(old)))
    return cast(CursorResult[Any], result).rowcount


async def remove_left_places(session: AsyncSession, before: datetime) -> int:
    """Remove up to `BATCH` levels of settings of servers left before that moment; how many went."""
    old = select(PlaceSettings.id).where(PlaceSettings.left_at < before).limit(BATCH)
    result = await session.execute(delete(PlaceSettings).where(PlaceSettings.id.in_(old)))
    return cast(CursorResult[Any], result).rowcount


async def remove_job_log(session: AsyncSession, before: datetime) -> int:
    """Remove up to `BATCH` lines of the job queue's log written before that moment; how many went."""
    result = await session.execute(
        text(
            "DELETE FROM pgqueuer_log WHERE id IN"
            " (SELECT id FROM pgqueuer_log WHERE created < :before AND aggregated LIMIT :batch)"
        ),
        {"before": before, "batch": BATCH},
    )
    return cast(CursorResult[Any], result).rowcount
