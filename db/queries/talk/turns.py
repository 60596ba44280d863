"""Turns and their parts: the rows that let a restart finish what was begun and answer nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import UNFINISHED, Conversation, PartState, Turn, TurnPart, TurnState


@dataclass(frozen=True, slots=True)
class Standing:
    """A turn as it stands: enough to take it up at any point."""

    turn_id: UUID
    conversation_id: UUID
    character_id: UUID
    asker_id: UUID
    trigger_message_id: int
    state: TurnState
    attempts: int
    text: str | None
    stopped: bool
    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    conversation_owner_id: UUID
    known: Mapping[int, int]
    unsure: frozenset[int]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done."""
        return self.state not in UNFINISHED


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who is behind a reply: for the curious, and for moderators."""

    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    conversation_owner_id: UUID
    asker_id: UUID
    character_id: UUID
    stopped: bool


async def claim(
    session: AsyncSession,
    *,
    conversation_id: UUID,
    character_id: UUID,
    asker_id: UUID,
    trigger_message_id: int,
    boot_id: UUID,
) -> UUID:
    """The turn with which the character answers this message: a new one, or the one that exists already."""
    key = (Turn.trigger_message_id == trigger_message_id, Turn.character_id == character_id)
    turn_id = new_id()
    statement = (
        insert(Turn)
        .values(
            id=turn_id,
            conversation_id=conversation_id,
            character_id=character_id,
            asker_id=asker_id,
            trigger_message_id=trigger_message_id,
            boot_id=boot_id,
            state=TurnState.CLAIMED,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=[Turn.trigger_message_id, Turn.character_id])
    )
    await (await session.connection()).execute(statement)
    return await session.scalar(select(Turn.id).where(*key)) or turn_id


async def add_greeting(
    session: AsyncSession,
    *,
    conversation_id: UUID,
    character_id: UUID,
    asker_id: UUID,
    interaction_id: int,
    boot_id: UUID,
    greeting: str,
) -> UUID:
    """The turn with which a character says its first words; its text is known, so it is ready to be sent.

    A command that Discord delivers twice makes it once: the first one's id is returned.
    """
    found = await session.scalar(
        select(Turn.id).where(Turn.trigger_message_id == interaction_id, Turn.character_id == character_id)
    )
    if found is not None:
        return found
    turn = Turn(
        conversation_id=conversation_id,
        character_id=character_id,
        asker_id=asker_id,
        trigger_message_id=interaction_id,
        boot_id=boot_id,
        state=TurnState.GENERATED,
        attempts=0,
        text=greeting,
        generated_at=func.now(),
    )
    session.add(turn)
    await session.flush()
    return turn.id


async def take_up(session: AsyncSession, turn_id: UUID, boot_id: UUID) -> Standing | None:
    """The turn as it stands, marked as this run's, its attempt counted; None where it is gone."""
    await session.execute(
        update(Turn)
        .where(Turn.id == turn_id, Turn.state.in_(UNFINISHED))
        .values(boot_id=boot_id, attempts=Turn.attempts + 1)
    )
    row = (
        await session.execute(
            select(Turn, Conversation)
            .join(Conversation, Conversation.id == Turn.conversation_id)
            .where(Turn.id == turn_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        return None
    turn, conversation = row[0], row[1]
    parts = (await session.scalars(select(TurnPart).where(TurnPart.turn_id == turn_id))).all()
    return Standing(
        turn_id=turn.id,
        conversation_id=turn.conversation_id,
        character_id=turn.character_id,
        asker_id=turn.asker_id,
        trigger_message_id=turn.trigger_message_id,
        state=turn.state,
        attempts=turn.attempts,
        text=turn.text,
        stopped=turn.stopped,
        guild_id=conversation.guild_id,
        channel_id=conversation.channel_id,
        webhook_channel_id=conversation.webhook_channel_id,
        conversation_owner_id=conversation.owner_id,
        known={part.number: part.message_id for part in parts if part.message_id is not None},
        unsure=frozenset(part.number for part in parts if part.message_id is None),
    )


async def opening(session: AsyncSession, turn_id: UUID, number: int) -> None:
    """A part is about to be posted."""
    statement = insert(TurnPart).values(turn_id=turn_id, number=number, state=PartState.OPENING)
    await (await session.connection()).execute(
        statement.on_conflict_do_nothing(index_elements=[TurnPart.turn_id, TurnPart.number])
    )


async def opened(session: AsyncSession, turn_id: UUID, number: int, message_id: int) -> None:
    """A part stands in the channel."""
    await _put_part(session, turn_id, number, message_id, PartState.OPENED)


async def generated(session: AsyncSession, turn_id: UUID, text: str, *, stopped: bool) -> None:
    """The whole text is known; from here on no model is asked again."""
    await session.execute(
        update(Turn)
        .where(Turn.id == turn_id)
        .values(state=TurnState.GENERATED, text=text, stopped=stopped, generated_at=func.now())
    )


async def sent(session: AsyncSession, turn_id: UUID, parts: Mapping[int, int]) -> None:
    """Every part shows its final text. `parts` are message ids by number."""
    for number, message_id in parts.items():
        await _put_part(session, turn_id, number, message_id, PartState.SENT)
    await session.execute(update(Turn).where(Turn.id == turn_id).values(state=TurnState.SENT, finished_at=func.now()))


async def end(session: AsyncSession, turn_id: UUID, state: TurnState, reason: str) -> None:
    """The turn ended otherwise than well, or its outcome is not known (`UNKNOWN`, which is taken up again)."""
    finished_at = None if state is TurnState.UNKNOWN else func.now()
    await session.execute(
        update(Turn).where(Turn.id == turn_id).values(state=state, reason=reason, finished_at=finished_at)
    )


async def provenance(session: AsyncSession, turn_id: UUID) -> Provenance | None:
    """Who asked for a reply and where it stands."""
    row = (
        await session.execute(
            select(Turn, Conversation)
            .join(Conversation, Conversation.id == Turn.conversation_id)
            .where(Turn.id == turn_id)
        )
    ).one_or_none()
    if row is None:
        return None
    turn, conversation = row[0], row[1]
    return Provenance(
        guild_id=conversation.guild_id,
        channel_id=conversation.channel_id,
        webhook_channel_id=conversation.webhook_channel_id,
        conversation_owner_id=conversation.owner_id,
        asker_id=turn.asker_id,
        character_id=turn.character_id,
        stopped=turn.stopped,
    )


async def part_ids(session: AsyncSession, turn_id: UUID) -> Mapping[int, int]:
    """The message ids of a turn's parts, by number."""
    statement = select(TurnPart).where(TurnPart.turn_id == turn_id, TurnPart.message_id.is_not(None))
    return {part.number: part.message_id for part in await session.scalars(statement) if part.message_id is not None}


async def _put_part(session: AsyncSession, turn_id: UUID, number: int, message_id: int, state: PartState) -> None:
    statement = insert(TurnPart).values(turn_id=turn_id, number=number, state=state, message_id=message_id)
    await (await session.connection()).execute(
        statement.on_conflict_do_update(
            index_elements=[TurnPart.turn_id, TurnPart.number],
            set_={"state": state, "message_id": message_id, "updated_at": func.now()},
        )
    )
