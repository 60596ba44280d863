"""The entries of a book as a table: searched, narrowed, sorted, had as a file, and changed by the many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, NotAllowed, NotFound, UserError
from bot.services.desk import Work
from bot.services.lore.bulk import can_be_set
from bot.services.lore.fields import ENTRY_FIELDS
from bot.services.lore.shown import Bulk, BulkKind, LoreBook, May, Which
from bot.services.lore.tables import EntrySort, EntryTable, Mode, entries_table
from bot.texts import N_, Say, Text
from web.csv import csv_file
from web.forms import Form, form
from web.lists import Asked, Choice, Cursor, Filter, Shelf, Sort
from web.pages import Access, Rate, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.lore import book_words
from web.theirs import theirs

_NAMED = "n:"
"""Before a folder's name in an address: so that entries of no folder can be asked for, too."""
_NARROWED = ("search", "folder", "tag", "mode", "state")
BULK_BODY = 1 << 20

_SORTS = (
    Sort(EntrySort.PLACE.value, N_("Order of the book")),
    Sort(EntrySort.NUMBER.value, N_("Number")),
    Sort(EntrySort.NAME.value, N_("Name")),
    Sort(EntrySort.TOKENS.value, N_("Tokens"), falling=True),
    Sort(EntrySort.USES.value, N_("Used"), falling=True),
    Sort(EntrySort.CHANGED.value, N_("Last changed"), falling=True),
)
_STATES = (Choice("on", N_("On")), Choice("off", N_("Off")))
_DEEDS: Mapping[BulkKind, Text] = {
    BulkKind.ENABLE: N_("Switch on"),
    BulkKind.DISABLE: N_("Switch off"),
    BulkKind.TAG: N_("Tag with …"),
    BulkKind.UNTAG: N_("Take the tag … away"),
    BulkKind.FOLDER: N_("Put into the folder …"),
    BulkKind.SET: N_("Set a field to …"),
    BulkKind.DELETE: N_("Delete"),
}


@dataclass(frozen=True, slots=True)
class _Opened:
    """A book with what its table can be narrowed to."""

    book: LoreBook
    shelf: Shelf


async def everything(request: web.Request) -> web.Response:
    """The table."""
    return await _page(request, Form())


async def as_file(request: web.Request) -> web.StreamResponse:
    """The same table as a CSV file."""
    say = say_for(request)
    async with at_work(request) as work:
        opened = await _opened(request, work)
    columns = (
        say("Number"), say("Name"), say("Folder"), say("Tags"), say("Comes in"), say("On"), say("Keys"),
        say("Tokens"), say("Used"), say("Last used"), say("Last changed"),
    )  # fmt: skip
    return await csv_file(request, f"lore-{opened.book.code}", columns, _lines(request, opened))


async def _lines(request: web.Request, opened: _Opened) -> AsyncIterator[Sequence[object]]:
    asked = replace(opened.shelf.asked(request, limit=int(limits.TABLE_PAGE)), after=None)
    while True:
        async with at_work(request) as work:
            found = await _table(work, request, asked)
        for one in found.entries:
            keys = ", ".join(one.keys) + (", …" if one.key_count > len(one.keys) else "")
            yield (
                one.number, one.name, one.folder, ", ".join(one.tags), one.mode.value, one.is_enabled, keys,
                one.tokens, one.uses, one.last_used_at, one.updated_at,
            )  # fmt: skip
        if found.next is None:
            return
        asked = replace(asked, after=Cursor(*found.next))


async def change_many(request: web.Request) -> web.StreamResponse:
    """Ask whether so many are meant, and then do it."""
    me, typed, book_id = signed(request), await form(request), row_id(request, "book_id")
    try:
        typed.only({"do", "value", "field", "entry", "all", "sure", *_NARROWED})
        deed = Bulk(typed.choice("do", BulkKind), typed.text("field"), typed.text("value"))
        entries = desk(request).lore.entries
        entries.check(deed)
        which = _meant(typed)
        async with at_work(request) as work:
            book = await desk(request).lore.books.get(work, me.user_id, book_id, may=May.WRITE)
            count = await entries.count(work, me.user_id, book_id, which)
            if typed.ticked("sure"):
                done = await entries.bulk(work, me.user_id, book_id, which, deed)
                return back(request, f"/lore/{book_id}/entries", _told(done.count, done.unchanged, say_for(request)))
    except (NotAllowed, NotFound):
        raise
    except UserError as error:
        return await _page(request, typed.failed(_at_value(error)), status=status_of(error))
    if not count:
        told = say_for(request)("No entry fits that, so nothing is changed.")
        return back(request, f"/lore/{book_id}/entries", told, kind="note")
    sent = [(name, value) for name in typed.fields for value in typed.values(name) if name != "form_token"]
    return render(
        request,
        "lore/bulk.html",
        book=book,
        count=count,
        deed=say_for(request)(_DEEDS[deed.kind]),
        field=ENTRY_FIELDS[deed.field].label if deed.field in ENTRY_FIELDS and deed.kind is BulkKind.SET else "",
        value=deed.value if deed.kind in (BulkKind.TAG, BulkKind.UNTAG, BulkKind.FOLDER, BulkKind.SET) else None,
        is_deleting=deed.kind is BulkKind.DELETE,
        sent=sent,
    )


def _meant(typed: Form) -> Which:
    """The entries that are ticked, or all of the table as it was narrowed. Raises `InvalidInput`."""
    if typed.ticked("all"):
        return _which(typed.text("search"), {name: typed.text(name) for name in _NARROWED})
    ids: list[UUID] = []
    for one in typed.values("entry")[: limits.LORE_BULK_MAX]:
        try:
            ids.append(UUID(one))
        except ValueError:
            continue
    if not ids:
        raise InvalidInput("nothing_ticked", N_("Tick the entries first, or choose all that are listed."), field="do")
    return Which(ids=tuple(ids))


def _at_value(error: UserError) -> UserError:
    """What is wrong with the value that was typed for many stands beside where it was typed."""
    known = error.field in ("do", "value", "field", None)
    return error if known else type(error)(error.code, error.message, field="value", **error.values)


def _told(count: int, unchanged: int, say: Say) -> str:
    text = say.plural("{n} entry is changed.", "{n} entries are changed.", count)
    if not unchanged:
        return text
    same = say.plural("{n} was so already.", "{n} were so already.", unchanged)
    return f"{text} {same}"


# ---------------------------------------------------------------------------------------------------- within


async def _opened(request: web.Request, work: Work) -> _Opened:
    me, book_id, lore = signed(request), row_id(request, "book_id"), desk(request).lore
    book = await lore.books.get(work, me.user_id, book_id)
    folders = await lore.entries.folders(work, me.user_id, book_id)
    tags = await lore.entries.tags(work, me.user_id, book_id)
    modes = ENTRY_FIELDS["mode"].choices
    filters = [
        Filter("mode", N_("Comes in"), tuple(Choice(value, label) for value, label in modes)),
        Filter("state", N_("State"), _STATES),
    ]
    if folders:
        named = (Choice(_NAMED + one, one) for one in folders)
        filters.append(Filter("folder", N_("Folder"), (Choice(_NAMED, N_("In none")), *named)))
    if tags:
        filters.append(Filter("tag", N_("Tag"), tuple(Choice(one, one) for one in tags)))
    return _Opened(book, Shelf(_SORTS, tuple(filters), csv="lore_entries_file"))


def _which(search: str, narrowed: Mapping[str, str]) -> Which:
    folder, mode, state = narrowed.get("folder", ""), narrowed.get("mode", ""), narrowed.get("state", "")
    return Which(
        folder=folder.removeprefix(_NAMED) if folder.startswith(_NAMED) else None,
        tag=narrowed.get("tag") or None,
        text=search[: limits.LORE_SEARCH_MAX],
        is_enabled={"on": True, "off": False}.get(state),
        mode=Mode(mode) if mode in {one.value for one in Mode} else None,
    )


async def _table(work: Work, request: web.Request, asked: Asked) -> EntryTable:
    after = asked.after
    return await entries_table(
        work,
        signed(request).user_id,
        row_id(request, "book_id"),
        _which(asked.search, asked.filters),
        sort=EntrySort(asked.sort),
        is_down=asked.falling,
        after=None if after is None or after.value is None else (after.value, after.id),
        size=asked.limit,
    )


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    me, book_id = signed(request), row_id(request, "book_id")
    async with at_work(request) as work:
        opened = await _opened(request, work)
        asked = opened.shelf.asked(request, limit=int(limits.TABLE_PAGE))
        found = await _table(work, request, asked)
        may_write = opened.book.may.includes(May.WRITE)
        gone = await desk(request).lore.entries.deleted(work, me.user_id, book_id) if may_write else ()
    say = say_for(request)
    return render(
        request,
        "lore/entries.html",
        status=status,
        form=shown,
        book=opened.book,
        listing=opened.shelf.page(asked, found.entries, Cursor(*found.next) if found.next else None),
        total=found.total,
        tokens=found.tokens,
        gone=gone,
        modes={value: say(label) for value, label in ENTRY_FIELDS["mode"].choices},
        deeds=tuple((kind.value, say(label)) for kind, label in _DEEDS.items()),
        settable=tuple((name, say(one.label)) for name, one in ENTRY_FIELDS.items() if can_be_set(name)),
        narrowed={"search": asked.search, **asked.filters},
        **book_words(opened.book.may),
    )


PAGES = (
    get("/lore/{book_id}/entries", theirs(everything), "lore_entries", Access.MEMBER, menu="lore"),
    post(
        "/lore/{book_id}/entries", theirs(change_many), "lore_entries_bulk", Access.MEMBER, body_bytes=BULK_BODY,
        menu="lore",
    ),
    get(
        "/lore/{book_id}/entries.csv", theirs(as_file), "lore_entries_file", Access.MEMBER, rate=Rate.LIST_FILE,
        menu="lore",
    ),
)  # fmt: skip
