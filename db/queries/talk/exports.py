"""Everything a conversation holds, as a copy of it is made from: a statement for each table, whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Character,
    Message,
    MessageAttachment,
    MessageEdit,
    MessageReaction,
    MessageVariant,
    Participant,
    Rating,
    Recap,
    Turn,
    User,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation's rows, each list in the order it came about. `users` and `characters` are by id."""

    messages: Sequence[Message]
    older: int
    turns: Sequence[Turn]
    variants: Sequence[Any]
    edits: Sequence[MessageEdit]
    attachments: Sequence[MessageAttachment]
    reactions: Sequence[MessageReaction]
    recaps: Sequence[Recap]
    participants: Sequence[Participant]
    users: dict[UUID, User]
    characters: dict[UUID, str]


_VARIANT = tuple(column for column in MessageVariant.__table__.columns if column.name != "prompt_parts")


async def held(session: AsyncSession, conversation_id: UUID, *, limit: int) -> Held:
    """The newest `limit` messages and what hangs on them; `older` counts those before. For a turn of its own."""
    here = Message.conversation_id == conversation_id
    newest = select(Message).where(here).order_by(Message.id.desc()).limit(limit)
    messages = tuple(reversed((await session.scalars(newest)).all()))
    total = await session.scalar(select(func.count()).select_from(Message).where(here)) or 0
    first = messages[0].id if messages else UUID(int=2**128 - 1)
    told = (here, Message.id >= first)

    async def on_them(table: Any, *order: Any) -> Sequence[Any]:
        statement = select(table).join(Message, Message.id == table.message_id).where(*told)
        return (await session.scalars(statement.order_by(*order))).all()

    # Without what the prompts were made of: that is /why's to tell, and not everybody's to read.
    variants = select(*_VARIANT).join(Message, Message.id == MessageVariant.message_id).where(*told)
    turns = select(Turn).join(Message, Message.turn_id == Turn.id).where(*told).order_by(Turn.id)
    participants = select(Participant).where(Participant.conversation_id == conversation_id)
    recaps = select(Recap).where(Recap.conversation_id == conversation_id).order_by(Recap.id)
    return Held(
        messages=messages,
        older=total - len(messages),
        turns=(await session.scalars(turns)).all(),
        variants=(await session.execute(variants.order_by(MessageVariant.number))).mappings().all(),
        edits=await on_them(MessageEdit, MessageEdit.id),
        attachments=await on_them(MessageAttachment, MessageAttachment.number),
        reactions=await on_them(MessageReaction, MessageReaction.created_at),
        recaps=(await session.scalars(recaps)).all(),
        participants=(await session.scalars(participants.order_by(Participant.id))).all(),
        # Row security leaves those this conversation knows.
        users={one.id: one for one in await session.scalars(select(User))},
        characters={row[0]: row[1] for row in await session.execute(select(Character.id, Character.name))},
    )


async def own_ratings(session: AsyncSession, conversation_id: UUID) -> Sequence[Rating]:
    """What the acting user thinks of its replies: nobody else's opinion is theirs to read."""
    statement = select(Rating).join(Turn, Turn.id == Rating.turn_id).where(Turn.conversation_id == conversation_id)
    return (await session.scalars(statement)).all()
