"""Books, and the entries of one, as tables: in any order, page by page from a mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import EntryRules, LoreBook, LoreEntry, LoreEntryUse, Mode
from db.queries.keyset import Beyond, onwards
from db.queries.lore.books import BookRow, Kinds, matching
from db.queries.lore.entries import Filter

_FIRST_WORDS = 80


class EntrySort(StrEnum):
    """By what entries are ordered; their ids decide between equals."""

    PLACE = "place"
    """As lists and files have them."""
    NUMBER = "number"
    NAME = "name"
    TOKENS = "tokens"
    CHANGED = "changed"
    USES = "uses"


class BookSort(StrEnum):
    """By what books are ordered."""

    NAME = "name"
    CHANGED = "changed"
    ENTRIES = "entries"
    TOKENS = "tokens"
    READERS = "readers"


@dataclass(frozen=True, slots=True)
class EntryLineRow:
    """One entry. `name` is the beginning of its content where it has none; `key` is what it is ordered by."""

    id: UUID
    number: int
    name: str
    folder: str
    tags: Sequence[str]
    mode: Mode
    is_enabled: bool
    tokens: int
    rules: EntryRules
    updated_at: datetime
    uses: int
    last_used_at: datetime | None
    key: Any


@dataclass(frozen=True, slots=True)
class BookLineRow:
    """One book, with what it is ordered by."""

    row: BookRow
    key: Any


_SHOWN_NAME = case((LoreEntry.name != "", LoreEntry.name), else_=func.left(LoreEntry.content, _FIRST_WORDS))
_USES = func.coalesce(LoreEntryUse.activated_count, 0)

# Names by code point: so the mark and the column are compared alike, whatever the server's locale.
_ENTRY_KEYS: Mapping[EntrySort, ColumnElement[Any]] = {
    EntrySort.PLACE: LoreEntry.place.expression,
    EntrySort.NUMBER: LoreEntry.number.expression,
    EntrySort.NAME: func.lower(_SHOWN_NAME).collate("C"),
    EntrySort.TOKENS: LoreEntry.tokens.expression,
    EntrySort.CHANGED: LoreEntry.updated_at.expression,
    EntrySort.USES: _USES,
}
_BOOK_KEYS: Mapping[BookSort, ColumnElement[Any]] = {
    BookSort.NAME: func.lower(LoreBook.name).collate("C"),
    BookSort.CHANGED: LoreBook.updated_at.expression,
    BookSort.ENTRIES: LoreBook.entry_count.expression,
    BookSort.TOKENS: LoreBook.token_count.expression,
    BookSort.READERS: LoreBook.view_count.expression,
}


async def entries(
    session: AsyncSession,
    book_id: UUID,
    which: Filter,
    sort: EntrySort,
    *,
    is_down: bool,
    after: Beyond | None = None,
    limit: int,
) -> Sequence[EntryLineRow]:
    """Entries of a book from a mark on."""
    key = _ENTRY_KEYS[sort]
    statement = (
        select(
            LoreEntry.id,
            LoreEntry.number,
            _SHOWN_NAME.label("shown"),
            LoreEntry.folder,
            LoreEntry.tags,
            LoreEntry.mode,
            LoreEntry.is_enabled,
            LoreEntry.tokens,
            LoreEntry.rules,
            LoreEntry.updated_at,
            _USES.label("uses"),
            LoreEntryUse.last_activated_at,
            key.label("key"),
        )
        .outerjoin(LoreEntryUse, LoreEntryUse.entry_id == LoreEntry.id)
        .where(which.of(book_id))
    )
    statement = onwards(statement, key, LoreEntry.id.expression, after, is_down=is_down).limit(limit)
    return [EntryLineRow(*row) for row in await session.execute(statement)]


async def books(
    session: AsyncSession,
    user_id: UUID,
    kinds: Kinds,
    sort: BookSort,
    *,
    text: str,
    is_down: bool,
    after: Beyond | None = None,
    limit: int,
) -> Sequence[BookLineRow]:
    """Books that a person may read, of these kinds, from a mark on; `text` as `books.page` looks for it."""
    key = _BOOK_KEYS[sort]
    statement = matching(user_id, kinds, text).add_columns(key.label("key"))
    statement = onwards(statement, key, LoreBook.id.expression, after, is_down=is_down).limit(limit)
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return [BookLineRow(BookRow(row[0], row[1]), row[2]) for row in rows]
