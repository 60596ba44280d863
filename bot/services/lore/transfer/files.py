"""What is kept of a book and its entries that came out of a file, and the same on its way out again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import orjson

from bot import limits
from bot.services.lore.engine.book import Entry
from bot.services.lore.formats.reading import Came, Format, JsonObject, Leaf, ReadBook, ReadEntry, Shelf
from bot.services.lore.formats.translating import book_as
from bot.services.lore.stored import NewEntry, book_of, entry_from, settings_of
from bot.services.lore.transfer.apart import BATCH, packed
from bot.services.lore.transfer.parsing import FileRead
from db.models import BookSettings, EntryRules
from db.models import LoreBook as BookModel
from db.queries.lore import files as queries
from db.queries.lore.files import EntryRow
from db.work import Work

_MORE = ("is_compatible", "query_depth", "threshold")
"""Settings of a book that the engine's own book does not have."""


def kept_entry(read: ReadEntry, kind: Format, ids: Mapping[UUID, UUID] | None = None) -> NewEntry:
    """An entry as it is kept. `ids`: entries of the file that are entries here already."""
    entry = read.entry if not ids else _relinked(read.entry, ids)
    return NewEntry(
        entry,
        is_enabled=read.is_enabled,
        folder=read.folder[: limits.LORE_FOLDER_MAX],
        tags=read.tags,
        source_id=read.source_id,
        raw={"format": kind.value, "object": read.raw} | ({"name": read.key} if read.key else {}),
        mode=read.on,
    )


def kept_book(read: FileRead) -> dict[str, object]:
    """What a book's file said beside its entries, under the name it had."""
    return {"format": read.head.format.value, "object": read.head.raw, "name": read.head.book.name}


def settings_in(head: ReadBook) -> BookSettings:
    """The settings of a book out of a file."""
    more = head.more
    changes: dict[str, Any] = {}
    if isinstance(more.get("is_compatible"), bool):
        changes["is_compatible"] = more["is_compatible"]
    depth, threshold = more.get("query_depth"), more.get("threshold")
    if isinstance(depth, int) and 1 <= depth <= limits.LORE_QUERY_DEPTH_MAX:
        changes["query_depth"] = depth
    if isinstance(threshold, int | float) and not isinstance(threshold, bool) and 0 <= threshold <= 1:
        changes["threshold"] = float(threshold)
    return settings_of(head.book).model_copy(update=changes)


def leaf_of(row: EntryRow) -> Leaf:
    """A kept entry as it is written."""
    rules = EntryRules.model_validate_json(row.rules)
    entry = entry_from(row.id, rules, name=row.name, content=row.content, tokens=row.tokens, mode=row.mode, is_on=True)
    return Leaf(entry, row.is_enabled, row.folder, tuple(row.tags), came_of(orjson.loads(row.raw)), row.number)


def came_of(raw: Mapping[str, Any]) -> Came | None:
    """Where something that is kept came from; None where it was made here."""
    held, kind = raw.get("object"), raw.get("format")
    if not isinstance(held, dict) or not isinstance(kind, str):
        return None
    return Came(Format(kind), cast(JsonObject, held), str(raw.get("name") or ""))


async def leaves(work: Work, book_id: UUID) -> list[bytes]:
    """All entries of a book as they are written, in order, packed."""
    pages: list[bytes] = []
    after: tuple[int, int] | None = None
    while rows := await queries.entries_after(work.session, book_id, after, limit=BATCH):
        after = rows[-1].place, rows[-1].number
        pages += await asyncio.to_thread(_page, rows)
    return pages


def _page(rows: Sequence[EntryRow]) -> tuple[bytes, ...]:
    return packed([leaf_of(row) for row in rows])


def shelf_of(book: BookModel) -> Shelf:
    """A kept book as it is written, still without its leaves."""
    usual, settings = BookSettings(), book.settings
    more = {name: getattr(settings, name) for name in _MORE if getattr(settings, name) != getattr(usual, name)}
    came = came_of(book.raw)
    name, description = book.name, book.description
    if came is not None:
        # What was only shortened to fit goes out as it came.
        raw = book_as(came, Format.WORLD)
        given, told = str(raw.get("name") or came.name), str(raw.get("description") or "")
        name = given if " ".join(given.split())[: limits.LORE_BOOK_NAME_MAX].strip() == name else name
        description = told if told.strip()[: limits.DESCRIPTION_MAX] == description else description
    whole = replace(book_of(book, ()), name=name)
    return Shelf(whole, (), description, came, more)


def _relinked(entry: Entry, ids: Mapping[UUID, UUID]) -> Entry:
    def here(some: frozenset[UUID]) -> frozenset[UUID]:
        return frozenset(ids.get(one, one) for one in some)

    waking = replace(
        entry.waking, wakes_only=here(entry.waking.wakes_only), woken_only_by=here(entry.waking.woken_only_by)
    )
    return replace(entry, requires=here(entry.requires), excludes=here(entry.excludes), waking=waking)
