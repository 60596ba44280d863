"""Who follows whom. A creator sees who follows them; everybody else sees a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.errors import LimitReached, NotAllowed
from bot.services.characters.gallery import GallerySort
from bot.services.characters.seen import Entry
from bot.services.people.creators import Creators, no_creator, no_profile
from bot.services.people.creators.shown import CreatorCard
from bot.texts import N_
from db import functions_creators as functions
from db.functions_creators import Follower, Mark
from db.queries import creators as queries
from db.work import Work

__all__ = ["Followed", "FollowedList", "Follower", "FollowerList", "Follows"]

_NEWEST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Followed:
    """A creator somebody follows, with what they published last."""

    card: CreatorCard
    since: datetime
    newest: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class FollowedList:
    """One screen of them, the last one followed first."""

    rows: tuple[Followed, ...]
    total: int
    next: Mark | None


@dataclass(frozen=True, slots=True)
class FollowerList:
    """One screen of who follows one's own page, the last one first."""

    rows: tuple[Follower, ...]
    total: int
    next: Mark | None


class Follows:
    """Following, and being followed. Each method works in the name of who asks."""

    def __init__(self, creators: Creators) -> None:
        self._creators = creators

    async def follow(self, work: Work, user_id: UUID, creator_id: UUID) -> CreatorCard:
        """Follow a creator; done already, it stays so. Raises `NotFound`, `NotAllowed` (oneself) or `LimitReached`."""
        row = await queries.by_id(work.session, creator_id)
        if row is None:
            raise no_creator()
        if row.creator.user_id == user_id:
            raise NotAllowed("follows_oneself", N_("That is your own page. Others can follow it."))
        already = await queries.follows(work.session, user_id, [creator_id])
        if not already and await queries.count_followed(work.session, user_id) >= limits.FOLLOWS_MAX:
            raise LimitReached(
                "follows_many",
                N_("You follow {maximum} creators, which is as many as one can. Unfollow one first."),
                maximum=int(limits.FOLLOWS_MAX),
            )
        await queries.follow(work.session, user_id, creator_id)
        return (await self._creators.cards(work, [row]))[0]

    async def unfollow(self, work: Work, user_id: UUID, creator_id: UUID) -> bool:
        """Follow them no more; whether that was so. A page that is private by now can be unfollowed too."""
        return await queries.unfollow(work.session, user_id, creator_id)

    async def turn(self, work: Work, user_id: UUID, creator_id: UUID) -> tuple[CreatorCard, bool]:
        """Follow them, or no more where that is so already; and which it is now. As `follow`."""
        if await queries.unfollow(work.session, user_id, creator_id):
            row = await queries.by_id(work.session, creator_id)
            if row is None:
                raise no_creator()
            return (await self._creators.cards(work, [row]))[0], False
        return await self.follow(work, user_id, creator_id), True

    async def followed(
        self, work: Work, user_id: UUID, *, after: Mark | None = None, most: int = int(limits.WEB_LIST_PAGE)
    ) -> FollowedList:
        """Whom a person follows, with the newest of their characters. Pages that went private are left out."""
        found = await queries.followed(work.session, user_id, after=_moment(after), most=most + 1)
        shown = found[:most]
        cards = {card.id: card for card in await self._creators.some(work, [one for one, _ in shown])}
        rows: list[Followed] = []
        for one, since in shown:
            if one in cards:
                rows.append(Followed(cards[one], since, await self._newest(work, cards[one])))
        total = await queries.count_followed(work.session, user_id)
        last = shown[-1] if len(found) > most else None
        return FollowedList(tuple(rows), total, None if last is None else Mark(last[1].isoformat(), last[0]))

    async def followers(
        self, work: Work, user_id: UUID, *, after: Mark | None = None, most: int = int(limits.WEB_LIST_PAGE)
    ) -> FollowerList:
        """Who follows one's own page. Raises `Conflict` where one has none."""
        mine = await self._creators.mine(work, user_id)
        if mine is None:
            raise no_profile()
        found = await functions.followers(work.session, _moment(after), most + 1)
        shown = tuple(found[:most])
        last = shown[-1] if len(found) > most else None
        next_ = None if last is None else Mark(last.since.isoformat(), last.user_id)
        return FollowerList(shown, mine.page.card.figures.followers, next_)

    async def _newest(self, work: Work, card: CreatorCard) -> tuple[Entry, ...]:
        page = await self._creators.gallery.page(
            work, owner_id=card.user_id, sort=GallerySort.NEWEST, most=_NEWEST_SHOWN
        )
        return page.entries


def _moment(mark: Mark | None) -> tuple[datetime, UUID] | None:
    """A mark as it was written; one that is none begins anew."""
    if mark is None:
        return None
    try:
        at = datetime.fromisoformat(mark.value)
    except ValueError:
        return None
    return None if at.tzinfo is None else (at, mark.id)
