"""Creators and what they published, found by everybody; and whom one follows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bot import limits
from bot.services.characters.gallery import GalleryPage, GallerySort
from bot.services.people.creators import CreatorCard, CreatorSearch, CreatorSort, Mark
from bot.services.people.creators.shown import Commissions, CreatorKind, Experience
from bot.services.people.creators.shown import CreatorPage as PageSeen
from web.api.call import Call, after
from web.api.kinds import Area, AskedFlag, Endpoint, Listed, ListQuery, Out, Scope, Sha256, Words
from web.api.resources.character_shapes import CharacterLine, Characters, line


class GalleryQuery(ListQuery):
    """Which published characters."""

    words: Annotated[Words, Field(max_length=int(limits.SEARCH_TEXT_MAX))] = ""
    """Beginnings of words in name, nickname, tags or description."""
    tag: Annotated[Words, Field(max_length=int(limits.TAG_MAX))] = ""
    sort: GallerySort = GallerySort.POPULAR


class CreatorsQuery(ListQuery):
    """Which creators."""

    words: Annotated[Words, Field(max_length=int(limits.SEARCH_TEXT_MAX))] = ""
    tag: Annotated[Words, Field(max_length=int(limits.TAG_MAX))] = ""
    kind: CreatorKind | None = None
    is_open: AskedFlag = False
    """Only those who take commissions or look for others to make something with."""
    is_vouched: AskedFlag = False
    """Only those of whom the house says that they are who they say."""
    sort: CreatorSort = CreatorSort.FOLLOWERS


class CreatorLine(Out):
    """A creator in a list."""

    id: UUID
    username: str
    display_name: str
    bio: str
    """Markdown, as its writer wrote it. Whoever shows it makes it safe."""
    avatar_sha256: Sha256 | None
    kind: CreatorKind | None
    tags: tuple[str, ...]
    verification: str
    is_vouched: bool
    is_featured: bool
    accepts_collaborations: bool
    commissions: Commissions
    followers: int
    characters: int
    likes: int


class Creators(Listed):
    """Creators."""

    items: tuple[CreatorLine, ...]


class Link(Out):
    """Where else a creator is found. `url` is null where there is only a name."""

    label: str
    text: str
    url: str | None


class Creator(CreatorLine):
    """A creator's page. Numbers of too few people are null."""

    banner_sha256: Sha256 | None
    links: tuple[Link, ...]
    specialties: tuple[str, ...]
    experience: Experience | None
    location: str
    languages: tuple[str, ...]
    commission_info: str
    created_at: datetime
    following: int
    conversations: int | None
    stars: float | None
    raters: int | None
    first_characters: tuple[CharacterLine, ...]
    """Those they put first."""
    is_mine: bool
    is_followed: bool
    """By you."""


class Followed(Out):
    """A creator you follow."""

    creator: CreatorLine
    since: datetime


class Following(Listed):
    """Whom you follow, the last one first."""

    items: tuple[Followed, ...]


class Follower(Out):
    """Somebody who follows you. `username` is null where they have no public page."""

    name: str
    username: str | None
    since: datetime


class Followers(Listed):
    """Who follows you, the last one first."""

    items: tuple[Follower, ...]


async def list_gallery(call: Call) -> Characters:
    """Published characters; those for adults are left out."""
    asked = call.query(GalleryQuery)
    async with call.work() as work:
        found = await call.desk.creators.gallery.page(
            work, words=asked.words, tag=asked.tag, sort=asked.sort, after=_mark(call), most=asked.limit
        )
    return _characters(found)


async def list_creators(call: Call) -> Creators:
    """Creators with a public page."""
    asked = call.query(CreatorsQuery)
    search = CreatorSearch(
        words=asked.words,
        tag=asked.tag,
        kind=asked.kind,
        is_open=asked.is_open,
        is_vouched=asked.is_vouched,
        sort=asked.sort,
    )
    async with call.work() as work:
        found = await call.desk.creators.found(work, search, after=_mark(call), most=asked.limit)
    return Creators(items=tuple(_line(one) for one in found.cards), next=_next(found.next))


async def get_creator(call: Call) -> Creator:
    """One creator's page. At a former username it is not found; the refusal says the new one."""
    async with call.work() as work:
        page = await call.desk.creators.page(work, call.me, call.word("username"))
    return _creator(call, page)


async def list_creator_characters(call: Call) -> Characters:
    """What a creator published, the newest first."""
    asked = call.query(ListQuery)
    async with call.work() as work:
        page = await call.desk.creators.page(work, call.me, call.word("username"))
        found = await call.desk.creators.gallery.page(
            work, owner_id=page.card.user_id, sort=GallerySort.NEWEST, after=_mark(call), most=asked.limit
        )
    return _characters(found)


async def follow_creator(call: Call) -> CreatorLine:
    """Follow a creator; done already, it stays so."""
    async with call.work() as work:
        return _line(await call.desk.follows.follow(work, call.me, call.id("creator_id")))


async def unfollow_creator(call: Call) -> None:
    """Follow them no more."""
    async with call.work() as work:
        await call.desk.follows.unfollow(work, call.me, call.id("creator_id"))


async def list_following(call: Call) -> Following:
    """Whom you follow."""
    async with call.work() as work:
        found = await call.desk.follows.followed(work, call.me, after=_mark(call), most=call.query(ListQuery).limit)
    items = tuple(Followed(creator=_line(one.card), since=one.since) for one in found.rows)
    return Following(items=items, next=_next(found.next))


async def list_followers(call: Call) -> Followers:
    """Who follows you. Needs a creator page of your own."""
    async with call.work() as work:
        found = await call.desk.follows.followers(work, call.me, after=_mark(call), most=call.query(ListQuery).limit)
    items = tuple(Follower(name=one.display_name, username=one.username, since=one.since) for one in found.rows)
    return Followers(items=items, next=_next(found.next))


# ------------------------------------------------------------------------------------------------ within


def _mark(call: Call) -> Mark | None:
    found = call.table_mark()
    return None if found is None else Mark(*found)


def _next(mark: Mark | None) -> str | None:
    return after(None if mark is None else (mark.value, mark.id))


def _characters(found: GalleryPage) -> Characters:
    items = tuple(line(one.character, likes=one.likes, is_mine=one.is_own) for one in found.entries)
    return Characters(items=items, next=_next(found.next))


def _line(card: CreatorCard) -> CreatorLine:
    return CreatorLine(
        id=card.id,
        username=card.username,
        display_name=card.display_name,
        bio=card.bio,
        avatar_sha256=card.avatar_sha256,
        kind=card.kind,
        tags=card.tags,
        verification=card.verification.value,
        is_vouched=card.is_vouched,
        is_featured=card.is_featured,
        accepts_collaborations=card.accepts_collaborations,
        commissions=card.commissions,
        followers=card.figures.followers,
        characters=card.figures.characters,
        likes=card.figures.likes,
    )


def _creator(call: Call, page: PageSeen) -> Creator:
    links = tuple(Link(label=call.say(str(one.label)), text=one.text, url=one.url) for one in page.links)
    return Creator.model_validate(
        {
            **_line(page.card).model_dump(),
            "banner_sha256": page.banner_sha256,
            "links": links,
            "specialties": page.specialties,
            "experience": page.experience,
            "location": page.location,
            "languages": page.languages,
            "commission_info": page.commission_info,
            "created_at": page.created_at,
            "following": page.portfolio.following,
            "conversations": page.portfolio.conversations,
            "stars": page.portfolio.stars,
            "raters": page.portfolio.raters,
            "first_characters": tuple(line(one.character, likes=one.likes, is_mine=one.is_own) for one in page.first),
            "is_mine": page.is_own,
            "is_followed": page.is_followed,
        }
    )


_AREA, _WRITE = Area.CREATORS, Scope.WRITE

ENDPOINTS = (
    Endpoint("GET", "/discover", list_gallery, _AREA, "Published characters", Characters, query=GalleryQuery),
    Endpoint("GET", "/creators", list_creators, _AREA, "Creators", Creators, query=CreatorsQuery),
    Endpoint("GET", "/creators/{username}", get_creator, _AREA, "One creator", Creator),
    Endpoint(
        "GET",
        "/creators/{username}/characters",
        list_creator_characters,
        _AREA,
        "What a creator published",
        Characters,
        query=ListQuery,
    ),
    Endpoint("PUT", "/creators/{creator_id}/follow", follow_creator, _AREA, "Follow a creator", CreatorLine, _WRITE),
    Endpoint("DELETE", "/creators/{creator_id}/follow", unfollow_creator, _AREA, "Unfollow a creator", None, _WRITE),
    Endpoint("GET", "/me/following", list_following, _AREA, "Whom you follow", Following, query=ListQuery),
    Endpoint(
        "GET", "/me/followers", list_followers, _AREA, "Who follows you", Followers, query=ListQuery, refuses=(409,)
    ),
)
