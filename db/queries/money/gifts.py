"""Gifts: the functions of `db.security_money`, typed, and what a person gave lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Gift, GiftState

_GIVEN = (GiftState.OFFERED, GiftState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class GiftRow:
    """A gift with both names; None where an account is gone. The character's name where both may know of it."""

    id: UUID
    sender_id: UUID | None
    sender_name: str | None
    sender_discord_id: int | None
    recipient_id: UUID | None
    recipient_name: str | None
    recipient_discord_id: int | None
    amount: int
    message: str
    character_id: UUID | None
    character_name: str | None
    state: GiftState
    hold_id: UUID
    guild_id: int | None
    channel_id: int | None
    message_id: int | None
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be named."""

    user_id: UUID
    username: str
    display_name: str


async def mine(
    session: AsyncSession,
    *,
    gift_id: UUID | None = None,
    only_open: bool = False,
    before: UUID | None = None,
    limit: int = 50,
) -> Sequence[GiftRow]:
    """Gifts the actor gave or was given, the newest first."""
    rows = await session.execute(
        text("SELECT * FROM my_gifts(:only_gift, :only_open, :before, :most)"),
        {"only_gift": gift_id, "only_open": only_open, "before": before, "most": limit},
    )
    return [
        GiftRow(
            id=_uuid(row.id),
            sender_id=_maybe(row.sender_id),
            sender_name=row.sender_name,
            sender_discord_id=row.sender_discord_id,
            recipient_id=_maybe(row.recipient_id),
            recipient_name=row.recipient_name,
            recipient_discord_id=row.recipient_discord_id,
            amount=row.amount,
            message=row.message,
            character_id=_maybe(row.character_id),
            character_name=row.character_name,
            state=GiftState(row.state),
            hold_id=_uuid(row.hold_id),
            guild_id=row.guild_id,
            channel_id=row.channel_id,
            message_id=row.message_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            settled_at=row.settled_at,
        )
        for row in rows
    ]


async def keyed(session: AsyncSession, key: str) -> UUID | None:
    """The gift that was asked for under a key, where the actor has part in it."""
    return await session.scalar(select(Gift.id).where(Gift.key == key))


async def given_since(session: AsyncSession, sender_id: UUID, since: datetime) -> tuple[int, int]:
    """How many gifts a person gave since then, and how many tokens of those did not come back."""
    kept = func.coalesce(func.sum(Gift.amount).filter(Gift.state.in_(_GIVEN)), 0)
    statement = select(func.count(), kept).where(Gift.sender_id == sender_id, Gift.created_at > since)
    count, tokens = (await session.execute(statement)).one()
    return int(count), int(tokens)


async def recipient(session: AsyncSession, user_id: UUID, waiting_max: int) -> str:
    """Whether somebody can be given something: `ready`, `full` or `nobody`."""
    found = await session.scalar(
        text("SELECT gift_recipient(:person, :most)"), {"person": user_id, "most": waiting_max}
    )
    return str(found)


async def called(session: AsyncSession, name: str) -> Sequence[Person]:
    """The people with exactly this Discord name, Discord id or creator's name; at most two."""
    rows = await session.execute(text("SELECT * FROM person_called(:called)"), {"called": name})
    return [Person(_uuid(row.user_id), row.username, row.display_name) for row in rows]


async def offer(
    session: AsyncSession,
    *,
    gift_id: UUID,
    key: str,
    recipient_id: UUID,
    amount: int,
    message: str,
    character_id: UUID | None,
    hold_id: UUID,
    guild_id: int | None,
    at: datetime,
    expires_at: datetime,
) -> bool:
    """Write down the actor's gift. False where the escrow is not theirs, not for this, or not there."""
    found = await session.scalar(
        text("SELECT offer_gift(:id, :key, :recipient, :amount, :message, :character, :hold, :guild, :at, :until)"),
        {
            "id": gift_id,
            "key": key,
            "recipient": recipient_id,
            "amount": amount,
            "message": message,
            "character": character_id,
            "hold": hold_id,
            "guild": guild_id,
            "at": at,
            "until": expires_at,
        },
    )
    return bool(found)


async def settle(session: AsyncSession, gift_id: UUID, state: GiftState, at: datetime) -> bool:
    """End a gift that is still open. False where it is not, or not the actor's to end so."""
    found = await session.scalar(
        text("SELECT settle_gift(:gift, :state, :at)"), {"gift": gift_id, "state": state.value, "at": at}
    )
    return bool(found)


async def announced(session: AsyncSession, gift_id: UUID, channel_id: int, message_id: int) -> bool:
    """Write down where the actor's gift was announced, once."""
    found = await session.scalar(
        text("SELECT announce_gift(:gift, :channel, :message)"),
        {"gift": gift_id, "channel": channel_id, "message": message_id},
    )
    return bool(found)


async def over(session: AsyncSession, at: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Gifts that nobody accepted in time, or whose giver or recipient is gone, with their holds. For jobs only."""
    rows = await session.execute(text("SELECT * FROM gifts_over(:at, :most)"), {"at": at, "most": limit})
    return [(_uuid(row.id), _uuid(row.hold_id)) for row in rows]


def _uuid(value: object) -> UUID:
    return UUID(str(value))


def _maybe(value: object) -> UUID | None:
    return None if value is None else _uuid(value)
