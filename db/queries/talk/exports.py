"""Everything a conversation holds, as a copy of it is made from: a statement for each table, whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Character,
    Message,
    MessageAttachment,
    MessageEdit,
    MessageReaction,
    MessageSensitivity,
    MessageVariant,
    Participant,
    Rating,
    Recap,
    Turn,
    User,
)

_PAGE = 250
"""How many messages are read at once: between two pages the event loop does other things."""


def _on_them(columns: Any, on: Any, *order: Any) -> Any:
    """What hangs on the messages of one page."""
    here = Message.conversation_id == bindparam("conversation")
    span = Message.id.between(bindparam("first"), bindparam("last"))
    return select(*columns).join(Message, on).where(here, span).order_by(Message.id, *order)


def _hanging(table: Any, order: Any, *, without: str = "") -> Any:
    columns = [column for column in table.__table__.columns if column.name != without]
    return _on_them(columns, Message.id == table.message_id, order)


_ON_THEM: Mapping[str, Any] = {
    "turns": _on_them(
        [column for column in Turn.__table__.columns if column.name not in {"text", "reason", "answer_token_sealed"}],
        Message.turn_id == Turn.id,
    ),
    # Without what the prompts were made of: that is /why's to tell, and not everybody's to read.
    "variants": _hanging(MessageVariant, MessageVariant.number, without="prompt_parts"),
    "edits": _hanging(MessageEdit, MessageEdit.id),
    "attachments": _hanging(MessageAttachment, MessageAttachment.number),
    "reactions": _hanging(MessageReaction, MessageReaction.created_at),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation's rows, each list in the order it came about; `older` counts messages before these.

    `narrow_since` is when something was first said where not everybody could hear, in older messages too.
    """

    older: int
    narrow_since: datetime | None
    recaps: Sequence[Recap]
    participants: Sequence[Participant]
    users: dict[UUID, User]
    characters: dict[UUID, str]
    messages: list[Any] = field(default_factory=list[Any])
    turns: list[Any] = field(default_factory=list[Any])
    variants: list[Any] = field(default_factory=list[Any])
    edits: list[Any] = field(default_factory=list[Any])
    attachments: list[Any] = field(default_factory=list[Any])
    reactions: list[Any] = field(default_factory=list[Any])


async def held(session: AsyncSession, conversation_id: UUID, *, limit: int) -> Held:
    """The newest `limit` messages and what hangs on them. For a turn of its own."""
    here = Message.conversation_id == conversation_id
    is_narrow = Message.sensitivity != MessageSensitivity.PUBLIC
    sums = select(func.count(), func.min(Message.created_at).filter(is_narrow)).where(here)
    total, narrow_since = (await session.execute(sums)).one()
    participants = select(Participant).where(Participant.conversation_id == conversation_id)
    came = select(Participant.character_id).where(Participant.conversation_id == conversation_id)
    spoke = select(Message.character_id).where(here)
    characters = select(Character.id, Character.name).where(or_(Character.id.in_(came), Character.id.in_(spoke)))
    recaps = select(Recap).where(Recap.conversation_id == conversation_id).order_by(Recap.id)
    found = Held(
        older=max(total - limit, 0),
        narrow_since=narrow_since,
        recaps=(await session.scalars(recaps)).all(),
        participants=(await session.scalars(participants.order_by(Participant.id))).all(),
        # Row security leaves those this conversation knows.
        users={one.id: one for one in await session.scalars(select(User))},
        characters={row[0]: row[1] for row in await session.execute(characters)},
    )
    after = await session.scalar(
        select(Message.id).where(here).order_by(Message.id.desc()).offset(limit).limit(1)
    ) or UUID(int=0)
    page = select(*Message.__table__.columns).where(here, Message.id > bindparam("after"))
    page = page.order_by(Message.id).limit(_PAGE)
    while read := (await session.execute(page, {"after": after})).all():
        found.messages.extend(read)
        span = {"conversation": conversation_id, "first": read[0].id, "last": read[-1].id}
        for name, statement in _ON_THEM.items():
            getattr(found, name).extend((await session.execute(statement, span)).all())
        after = read[-1].id
    return found


async def own_ratings(session: AsyncSession, conversation_id: UUID) -> Sequence[Rating]:
    """What the acting user thinks of its replies: nobody else's opinion is theirs to read."""
    statement = select(Rating).join(Turn, Turn.id == Rating.turn_id).where(Turn.conversation_id == conversation_id)
    return (await session.scalars(statement)).all()
