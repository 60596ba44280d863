"""The recap of a conversation: taking it in hand, writing it, and forgetting one that tells of what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Conversation, Message, Recap

_NONE: dict[str, Any] = {"summary": "", "summarized_at": None, "summarized_through": None}


async def claim(session: AsyncSession, conversation_id: UUID, *, at_most: timedelta) -> bool:
    """Nobody else makes this conversation's recap until `release`, or until `at_most` is over; False: somebody does."""
    free = or_(Conversation.recap_begun_at.is_(None), Conversation.recap_begun_at < func.now() - at_most)
    result = await (await session.connection()).execute(
        update(Conversation).where(Conversation.id == conversation_id, free).values(recap_begun_at=func.now())
    )
    return result.rowcount == 1


async def release(session: AsyncSession, conversation_id: UUID) -> None:
    """It is made, or it is not."""
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(recap_begun_at=None))


async def put(session: AsyncSession, conversation_id: UUID, text: str, through: UUID | None) -> None:
    """The recap from now on, and the last message it tells of; no text: there is none."""
    values = {"summary": text, "summarized_at": func.now(), "summarized_through": through} if text else _NONE
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**values))


async def since(session: AsyncSession, conversation_id: UUID, through: UUID | None) -> tuple[int, UUID | None]:
    """How many messages came after one (None: in all), and the last message there is."""
    here = Message.conversation_id == conversation_id
    later = here if through is None else here & (Message.id > through)
    count = await session.scalar(select(func.count()).select_from(Message).where(later)) or 0
    return count, await session.scalar(select(Message.id).where(here).order_by(Message.id.desc()).limit(1))


async def contents(session: AsyncSession, conversation_id: UUID, first: UUID, last: UUID) -> Mapping[UUID, str]:
    """What the messages from one to another say now."""
    statement = select(Message.id, Message.content).where(
        Message.conversation_id == conversation_id, Message.id.between(first, last)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def add(session: AsyncSession, made: Recap) -> None:
    """Keep how it came to be and what it took."""
    session.add(made)
    await session.flush()


async def last(session: AsyncSession, conversation_id: UUID) -> Recap | None:
    """How the newest one came to be."""
    statement = select(Recap).where(Recap.conversation_id == conversation_id)
    return await session.scalar(statement.order_by(Recap.id.desc()).limit(1))


async def forget(
    session: AsyncSession, conversation_id: UUID, *, turn_id: UUID | None = None, discord_message_id: int | None = None
) -> bool:
    """Forget a recap that tells of this message, which is about to be changed or taken back; False where none does."""
    which = Message.turn_id == turn_id if turn_id else Message.discord_message_id == discord_message_id
    told = select(Message.id).where(Message.conversation_id == conversation_id, which).limit(1).scalar_subquery()
    result = await (await session.connection()).execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.summarized_through >= told)
        .values(**_NONE)
    )
    return result.rowcount == 1
