"""A book, and an entry, each as one form: shown as typed, only what was changed is written, all that is wrong is told.

Every field is one of `fields`; every rule is where it is for the small forms of Discord.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.errors import InvalidInput, UserError
from bot.services.editing import mark_of, refuse_changed, refuse_wrong, straight
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS, Field, Kind, read, written
from bot.services.lore.forms import numbers_typed
from bot.services.lore.shown import LoreBook, LoreEntry, May
from db import functions_lore as functions
from db.queries.lore import books as book_queries
from db.queries.lore import entries as queries
from db.work import Work

_PIECES = frozenset({Kind.CHOICES, Kind.CHARACTERS, Kind.PERSONAS, Kind.CHANNELS, Kind.SERVERS, Kind.ROLES})
"""Chosen by ticks, which come in an order of their own."""

NO_NUMBERS: Mapping[int, UUID] = {}


@dataclass(frozen=True, slots=True)
class BookForm:
    """A book with what its form shows."""

    book: LoreBook
    typed: Mapping[str, str]

    @property
    def mark(self) -> str:
        """See `bot.services.editing`."""
        return mark_of(self.typed)


@dataclass(frozen=True, slots=True)
class EntryForm:
    """An entry with what its form shows."""

    entry: LoreEntry
    typed: Mapping[str, str]

    @property
    def mark(self) -> str:
        """See `bot.services.editing`."""
        return mark_of(self.typed)


EMPTY_ENTRY: Mapping[str, str] = {name: written(one, one.default) for name, one in ENTRY_FIELDS.items()}
"""What the form of a new entry shows."""
EMPTY_BOOK: Mapping[str, str] = {name: written(one, one.default) for name, one in BOOK_FIELDS.items()}
"""What the form of a new book shows."""


class LoreForms:
    """Books and entries as forms. Each method works in somebody's name: `work` is theirs."""

    def __init__(self, books: LoreBooks, entries: LoreEntries) -> None:
        self._books = books
        self._entries = entries

    # ------------------------------------------------------------------------------------------------ books

    async def book(self, work: Work, user_id: UUID, book_id: UUID, *, may: May = May.ADMIN) -> BookForm:
        """A book for who may do that with it. Raises `NotFound` or `NotAllowed`."""
        found = await self._books.get(work, user_id, book_id, may=may)
        return BookForm(found, self._books.typed(found, *BOOK_FIELDS))

    async def create_book(self, work: Work, user_id: UUID, typed: Mapping[str, str]) -> BookForm:
        """A new private book. Raises `InvalidInput` or `LimitReached`."""
        wanted = _changed(BOOK_FIELDS, EMPTY_BOOK, straight(typed))
        refuse_wrong(_wrong(BOOK_FIELDS, wanted))
        made = await self._books.create(work, user_id, wanted)
        return await self.book(work, user_id, made.id)

    async def save_book(
        self, work: Work, user_id: UUID, book_id: UUID, typed: Mapping[str, str], *, mark: str | None = None
    ) -> BookForm:
        """Keep what was changed. Raises `ChangedMeanwhile`, `InvalidInput`, `NotFound` or `NotAllowed`."""
        await book_queries.ruled(work.session, book_id)
        now = await self.book(work, user_id, book_id)
        refuse_changed(now.typed, mark)
        wanted = _changed(BOOK_FIELDS, now.typed, straight(typed))
        refuse_wrong(_wrong(BOOK_FIELDS, wanted))
        if wanted:
            await self._books.edit(work, user_id, book_id, wanted)
        return await self.book(work, user_id, book_id)

    # ------------------------------------------------------------------------------------------------ entries

    async def entry(self, work: Work, user_id: UUID, entry_id: UUID, *, may: May = May.READ) -> EntryForm:
        """An entry for who may do that with its book. Raises `NotFound` or `NotAllowed`."""
        found = await self._entries.get(work, user_id, entry_id, may=may)
        return EntryForm(found, await self._entries.typed(work, found, *ENTRY_FIELDS))

    async def create_entry(self, work: Work, user_id: UUID, book_id: UUID, typed: Mapping[str, str]) -> EntryForm:
        """A new entry at the end of a book. Raises `InvalidInput`, `NotFound`, `NotAllowed` or `LimitReached`."""
        await self._books.get(work, user_id, book_id, may=May.WRITE)
        said = straight(typed)
        wanted = {**_changed(ENTRY_FIELDS, EMPTY_ENTRY, said), "content": said.get("content", "")}
        numbers = await self._numbers(work, book_id, wanted)
        refuse_wrong(_wrong(ENTRY_FIELDS, wanted, numbers))
        made = await self._entries.add(work, user_id, book_id, wanted)
        return await self.entry(work, user_id, made.id)

    async def save_entry(
        self, work: Work, user_id: UUID, entry_id: UUID, typed: Mapping[str, str], *, mark: str | None = None
    ) -> EntryForm:
        """Keep what was changed. Raises as `save_book`."""
        before = await self.entry(work, user_id, entry_id, may=May.WRITE)
        await functions.lock(work.session, before.entry.book_id)
        now = await self.entry(work, user_id, entry_id, may=May.WRITE)
        refuse_changed(now.typed, mark)
        wanted = _changed(ENTRY_FIELDS, now.typed, straight(typed))
        numbers = await self._numbers(work, now.entry.book_id, wanted)
        refuse_wrong(_wrong(ENTRY_FIELDS, wanted, numbers))
        if wanted:
            await self._entries.edit(work, user_id, entry_id, wanted)
        return await self.entry(work, user_id, entry_id, may=May.WRITE)

    async def _numbers(self, work: Work, book_id: UUID, typed: Mapping[str, str]) -> Mapping[int, UUID]:
        named = numbers_typed(typed)
        return await queries.ids_of(work.session, book_id, list(named)) if named else NO_NUMBERS


def _changed(fields: Mapping[str, Field], now: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed otherwise than it stands, by field. What this form does not ask for stays as it is."""
    return {
        name: value
        for name, one in fields.items()
        if name in typed and not _is_same(one, now[name], value := _plain(one, typed[name]))
    }


def _plain(one: Field, typed: str) -> str:
    """A tick that is not there says no."""
    return "no" if one.kind is Kind.FLAG and not typed.strip() else typed


def _is_same(one: Field, now: str, typed: str) -> bool:
    if one.kind in _PIECES:
        return _pieces(now) == _pieces(typed)
    return now.strip() == typed.strip()


def _pieces(text: str) -> set[str]:
    return {piece.strip() for piece in text.split(",") if piece.strip()}


def _wrong(
    fields: Mapping[str, Field], wanted: Mapping[str, str], numbers: Mapping[int, UUID] = NO_NUMBERS
) -> list[UserError]:
    """All that cannot be read, in the order of forms."""
    found: list[UserError] = []
    for name, one in fields.items():
        if name in wanted:
            try:
                read(one, wanted[name], numbers)
            except InvalidInput as error:
                found.append(error)
    return found
