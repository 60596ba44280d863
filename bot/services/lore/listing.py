"""Entries in lists, found by words, numbers and names."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bot import limits
from bot.services.lore.fields.typed_keys import short_key
from bot.services.lore.searching import tsquery
from bot.services.lore.shown import EntryChoice, EntryLine, EntryPage, Which
from bot.services.lore.stored import keys_of
from db import functions_lore as functions
from db.functions_lore import Sought
from db.queries.lore import books, versions
from db.queries.lore import entries as queries
from db.queries.lore.entries import Filter, LineRow
from db.work import Work

_KEYS_SHOWN = 5
_LETTERS_OF_WORDS = 3
"""So many letters must be typed before an entry is offered for what stands in it."""
_BOOKS_LOOKED_THROUGH = 3
_INT_MAX = 2**31 - 1
_NUMBER = re.compile(r"#?\s*(\d{1,9})$")


def filter_of(which: Which) -> Filter:
    """What a list asks for, but for its words."""
    return Filter(which.folder, which.tag, which.is_enabled, which.mode, list(which.ids) if which.ids else None)


def sought(which: Which, book_id: UUID | None) -> Sought:
    """The same, with its words."""
    return Sought(
        words=tsquery(which.text),
        book_id=book_id,
        folder=which.folder,
        tag=which.tag,
        mode=None if which.mode is None else which.mode.value,
        is_enabled=which.is_enabled,
    )


async def page_of(
    work: Work, book_id: UUID, which: Which, *, after: str | None = None, before: str | None = None
) -> EntryPage:
    """One screen of a book's entries, in the order of lists."""
    if which.text.strip():
        return await found(work, which, book_id, after=after, before=before)
    wanted = filter_of(which)
    size = int(limits.LIST_PAGE)
    total, tokens = await queries.count(work.session, book_id, wanted)
    mark = _mark(before or after)
    bound = None if mark is None else mark[1:]
    rows = await queries.page(work.session, book_id, wanted, mark=bound, is_back=before is not None, limit=size + 1)
    if before is not None and len(rows) <= size:
        # Not a whole screen before the mark: the first one, then.
        before = after = None
        rows = await queries.page(work.session, book_id, wanted, limit=size + 1)
    return _page(rows, total, tokens, after=after, before=before, one_book=True)


async def found(
    work: Work, which: Which, book_id: UUID | None, *, after: str | None = None, before: str | None = None
) -> EntryPage:
    """One screen of entries that hold certain words: of one book, or of all a person may read."""
    asked = sought(which, book_id)
    if not asked.words:
        return EntryPage((), 0, 0)
    size = int(limits.LIST_PAGE)
    mark = _mark(before or after)
    if mark is not None and mark[0] is None and book_id is not None:
        mark = book_id, mark[1], mark[2]
    full = None if mark is None or mark[0] is None else (mark[0], mark[1], mark[2])
    hits = await functions.search(work.session, _at(asked, full, is_back=before is not None), size + 1)
    if before is not None and len(hits.ids) <= size:
        before = after = None
        hits = await functions.search(work.session, asked, size + 1)
    rows = await queries.lines(work.session, hits.ids)
    total, tokens = hits.total, hits.tokens
    return _page(rows, total, tokens, after=after, before=before, one_book=book_id is not None)


async def ids_of(work: Work, book_id: UUID, which: Which) -> Sequence[UUID]:
    """The ids of all entries of a book that fit."""
    if not which.text.strip():
        return await queries.ids_that_fit(work.session, book_id, filter_of(which))
    asked = sought(which, book_id)
    if not asked.words:
        return ()
    hits = await functions.search(work.session, asked, int(limits.LORE_BULK_MAX))
    only = set(which.ids)
    return [one for one in hits.ids if not only or one in only]


async def suggestions(
    work: Work, user_id: UUID, typed: str, book_id: UUID | None, *, deleted: bool = False
) -> list[EntryChoice]:
    """Entries offered while somebody types: by number, by name, then by words; with nothing typed a book's first.

    Without a book those of the books changed last are offered, with their books' names; and whatever holds the words.
    """
    most = int(limits.CHOICES_MAX)
    if book_id is None:
        found = await _of_any_book(work, user_id, typed.strip(), most)
        return [*found, *(await _deleted_of_any(work, user_id, typed) if deleted else ())][:most]
    chosen: list[EntryChoice] = []
    if deleted:
        gone = await deleted_choices(work, book_id)
        wanted = typed.strip().lstrip("#").casefold()
        chosen += [one for one in gone if wanted in one.label.casefold()]
    number = _NUMBER.match(typed.strip())
    if number is not None:
        ids = list((await queries.ids_of(work.session, book_id, [int(number[1])])).values())
        chosen += [choice_of(row) for row in await queries.lines(work.session, ids)]
    named = await _named(work, book_id, typed.strip(), most)
    chosen += [choice_of(row) for row in named]
    if len(named) < most:
        chosen += [choice_of(row) for row in await _worded(work, typed.strip(), book_id, most)]
    return list({one.id: one for one in chosen}.values())[:most]


async def _of_any_book(work: Work, user_id: UUID, typed: str, most: int) -> list[EntryChoice]:
    rows: list[LineRow] = []
    for book in await books.recent(work.session, user_id, _BOOKS_LOOKED_THROUGH):
        if len(rows) < most:
            rows += await _named(work, book.id, typed, most - len(rows))
    if len(rows) < most:
        rows += await _worded(work, typed, None, most)
    names = await books.names_of(work.session, list({row.book_id for row in rows}))
    offered = {row.id: replace(choice_of(row), label=_with_book(row, names)) for row in rows}
    return list(offered.values())[:most]


async def _named(work: Work, book_id: UUID, typed: str, most: int) -> Sequence[LineRow]:
    if not typed:
        return await queries.page(work.session, book_id, queries.EVERY, limit=most)
    return await queries.named_like(work.session, book_id, typed, most)


async def _worded(work: Work, typed: str, book_id: UUID | None, most: int) -> Sequence[LineRow]:
    # One letter begins a word of nearly every entry; only to count those takes its time.
    words = tsquery(typed) if len(typed) >= _LETTERS_OF_WORDS else ""
    hits = await functions.search(work.session, Sought(words, book_id), most) if words else None
    return await queries.lines(work.session, hits.ids) if hits else ()


def _with_book(row: LineRow, names: Mapping[UUID, str]) -> str:
    return _within(label(row.number, row.name), names.get(row.book_id, ""))


def _within(text: str, book: str) -> str:
    """An entry's label with its book's name behind it."""
    most = int(limits.CHOICE_LABEL_MAX)
    if len(book) > most // 3:
        book = book[: most // 3 - 1] + "…"
    return f"{text[: most - len(book) - 3]} ({book})"


async def deleted_choices(work: Work, book_id: UUID) -> list[EntryChoice]:
    """Deleted entries of a book, the last one first."""
    gone = await versions.deleted(work.session, book_id, int(limits.CHOICES_MAX))
    return [EntryChoice(one.entry_id, book_id, one.number, label(one.number, one.name)) for one in gone]


async def _deleted_of_any(work: Work, user_id: UUID, typed: str) -> list[EntryChoice]:
    """Those deleted from the books changed last, with their books' names. Nothing typed: none."""
    wanted, found = typed.strip().lstrip("#").casefold(), list[EntryChoice]()
    for book in await books.recent(work.session, user_id, _BOOKS_LOOKED_THROUGH) if wanted else ():
        gone = await versions.deleted(work.session, book.id, int(limits.CHOICES_MAX))
        named = ((one, label(one.number, one.name)) for one in gone)
        found += [
            EntryChoice(one.entry_id, book.id, one.number, _within(text, book.name))
            for one, text in named
            if wanted in text.casefold()
        ]
    return found


async def meant(
    work: Work, typed: str, book_id: UUID | None, *, user_id: UUID | None = None, deleted: bool = False
) -> UUID | None:
    """The entry meant by an option: the id of a suggestion; a name typed in full; with its book also `#12`.

    `deleted`: also one that is gone; without its book, one of the books that `user_id` changed last.
    """
    with contextlib.suppress(ValueError):
        return UUID(typed)
    if book_id is None:
        found = await _only_one(work, typed)
        return await _only_deleted(work, user_id, typed) if found is None and deleted and user_id else found
    number = _NUMBER.match(typed.strip())
    if number is not None:
        found = (await queries.ids_of(work.session, book_id, [int(number[1])])).get(int(number[1]))
    else:
        found = await queries.id_named(work.session, book_id, typed.strip()[: limits.LORE_ENTRY_NAME_MAX])
    if found is None and deleted:
        gone = await deleted_choices(work, book_id)
        is_it = str(int(number[1])) if number else typed.strip().casefold()
        found = next(
            (one.id for one in gone if is_it in (str(one.number), one.label.partition(" ")[2].casefold())), None
        )
    return found


async def _only_one(work: Work, typed: str) -> UUID | None:
    """The one entry of that name among all that a person has or was let into; None where there are several."""
    words, name = tsquery(typed), " ".join(typed.split()).casefold()
    hits = await functions.search(work.session, Sought(words, None), int(limits.CHOICES_MAX)) if words else None
    rows = await queries.lines(work.session, hits.ids) if hits else ()
    named = [row.id for row in rows if " ".join(row.name.split()).casefold() == name]
    return named[0] if len(named) == 1 else None


async def _only_deleted(work: Work, user_id: UUID, typed: str) -> UUID | None:
    """The one deleted entry of that name in the books changed last; None where there are several."""
    name, named = " ".join(typed.split()).casefold(), list[UUID]()
    for book in await books.recent(work.session, user_id, _BOOKS_LOOKED_THROUGH):
        gone = await versions.deleted(work.session, book.id, int(limits.CHOICES_MAX))
        named += [one.entry_id for one in gone if " ".join(one.name.split()).casefold() == name]
    return named[0] if len(named) == 1 else None


def line_of(row: LineRow) -> EntryLine:
    """A row as lists show it."""
    keys = keys_of(row.rules.keys)
    return EntryLine(
        id=row.id,
        book_id=row.book_id,
        number=row.number,
        name=" ".join(row.name.split()),
        folder=row.folder,
        tags=tuple(row.tags),
        mode=row.mode,
        is_enabled=row.is_enabled,
        tokens=row.tokens,
        keys=tuple(short_key(key) for key in keys[:_KEYS_SHOWN]),
        key_count=len(keys),
    )


def choice_of(row: LineRow) -> EntryChoice:
    """A row as autocomplete offers it."""
    return EntryChoice(row.id, row.book_id, row.number, label(row.number, row.name))


def label(number: int, name: str) -> str:
    """`#12 The harbour`."""
    return f"#{number} {' '.join(name.split())}".strip()[: limits.CHOICE_LABEL_MAX]


def _at(asked: Sought, mark: tuple[UUID, int, int] | None, *, is_back: bool) -> Sought:
    return Sought(asked.words, asked.book_id, asked.folder, asked.tag, asked.mode, asked.is_enabled, is_back, mark)


def _page(
    rows: Sequence[LineRow], total: int, tokens: int, *, after: str | None, before: str | None, one_book: bool
) -> EntryPage:
    size = int(limits.LIST_PAGE)
    has_more = len(rows) > size
    # Going back, the one too many stands in front.
    rows = rows[-size:] if before is not None else rows[:size]
    follows = has_more if before is None else True
    precedes = has_more if before is not None else after is not None
    return EntryPage(
        tuple(line_of(row) for row in rows),
        total,
        tokens,
        after=_marked(rows[-1], one_book=one_book) if rows and follows else None,
        before=_marked(rows[0], one_book=one_book) if rows and precedes else None,
    )


def _marked(row: LineRow, *, one_book: bool) -> str:
    here = f"{_base36(row.place)}.{_base36(row.number)}"
    return here if one_book else f"{row.book_id.hex}.{here}"


def _mark(mark: str | None) -> tuple[UUID | None, int, int] | None:
    if mark is None:
        return None
    try:
        *book, place, number = mark.split(".")
        bound = int(place[:7], 36), int(number[:7], 36)
        return (UUID(book[0]) if book else None), min(bound[0], _INT_MAX), min(bound[1], _INT_MAX)
    except ValueError:
        return None


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"
