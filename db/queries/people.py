"""Reading users. Whoever appears is written by `db.functions.arrive`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import User


async def user(session: AsyncSession, user_id: UUID) -> User | None:
    """One user, where the actor may see them."""
    return await session.get(User, user_id)
