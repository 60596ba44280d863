"""Published characters as pages show them: a page at a time by a mark, one of them by its maker and slug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.clock import Clock, SystemClock
from bot.services.characters.details import tag_of
from bot.services.characters.searching import asked_for, tsquery
from bot.services.characters.seen import Character, Entry, Opinion, seen
from db import functions
from db import functions_creators as found_by
from db.functions_creators import CharactersAsked, Mark
from db.queries import characters as queries
from db.queries.characters import CharacterRow
from db.work import Work

TAGS_SECONDS = 60.0
"""For how long the most used tags are remembered: everybody sees the same, and they change slowly."""

__all__ = ["Gallery", "GalleryPage", "GallerySort", "Looked", "Mark"]


class GallerySort(StrEnum):
    """In which order pages show characters."""

    POPULAR = "popular"
    NEWEST = "newest"
    RATED = "rated"


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """One screen of characters. `next` is where it goes on, None at the end; `total` counts all that fit."""

    entries: tuple[Entry, ...]
    total: int
    next: Mark | None


@dataclass(frozen=True, slots=True)
class Looked:
    """One character as its page shows it. `notes` are its maker's words to those who look."""

    character: Character
    notes: str
    opinion: Opinion


class Gallery:
    """What is public of characters, for whoever asks: `work` may be a visitor's. Those for adults are left out."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._tags: tuple[float, int, tuple[str, ...]] | None = None

    async def page(
        self,
        work: Work,
        *,
        words: str = "",
        tag: str = "",
        owner_id: UUID | None = None,
        sort: GallerySort = GallerySort.POPULAR,
        after: Mark | None = None,
        most: int,
    ) -> GalleryPage:
        """One screen of the published characters that fit. A mark that is none begins anew."""
        beginnings = asked_for(words)
        if words.strip() and not beginnings:
            return GalleryPage((), 0, None)
        asked = CharactersAsked(tsquery(beginnings), tag_of(tag), False, owner_id, sort.value)
        mark = after if after is not None and is_number(after.value) else None
        found = await found_by.characters_found(work.session, asked, mark, most + 1)
        ids, more = found.ids[:most], len(found.ids) > most
        entries = await self._entries(work, await queries.by_ids(work.session, ids))
        return GalleryPage(entries, found.total, found.marks[most - 1] if more else None)

    async def some(self, work: Work, ids: Sequence[UUID]) -> tuple[Entry, ...]:
        """Those of these characters that are public and for everybody, in the order of the ids."""
        rows = await queries.by_ids(work.session, ids)
        return await self._entries(work, [row for row in rows if _is_open(row)])

    async def of_slug(self, work: Work, owner_id: UUID, slug: str, viewer_id: UUID | None) -> Looked | None:
        """The character at this address, where who looks may see it; one for adults only its maker."""
        found = await queries.by_slug(work.session, owner_id, slug)
        row = None if found is None else await queries.by_id(work.session, found)
        if row is None or (row.character.is_adult and row.character.owner_id != viewer_id):
            return None
        one = row.character
        counts = (await functions.reaction_counts(work.session, [one.id])).get(one.id, functions.Counts())
        stars, raters = await functions.rating_of(work.session, one.id) or (None, 0)
        opinion = Opinion(counts.likes, counts.favorites, stars, raters)
        return Looked(seen(one, row.picture_sha256), one.creator_notes, opinion)

    async def tags(self, work: Work, beginning: str, most: int) -> tuple[str, ...]:
        """Tags of published characters that begin like this, the most used first; those of all are remembered a while.

        Counting them takes as long as all the rest of a page.
        """
        asked = tag_of(beginning)
        now = self._clock.monotonic()
        if not asked and self._tags is not None and now - self._tags[0] < TAGS_SECONDS and most <= self._tags[1]:
            return self._tags[2][:most]
        found = tuple(await functions.public_tags(work.session, asked, adults=False, most=most))
        if not asked:
            self._tags = now, most, found
        return found

    async def _entries(self, work: Work, rows: Sequence[CharacterRow]) -> tuple[Entry, ...]:
        counts = await functions.reaction_counts(work.session, [row.character.id for row in rows]) if rows else {}
        return tuple(
            Entry(
                seen(row.character, row.picture_sha256),
                counts.get(row.character.id, functions.Counts()).likes,
                row.character.owner_id == work.actor.user_id,
            )
            for row in rows
        )


def is_number(text: str) -> bool:
    """Whether a mark can be compared with a count, a moment or an average."""
    whole, _, part = text.removeprefix("-").partition(".")
    return len(text) <= 40 and text.isascii() and whole.isdecimal() and (not part or part.isdecimal())


def _is_open(row: CharacterRow) -> bool:
    one = seen(row.character, row.picture_sha256)
    return one.is_public and not one.is_adult
