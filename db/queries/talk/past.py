"""What was heard and said before this run of the program: looked up by Discord's message id."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import InboxMessage, Turn, TurnState


async def heard(session: AsyncSession, message_id: int) -> InboxMessage | None:
    """A message that spoke to a character, while the inbox keeps it."""
    return await session.get(InboxMessage, message_id)


async def unpaid(session: AsyncSession, message_id: int, user_id: UUID) -> str | None:
    """Why nobody was asked for the answer to a person's message, as its turn says; None where that was not it."""
    reason: str | None = await session.scalar(
        select(Turn.reason)
        .where(
            Turn.trigger_message_id == message_id,
            Turn.asker_id == user_id,
            Turn.state == TurnState.FAILED,
            Turn.reason.startswith("no_tokens")
            | Turn.reason.startswith("no_messages")
            | Turn.reason.startswith("own_cap"),
        )
        .order_by(Turn.id.desc())
        .limit(1)
    )
    return reason
