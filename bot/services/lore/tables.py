"""Books, and the entries of one, as tables: searched, narrowed, in any order, page by page. For faces with room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot import limits
from bot.services.lore.access import all_seen, opened
from bot.services.lore.books import KINDS
from bot.services.lore.fields.typed_keys import short_key
from bot.services.lore.listing import filter_of, ids_of
from bot.services.lore.shown import LoreBook, Shelf, Which
from bot.services.lore.stored import keys_of
from bot.services.tables import Mark, beyond, mark_of, moment, number, small_number, words
from db.models import Mode
from db.queries.lore import entries as queries
from db.queries.lore import tables
from db.queries.lore.tables import BookSort, EntryLineRow, EntrySort
from db.work import Work

__all__ = ["BookSort", "BookTable", "EntrySort", "EntryTable", "Mode", "Tabled", "books_table", "entries_table"]

_KEYS_SHOWN = 5

_READ_ENTRY: Mapping[EntrySort, Callable[[str], Any]] = {
    EntrySort.PLACE: small_number,
    EntrySort.NUMBER: small_number,
    EntrySort.NAME: words,
    EntrySort.TOKENS: small_number,
    EntrySort.CHANGED: moment,
    EntrySort.USES: number,
}
_READ_BOOK: Mapping[BookSort, Callable[[str], Any]] = {
    BookSort.NAME: words,
    BookSort.CHANGED: moment,
    BookSort.ENTRIES: small_number,
    BookSort.TOKENS: small_number,
    BookSort.READERS: number,
}


@dataclass(frozen=True, slots=True)
class Tabled:
    """One entry of a table. `keys` are the first few of `key_count`."""

    id: UUID
    number: int
    name: str
    folder: str
    tags: tuple[str, ...]
    mode: Mode
    is_enabled: bool
    tokens: int
    keys: tuple[str, ...]
    key_count: int
    uses: int
    updated_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntryTable:
    """One screen. `total` entries fit, with so many `tokens`; `next` is the mark of the next screen, if there is."""

    entries: tuple[Tabled, ...]
    total: int
    tokens: int
    next: Mark | None = None


@dataclass(frozen=True, slots=True)
class BookTable:
    """One screen of books."""

    books: tuple[LoreBook, ...]
    next: Mark | None = None


async def entries_table(
    work: Work,
    user_id: UUID,
    book_id: UUID,
    which: Which,
    *,
    sort: EntrySort = EntrySort.PLACE,
    is_down: bool = False,
    after: Mark | None = None,
    size: int = int(limits.TABLE_PAGE),
) -> EntryTable:
    """One screen of a book's entries. A mark that is none, or another order's, begins anew. Raises `NotFound`."""
    await opened(work, user_id, book_id)
    wanted = filter_of(which)
    if which.text.strip():
        # Words are looked for in an index of their own; what is found is ordered here.
        found = await ids_of(work, book_id, which)
        if not found:
            return EntryTable((), 0, 0)
        wanted = queries.Filter(ids=found)
    total, tokens = await queries.count(work.session, book_id, wanted)
    rows = await tables.entries(
        work.session,
        book_id,
        wanted,
        sort,
        is_down=is_down,
        after=beyond(after, _READ_ENTRY[sort]),
        limit=size + 1,
    )
    shown = rows[:size]
    next_ = mark_of(shown[-1].key, shown[-1].id) if len(rows) > size else None
    return EntryTable(tuple(_tabled(row) for row in shown), total, tokens, next_)


async def books_table(
    work: Work,
    user_id: UUID,
    *,
    which: Shelf = Shelf.ALL,
    text: str = "",
    sort: BookSort = BookSort.NAME,
    is_down: bool = False,
    after: Mark | None = None,
    size: int = int(limits.TABLE_PAGE),
) -> BookTable:
    """One screen of books a person may read; `text` stands in name, description or tags, or is a code."""
    rows = await tables.books(
        work.session,
        user_id,
        KINDS[which],
        sort,
        text=" ".join(text[: limits.SEARCH_TEXT_MAX].split()),
        is_down=is_down,
        after=beyond(after, _READ_BOOK[sort]),
        limit=size + 1,
    )
    shown = rows[:size]
    next_ = mark_of(shown[-1].key, shown[-1].row.book.id) if len(rows) > size else None
    return BookTable(tuple(await all_seen(work, user_id, [one.row for one in shown])), next_)


def _tabled(row: EntryLineRow) -> Tabled:
    keys = keys_of(row.rules.keys)
    return Tabled(
        id=row.id,
        number=row.number,
        name=" ".join(row.name.split()),
        folder=row.folder,
        tags=tuple(row.tags),
        mode=row.mode,
        is_enabled=row.is_enabled,
        tokens=row.tokens,
        keys=tuple(short_key(key) for key in keys[:_KEYS_SHOWN]),
        key_count=len(keys),
        uses=row.uses,
        updated_at=row.updated_at,
        last_used_at=row.last_used_at,
    )
