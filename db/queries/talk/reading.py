"""What was said in a conversation, page by page, for somebody who reads it away from Discord."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    AttachmentKind,
    Character,
    Message,
    MessageAttachment,
    MessageKind,
    MessageSensitivity,
    Participant,
    User,
)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What came with a line."""

    kind: AttachmentKind
    name: str
    mime: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One line. `shown_as` is the name it was said under, `author_name` what Discord calls who wrote it."""

    id: UUID
    kind: MessageKind
    content: str
    shown_as: str
    author_id: UUID | None
    author_name: str | None
    character_id: UUID | None
    character_name: str | None
    reply_to_id: UUID | None
    said_at: datetime
    edited_at: datetime | None
    files: tuple[ReadFile, ...] = ()


async def page(
    session: AsyncSession,
    conversation_id: UUID,
    reader: UUID,
    *,
    before: UUID | None,
    since: datetime | None,
    hears_all: bool,
    hears_since: datetime | None,
    limit: int,
) -> Sequence[ReadRow]:
    """The newest lines before one, the newest first. For a turn of that conversation on behalf of the reader.

    `since` leaves out what is older. Unless who reads `hears_all`, words said where not everybody could hear are theirs
    only if they said them or took part by then (`hears_since`, None: they do not take part).
    """
    wanted: list[ColumnElement[bool]] = [Message.conversation_id == conversation_id]
    if before is not None:
        wanted.append(Message.id < before)
    if since is not None:
        wanted.append(Message.created_at >= since)
    if not hears_all:
        open_ones = [Message.sensitivity == MessageSensitivity.PUBLIC, Message.author_id == reader]
        by_then = [] if hears_since is None else [Message.created_at >= hears_since]
        wanted.append(or_(*open_ones, *by_then))
    statement = (
        select(
            Message.id,
            Message.kind,
            Message.content,
            Message.speaker_name,
            Message.author_id,
            User.display_name,
            Message.character_id,
            Character.name,
            Message.reply_to_id,
            Message.created_at,
            Message.edited_at,
        )
        .outerjoin(User, User.id == Message.author_id)
        .outerjoin(Character, Character.id == Message.character_id)
        .where(*wanted)
        .order_by(Message.id.desc())
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    files = await _files(session, [row.id for row in rows])
    return [ReadRow(*row, files=tuple(files.get(row.id, ()))) for row in rows]


async def since_when(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> datetime | None:
    """Since when a person takes part; None where they do not."""
    return await session.scalar(
        select(func.min(Participant.joined_at)).where(
            Participant.conversation_id == conversation_id,
            Participant.user_id == user_id,
            Participant.left_at.is_(None),
        )
    )


async def _files(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, list[ReadFile]]:
    found: dict[UUID, list[ReadFile]] = {}
    if not message_ids:
        return found
    one = MessageAttachment
    statement = (
        select(one.message_id, one.kind, one.name, one.mime, one.size_bytes)
        .where(one.message_id.in_(message_ids))
        .order_by(one.message_id, one.number)
    )
    for row in await session.execute(statement):
        found.setdefault(row.message_id, []).append(ReadFile(row.kind, row.name, row.mime, row.size_bytes))
    return found
