"""What a fork takes along from the conversation it branches off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import (
    Character,
    Conversation,
    Message,
    MessageAttachment,
    MessageReaction,
    MessageSensitivity,
    MessageVariant,
    Participant,
    Turn,
    TurnKind,
    TurnState,
)
from db.queries.talk.conversations import PresentCharacter

Row = Mapping[Any, Any]
"""Columns by name."""

_IS_PRESENT = exists().where(
    Participant.conversation_id == Message.conversation_id,
    Participant.character_id == Message.character_id,
    Participant.left_at.is_(None),
)
_LINE = (
    Message.id,
    Message.kind,
    Message.author_id,
    Message.character_id,
    Message.discord_message_id,
    Message.said_in,
    Message.content,
    Message.type,
    # A fork knows the characters that go along with it; of those that had left, only what they were called.
    case(
        (Message.character_id.is_not(None) & ~_IS_PRESENT, func.coalesce(Character.name, "")),
        else_=Message.speaker_name,
    ).label("speaker_name"),
    Message.persona_id,
    Message.reply_to_id,
    Message.sensitivity,
    Message.edited_at,
    Message.created_at,
)
_FILE = tuple(column for column in MessageAttachment.__table__.columns if column.name != "id")
_REACTION = tuple(MessageReaction.__table__.columns)


@dataclass(frozen=True, slots=True)
class History:
    """The last lines up to a reply, oldest first, with what came with them.

    `heard` is where anything of the whole history up to there was said, older lines too.
    """

    lines: tuple[Row, ...]
    files: tuple[Row, ...]
    reactions: tuple[Row, ...]
    heard: frozenset[MessageSensitivity]

    def within(self, allowed: frozenset[MessageSensitivity]) -> History:
        """Only the lines that were said in such places."""
        return replace(self, lines=tuple(line for line in self.lines if line["sensitivity"] in allowed))


async def history(session: AsyncSession, conversation_id: UUID, turn_id: UUID, limit: int) -> History:
    """What a conversation remembers up to a turn's words and with them, at most `limit` lines; none without words."""
    last = select(Message.id).where(Message.turn_id == turn_id).limit(1).scalar_subquery()
    before = (Message.conversation_id == conversation_id, Message.id <= last)
    is_shown = or_(Message.turn_id.is_(None), Turn.state.not_in((TurnState.FAILED, TurnState.CANCELLED)))
    lines = (
        select(*_LINE)
        .outerjoin(Turn, Turn.id == Message.turn_id)
        .outerjoin(Character, Character.id == Message.character_id)
        .where(*before, is_shown)
    )
    found = (await session.execute(lines.order_by(Message.id.desc()).limit(limit))).mappings().all()
    ids = [line["id"] for line in found]
    files = select(*_FILE).where(MessageAttachment.message_id.in_(ids))
    reactions = select(*_REACTION).where(MessageReaction.message_id.in_(ids))
    return History(
        lines=tuple(reversed(found)),
        files=tuple((await session.execute(files)).mappings()),
        reactions=tuple((await session.execute(reactions)).mappings()),
        heard=frozenset(await session.scalars(select(Message.sensitivity).where(*before).distinct())),
    )


async def begin(session: AsyncSession, source: Conversation, *, conversation_id: UUID, **values: Any) -> bool:
    """A conversation that branches off another; False where one goes on in that channel. For a turn of its own.

    `values` are the columns in which it differs: whose it is and where.
    """
    statement = insert_or_skip(Conversation).values(
        id=conversation_id,
        via=source.via,
        title=source.title,
        tags=source.tags,
        settings=source.settings,
        variables=source.variables,
        forked_from=source.id,
        **values,
    )
    result = await (await session.connection()).execute(statement.on_conflict_do_nothing())
    return result.rowcount == 1


async def put(
    session: AsyncSession, conversation_id: UUID, history: History, *, said_in: int | None
) -> Mapping[UUID, UUID]:
    """Write the lines down anew in a conversation; their new ids by the old ones.

    `said_in` is the channel they come from, where the conversation's own is another.
    """
    ids: dict[UUID, UUID] = {line["id"]: new_id() for line in history.lines}
    lines = [
        {
            **line,
            "id": ids[line["id"]],
            "conversation_id": conversation_id,
            "reply_to_id": ids.get(line["reply_to_id"]),
            "said_in": line["said_in"] or said_in,
        }
        for line in history.lines
    ]
    files = [
        {**one, "id": new_id(), "message_id": ids[one["message_id"]]}
        for one in history.files
        if one["message_id"] in ids
    ]
    reactions = [{**one, "message_id": ids[one["message_id"]]} for one in history.reactions if one["message_id"] in ids]
    connection = await session.connection()
    for table, rows in ((Message, lines), (MessageAttachment, files), (MessageReaction, reactions)):
        if rows:
            await connection.execute(insert(table), rows)
    return ids


async def put_recap(
    session: AsyncSession, source: Conversation, conversation_id: UUID, ids: Mapping[UUID, UUID]
) -> None:
    """The recap goes along, unless it tells of what was said after the fork's last line.

    What it covers and was not taken along lies before every line of the fork.
    """
    if source.summarized_through is None or source.summarized_through > max(ids):
        return
    through = ids.get(source.summarized_through, conversation_id)
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(summary=source.summary, summarized_at=source.summarized_at, summarized_through=through)
    )


async def add_characters(
    session: AsyncSession, conversation_id: UUID, present: Sequence[PresentCharacter], *, invited_by: UUID
) -> None:
    """These characters listen there, in the same roles and order."""
    rows = [
        {
            "id": new_id(),
            "conversation_id": conversation_id,
            "character_id": one.character_id,
            "role": one.role,
            "invited_by": invited_by,
        }
        for one in present
    ]
    await (await session.connection()).execute(insert(Participant), rows)


async def say_again(
    session: AsyncSession, message_id: UUID, worded: MessageVariant | None, *, kind: TurnKind, **values: Any
) -> UUID:
    """The turn that shows the last line of a fork, whose words are known, with the wording they came from."""
    turn = Turn(kind=kind, state=TurnState.GENERATED, attempts=0, generated_at=func.now(), **values)
    session.add(turn)
    await session.flush()
    await session.execute(
        update(Message).where(Message.id == message_id).values(turn_id=turn.id, discord_message_id=None, said_in=None)
    )
    if worded is not None:
        # What it took is accounted for where it was said first: here no model was asked.
        session.add(
            MessageVariant(
                message_id=message_id,
                number=0,
                content=worded.content,
                provider=worded.provider,
                model=worded.model,
                finish_reason=worded.finish_reason,
            )
        )
        await session.flush()
    return turn.id
