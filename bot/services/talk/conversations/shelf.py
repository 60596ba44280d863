"""A person's own list of conversations: found, pinned, looked at."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.services.characters.details import tag_of
from bot.services.talk.conversations.arrangements import Named, named
from bot.services.talk.conversations.seats import Asking, Deed, Opened, Seat, Seats, is_readable_here, refusal
from db.models import ConversationKind, ConversationSettings
from db.queries.talk import conversations
from db.queries.talk import shelf as queries
from db.queries.talk.shelf import Mark, ShelfRow, Sums, Taking, Wanted
from db.work import Actor, Database

__all__ = ["Card", "Found", "Mark", "Search", "Shelf", "ShelfPage", "ShelfRow", "Sums", "Taking", "Which"]

_MARKS = re.compile("[\u0300-\u036f]")
_WORDS = re.compile(r"[^\W_]+")
_WORDS_MOST = 6


class Which(StrEnum):
    """Which of one's conversations a list shows."""

    ALL = "all"
    ACTIVE = "active"
    ARCHIVED = "archived"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Search:
    """What a list is asked for, as it was typed."""

    which: Which = Which.ALL
    words: str = ""
    tag: str = ""

    @property
    def wanted(self) -> Wanted:
        """The same for the database: folded, so that case and accents do not matter."""
        is_active = {Which.ACTIVE: True, Which.ARCHIVED: False}.get(self.which)
        is_pinned = True if self.which is Which.PINNED else None
        return Wanted(tuple(folded(self.words).split()), tag_of(self.tag)[: limits.TAG_MAX], is_active, is_pinned)


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """One screen of a list, with the marks from which the screens before and after it are read."""

    rows: tuple[ShelfRow, ...]
    total: int
    before: Mark | None = None
    after: Mark | None = None


@dataclass(frozen=True, slots=True)
class Found(Named):
    """A conversation to suggest."""

    is_active: bool


@dataclass(frozen=True, slots=True)
class Card:
    """All there is to know of a conversation. `fork_of` is the title it branched off from, '' where it has none or
    who looks takes no part there; None where it is no fork.
    """

    named: Named
    seat: Seat
    kind: ConversationKind
    guild_id: int | None
    channel_id: int
    is_active: bool
    is_muted: bool
    is_pinned: bool
    tags: tuple[str, ...]
    takes_part: tuple[Taking, ...]
    owner_id: UUID
    sums: Sums
    summary: str
    """The recap; empty where that may not be read from here."""
    settings: ConversationSettings
    fork_of: str | None
    started_at: datetime
    last_activity_at: datetime


class Shelf:
    """What people see of their conversations."""

    def __init__(self, database: Database, seats: Seats) -> None:
        self._database = database
        self._seats = seats

    async def page(self, by: UUID, search: Search, mark: Mark | None = None, *, upwards: bool = False) -> ShelfPage:
        """One screen: pinned ones first, then those active last. It begins after `mark`, or ends before it."""
        size, wanted = int(limits.LIST_PAGE), search.wanted
        async with self._database.work(Actor.user(by)) as work:
            rows, total = await queries.page(work.session, by, wanted, most=size + 1, mark=mark, upwards=upwards)
            if upwards and len(rows) <= size:
                # The top is reached: a full first screen, whatever moved meanwhile.
                mark, upwards = None, False
                rows, total = await queries.page(work.session, by, wanted, most=size + 1)
        has_more = len(rows) > size
        rows = rows[1:] if upwards else rows[:size]
        if not rows:
            return ShelfPage((), total)
        has_before = has_more if upwards else mark is not None
        has_after = True if upwards else has_more
        return ShelfPage(tuple(rows), total, rows[0].mark if has_before else None, rows[-1].mark if has_after else None)

    async def find(
        self, by: UUID, typed: str, which: Which = Which.ALL, *, channel_id: int | None = None
    ) -> tuple[Found, ...]:
        """Conversations to suggest while somebody types; with `channel_id`, those held there."""
        wanted = Search(which, typed).wanted
        wanted = Wanted(wanted.words, "", wanted.is_active, wanted.is_pinned, channel_id)
        async with self._database.work(Actor.user(by)) as work:
            rows, _ = await queries.page(work.session, by, wanted, most=int(limits.CHOICES_MAX))
        return tuple(Found(row.id, row.title, tuple(row.characters), row.is_active) for row in rows)

    async def tags(self, by: UUID, beginning: str) -> tuple[str, ...]:
        """The tags one uses, the most used first."""
        async with self._database.work(Actor.user(by)) as work:
            found = await queries.tags(work.session, tag_of(beginning), most=int(limits.CHOICES_MAX))
        return tuple(found)

    async def pin(self, asking: Asking, which: str | None = None, *, is_pinned: bool) -> Named:
        """Put a conversation at the top of one's own list, or let it go back. Raises `NotFound` or `NotAllowed`."""
        async with self._seats.opened(asking, Deed.LOOK, which) as opened:
            one, session = opened.conversation, opened.work.session
            if not (opened.seat.is_owner or opened.seat.takes_part):
                raise refusal(Deed.LOOK)
            if not await queries.pin(session, asking.by, one.id, is_pinned=is_pinned) and is_pinned:
                # The mark stands with one's part in it; who began it may have none yet.
                await conversations.join_user(session, one.id, asking.by)
                await conversations.settle_kind(session, one.id)
                await queries.pin(session, asking.by, one.id, is_pinned=True)
            return await named(opened)

    async def card(self, asking: Asking, which: str | None = None) -> Card:
        """All about one conversation. Raises `NotFound` or `NotAllowed`."""
        async with self._seats.opened(asking, Deed.LOOK, which) as opened:
            card, source = await _card(opened, asking), opened.conversation.forked_from
        # Not within: whether its title may be seen is for who looks, in a work of their own.
        return card if source is None else replace(card, fork_of=await self._title(asking.by, source))

    async def _title(self, by: UUID, conversation_id: UUID) -> str:
        async with self._database.work(Actor.user(by)) as work:
            return await queries.titled(work.session, conversation_id) or ""


async def _card(opened: Opened, asking: Asking) -> Card:
    one, session = opened.conversation, opened.work.session
    return Card(
        named=await named(opened),
        seat=opened.seat,
        kind=one.kind,
        guild_id=one.guild_id,
        channel_id=one.channel_id,
        is_active=one.is_active,
        is_muted=one.is_muted,
        is_pinned=await queries.is_pinned(session, asking.by, one.id),
        tags=tuple(one.tags),
        takes_part=tuple(await queries.taking_part(session, one.id)),
        owner_id=one.owner_id,
        sums=await queries.sums(session, one.id),
        summary=one.summary if is_readable_here(one, asking.place) else "",
        settings=one.settings,
        fork_of=None,
        started_at=one.started_at,
        last_activity_at=one.last_activity_at,
    )


def folded(typed: str) -> str:
    """The words of a search without case, accents and signs, as many as a button can carry."""
    # Letters that only look like others (a bold 𝐀) are those before their case goes; what is folded twice is the same.
    known = unicodedata.normalize("NFKD", typed[: 4 * limits.LIST_SEARCH_MAX]).lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", known))
    words = " ".join(_WORDS.findall(plain)[:_WORDS_MOST])
    return words[: limits.LIST_SEARCH_MAX].strip()
