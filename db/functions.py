"""The reviewed SQL functions of `db.security_functions`, typed for callers.

They look past row security by design, each for the reason stated there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import ConversationVia, ParticipantRole, Priority, TurnState


@dataclass(frozen=True, slots=True)
class HearingRow:
    """One character listening in one active conversation."""

    conversation_id: UUID
    owner_id: UUID
    owner_discord_id: int | None
    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    via: ConversationVia
    is_muted: bool
    allow_files: bool
    character_id: UUID
    name: str
    nickname: str
    is_adult: bool
    picture_sha256: str | None
    role: ParticipantRole
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
    priority: Priority
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
            owner_discord_id=row.owner_discord_id,
            guild_id=row.guild_id,
            channel_id=row.channel_id,
            webhook_channel_id=row.webhook_channel_id,
            via=ConversationVia(row.via),
            is_muted=row.is_muted,
            allow_files=row.allow_files,
            character_id=_uuid(row.character_id),
            name=row.name,
            nickname=row.nickname,
            is_adult=row.is_adult,
            picture_sha256=row.picture_sha256,
            role=ParticipantRole(row.role),
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
            priority=Priority(row.priority),
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


async def turn_of_message(session: AsyncSession, message_id: int) -> UUID | None:
    """The id of the turn a Discord message is part of. Any actor may call it."""
    found = await session.scalar(text("SELECT turn_of_message(:message)"), {"message": message_id})
    return None if found is None else _uuid(found)


async def conversations_of_message(session: AsyncSession, message_id: int) -> Sequence[UUID]:
    """The ids of the conversations that hold a Discord message. Any actor may call it."""
    statement = text("SELECT * FROM conversations_of_message(:message)")
    return [_uuid(found) for found in await session.scalars(statement, {"message": message_id})]


async def user_of(session: AsyncSession, discord_id: int) -> UUID | None:
    """The id of the user with this Discord id, if there is one. Any actor may call it."""
    found = await session.scalar(text("SELECT user_of(:discord)"), {"discord": discord_id})
    return None if found is None else _uuid(found)


async def channels_of_conversations(session: AsyncSession) -> Sequence[int]:
    """Every channel in which a conversation goes on or went on. For jobs only."""
    return list(await session.scalars(text("SELECT * FROM channels_of_conversations()")))


async def carry_personas(session: AsyncSession, source: UUID) -> int:
    """Let everybody wear in the acting turn's conversation what they wore in another of the same channel; how many."""
    return await session.scalar(text("SELECT carry_personas(:source)"), {"source": source}) or 0


async def is_participant(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether the acting user owns or takes part in the conversation."""
    return bool(await session.scalar(text("SELECT is_participant(:conversation)"), {"conversation": conversation_id}))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people like a character, and keep it among their favourites."""

    likes: int = 0
    favorites: int = 0


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made a character, as published. `discord_id` is None for the house."""

    display_name: str
    discord_id: int | None


@dataclass(frozen=True, slots=True)
class CharacterPlace:
    """One channel where a character listens."""

    conversation_id: UUID
    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    via: str


async def reaction_counts(session: AsyncSession, character_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """Likes and favourites of characters that are public or the acting user's own; those without any are left out."""
    rows = await session.execute(text("SELECT * FROM reaction_counts(:ids)"), {"ids": list(character_ids)})
    return {_uuid(row.character_id): Counts(row.likes, row.favorites) for row in rows}


async def rating_of(session: AsyncSession, character_id: UUID) -> tuple[float, int] | None:
    """Average stars and how many people gave them; None below three people."""
    row = (await session.execute(text("SELECT * FROM rating_of(:id)"), {"id": character_id})).one_or_none()
    return None if row is None else (float(row.stars), row.people)


async def makers_of(session: AsyncSession, character_ids: Sequence[UUID]) -> dict[UUID, Maker]:
    """Who made these characters, where they are published or the acting user's own."""
    rows = await session.execute(text("SELECT * FROM makers_of(:ids)"), {"ids": list(character_ids)})
    return {_uuid(row.character_id): Maker(row.display_name, row.discord_id) for row in rows}


async def discover(
    session: AsyncSession, *, words: str, tag: str, adults: bool, sort: str, skip: int, most: int
) -> tuple[Sequence[UUID], int]:
    """Published characters and how many there are in all. `words` is a tsquery; empty words or tag ask for any."""
    rows = (
        await session.execute(
            text("SELECT * FROM discover(:words, :tag, :adults, :sort, :skip, :most)"),
            {"words": words, "tag": tag, "adults": adults, "sort": sort, "skip": skip, "most": most},
        )
    ).all()
    return [_uuid(row.character_id) for row in rows], rows[0].total if rows else 0


async def public_tags(session: AsyncSession, beginning: str, *, adults: bool, most: int) -> Sequence[str]:
    """Tags of the newest 20,000 published characters that begin like this, the most used first."""
    statement = text("SELECT tag FROM public_tags(:beginning, :adults, :most)")
    return list(await session.scalars(statement, {"beginning": beginning, "adults": adults, "most": most}))


async def announce_character(session: AsyncSession, character_id: UUID) -> int:
    """Once this work commits, every process looks again at the conversations the acting user's character is in."""
    return await session.scalar(text("SELECT announce_character(:id)"), {"id": character_id}) or 0


async def places_of_character(session: AsyncSession, character_id: UUID) -> Sequence[CharacterPlace]:
    """Where the acting user's character listens."""
    rows = await session.execute(text("SELECT * FROM places_of_character(:id)"), {"id": character_id})
    return [
        CharacterPlace(_uuid(row.conversation_id), row.guild_id, row.channel_id, row.webhook_channel_id, row.via)
        for row in rows
    ]


async def purge_prompts(session: AsyncSession, before: datetime) -> int:
    """Remove full prompts made before that moment; how many went. For jobs only."""
    return await session.scalar(text("SELECT purge_prompts(:before)"), {"before": before}) or 0


async def purge_deleted_characters(session: AsyncSession, before: datetime) -> int:
    """Remove for good what was deleted before that moment; how many characters went. For jobs only."""
    return await session.scalar(text("SELECT purge_deleted_characters(:before)"), {"before": before}) or 0


async def owners_of_old_media(session: AsyncSession, before: datetime) -> Sequence[UUID]:
    """Who has pictures uploaded before that moment which no character wears. For jobs only."""
    return [
        _uuid(one) for one in await session.scalars(text("SELECT owners_of_old_media(:before)"), {"before": before})
    ]


async def media_claimed(session: AsyncSession, sha256s: Sequence[str]) -> Collection[str]:
    """Those of these pictures that somebody has a row for. For jobs only."""
    return set(await session.scalars(text("SELECT * FROM media_claimed(:asked)"), {"asked": list(sha256s)}))


async def purge_old_messages(session: AsyncSession) -> int:
    """Remove what conversations themselves keep no longer; how many messages went. For jobs only."""
    return await session.scalar(text("SELECT purge_old_messages()")) or 0


def _uuid(value: object) -> UUID:
    # asyncpg hands over its own subclass of UUID; callers compare, hash and serialise a plain one.
    return UUID(str(value))
