"""What stands in the way of speaking in channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Trouble


async def every(session: AsyncSession) -> Sequence[Trouble]:
    """Every trouble of every channel."""
    return (await session.scalars(select(Trouble))).all()


async def put(session: AsyncSession, channel_id: int, reason: str, detail: str, told_at: datetime) -> Trouble:
    """Keep that a trouble was told; `detail` replaces what was known of it."""
    values = {"detail": detail, "told_at": told_at}
    statement = insert(Trouble).values(channel_id=channel_id, reason=reason, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[Trouble.channel_id, Trouble.reason], set_=values)
    )
    return Trouble(channel_id=channel_id, reason=reason, detail=detail, told_at=told_at)


async def remove(session: AsyncSession, channel_ids: Sequence[int]) -> None:
    """Nothing stands in the way in these channels."""
    await session.execute(delete(Trouble).where(Trouble.channel_id.in_(channel_ids)))
