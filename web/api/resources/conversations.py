"""Conversations: one's own list, and what was said where that may be read from afar."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bot import limits
from bot.services.talk.conversations.reading import Line as LineSeen
from bot.services.talk.conversations.reading import Mark, ShelfRow
from bot.services.talk.conversations.shelf import Search, Which
from web.api.call import Call, after
from web.api.kinds import Area, Endpoint, Listed, ListQuery, Out, OutSnowflake, Words


class ConversationsQuery(ListQuery):
    """Which conversations."""

    which: Which = Which.ALL
    words: Annotated[Words, Field(max_length=int(limits.LIST_SEARCH_MAX))] = ""
    """Each word must stand in title, tags or names."""
    tag: Annotated[Words, Field(max_length=int(limits.TAG_MAX))] = ""


class ConversationLine(Out):
    """A conversation in your list."""

    id: UUID
    title: str
    tags: tuple[str, ...]
    characters: tuple[str, ...]
    """Their names: those present, else all that ever were."""
    guild_id: OutSnowflake | None
    """The server; null: direct messages."""
    channel_id: OutSnowflake
    is_active: bool
    is_muted: bool
    is_pinned: bool
    is_fork: bool
    messages: int
    last_activity_at: datetime


class Conversations(Listed):
    """Your conversations: pinned ones first, then those active last."""

    items: tuple[ConversationLine, ...]


class TakesPart(Out):
    """A person or a character that takes part."""

    name: str | None
    """A character's."""
    discord_id: OutSnowflake | None
    """A person's."""
    role: str


class Conversation(Out):
    """One conversation. Tokens and costs that nobody knows are in no sum: they are counted beside it."""

    id: UUID
    title: str
    tags: tuple[str, ...]
    guild_id: OutSnowflake | None
    channel_id: OutSnowflake
    is_active: bool
    is_muted: bool
    is_pinned: bool
    is_mine: bool
    is_readable: bool
    """Whether its messages can be read here: what was said in a server can be read there only."""
    takes_part: tuple[TakesPart, ...]
    messages: int
    tokens_in: int
    tokens_out: int
    tokens_unknown: int
    started_at: datetime
    last_activity_at: datetime


class File(Out):
    """What came with a message. Its bytes are Discord's."""

    kind: str
    name: str
    mime: str | None
    size_bytes: int


class Message(Out):
    """One line. `speaker` is the name it was said under."""

    id: UUID
    kind: str
    speaker: str
    is_mine: bool
    character_id: UUID | None
    content: str
    reply_to_id: UUID | None
    said_at: datetime
    edited_at: datetime | None
    files: tuple[File, ...]


class Messages(Listed):
    """What was said, the newest first."""

    items: tuple[Message, ...]


async def list_conversations(call: Call) -> Conversations:
    """Conversations you take part in or began."""
    asked, mark = call.query(ConversationsQuery), call.mark(bool, datetime, UUID)
    listed = await call.desk.readings.page(
        call.me,
        Search(asked.which, asked.words, asked.tag),
        after=None if mark is None else Mark(*mark),  # pyright: ignore[reportArgumentType] - `mark` read these kinds
        size=asked.limit,
    )
    end = listed.after
    return Conversations(
        items=tuple(_row(row) for row in listed.rows),
        next=after(None if end is None else (end.is_pinned, end.active_at, end.id)),
    )


async def get_conversation(call: Call) -> Conversation:
    """One conversation."""
    held = await call.desk.readings.get(call.me, call.id("conversation_id"))
    return Conversation(
        id=held.id,
        title=held.title,
        tags=held.tags,
        guild_id=_text(held.guild_id),
        channel_id=str(held.channel_id),
        is_active=held.is_active,
        is_muted=held.is_muted,
        is_pinned=held.is_pinned,
        is_mine=held.is_mine,
        is_readable=held.is_readable,
        takes_part=tuple(
            TakesPart(name=one.name, discord_id=_text(one.discord_id), role=one.role.value) for one in held.takes_part
        ),
        messages=held.sums.messages,
        tokens_in=held.sums.tokens_in,
        tokens_out=held.sums.tokens_out,
        tokens_unknown=held.sums.tokens_unknown,
        started_at=held.started_at,
        last_activity_at=held.last_activity_at,
    )


async def list_messages(call: Call) -> Messages:
    """What was said in a conversation in direct messages, the newest first.

    What was said in a server can be read in its channel on Discord only, by who may read in it now (409). It goes back
    as far as your plan's days of history do.
    """
    mark, most = call.mark(UUID), call.query(ListQuery).limit
    before = mark[0] if mark is not None and isinstance(mark[0], UUID) else None
    async with call.work() as work:
        since = await call.desk.limits.history_since(work, call.me)
    found = await call.desk.readings.lines(call.me, call.id("conversation_id"), before=before, size=most, since=since)
    return Messages(
        items=tuple(_line(one) for one in found.lines),
        next=after(None if found.before is None else (found.before,)),
    )


def _row(row: ShelfRow) -> ConversationLine:
    return ConversationLine(
        id=row.id,
        title=row.title,
        tags=tuple(row.tags),
        characters=tuple(row.characters),
        guild_id=_text(row.guild_id),
        channel_id=str(row.channel_id),
        is_active=row.is_active,
        is_muted=row.is_muted,
        is_pinned=row.is_pinned,
        is_fork=row.is_fork,
        messages=row.messages,
        last_activity_at=row.last_activity_at,
    )


def _line(one: LineSeen) -> Message:
    return Message(
        id=one.id,
        kind=one.kind.value,
        speaker=one.speaker,
        is_mine=one.is_mine,
        character_id=one.character_id,
        content=one.content,
        reply_to_id=one.reply_to_id,
        said_at=one.said_at,
        edited_at=one.edited_at,
        files=tuple(
            File(kind=file.kind.value, name=file.name, mime=file.mime, size_bytes=file.size_bytes) for file in one.files
        ),
    )


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


_AREA = Area.CONVERSATIONS

ENDPOINTS = (
    Endpoint(
        "GET",
        "/conversations",
        list_conversations,
        _AREA,
        "Your conversations",
        Conversations,
        query=ConversationsQuery,
    ),
    Endpoint("GET", "/conversations/{conversation_id}", get_conversation, _AREA, "One conversation", Conversation),
    Endpoint(
        "GET",
        "/conversations/{conversation_id}/messages",
        list_messages,
        _AREA,
        "What was said",
        Messages,
        query=ListQuery,
        refuses=(409,),
    ),
)
