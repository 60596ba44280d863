"""Turns and their parts: the rows that let a restart finish what was begun and answer nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    UNFINISHED,
    Character,
    Conversation,
    ConversationSettings,
    ConversationStatus,
    ConversationVia,
    Participant,
    ParticipantRole,
    PartState,
    Priority,
    Rewording,
    Turn,
    TurnKind,
    TurnPart,
    TurnState,
)
from db.queries.talk.variants import Stands, drop_parts


@dataclass(frozen=True, slots=True)
class Standing:
    """A turn as it stands: enough to take it up at any point.

    `stands` is what the channel shows while the reply is at work again (`rewording`), None for a new one.
    """

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
    claimed_at: datetime
    via: ConversationVia = ConversationVia.WEBHOOK
    settings: ConversationSettings = field(default_factory=ConversationSettings)
    kind: TurnKind = TurnKind.REPLY
    priority: Priority = Priority.NORMAL
    chain: int = 1
    answer_token_sealed: bytes | None = field(default=None, repr=False)
    rewording: Rewording | None = None
    rewording_by: UUID | None = None
    stands: Stands | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done."""
        return self.state not in UNFINISHED


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who is behind a reply: for the curious, for those who may change it, and for moderators.

    The character's name and maker are known even where it was deleted meanwhile. `takes_part` and `moderates` are
    about who looks.
    """

    turn_id: UUID
    conversation_id: UUID
    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    via: ConversationVia
    is_active: bool
    conversation_owner_id: UUID
    asker_id: UUID
    character_id: UUID
    character_name: str
    maker_id: UUID
    kind: TurnKind
    state: TurnState
    is_at_work: bool
    is_present: bool
    takes_part: bool
    moderates: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What a message, or a character's line, earns from a character."""

    conversation_id: UUID
    asker_id: UUID
    trigger_message_id: int
    boot_id: UUID
    kind: TurnKind = TurnKind.REPLY
    priority: Priority = Priority.NORMAL
    chain: int = 1
    answer_token_sealed: bytes | None = field(default=None, repr=False)


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
        kind=TurnKind.GREETING,
        state=TurnState.GENERATED,
        attempts=0,
        text=greeting,
        generated_at=func.now(),
    )
    session.add(turn)
    await session.flush()
    return turn.id


async def show(session: AsyncSession, turn_id: UUID, parts: Mapping[int, int]) -> None:
    """These messages, by number, hold the reply, and no others."""
    if not parts:
        return
    rows = [
        {"turn_id": turn_id, "number": number, "state": PartState.SENT, "message_id": message_id}
        for number, message_id in parts.items()
    ]
    statement = insert(TurnPart).values(rows)
    await (await session.connection()).execute(
        statement.on_conflict_do_update(
            index_elements=[TurnPart.turn_id, TurnPart.number],
            set_={"state": PartState.SENT, "message_id": statement.excluded.message_id, "updated_at": func.now()},
        )
    )
    await drop_parts(session, turn_id, max(parts) + 1)


async def end(session: AsyncSession, turn_id: UUID, state: TurnState, reason: str) -> None:
    """The turn ended otherwise than well, or its outcome is not known (`UNKNOWN`, which is taken up again)."""
    is_over = state is not TurnState.UNKNOWN
    over = {"finished_at": func.now(), "answer_token_sealed": None, "rewording": None} if is_over else {}
    await session.execute(update(Turn).where(Turn.id == turn_id).values(state=state, reason=reason, **over))


async def provenance(session: AsyncSession, turn_id: UUID, looks: UUID) -> Provenance | None:
    """Who asked for a reply and where it stands, as `looks` sees it."""
    here = (Participant.conversation_id == Turn.conversation_id, Participant.left_at.is_(None))
    statement = (
        select(
            Turn.id,
            Turn.conversation_id,
            Conversation.guild_id,
            Conversation.channel_id,
            Conversation.webhook_channel_id,
            Conversation.via,
            Conversation.status == ConversationStatus.ACTIVE,
            Conversation.owner_id,
            Turn.asker_id,
            Turn.character_id,
            Character.name,
            Character.owner_id,
            Turn.kind,
            Turn.state,
            Turn.rewording.is_not(None) | Turn.state.in_(UNFINISHED),
            exists().where(*here, Participant.character_id == Turn.character_id),
            exists().where(*here, Participant.user_id == looks),
            exists().where(*here, Participant.user_id == looks, Participant.role == ParticipantRole.MODERATOR),
        )
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .join(Character, Character.id == Turn.character_id)
        .where(Turn.id == turn_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Provenance(*row)


async def part_ids(session: AsyncSession, turn_id: UUID) -> Mapping[int, int]:
    """The message ids of a turn's parts, by number."""
    statement = select(TurnPart).where(TurnPart.turn_id == turn_id, TurnPart.message_id.is_not(None))
    return {part.number: part.message_id for part in await session.scalars(statement) if part.message_id is not None}


async def cancel_sent(session: AsyncSession, turn_id: UUID, reason: str) -> bool:
    """A reply that stands is taken back; False where it does not stand, or is at work."""
    statement = (
        update(Turn)
        .where(Turn.id == turn_id, Turn.state == TurnState.SENT, Turn.rewording.is_(None))
        .values(state=TurnState.CANCELLED, reason=reason, has_controls=False, finished_at=func.now())
        .execution_options(synchronize_session=False)
    )
    result = await (await session.connection()).execute(statement)
    return result.rowcount == 1


async def last_sent(session: AsyncSession, conversation_id: UUID) -> UUID | None:
    """The reply of a conversation that was said last."""
    statement = select(Turn.id).where(Turn.conversation_id == conversation_id, Turn.state == TurnState.SENT)
    return await session.scalar(statement.order_by(Turn.id.desc()).limit(1))
