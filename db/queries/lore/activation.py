"""Lore on the way of a reply: what is in force, what happened before, what is loaded. `runs` logs what came of it.

A function is one trip to the database (`db.direct`). A reply without lore takes none: `may_apply` is a sub-select of
the statement that takes the turn up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from db.direct import Direct, Prepared
from db.models import (
    AttachmentOverrides,
    LoreAttachment,
    LoreBook,
    LoreCall,
    LoreEntry,
    LoreFired,
    LoreScope,
    Message,
    MessageKind,
    Turn,
    TurnState,
)

_CONVERSATION = bindparam("conversation_id", type_=Uuid())
_TURN = bindparam("turn_id", type_=Uuid())
_UNTIL = bindparam("until", type_=Uuid())

_FIRED_MOST = 1000
_SLICE = 500
"""Entries read at once, so that nothing else waits for long."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A book that counts in a turn, as it is attached: `place` orders those of one scope."""

    attachment_id: UUID
    book_id: UUID
    version: int
    name: str
    scope: LoreScope
    overrides: AttachmentOverrides
    place: int


@dataclass(frozen=True, slots=True)
class FiredBefore:
    """An entry with a timed effect came in at an earlier turn, which answered the message at `message_at`."""

    entry_id: UUID
    turn_id: UUID
    message_at: int
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CalledIn:
    """An entry that a person called in after the message at `after`, for so many replies."""

    call_id: UUID
    entry_id: UUID
    after: int
    replies: int


@dataclass(frozen=True, slots=True)
class LoreFacts:
    """All that lore needs to know of a turn beside its history.

    `said` are the newest messages, newest first: the id, and whether a character said it in answer to the one before.
    """

    books: tuple[InForce, ...]
    fired: tuple[FiredBefore, ...] = ()
    calls: tuple[CalledIn, ...] = ()
    said: tuple[tuple[UUID, bool], ...] = ()
    message_count: int = 0


# ------------------------------------------------------------------------------------------------ what is in force


def may_apply(conversation: Any, turn: Any) -> Any:
    """Whether a book may be in force in a turn of a conversation: as a column of a statement over both.

    Persona-wide: whether the asker attached any to a persona, whichever they wear.
    """
    return exists().where(
        LoreAttachment.is_enabled,
        or_(
            LoreAttachment.guild_id == conversation.guild_id,
            LoreAttachment.channel_id == conversation.channel_id,
            LoreAttachment.channel_id == conversation.webhook_channel_id,
            LoreAttachment.character_id == turn.character_id,
            LoreAttachment.conversation_id == turn.conversation_id,
            and_(LoreAttachment.persona_id.is_not(None), LoreAttachment.attached_by == turn.asker_id),
        ),
    )


def _books() -> Any:
    here = or_(
        LoreAttachment.guild_id == bindparam("guild_id", type_=BigInteger()),
        LoreAttachment.channel_id == any_(bindparam("channel_ids", type_=ARRAY(BigInteger()))),
        LoreAttachment.character_id == bindparam("character_id", type_=Uuid()),
        LoreAttachment.persona_id == bindparam("persona_id", type_=Uuid()),
        LoreAttachment.conversation_id == _CONVERSATION,
    )
    one = func.jsonb_build_array(
        LoreAttachment.id,
        LoreBook.id,
        LoreBook.version,
        LoreBook.name,
        LoreAttachment.scope,
        type_coerce(LoreAttachment.overrides, JSONB()),
        LoreAttachment.place,
    )
    rows = (
        select(func.jsonb_agg(one))
        .select_from(LoreAttachment)
        .join(LoreBook, LoreBook.id == LoreAttachment.book_id)
        .where(LoreAttachment.is_enabled, LoreBook.deleted_at.is_(None), here)
    )
    return type_coerce(rows.scalar_subquery(), JSONB())


def _fired() -> Any:
    newest = (
        select(LoreFired.entry_id, LoreFired.turn_id, LoreFired.message_at, LoreFired.state)
        .join(Turn, Turn.id == LoreFired.turn_id)
        .where(
            LoreFired.conversation_id == _CONVERSATION,
            LoreFired.turn_id != _TURN,
            Turn.state != TurnState.FAILED,
            Turn.state != TurnState.CANCELLED,
        )
        .order_by(LoreFired.turn_id.desc())
        .limit(_FIRED_MOST)
        .subquery()
    )
    one = func.jsonb_build_array(newest.c.entry_id, newest.c.turn_id, newest.c.message_at, newest.c.state)
    return type_coerce(select(func.jsonb_agg(one)).select_from(newest).scalar_subquery(), JSONB())


def _calls() -> Any:
    one = func.jsonb_build_array(LoreCall.id, LoreCall.entry_id, LoreCall.after, LoreCall.replies)
    rows = select(func.jsonb_agg(one)).where(LoreCall.conversation_id == _CONVERSATION)
    return type_coerce(rows.scalar_subquery(), JSONB())


def _said() -> Any:
    """The newest messages: their ids, and which of them a character said in answer; one row."""
    newest = (
        select(Message.id, (Message.kind == MessageKind.CHARACTER).label("is_answer"))
        .outerjoin(Turn, Turn.id == Message.turn_id)
        .where(
            Message.conversation_id == _CONVERSATION,
            Message.id <= _UNTIL,
            or_(Message.turn_id.is_(None), and_(Turn.state != TurnState.FAILED, Turn.state != TurnState.CANCELLED)),
        )
        .order_by(Message.id.desc())
        .limit(bindparam("messages", type_=BigInteger()))
        .subquery()
    )
    return select(
        type_coerce(func.array_agg(aggregate_order_by(newest.c.id, newest.c.id.desc())), ARRAY(Uuid())).label("said"),
        func.array_agg(aggregate_order_by(newest.c.is_answer, newest.c.id.desc())).label("answers"),
    ).subquery("said")


def _count() -> Any:
    # By the index alone: what failed to be shown is deleted as soon as it is known.
    rows = select(func.count()).where(Message.conversation_id == _CONVERSATION, Message.id <= _UNTIL)
    return rows.select_from(Message).scalar_subquery()


_SAID = _said()
_FACTS = Prepared(
    select(
        _books().label("books"),
        _fired().label("fired"),
        _calls().label("calls"),
        _SAID.c.said,
        _SAID.c.answers,
        _count().label("message_count"),
    ).select_from(_SAID)
)


async def facts(
    direct: Direct,
    *,
    conversation_id: UUID,
    turn_id: UUID,
    until: UUID,
    guild_id: int | None,
    channel_ids: Sequence[int],
    character_id: UUID,
    persona_id: UUID | None,
    messages: int,
) -> LoreFacts:
    """What is in force in a turn and what happened before it, as far as its actor may read.

    `until` is the newest message that counts, `messages` how many of the newest are told of.
    """
    row = await direct.row(
        _FACTS,
        conversation_id=conversation_id,
        turn_id=turn_id,
        until=until,
        guild_id=guild_id,
        channel_ids=list(channel_ids),
        character_id=character_id,
        persona_id=persona_id,
        messages=messages,
    )
    return LoreFacts(
        books=tuple(_in_force(*one) for one in row.books or ()),
        fired=tuple(FiredBefore(UUID(entry), UUID(turn), at, state) for entry, turn, at, state in row.fired or ()),
        calls=tuple(CalledIn(UUID(call), UUID(entry), after, n) for call, entry, after, n in row.calls or ()),
        said=tuple(zip(row.said or (), row.answers or (), strict=True)),
        message_count=row.message_count,
    )


def _in_force(attachment: str, book: str, version: int, name: str, scope: str, overrides: Any, place: int) -> InForce:
    return InForce(
        UUID(attachment),
        UUID(book),
        version,
        name,
        LoreScope(scope),
        AttachmentOverrides.model_validate(overrides),
        place,
    )


# ------------------------------------------------------------------------------------------------ loading

_BOOK = Prepared(select(LoreBook).where(LoreBook.id == bindparam("book_id", type_=Uuid())))
_ENTRY_COLUMNS = (
    LoreEntry.id,
    LoreEntry.number,
    LoreEntry.name,
    LoreEntry.content,
    LoreEntry.tokens,
    LoreEntry.is_enabled,
    LoreEntry.mode,
    LoreEntry.place,
    cast(LoreEntry.rules, Text()).label("rules"),
)
_ENTRIES = Prepared(
    select(*_ENTRY_COLUMNS, case((bindparam("with_raw", type_=Boolean()), cast(LoreEntry.raw, Text()))).label("raw"))
    .where(
        LoreEntry.book_id == bindparam("book_id", type_=Uuid()),
        LoreEntry.number > bindparam("after", type_=Integer()),
    )
    .order_by(LoreEntry.number)
    .limit(bindparam("most", type_=BigInteger()))
)


async def book(direct: Direct, book_id: UUID) -> Any:
    """A book's row (by the model's names), None where the actor may not read it."""
    return await direct.row(_BOOK, book_id=book_id)


async def entries(direct: Direct, book_id: UUID, *, with_raw: bool) -> list[Any]:
    """A book's entries by number, in slices: one trip for each `_SLICE`.

    `rules` and `raw` come as JSON text: turning many of them into values is work for a thread.
    """
    found: list[Any] = []
    while True:
        rows = await direct.rows(
            _ENTRIES, book_id=book_id, after=found[-1].number if found else -1, most=_SLICE, with_raw=with_raw
        )
        found += rows
        if len(rows) < _SLICE:
            return found
