"""Lore books and their entries."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot import limits
from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS
from bot.services.lore.shown import Shelf, Which
from bot.services.lore.tables import BookSort, EntrySort, books_table, entries_table
from web.api.call import Call, after
from web.api.kinds import Area, AskedFlag, Endpoint, ListQuery, Out, Scope, Words
from web.api.resources.lore_shapes import (
    Book,
    BookChange,
    Books,
    DeletedBook,
    Entries,
    Entry,
    EntryChange,
    NewBook,
    NewEntry,
    book_out,
    entry_out,
    line_out,
    typed_of,
)


class BooksQuery(ListQuery):
    """Which books."""

    shelf: Shelf = Shelf.ALL
    text: Annotated[Words, Field(max_length=int(limits.SEARCH_TEXT_MAX))] = ""
    """Stands in name, description or tags, or is the code."""
    sort: BookSort = BookSort.NAME
    is_down: AskedFlag = False
    """The greatest, or the newest, first."""


class EntriesQuery(ListQuery):
    """Which entries, in which order."""

    text: Annotated[Words, Field(max_length=int(limits.LORE_SEARCH_MAX))] = ""
    """Words that stand in name, keys or content."""
    folder: Annotated[Words, Field(max_length=int(limits.LORE_FOLDER_MAX))] | None = None
    tag: Annotated[Words, Field(max_length=int(limits.TAG_MAX))] | None = None
    is_enabled: AskedFlag | None = None
    sort: EntrySort = EntrySort.PLACE
    is_down: AskedFlag = False
    """The greatest, or the newest, first."""


async def list_books(call: Call) -> Books:
    """Books you may read: your own, those others let you into, and those everybody may read."""
    asked = call.query(BooksQuery)
    async with call.work() as work:
        found = await books_table(
            work,
            call.me,
            which=asked.shelf,
            text=asked.text,
            sort=asked.sort,
            is_down=asked.is_down,
            after=call.table_mark(),
            size=asked.limit,
        )
    return Books(items=tuple(book_out(one) for one in found.books), next=after(found.next))


async def create_book(call: Call) -> Out:
    """Make a lore book."""
    async with call.work() as work:
        made = await call.desk.lore.books.create(work, call.me, typed_of(call.body(NewBook), BOOK_FIELDS))
    return book_out(made)


async def get_book(call: Call) -> Out:
    """One lore book."""
    async with call.work() as work:
        return book_out(await call.desk.lore.books.get(work, call.me, call.id("book_id")))


async def change_book(call: Call) -> Out:
    """Change a lore book: all that was sent, or nothing. For its owner and admins."""
    async with call.work() as work:
        typed = typed_of(call.body(BookChange), BOOK_FIELDS)
        return book_out(await call.desk.lore.books.edit(work, call.me, call.id("book_id"), typed))


async def delete_book(call: Call) -> DeletedBook:
    """Delete a lore book. It is in force nowhere any more; you can have it back for a day."""
    async with call.work() as work:
        gone = await call.desk.lore.books.delete(work, call.me, call.id("book_id"))
    return DeletedBook.model_validate(gone)


async def restore_book(call: Call) -> Out:
    """Have a deleted lore book back, where it was."""
    async with call.work() as work:
        return book_out(await call.desk.lore.books.restore(work, call.me, call.id("book_id")))


async def list_entries(call: Call) -> Entries:
    """Entries of a book."""
    asked = call.query(EntriesQuery)
    async with call.work() as work:
        found = await entries_table(
            work,
            call.me,
            call.id("book_id"),
            Which(folder=asked.folder, tag=asked.tag, text=asked.text, is_enabled=asked.is_enabled),
            sort=asked.sort,
            is_down=asked.is_down,
            after=call.table_mark(),
            size=asked.limit,
        )
    return Entries(
        items=tuple(line_out(one) for one in found.entries),
        next=after(found.next),
        total=found.total,
        tokens=found.tokens,
    )


async def create_entry(call: Call) -> Out:
    """Write an entry, at the end of a book. For who may write in it."""
    typed = typed_of(call.body(NewEntry), ENTRY_FIELDS)
    async with call.work() as work:
        return entry_out(await call.desk.lore.entries.add(work, call.me, call.id("book_id"), typed))


async def get_entry(call: Call) -> Out:
    """One entry, with all its fields."""
    async with call.work() as work:
        return entry_out(await call.desk.lore.entries.get(work, call.me, call.id("entry_id")))


async def change_entry(call: Call) -> Out:
    """Change an entry: all that was sent, or nothing. What it was before stays in its history."""
    typed = typed_of(call.body(EntryChange), ENTRY_FIELDS)
    async with call.work() as work:
        return entry_out(await call.desk.lore.entries.edit(work, call.me, call.id("entry_id"), typed))


async def delete_entry(call: Call) -> None:
    """Delete an entry; undoing brings it back, as long as its book is there."""
    async with call.work() as work:
        await call.desk.lore.entries.delete(work, call.me, call.id("entry_id"))


async def undo_entry(call: Call) -> Out:
    """Undo the last change of an entry; a deleted one comes back."""
    async with call.work() as work:
        return entry_out(await call.desk.lore.entries.undo(work, call.me, call.id("entry_id")))


_AREA, _WRITE = Area.LORE, Scope.WRITE

ENDPOINTS = (
    Endpoint("GET", "/lore/books", list_books, _AREA, "Lore books", Books, query=BooksQuery),
    Endpoint(
        "POST", "/lore/books", create_book, _AREA, "Make a lore book", Book, _WRITE,
        body=NewBook, status=201, makes="book_id",
    ),
    Endpoint("GET", "/lore/books/{book_id}", get_book, _AREA, "One lore book", Book),
    Endpoint("PATCH", "/lore/books/{book_id}", change_book, _AREA, "Change a lore book", Book, _WRITE, body=BookChange),
    Endpoint("DELETE", "/lore/books/{book_id}", delete_book, _AREA, "Delete a lore book", DeletedBook, _WRITE),
    Endpoint("POST", "/lore/books/{book_id}/restore", restore_book, _AREA, "Have a lore book back", Book, _WRITE),
    Endpoint(
        "GET", "/lore/books/{book_id}/entries", list_entries, _AREA, "Entries of a book", Entries, query=EntriesQuery
    ),
    Endpoint(
        "POST", "/lore/books/{book_id}/entries", create_entry, _AREA, "Write an entry", Entry, _WRITE,
        body=NewEntry, status=201, makes="entry_id",
    ),
    Endpoint("GET", "/lore/entries/{entry_id}", get_entry, _AREA, "One entry", Entry),
    Endpoint(
        "PATCH", "/lore/entries/{entry_id}", change_entry, _AREA, "Change an entry", Entry, _WRITE, body=EntryChange
    ),
    Endpoint("DELETE", "/lore/entries/{entry_id}", delete_entry, _AREA, "Delete an entry", None, _WRITE),
    Endpoint("POST", "/lore/entries/{entry_id}/undo", undo_entry, _AREA, "Undo the last change", Entry, _WRITE),
)  # fmt: skip
