"""The reviewed SQL functions of `db.security_functions`, typed for callers.

They look past row security by design, each for the reason stated there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import ParticipantRole, TurnState


@dataclass(frozen=True, slots=True)
class HearingRow:
    """One character listening in one active conversation."""

    conversation_id: UUID
    owner_id: UUID
    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    participant_id: UUID
    character_id: UUID
    name: str
    picture_sha256: str | None
    role: ParticipantRole
    joined_at: datetime
    last_spoke_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnfinishedTurn:
    """A turn an earlier run of the program began and did not finish."""

    turn_id: UUID
    conversation_id: UUID
    channel_id: int
    character_id: UUID
    asker_id: UUID
    trigger_message_id: int
    state: TurnState
    claimed_at: datetime


async def arrive(
    session: AsyncSession, *, discord_id: int, username: str, display_name: str, locale: str | None = None
) -> UUID:
    """The id of the user with this Discord id, made or brought up to date. Any actor may call it."""
    statement = text("SELECT arrive(:new_id, :discord_id, :username, :display_name, :locale)")
    found = await session.scalar(
        statement,
        {
            "new_id": new_id(),
            "discord_id": discord_id,
            "username": username,
            "display_name": display_name,
            "locale": locale,
        },
    )
    return _uuid(found)


async def hearing(session: AsyncSession, conversation_id: UUID | None = None) -> Sequence[HearingRow]:
    """Who listens where, in every active conversation or in one. For jobs only."""
    rows = await session.execute(text("SELECT * FROM hearing(:only)"), {"only": conversation_id})
    return [
        HearingRow(
            conversation_id=_uuid(row.conversation_id),
            owner_id=_uuid(row.owner_id),
            guild_id=row.guild_id,
            channel_id=row.channel_id,
            webhook_channel_id=row.webhook_channel_id,
            participant_id=_uuid(row.participant_id),
            character_id=_uuid(row.character_id),
            name=row.name,
            picture_sha256=row.picture_sha256,
            role=ParticipantRole(row.role),
            joined_at=row.joined_at,
            last_spoke_at=row.last_spoke_at,
        )
        for row in rows
    ]


async def unfinished_turns(session: AsyncSession, boot_id: UUID) -> Sequence[UnfinishedTurn]:
    """Turns to be settled, oldest first: those other runs left unfinished, and every `unknown` one. For jobs only."""
    rows = await session.execute(text("SELECT * FROM unfinished_turns(:boot)"), {"boot": boot_id})
    return [
        UnfinishedTurn(
            turn_id=_uuid(row.turn_id),
            conversation_id=_uuid(row.conversation_id),
            channel_id=row.channel_id,
            character_id=_uuid(row.character_id),
            asker_id=_uuid(row.asker_id),
            trigger_message_id=row.trigger_message_id,
            state=TurnState(row.state),
            claimed_at=row.claimed_at,
        )
        for row in rows
    ]


async def conversation_at(session: AsyncSession, channel_id: int) -> UUID | None:
    """The id of the conversation that is active in a channel or thread. Any actor may call it."""
    found = await session.scalar(text("SELECT conversation_at(:channel)"), {"channel": channel_id})
    return None if found is None else _uuid(found)


async def conversation_of_turn(session: AsyncSession, turn_id: UUID) -> UUID | None:
    """The id of the conversation a turn belongs to. Any actor may call it."""
    found = await session.scalar(text("SELECT conversation_of_turn(:turn)"), {"turn": turn_id})
    return None if found is None else _uuid(found)


async def is_participant(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether the acting user owns or takes part in the conversation."""
    return bool(await session.scalar(text("SELECT is_participant(:conversation)"), {"conversation": conversation_id}))


def _uuid(value: object) -> UUID:
    # asyncpg hands over its own subclass of UUID; callers compare, hash and serialise a plain one.
    return UUID(str(value))
