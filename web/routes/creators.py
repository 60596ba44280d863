"""Creators and their characters as everybody sees them: the two directories, a creator's page, a character's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot import limits
from bot.errors import NotAllowed
from bot.services.characters.gallery import GalleryPage, GallerySort
from bot.services.oversight.switches import Switch
from bot.services.people.creators import CreatorSearch, CreatorSort, Mark, Moved
from bot.services.people.creators.drafts import COMMISSIONS, EXPERIENCES, KINDS
from bot.services.people.creators.languages import LANGUAGES
from bot.services.people.creators.shown import CreatorKind, CreatorPage
from bot.services.people.grants import Thing
from bot.texts import N_, Text
from web.forms import form
from web.keys import COVER, HOUSE
from web.lists import Cursor
from web.markdown import html_of, plain_of
from web.pages import (
    Access,
    at_work,
    back,
    desk,
    get,
    is_local,
    missing,
    post,
    render,
    row_id,
    say_for,
    signed,
    visitor,
)

_CREATOR_SORTS: Mapping[str, Text] = {
    CreatorSort.FOLLOWERS: N_("Most followed"),
    CreatorSort.NEWEST: N_("Newest"),
    CreatorSort.ACTIVE: N_("Last active"),
    CreatorSort.NAME: N_("By name"),
}
_CHARACTER_SORTS: Mapping[str, Text] = {
    GallerySort.POPULAR: N_("Most liked"),
    GallerySort.NEWEST: N_("Newest"),
    GallerySort.RATED: N_("Best rated"),
}
_TAGS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks of a directory; what it asks wrongly is left out."""

    words: str
    tag: str
    sort: str
    kind: str
    language: str
    is_open: bool
    is_vouched: bool
    after: Mark | None

    @property
    def is_narrowed(self) -> bool:
        """Whether something is left out."""
        return bool(self.words or self.tag or self.kind or self.language or self.is_open or self.is_vouched)


def wanted(request: web.Request, sorts: Mapping[str, Text]) -> Wanted:
    """What is asked for."""
    query = request.query
    cursor = Cursor.read(query.get("after", ""))
    sort = query.get("sort", "")
    kind, language = query.get("kind", ""), query.get("language", "")
    return Wanted(
        words=_line(query.get("search", ""))[: limits.SEARCH_TEXT_MAX],
        tag=_line(query.get("tag", ""))[: limits.TAG_MAX],
        sort=sort if sort in set(sorts) else next(iter(sorts)),
        kind=kind if kind in {one.value for one in CreatorKind} else "",
        language=language if language in LANGUAGES else "",
        is_open=query.get("open", "") == "on",
        is_vouched=query.get("verified", "") == "on",
        after=None if cursor is None else Mark(cursor.value or "", cursor.id),
    )


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


async def directory(request: web.Request) -> web.Response:
    """The creators."""
    _refuse_closed(request)
    asked = wanted(request, _CREATOR_SORTS)
    search = CreatorSearch(
        words=asked.words,
        tag=asked.tag,
        kind=CreatorKind(asked.kind) if asked.kind else None,
        language=asked.language,
        is_open=asked.is_open,
        is_vouched=asked.is_vouched,
        sort=CreatorSort(asked.sort),
    )
    creators = desk(request).creators
    async with at_work(request) as work:
        found = await creators.found(work, search, after=asked.after)
        featured = () if asked.is_narrowed or asked.after else await creators.featured(work)
        tags = await creators.tags(work, most=_TAGS_SHOWN)
    return render(
        request,
        "creators.html",
        most=int(limits.COUNTED_MOST),
        found=found,
        featured=featured,
        tags=tags,
        asked=asked,
        sorts=_CREATOR_SORTS,
        kinds=KINDS,
        languages=LANGUAGES,
        next_page=next_cursor(found.next),
        plain=plain_of,
    )


async def discover(request: web.Request) -> web.Response:
    """The characters."""
    _refuse_closed(request)
    asked = wanted(request, _CHARACTER_SORTS)
    gallery = desk(request).creators.gallery
    async with at_work(request) as work:
        found = await gallery.page(
            work,
            words=asked.words,
            tag=asked.tag,
            sort=GallerySort(asked.sort),
            after=asked.after,
            most=int(limits.WEB_LIST_PAGE),
        )
        makers = await desk(request).creators.of_people(work, [one.character.owner_id for one in found.entries])
        tags = await gallery.tags(work, "", _TAGS_SHOWN)
    return render(
        request,
        "discover.html",
        found=found,
        most=int(limits.COUNTED_MOST),
        makers=makers,
        tags=tags,
        asked=asked,
        sorts=_CHARACTER_SORTS,
        next_page=next_cursor(found.next),
    )


async def creator(request: web.Request) -> web.StreamResponse:
    """A creator's page."""
    _refuse_closed(request)
    me = visitor(request)
    viewer = me.user_id if me else None
    asked = wanted(request, _CHARACTER_SORTS)
    sort = GallerySort(asked.sort) if "sort" in request.query else GallerySort.NEWEST
    creators = desk(request).creators
    async with at_work(request) as work:
        try:
            page = await creators.page(work, viewer, request.match_info["username"])
        except Moved as moved:
            return _elsewhere(f"/{moved.username}")
        made = await creators.work_of(work, page, after=asked.after, sort=sort)
    if request.match_info["username"] != page.card.username:
        return _elsewhere(page.card.path)
    return render(
        request,
        "creator.html",
        page=page,
        made=made,
        sort=sort.value,
        sorts=_CHARACTER_SORTS,
        next_page=next_cursor(made.next),
        **_about(request, page),
    )


async def character(request: web.Request) -> web.StreamResponse:
    """A character's page."""
    _refuse_closed(request)
    me = visitor(request)
    viewer = me.user_id if me else None
    username, slug = request.match_info["username"], request.match_info["slug"]
    async with at_work(request) as work:
        try:
            page, looked = await desk(request).creators.character(work, viewer, username, slug)
        except Moved as moved:
            return _elsewhere(f"/{moved.username}/{quote(slug)}")
        found = looked.character
        may = await desk(request).shares.may(work, viewer, Thing.character(found.id)) if viewer else None
        directory_of = desk(request).characters.directory
        opinion = await directory_of.opinion(work, viewer, found.id) if viewer else looked.opinion
        others = await desk(request).creators.work_of(work, page)
    if (username, slug) != (page.card.username, found.slug):
        return _elsewhere(f"{page.card.path}/{quote(found.slug)}")
    return render(
        request,
        "creator_character.html",
        page=page,
        one=found,
        opinion=opinion,
        notes=looked.notes,
        may=may,
        others=_others(others, found.slug),
        cover=request.app[COVER],
        **_about(request, page),
    )


async def like(request: web.Request) -> web.StreamResponse:
    """Like a character, or take that back."""
    return await _react(request, is_like=True)


async def favorite(request: web.Request) -> web.StreamResponse:
    """Keep a character among one's favourites, or take it out."""
    return await _react(request, is_like=False)


async def _react(request: web.Request, *, is_like: bool) -> web.StreamResponse:
    typed, me, found = await form(request), signed(request), row_id(request, "character_id")
    typed.only({"back"})
    opinions = desk(request).characters.directory
    async with at_work(request) as work:
        character = await desk(request).characters.get(work, found)
        if character.is_adult and character.owner_id != me.user_id:
            missing()
        await (opinions.like if is_like else opinions.favorite)(work, me.user_id, found)
    to = typed.text("back")
    return back(request, to if is_local(to) else "/discover")


async def follow(request: web.Request) -> web.StreamResponse:
    """Follow a creator, or no more."""
    typed, say, me = await form(request), say_for(request), signed(request)
    typed.only({"back"})
    async with at_work(request) as work:
        card, follows = await desk(request).follows.turn(work, me.user_id, row_id(request, "creator_id"))
    places = {"creators": "/creators", "following": "/creator/following"}
    to = places.get(typed.text("back"), card.path)
    if follows:
        return back(request, to, say("You follow {name} now.", name=card.display_name))
    return back(request, to, say("You follow {name} no more.", name=card.display_name))


def _about(request: web.Request, page: CreatorPage) -> dict[str, Any]:
    """What templates need of a creator beside the page itself."""
    return {
        "bio": html_of(page.card.bio),
        "plain": plain_of,
        "commission_info": html_of(page.commission_info),
        "html_of": html_of,
        "kinds": KINDS,
        "experiences": EXPERIENCES,
        "commissions": COMMISSIONS,
        "address": request.app[HOUSE].address(request),
    }


def _others(made: GalleryPage, slug: str) -> tuple[object, ...]:
    return tuple(entry for entry in made.entries if entry.character.slug != slug)[:4]


def next_cursor(mark: Mark | None) -> Cursor | None:
    """Where the next page begins, as an address holds it."""
    return None if mark is None else Cursor(mark.value, mark.id)


def _elsewhere(path: str) -> web.Response:
    """The same thing at its right address. Not for good: a former username is somebody else's one day."""
    return web.Response(status=302, headers={"Location": path})


def _refuse_closed(request: web.Request) -> None:
    """Nothing is there while an admin switched public pages off."""
    try:
        desk(request).switches.need(Switch.PUBLIC_PAGES)
    except NotAllowed:
        missing()


PAGES = (
    get("/creators", directory, "creators", Access.ANYBODY),
    get("/discover", discover, "discover", Access.ANYBODY),
    post("/creators/{creator_id}/follow", follow, "creator_follow", Access.MEMBER, menu="creators"),
    post("/discover/{character_id}/like", like, "character_like", Access.MEMBER, menu="discover"),
    post("/discover/{character_id}/favorite", favorite, "character_favorite", Access.MEMBER, menu="discover"),
    get("/{username}", creator, "creator", Access.ANYBODY, menu="creators"),
    get("/{username}/{slug}", character, "creator_character", Access.ANYBODY, menu="discover"),
)
