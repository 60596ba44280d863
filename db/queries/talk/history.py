"""What a conversation remembers word for word, as prompts are made from it: one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from db.direct import Direct, Prepared
from db.models import (
    AttachmentKind,
    Character,
    Message,
    MessageAttachment,
    MessageKind,
    MessageReaction,
    Turn,
    TurnState,
    User,
)


@dataclass(frozen=True, slots=True)
class SaidFile:
    """What came with a line. `discord_id` names it at Discord, beside the message's own id."""

    discord_id: int
    kind: AttachmentKind
    name: str
    mime: str | None
    size_bytes: int
    width: int | None
    height: int | None
    alt: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class SaidReaction:
    """An emoji under a line, and the Discord names of those who put it there, as far as they are known here."""

    emoji: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """The line another line answers."""

    message_id: UUID
    speaker: str
    content: str
    kind: MessageKind


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line of a conversation's history. `speaker` is the name it was said under, '' where nobody knows.

    `said_in` is the channel it was said in, where a fork took it along from another.
    """

    message_id: UUID
    turn_id: UUID | None
    kind: MessageKind
    speaker: str
    author_id: UUID | None
    character_id: UUID | None
    content: str
    discord_message_id: int | None
    said_at: datetime
    said_in: int | None = None
    files: tuple[SaidFile, ...] = ()
    reactions: tuple[SaidReaction, ...] = ()
    answers: SaidBefore | None = None


def _words_of(turn_id: Any) -> Any:
    # The largest id there is, where the turn has no words yet: then nothing is left out.
    last = literal(UUID(int=2**128 - 1))
    return func.coalesce(select(Message.id).where(Message.turn_id == turn_id).limit(1).scalar_subquery(), last)


def _speaker(message: Any, author: Any, character: Any) -> Any:
    return func.coalesce(func.nullif(message.speaker_name, ""), author.display_name, character.name, "")


def _files() -> Any:
    rows = select(func.jsonb_agg(func.to_jsonb(literal_column(MessageAttachment.__tablename__))))
    return type_coerce(rows.where(MessageAttachment.message_id == Message.id).scalar_subquery(), JSONB())


def _reactions() -> Any:
    rows = (
        select(func.jsonb_agg(func.jsonb_build_array(MessageReaction.emoji, User.display_name)))
        .select_from(MessageReaction)
        .outerjoin(User, User.id == MessageReaction.user_id)
        .where(MessageReaction.message_id == Message.id)
        .correlate(Message)
    )
    return type_coerce(rows.scalar_subquery(), JSONB())


def _said() -> Any:
    before, before_author, before_character = aliased(Message), aliased(User), aliased(Character)
    return (
        select(
            Message.id,
            Message.turn_id,
            Message.kind,
            _speaker(Message, User, Character).label("speaker"),
            Message.author_id,
            Message.character_id,
            Message.content,
            Message.discord_message_id,
            Message.created_at,
            Message.said_in,
            _files().label("files"),
            _reactions().label("reactions"),
            before.id.label("before_id"),
            _speaker(before, before_author, before_character).label("before_speaker"),
            before.content.label("before_content"),
            before.kind.label("before_kind"),
        )
        .outerjoin(User, User.id == Message.author_id)
        .outerjoin(Character, Character.id == Message.character_id)
        .outerjoin(Turn, Turn.id == Message.turn_id)
        .outerjoin(before, before.id == Message.reply_to_id)
        .outerjoin(before_author, before_author.id == before.author_id)
        .outerjoin(before_character, before_character.id == before.character_id)
        .where(
            Message.conversation_id == bindparam("conversation_id", type_=Uuid()),
            or_(Message.turn_id.is_(None), and_(Turn.state != TurnState.FAILED, Turn.state != TurnState.CANCELLED)),
        )
        .order_by(Message.id.desc())
        .limit(bindparam("lines", type_=BigInteger()))
    )


_TURN = bindparam("turn_id", type_=Uuid())
_SAID = Prepared(_said())
_SAID_BEFORE = Prepared(_said().where(Message.id < _words_of(_TURN)))
_SAID_THROUGH = Prepared(_said().where(Message.id <= _words_of(_TURN)))


async def history(
    direct: Direct,
    conversation_id: UUID,
    *,
    limit: int,
    before_turn: UUID | None = None,
    through_turn: UUID | None = None,
) -> Sequence[SaidLine]:
    """The last lines, oldest first. What failed to be shown is not part of it.

    It ends before a turn's own words with `before_turn`, with them with `through_turn`.
    """
    statement = _SAID_BEFORE if before_turn else _SAID_THROUGH if through_turn else _SAID
    rows = await direct.rows(
        statement, conversation_id=conversation_id, lines=limit, turn_id=before_turn or through_turn
    )
    return [_line(row) for row in reversed(rows)]


def _line(row: Any) -> SaidLine:
    before = row.before_id
    return SaidLine(
        message_id=row.id,
        turn_id=row.turn_id,
        kind=row.kind,
        speaker=row.speaker,
        author_id=row.author_id,
        character_id=row.character_id,
        content=row.content,
        discord_message_id=row.discord_message_id,
        said_at=row.created_at,
        said_in=row.said_in,
        files=tuple(_file(one) for one in sorted(row.files or (), key=lambda one: one["number"])),
        reactions=_grouped(row.reactions or ()),
        answers=None if before is None else SaidBefore(before, row.before_speaker, row.before_content, row.before_kind),
    )


def _file(row: Mapping[str, Any]) -> SaidFile:
    fields = {name: row[name] for name in SaidFile.__dataclass_fields__ if name != "kind"}
    return SaidFile(kind=AttachmentKind(row["kind"]), **fields)


def _grouped(rows: Sequence[Sequence[str | None]]) -> tuple[SaidReaction, ...]:
    by: dict[str, list[str]] = {}
    for emoji, name in rows:
        names = by.setdefault(emoji or "", [])
        if name:
            names.append(name)
    return tuple(SaidReaction(emoji, tuple(names)) for emoji, names in by.items())
