"""How characters are found, and what people think of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.errors import NotAllowed, NotFound
from bot.services.characters.details import tag_of
from bot.services.characters.greetings import greetings_of
from bot.services.characters.searching import asked_for, fits, search_words, tsquery
from bot.services.characters.seen import Entry, Opinion, Page, last_page, seen
from bot.texts import N_
from db import functions
from db.queries import characters as queries
from db.queries.characters import CharacterRow
from db.work import Work

_FOUND_AT_MOST = 400
"""How many public characters a list that is searched may hold; who wants more narrows the search."""


class Shelf(StrEnum):
    """Which characters a list shows."""

    ALL = "all"
    """One's own, then the public ones."""
    OWN = "own"
    FAVORITES = "favorites"


class Sort(StrEnum):
    """In which order the directory shows characters."""

    POPULAR = "popular"
    """By how many people like it or keep it."""
    NEWEST = "newest"
    RATED = "rated"
    """By the average of its ratings, from three people on."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in the directory. `adults` is whether the place may show characters for adults."""

    words: str = ""
    tag: str = ""
    sort: Sort = Sort.POPULAR
    adults: bool = False


class Directory:
    """Lists, search, tags, likes and favourites."""

    async def page(
        self,
        work: Work,
        user_id: UUID,
        number: int = 0,
        *,
        shelf: Shelf = Shelf.ALL,
        words: str = "",
        adults: bool = False,
    ) -> Page:
        """One screen of the characters a person may summon, those that fit the words where there are any."""
        beginnings = asked_for(words)
        if shelf is Shelf.ALL and not beginnings:
            return await self._everybody(work, user_id, number, adults)
        rows = await self._fitting(work, user_id, shelf, beginnings, adults)
        number = min(max(number, 0), last_page(len(rows)))
        start = number * limits.LIST_PAGE
        shown = rows[start : start + limits.LIST_PAGE]
        return Page(await self._entries(work, user_id, shown), number, len(rows))

    async def discover(self, work: Work, user_id: UUID, search: Search, number: int = 0) -> Page:
        """One screen of the published characters that fit."""
        number = max(number, 0)
        ids, total = await self._discovered(work, search, number)
        if not ids and number:
            number = 0  # there were more when the page was turned
            ids, total = await self._discovered(work, search, number)
        rows = await queries.by_ids(work.session, ids)
        return Page(await self._entries(work, user_id, rows), number, total)

    async def tags(self, work: Work, typed: str, *, adults: bool = False) -> tuple[str, ...]:
        """Tags of published characters that begin like this, the most used first."""
        return tuple(
            await functions.public_tags(work.session, tag_of(typed), adults=adults, most=int(limits.CHOICES_MAX))
        )

    async def greetings(
        self, work: Work, user_id: UUID, character_id: UUID, *, adults: bool = False
    ) -> tuple[str, ...]:
        """What a character may say when it comes, in the order of the numbers it is chosen by, from 1 on.

        Without `adults`, nothing of somebody else's character for adults.
        """
        row = await queries.by_id(work.session, character_id)
        if row is None or (row.character.is_adult and not adults and row.character.owner_id != user_id):
            return ()
        return greetings_of(row.character)

    async def opinion(self, work: Work, user_id: UUID, character_id: UUID) -> Opinion:
        """What people think of a character; numbers of other people's private ones are nobody's to see."""
        counts = (await functions.reaction_counts(work.session, [character_id])).get(character_id, functions.Counts())
        rating = await functions.rating_of(work.session, character_id)
        liked, favorite = await queries.reaction(work.session, user_id, character_id)
        stars, raters = rating or (None, 0)
        return Opinion(counts.likes, counts.favorites, stars, raters, liked, favorite)

    async def like(self, work: Work, user_id: UUID, character_id: UUID) -> Opinion:
        """Like it, or take that back. Raises `NotFound`, or `NotAllowed` for one's own."""
        row = await self._seen(work, character_id)
        if row.character.owner_id == user_id:
            raise NotAllowed(
                "own_character",
                N_("You made {name}; likes are for other people's characters."),
                name=row.character.name,
            )
        liked, _ = await queries.reaction(work.session, user_id, character_id)
        await queries.react(work.session, user_id, character_id, liked=not liked)
        return await self.opinion(work, user_id, character_id)

    async def favorite(self, work: Work, user_id: UUID, character_id: UUID) -> Opinion:
        """Keep it among one's favourites, or take that back. Raises `NotFound`."""
        await self._seen(work, character_id)
        _, kept = await queries.reaction(work.session, user_id, character_id)
        await queries.react(work.session, user_id, character_id, favorited=not kept)
        return await self.opinion(work, user_id, character_id)

    async def _seen(self, work: Work, character_id: UUID) -> CharacterRow:
        row = await queries.by_id(work.session, character_id)
        if row is None:
            raise NotFound("no_such_character", N_("There is no such character. Pick one from the suggestions."))
        return row

    async def _everybody(self, work: Work, user_id: UUID, number: int, adults: bool) -> Page:
        total = await queries.count_visible(work.session, user_id, adults=adults)
        number = min(max(number, 0), last_page(total))
        rows = await queries.visible(
            work.session, user_id, offset=number * limits.LIST_PAGE, limit=int(limits.LIST_PAGE), adults=adults
        )
        return Page(await self._entries(work, user_id, rows), number, total)

    async def _fitting(
        self, work: Work, user_id: UUID, shelf: Shelf, beginnings: Sequence[str], adults: bool
    ) -> Sequence[CharacterRow]:
        if shelf is Shelf.FAVORITES:
            kept = await queries.favorites(work.session, user_id)
            shown = [row for row in kept if adults or not row.character.is_adult or row.character.owner_id == user_id]
            return [row for row in shown if _fits(row, beginnings)]
        own = [row for row in await queries.owned(work.session, user_id) if _fits(row, beginnings)]
        if shelf is Shelf.OWN:
            return own
        ids, _ = await functions.discover(
            work.session, words=tsquery(beginnings), tag="", adults=adults, sort=Sort.POPULAR, skip=0,
            most=_FOUND_AT_MOST,
        )  # fmt: skip
        mine = {row.character.id for row in own}
        return [*own, *await queries.by_ids(work.session, [one for one in ids if one not in mine])]

    async def _discovered(self, work: Work, search: Search, number: int) -> tuple[Sequence[UUID], int]:
        beginnings = asked_for(search.words)
        if search.words.strip() and not beginnings:
            return (), 0  # only signs were searched for, and no word holds any
        return await functions.discover(
            work.session,
            words=tsquery(beginnings),
            tag=tag_of(search.tag),
            adults=search.adults,
            sort=search.sort,
            skip=number * limits.LIST_PAGE,
            most=int(limits.LIST_PAGE),
        )

    async def _entries(self, work: Work, user_id: UUID, rows: Sequence[CharacterRow]) -> tuple[Entry, ...]:
        counts = await functions.reaction_counts(work.session, [row.character.id for row in rows]) if rows else {}
        return tuple(
            Entry(
                seen(row.character, row.picture_sha256),
                counts.get(row.character.id, functions.Counts()).likes,
                row.character.owner_id == user_id,
            )
            for row in rows
        )


def _fits(row: CharacterRow, beginnings: Sequence[str]) -> bool:
    one = row.character
    return fits(beginnings, search_words(one.name, one.nickname, one.description, one.tags))
