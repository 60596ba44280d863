"""Where lore books are attached. What others attached somewhere is asked of `db.functions_lore`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import LoreAttachment


async def add(session: AsyncSession, attachment: LoreAttachment) -> None:
    """Attach a book. Raises `IntegrityError` where it is attached there already."""
    session.add(attachment)
    await session.flush()


async def of_book(
    session: AsyncSession, book_id: UUID, attached_by: UUID | None = None, *, limit: int
) -> Sequence[UUID]:
    """The ids of a book's first attachments that the actor sees; with `attached_by`, of those that person made."""
    statement = select(LoreAttachment.id).where(LoreAttachment.book_id == book_id)
    if attached_by is not None:
        statement = statement.where(LoreAttachment.attached_by == attached_by)
    return list(await session.scalars(statement.order_by(LoreAttachment.scope, LoreAttachment.id).limit(limit)))
