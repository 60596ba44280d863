"""What only grants of lore books know: opening by a code, and which books one rules over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Grant, GrantStatus, LoreBook


async def end_opened(session: AsyncSession, book_id: UUID, at: datetime) -> None:
    """Take a book away from those who opened it by its code. They may open it again, if it is shared again."""
    statement = (
        update(Grant)
        .where(Grant.book_id == book_id, Grant.status == GrantStatus.ACTIVE, Grant.granted_by == Grant.user_id)
        .values(status=GrantStatus.REVOKED, revoked_at=at)
    )
    await session.execute(statement.execution_options(synchronize_session=False))


async def ruled_books(session: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    """The ids of the books a person owns or is an admin of."""
    granted = select(Grant.book_id).where(
        Grant.user_id == user_id, Grant.status == GrantStatus.ACTIVE, Grant.permission == "admin"
    )
    statement = select(LoreBook.id).where(
        LoreBook.deleted_at.is_(None), or_(LoreBook.owner_id == user_id, LoreBook.id.in_(granted))
    )
    return list(await session.scalars(statement))
