"""What was heard and said before this run of the program: looked up by Discord's message id."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import InboxMessage


async def heard(session: AsyncSession, message_id: int) -> InboxMessage | None:
    """A message that spoke to a character, while the inbox keeps it."""
    return await session.get(InboxMessage, message_id)
