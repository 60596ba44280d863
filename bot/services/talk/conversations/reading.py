"""Conversations read away from Discord: one's own list, and what was said where that may be read from afar.

Of what was said in a server nothing is shown here: who could read in its channel once may not be allowed to any more,
and Discord tells us of no role that changed (`seats.is_readable_here`). Direct messages are their people's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Conflict
from bot.services.talk.conversations.seats import Deed, Seat, no_such_conversation, refusal
from bot.services.talk.conversations.shelf import Search
from bot.texts import N_
from db.models import Conversation, MessageKind
from db.queries.talk import conversations, reading
from db.queries.talk import shelf as queries
from db.queries.talk.reading import ReadFile, ReadRow
from db.queries.talk.shelf import Mark, ShelfRow, Sums, Taking
from db.work import Actor, Database

__all__ = ["Held", "Line", "Lines", "Listed", "Mark", "ReadFile", "Readings", "ShelfRow", "Sums", "Taking"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of one's conversations; `after` is the mark of its last one, where more follow."""

    rows: tuple[ShelfRow, ...]
    after: Mark | None


@dataclass(frozen=True, slots=True)
class Held:
    """One conversation, as whoever takes part sees it. `is_readable`: what was said may be read here."""

    id: UUID
    title: str
    tags: tuple[str, ...]
    guild_id: int | None
    channel_id: int
    is_active: bool
    is_muted: bool
    is_pinned: bool
    is_mine: bool
    is_readable: bool
    takes_part: tuple[Taking, ...]
    sums: Sums
    started_at: datetime
    last_activity_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `speaker` is the name it was said under; of other people the one Discord shows."""

    id: UUID
    kind: MessageKind
    speaker: str
    is_mine: bool
    character_id: UUID | None
    content: str
    reply_to_id: UUID | None
    said_at: datetime
    edited_at: datetime | None
    files: tuple[ReadFile, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of lines, the newest first; `before` is the id of its last one, where older ones follow."""

    lines: tuple[Line, ...]
    before: UUID | None


class Readings:
    """What a person reads of their conversations. Each method opens its own work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, by: UUID, search: Search, *, after: Mark | None = None, size: int) -> Listed:
        """One's conversations: pinned ones first, then those active last."""
        async with self._database.work(Actor.user(by)) as work:
            rows, _ = await queries.page(work.session, by, search.wanted, most=size + 1, mark=after)
        shown = tuple(rows[:size])
        return Listed(shown, shown[-1].mark if len(rows) > size else None)

    async def get(self, by: UUID, conversation_id: UUID) -> Held:
        """One of them. Raises `NotFound` or `NotAllowed`."""
        await self._refuse_strangers(by, conversation_id)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            one = await conversations.by_id(work.session, conversation_id)
            if one is None:
                raise no_such_conversation()
            await self._seat(work.session, one, by)
            return Held(
                id=one.id,
                title=one.title,
                tags=tuple(one.tags),
                guild_id=one.guild_id,
                channel_id=one.channel_id,
                is_active=one.is_active,
                is_muted=one.is_muted,
                is_pinned=await queries.is_pinned(work.session, by, one.id),
                is_mine=one.owner_id == by,
                is_readable=one.guild_id is None,
                takes_part=tuple(await queries.taking_part(work.session, one.id)),
                sums=await queries.sums(work.session, one.id),
                started_at=one.started_at,
                last_activity_at=one.last_activity_at,
            )

    async def lines(
        self,
        by: UUID,
        conversation_id: UUID,
        *,
        before: UUID | None = None,
        size: int,
        since: datetime | None = None,
    ) -> Lines:
        """What was said before a line (None: up to now), not older than `since`.

        Raises `NotFound`, `NotAllowed`, or `Conflict` for a conversation that was held in a server.
        """
        await self._refuse_strangers(by, conversation_id)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            one = await conversations.by_id(work.session, conversation_id)
            if one is None:
                raise no_such_conversation()
            seat = await self._seat(work.session, one, by)
            if one.guild_id is not None:
                raise _held_in_a_server()
            rows = await reading.page(
                work.session,
                conversation_id,
                by,
                before=before,
                since=since,
                hears_all=seat.is_owner,
                hears_since=await reading.since_when(work.session, conversation_id, by),
                limit=size + 1,
            )
        shown = tuple(_line(row, by) for row in rows[:size])
        return Lines(shown, shown[-1].id if len(rows) > size else None)

    async def _refuse_strangers(self, by: UUID, conversation_id: UUID) -> None:
        async with self._database.work(Actor.user(by)) as work:
            if await conversations.by_id(work.session, conversation_id) is None:
                raise no_such_conversation()

    async def _seat(self, session: AsyncSession, one: Conversation, by: UUID) -> Seat:
        role = await conversations.role_of(session, one.id, by)
        seat = Seat(is_owner=one.owner_id == by, takes_part=role is not None)
        if not seat.may(Deed.LOOK):
            raise refusal(Deed.LOOK)
        return seat


def _line(row: ReadRow, by: UUID) -> Line:
    is_mine = row.author_id == by and row.kind is MessageKind.USER
    if row.character_id is not None or row.kind in {MessageKind.CHARACTER, MessageKind.GREETING}:
        speaker = row.character_name or row.shown_as
    else:
        speaker = (row.shown_as if is_mine else "") or row.author_name or ""
    return Line(
        id=row.id,
        kind=row.kind,
        speaker=speaker,
        is_mine=is_mine,
        character_id=row.character_id,
        content=row.content,
        reply_to_id=row.reply_to_id,
        said_at=row.said_at,
        edited_at=row.edited_at,
        files=row.files,
    )


def _held_in_a_server() -> Conflict:
    return Conflict(
        "held_in_a_server",
        N_(
            "This conversation was held in a server. What was said there can be read in its channel on Discord only, "
            "by who may read in it now; there /conversation export gives you a copy."
        ),
    )
