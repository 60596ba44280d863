"""What was said, and in which wordings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import (
    AttachmentKind,
    EditReason,
    Message,
    MessageEdit,
    MessageKind,
    MessageReaction,
    MessageSensitivity,
    MessageType,
    MessageVariant,
    TurnPart,
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a person said to the characters. `replies_to` is the Discord id of the message it answers, if any."""

    discord_message_id: int
    content: str
    type: MessageType = MessageType.TEXT
    speaker_name: str = ""
    persona_id: UUID | None = None
    replies_to: int | None = None
    sensitivity: MessageSensitivity = MessageSensitivity.PRIVATE


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Something that came with a message, as it is kept. `text` holds a text file's words."""

    discord_id: int
    kind: AttachmentKind
    name: str
    mime: str | None
    size_bytes: int
    width: int | None
    height: int | None
    alt: str | None
    text: str | None


def shown_as(conversation_id: Any, discord_message_id: Any) -> ScalarSelect[UUID]:
    """The message that a Discord message shows, or one part of it."""
    parts = (
        select(Message.id)
        .join(TurnPart, TurnPart.turn_id == Message.turn_id)
        .where(Message.conversation_id == conversation_id, TurnPart.message_id == discord_message_id)
    )
    whole = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.discord_message_id == discord_message_id
    )
    return whole.union_all(parts).limit(1).scalar_subquery()


async def reword(session: AsyncSession, conversation_id: UUID, discord_message_id: int, content: str) -> None:
    """A person changed what they had said; the earlier wording is kept."""
    changed = (
        Message.conversation_id == conversation_id,
        Message.discord_message_id == discord_message_id,
        Message.content != content,
    )
    connection = await session.connection()
    earlier = select(
        literal(new_id()), Message.id, Message.content, literal(EditReason.AUTHOR.value), Message.author_id
    ).where(*changed)
    columns = ["id", "message_id", "previous", "reason", "edited_by"]
    await connection.execute(insert(MessageEdit).from_select(columns, earlier))
    await connection.execute(update(Message).where(*changed).values(content=content, edited_at=func.now()))


async def forget(session: AsyncSession, conversation_id: UUID, discord_message_id: int) -> None:
    """A person took back what they had said; it leaves the history too."""
    await session.execute(
        delete(Message).where(
            Message.conversation_id == conversation_id, Message.discord_message_id == discord_message_id
        )
    )


async def react(
    session: AsyncSession, conversation_id: UUID, discord_message_id: int, user_id: UUID, emoji: str
) -> None:
    """A person put an emoji under a message; doing so again changes nothing."""
    target = select(Message.id, literal(user_id), literal(emoji)).where(
        Message.id == shown_as(conversation_id, discord_message_id)
    )
    statement = insert(MessageReaction).from_select(["message_id", "user_id", "emoji"], target)
    await (await session.connection()).execute(statement.on_conflict_do_nothing())


async def unreact(
    session: AsyncSession, conversation_id: UUID, discord_message_id: int, user_id: UUID, emoji: str
) -> None:
    """A person took their emoji away."""
    target = shown_as(conversation_id, discord_message_id)
    await session.execute(
        delete(MessageReaction).where(
            MessageReaction.message_id == target, MessageReaction.user_id == user_id, MessageReaction.emoji == emoji
        )
    )


async def speak(
    session: AsyncSession,
    *,
    conversation_id: UUID,
    turn_id: UUID,
    character_id: UUID,
    kind: MessageKind,
    content: str,
    answers: int | None = None,
) -> UUID:
    """Keep what a character says, before it is shown.

    It may be heard by whoever could hear the Discord message it `answers`; a greeting is anybody's.
    """
    message = Message(
        conversation_id=conversation_id,
        turn_id=turn_id,
        character_id=character_id,
        kind=kind,
        content=content,
        sensitivity=MessageSensitivity.PUBLIC if kind is MessageKind.GREETING else as_heard(conversation_id, answers),
    )
    session.add(message)
    await session.flush()
    return message.id


def as_heard(conversation_id: Any, discord_message_id: Any) -> ColumnElement[str]:
    """Who could hear a Discord message of this conversation."""
    heard = select(Message.sensitivity).where(
        Message.conversation_id == conversation_id, Message.discord_message_id == discord_message_id
    )
    return func.coalesce(heard.scalar_subquery(), MessageSensitivity.PRIVATE)


async def unsay(session: AsyncSession, turn_id: UUID) -> None:
    """The words of a turn were never shown, or were taken back."""
    await session.execute(delete(Message).where(Message.turn_id == turn_id))


async def chosen_variant(session: AsyncSession, turn_id: UUID) -> MessageVariant | None:
    """The wording of a turn's reply that stands, with what it took."""
    return await session.scalar(
        select(MessageVariant)
        .join(Message, Message.id == MessageVariant.message_id)
        .where(Message.turn_id == turn_id, MessageVariant.number == Message.chosen_variant)
    )
