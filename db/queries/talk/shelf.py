"""A person's conversations, as a list shows them: found, filtered, page by page; and all there is to know of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Character,
    Conversation,
    Message,
    MessageVariant,
    Participant,
    ParticipantRole,
    Recap,
    User,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page begins or ends: the values a row is sorted by."""

    is_pinned: bool
    active_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of one's conversations. Empty or None asks for any; each of `words` must be in title, tags or names."""

    words: tuple[str, ...] = ()
    tag: str = ""
    is_active: bool | None = None
    is_pinned: bool | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """One conversation in a list. `characters` are those present, else all that ever were."""

    id: UUID
    title: str
    tags: Sequence[str]
    characters: Sequence[str]
    guild_id: int | None
    channel_id: int
    is_active: bool
    is_muted: bool
    is_pinned: bool
    is_fork: bool
    messages: int
    last_activity_at: datetime

    @property
    def mark(self) -> Mark:
        """Where it stands in the list."""
        return Mark(self.is_pinned, self.last_activity_at, self.id)


_ROWS = """
WITH names AS MATERIALIZED (
    SELECT conversation_id,
           coalesce(array_agg(name ORDER BY joined_at) FILTER (WHERE is_here), array_agg(DISTINCT name)) AS names
    FROM characters_of_mine() GROUP BY conversation_id
), found AS (
    SELECT c.id, c.title, c.tags, coalesce(n.names, '{}') AS characters, c.guild_id, c.channel_id,
           c.status = 'active' AS is_active, c.is_muted, c.forked_from IS NOT NULL AS is_fork, c.last_activity_at,
           EXISTS (
               SELECT 1 FROM participants AS p WHERE p.conversation_id = c.id AND p.user_id = :me AND p.is_pinned
           ) AS is_pinned
    FROM conversations AS c LEFT JOIN names AS n ON n.conversation_id = c.id
    -- An array, so that its ids are looked up; a join with a function reads all conversations there are.
    WHERE c.id = ANY (ARRAY(SELECT my_conversations()))
), fitting AS (
    SELECT *, count(*) OVER () AS total FROM found
    WHERE (CAST(:tag AS text) = '' OR :tag = ANY (tags))
      AND (CAST(:is_active AS boolean) IS NULL OR is_active = :is_active)
      AND (CAST(:is_pinned AS boolean) IS NULL OR is_pinned = :is_pinned)
      AND (CAST(:channel AS bigint) IS NULL OR channel_id = :channel)
      AND NOT EXISTS (
          SELECT 1 FROM unnest(CAST(:words AS text[])) AS word
          WHERE strpos(regexp_replace(
              normalize(lower(concat_ws(' ', title, array_to_string(tags, ' '), array_to_string(characters, ' '))),
                        NFKD), '[\\u0300-\\u036f]', '', 'g'), word) = 0
      )
)
"""
_LISTED = """
SELECT p.id, p.title, p.tags, p.characters, p.guild_id, p.channel_id, p.is_active, p.is_muted, p.is_pinned, p.is_fork,
       (SELECT count(*) FROM messages AS m WHERE m.conversation_id = p.id) AS messages, p.last_activity_at, p.total
FROM (
    SELECT * FROM fitting
    WHERE CAST(:at AS timestamptz) IS NULL
       OR (is_pinned, last_activity_at, id) {beyond} (CAST(:pin AS boolean), :at, CAST(:id AS uuid))
    ORDER BY is_pinned {order}, last_activity_at {order}, id {order} LIMIT :most
) AS p
ORDER BY p.is_pinned DESC, p.last_activity_at DESC, p.id DESC
"""
_DOWN = text(_ROWS + _LISTED.format(beyond="<", order="DESC"))
_UP = text(_ROWS + _LISTED.format(beyond=">", order="ASC"))


async def page(
    session: AsyncSession, me: UUID, wanted: Wanted, *, most: int, mark: Mark | None = None, upwards: bool = False
) -> tuple[Sequence[ShelfRow], int]:
    """The conversations after a mark (before it, `upwards`), pinned ones first, then those active last; and how many
    there are in all, 0 where none follows.
    """
    values: dict[str, Any] = {
        "me": me,
        "words": list(wanted.words),
        "tag": wanted.tag,
        "is_active": wanted.is_active,
        "is_pinned": wanted.is_pinned,
        "channel": wanted.channel_id,
        "at": None if mark is None else mark.active_at,
        "pin": None if mark is None else mark.is_pinned,
        "id": None if mark is None else mark.id,
        "most": most,
    }
    rows = (await session.execute(_UP if upwards else _DOWN, values)).all()
    return [ShelfRow(UUID(str(row[0])), *row[1:-1]) for row in rows], rows[0].total if rows else 0


async def tags(session: AsyncSession, beginning: str, *, most: int) -> Sequence[str]:
    """The tags of one's own conversations that begin like this, the most used first."""
    statement = text(
        "SELECT t.tag FROM conversations AS c CROSS JOIN LATERAL unnest(c.tags) AS t(tag)"
        " WHERE c.id = ANY (ARRAY(SELECT my_conversations())) AND starts_with(t.tag, :beginning)"
        " GROUP BY t.tag ORDER BY count(*) DESC, t.tag LIMIT :most"
    )
    return list(await session.scalars(statement, {"beginning": beginning, "most": most}))


async def pin(session: AsyncSession, me: UUID, conversation_id: UUID, *, is_pinned: bool) -> bool:
    """Mark one's own part in a conversation; False where one has none. Marks of earlier parts go with it."""
    statement = update(Participant).where(Participant.conversation_id == conversation_id, Participant.user_id == me)
    result = await (await session.connection()).execute(statement.values(is_pinned=is_pinned))
    return result.rowcount > 0


# ------------------------------------------------------------------------------------------------ one of them


@dataclass(frozen=True, slots=True)
class Taking:
    """A person or a character that takes part. People have a Discord id, characters a name."""

    role: ParticipantRole
    discord_id: int | None
    name: str | None
    user_id: UUID | None


@dataclass(frozen=True, slots=True)
class Sums:
    """What a conversation amounts to. `wordings` are those of replies and recaps; of some, tokens or cost are unknown:
    they are counted, and are not in the sums.
    """

    messages: int
    wordings: int
    tokens_in: int
    tokens_out: int
    tokens_unknown: int
    cost_micros: int
    cost_unknown: int


async def taking_part(session: AsyncSession, conversation_id: UUID) -> Sequence[Taking]:
    """Who takes part now, in the order they came. For a turn of that conversation."""
    statement = (
        select(Participant.role, User.discord_id, Character.name, Participant.user_id)
        .outerjoin(User, User.id == Participant.user_id)
        .outerjoin(Character, Character.id == Participant.character_id)
        .where(Participant.conversation_id == conversation_id, Participant.left_at.is_(None))
        .order_by(Participant.joined_at, Participant.id)
    )
    return [Taking(*row) for row in await session.execute(statement)]


async def is_pinned(session: AsyncSession, me: UUID, conversation_id: UUID) -> bool:
    """Whether a person pinned a conversation."""
    statement = select(Participant.id).where(
        Participant.conversation_id == conversation_id, Participant.user_id == me, Participant.is_pinned
    )
    return await session.scalar(statement.limit(1)) is not None


async def sums(session: AsyncSession, conversation_id: UUID) -> Sums:
    """What was said, and what it took: every wording and every recap that a model made."""
    worded = (
        select(MessageVariant.tokens_in, MessageVariant.tokens_out, MessageVariant.cost_micros)
        .join(Message, Message.id == MessageVariant.message_id)
        .where(Message.conversation_id == conversation_id)
    )
    told = select(Recap.tokens_in, Recap.tokens_out, Recap.cost_micros).where(
        Recap.conversation_id == conversation_id, Recap.model.is_not(None)
    )
    took = union_all(worded, told).subquery()
    statement = select(
        func.count(),
        func.coalesce(func.sum(took.c.tokens_in), 0),
        func.coalesce(func.sum(took.c.tokens_out), 0),
        func.count().filter(took.c.tokens_in.is_(None) | took.c.tokens_out.is_(None)),
        func.coalesce(func.sum(took.c.cost_micros), 0),
        func.count().filter(took.c.cost_micros.is_(None)),
    )
    row = (await session.execute(statement)).one()
    said = await session.scalar(
        select(func.count()).select_from(Message).where(Message.conversation_id == conversation_id)
    )
    wordings, *numbers = (int(value) for value in row)
    return Sums(said or 0, wordings, *numbers)


async def titled(session: AsyncSession, conversation_id: UUID) -> str | None:
    """The title of a conversation the actor may see; None for any other."""
    return await session.scalar(select(Conversation.title).where(Conversation.id == conversation_id))
