"""Reading users. Whoever appears is written by `db.functions.arrive`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import User


async def user(session: AsyncSession, user_id: UUID) -> User | None:
    """One user, where the actor may see them."""
    return await session.get(User, user_id)


async def names(session: AsyncSession, user_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Display names by id, of those the actor may see."""
    rows = await session.execute(select(User.id, User.display_name).where(User.id.in_(tuple(user_ids))))
    return {row.id: row.display_name for row in rows}
