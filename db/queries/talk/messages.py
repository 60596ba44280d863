"""What was said, and in which wordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import Character, Message, MessageKind, MessageVariant, Turn, TurnState, User


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line of a conversation's history with its speaker's name."""

    kind: MessageKind
    author_name: str | None
    character_name: str | None
    content: str
    discord_message_id: int | None


async def hear(
    session: AsyncSession, *, conversation_id: UUID, author_id: UUID, discord_message_id: int, content: str
) -> None:
    """Keep what a person said to the characters; hearing it again changes nothing."""
    statement = (
        insert(Message)
        .values(
            id=new_id(),
            conversation_id=conversation_id,
            kind=MessageKind.USER,
            author_id=author_id,
            discord_message_id=discord_message_id,
            content=content,
        )
        .on_conflict_do_nothing(
            index_elements=[Message.discord_message_id, Message.conversation_id],
            index_where=Message.discord_message_id.is_not(None),
        )
    )
    await (await session.connection()).execute(statement)


async def reword(session: AsyncSession, conversation_id: UUID, discord_message_id: int, content: str) -> None:
    """A person changed what they had said."""
    await session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.discord_message_id == discord_message_id)
        .values(content=content)
    )


async def forget(session: AsyncSession, conversation_id: UUID, discord_message_id: int) -> None:
    """A person took back what they had said; it leaves the history too."""
    await session.execute(
        delete(Message).where(
            Message.conversation_id == conversation_id, Message.discord_message_id == discord_message_id
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
) -> UUID:
    """Keep what a character says, before it is shown."""
    message = Message(
        conversation_id=conversation_id, turn_id=turn_id, character_id=character_id, kind=kind, content=content
    )
    session.add(message)
    await session.flush()
    return message.id


async def add_variant(session: AsyncSession, variant: MessageVariant) -> None:
    """Keep one wording with what it cost."""
    session.add(variant)
    await session.flush()


async def shown(session: AsyncSession, turn_id: UUID, discord_message_id: int) -> None:
    """The words of a turn stand in the channel, beginning with this message."""
    await session.execute(
        update(Message).where(Message.turn_id == turn_id).values(discord_message_id=discord_message_id)
    )


async def unsay(session: AsyncSession, turn_id: UUID) -> None:
    """The words of a turn were never shown, or were taken back."""
    await session.execute(delete(Message).where(Message.turn_id == turn_id))


async def history(session: AsyncSession, conversation_id: UUID, *, limit: int) -> Sequence[SaidLine]:
    """The last lines, oldest first. What failed to be shown is not part of it."""
    statement = (
        select(Message, User.display_name, Character.name)
        .outerjoin(User, User.id == Message.author_id)
        .outerjoin(Character, Character.id == Message.character_id)
        .outerjoin(Turn, Turn.id == Message.turn_id)
        .where(
            Message.conversation_id == conversation_id,
            or_(Message.turn_id.is_(None), Turn.state.not_in((TurnState.FAILED, TurnState.CANCELLED))),
        )
        .order_by(Message.id.desc())
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    return [
        SaidLine(
            kind=row[0].kind,
            author_name=row[1],
            character_name=row[2],
            content=row[0].content,
            discord_message_id=row[0].discord_message_id,
        )
        for row in reversed(rows)
    ]


async def chosen_variant(session: AsyncSession, turn_id: UUID) -> MessageVariant | None:
    """The wording of a turn's reply that stands, with what it took."""
    return await session.scalar(
        select(MessageVariant)
        .join(Message, Message.id == MessageVariant.message_id)
        .where(Message.turn_id == turn_id, MessageVariant.number == Message.chosen_variant)
    )
