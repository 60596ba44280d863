"""Who may do what with a lore book of another's, and who asks to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Grant, GrantStatus, LoreBook


async def of_book(session: AsyncSession, book_id: UUID) -> Sequence[Grant]:
    """The active grants of a book, those that ran out among them, the oldest first; for who rules over it."""
    statement = select(Grant).where(Grant.book_id == book_id, Grant.status == GrantStatus.ACTIVE)
    return list(await session.scalars(statement.order_by(Grant.created_at, Grant.id)))


async def of_guest(session: AsyncSession, book_id: UUID, user_id: UUID) -> Grant | None:
    """Somebody's grant of a book, however it stands, locked until the end of this work; for who rules over it."""
    statement = select(Grant).where(Grant.book_id == book_id, Grant.user_id == user_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def count(session: AsyncSession, book_id: UUID) -> int:
    """How many people were let into a book."""
    statement = select(func.count()).where(Grant.book_id == book_id, Grant.status == GrantStatus.ACTIVE)
    return await session.scalar(statement) or 0


async def add(session: AsyncSession, grant: Grant) -> None:
    """Write a new grant."""
    session.add(grant)
    await session.flush()


async def leave(session: AsyncSession, user_id: UUID, book_id: UUID) -> bool:
    """Give back one's own grant of a book, and what was asked for; whether there was one that counts."""
    statement = delete(Grant).where(
        Grant.user_id == user_id,
        Grant.book_id == book_id,
        or_(Grant.status == GrantStatus.ACTIVE, Grant.status == GrantStatus.ASKED),
    )
    gone = await session.scalars(statement.returning(Grant.id).execution_options(synchronize_session=False))
    return gone.first() is not None


async def end_opened(session: AsyncSession, book_id: UUID, at: datetime) -> None:
    """Take a book away from those who opened it by its code. They may open it again, if it is shared again."""
    statement = (
        update(Grant)
        .where(Grant.book_id == book_id, Grant.status == GrantStatus.ACTIVE, Grant.granted_by == Grant.user_id)
        .values(status=GrantStatus.REVOKED, revoked_at=at)
    )
    await session.execute(statement.execution_options(synchronize_session=False))


async def requests(session: AsyncSession, book_ids: Sequence[UUID]) -> Sequence[Grant]:
    """What is asked for of these books, the oldest first; for who rules over them."""
    statement = select(Grant).where(Grant.book_id.in_(book_ids), Grant.is_asking)
    return list(await session.scalars(statement.order_by(Grant.updated_at, Grant.id)))


async def ruled_books(session: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    """The ids of the books a person owns or is an admin of."""
    granted = select(Grant.book_id).where(
        Grant.user_id == user_id, Grant.status == GrantStatus.ACTIVE, Grant.permission == "admin"
    )
    statement = select(LoreBook.id).where(
        LoreBook.deleted_at.is_(None), or_(LoreBook.owner_id == user_id, LoreBook.id.in_(granted))
    )
    return list(await session.scalars(statement))
