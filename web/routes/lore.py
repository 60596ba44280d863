"""Lore books: the list, a book's own page, its form, and what is done with a whole book."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot import limits
from bot.errors import UserError
from bot.services.desk import Work
from bot.services.lore.fields import BOOK_FIELDS
from bot.services.lore.shown import LoreBook, May
from bot.services.lore.shown import Shelf as Whose
from bot.services.lore.tables import BookSort, BookTable, books_table
from bot.services.lore.whole import EMPTY_BOOK, BookForm
from bot.services.lore.wording import BOOK_FORMS
from bot.services.oversight.publications import MyRequest
from bot.texts import N_, Text
from web.changes import Compared, again, typed_in
from web.controls import Control, labels, of_lore
from web.csv import csv_file
from web.forms import VERSION_FIELD, Form, form
from web.lists import Asked, Choice, Cursor, Filter, Shelf, Sort
from web.pages import (
    Access,
    Rate,
    at_work,
    back,
    desk,
    get,
    post,
    render,
    row_id,
    say_for,
    signed,
    status_of,
)
from web.theirs import theirs

LABELS: Mapping[str, Text] = labels(BOOK_FIELDS.values())
_SHARING = ("allow_fork", "allow_collaboration", "accepts_requests")

SHELF = Shelf(
    sorts=(
        Sort(BookSort.NAME.value, N_("Name")),
        Sort(BookSort.CHANGED.value, N_("Last changed"), falling=True),
        Sort(BookSort.ENTRIES.value, N_("Entries"), falling=True),
        Sort(BookSort.TOKENS.value, N_("Tokens"), falling=True),
        Sort(BookSort.READERS.value, N_("Readers"), falling=True),
    ),
    filters=(
        Filter(
            "whose",
            N_("Whose"),
            (
                Choice(Whose.MINE.value, N_("Yours")),
                Choice(Whose.SHARED.value, N_("Shared with you")),
                Choice(Whose.PUBLIC.value, N_("Everybody's to read")),
            ),
        ),
    ),
    csv="lore_file",
)


# ---------------------------------------------------------------------------------------------------- the list


async def everything(request: web.Request) -> web.Response:
    """One's own books, those shared with one, and those everybody may read."""
    me, asked = signed(request), SHELF.asked(request, limit=int(limits.TABLE_PAGE))
    async with at_work(request) as work:
        found = await _table(work, request, asked)
        gone = await desk(request).lore.books.deleted(work, me.user_id)
    listing = SHELF.page(asked, found.books, Cursor(*found.next) if found.next else None)
    return render(request, "lore/list.html", listing=listing, gone=gone)


async def as_file(request: web.Request) -> web.StreamResponse:
    """The same list as a CSV file."""
    say = say_for(request)
    columns = (
        say("Name"), say("Owner"), say("Category"), say("Tags"), say("Entries"), say("Tokens"), say("Readers"),
        say("Seen by"), say("Made"), say("Last changed"),
    )  # fmt: skip
    return await csv_file(request, "lore-books", columns, _lines(request))


async def _lines(request: web.Request) -> AsyncIterator[Sequence[object]]:
    asked = replace(SHELF.asked(request, limit=int(limits.TABLE_PAGE)), after=None)
    while True:
        async with at_work(request) as work:
            found = await _table(work, request, asked)
        for one in found.books:
            yield (
                one.name, one.owner_name, one.category.value, ", ".join(one.tags), one.entry_count, one.token_count,
                one.view_count, one.visibility.value, one.created_at, one.updated_at,
            )  # fmt: skip
        if found.next is None:
            return
        asked = replace(asked, after=Cursor(*found.next))


async def _table(work: Work, request: web.Request, asked: Asked) -> BookTable:
    after = asked.after
    return await books_table(
        work,
        signed(request).user_id,
        which=Whose(asked.filters.get("whose", Whose.ALL.value)),
        text=asked.search,
        sort=BookSort(asked.sort),
        is_down=asked.falling,
        after=None if after is None or after.value is None else (after.value, after.id),
        size=asked.limit,
    )


# ---------------------------------------------------------------------------------------------------- a book


async def show(request: web.Request) -> web.Response:
    """What a book is, how much is in it, where it counts, and what one may do with it."""
    me, book_id, lore = signed(request), row_id(request, "book_id"), desk(request).lore
    async with at_work(request) as work:
        book = await lore.books.get(work, me.user_id, book_id)
        totals = await lore.books.totals(work, me.user_id, book_id)
        learnt = await lore.chunks.progress(work, book_id)
        publication = await _asked_for(request, work, book)
        rated = await lore.ratings.of(work, me.user_id, book_id)
    return render(
        request,
        "lore/book.html",
        book=book,
        totals=totals,
        learnt=learnt,
        publication=publication,
        rated=rated,
        **book_words(book.may),
    )


async def _asked_for(request: web.Request, work: Work, book: LoreBook) -> MyRequest | None:
    """The owner's newest wish to have it published, whatever came of it."""
    if book.may is not May.OWN:
        return None
    asked = await desk(request).oversight.publications.mine(work, signed(request).user_id)
    return next((one for one in asked if one.book_id == book.id), None)


async def publish(request: web.Request) -> web.StreamResponse:
    """Ask for it to be everybody's to read."""
    me, typed, book_id = signed(request), await form(request), row_id(request, "book_id")
    async with at_work(request) as work:
        await desk(request).oversight.publications.ask_for_book(work, me.user_id, book_id, typed.text("words"))
    told = say_for(request)("Somebody of this house will look at it. You need not do anything.")
    return back(request, f"/lore/{book_id}", told)


def book_words(may: May) -> dict[str, Any]:
    """What a template needs to tell what somebody may do with a book."""
    return {
        "may_write": may.includes(May.WRITE),
        "may_rule": may.includes(May.ADMIN),
        "is_mine": may is May.OWN,
    }


async def new(request: web.Request) -> web.Response:
    """The form of a book that is not there yet."""
    return _page(request, Form.filled(**EMPTY_BOOK))


async def create(request: web.Request) -> web.StreamResponse:
    """Make it."""
    me, typed = signed(request), await form(request)
    try:
        typed.only(LABELS)
        async with at_work(request) as work:
            made = await desk(request).lore.forms.create_book(work, me.user_id, typed_in(typed, LABELS))
    except UserError as error:
        return _page(request, typed.failed(error), status=status_of(error))
    told = say_for(request)("{book} is there. Write its first entry.", book=made.book.name)
    return back(request, f"/lore/{made.book.id}", told)


async def edit(request: web.Request) -> web.Response:
    """Its form, for who looks after it."""
    found = await _found(request)
    return _page(request, Form.filled(**found.typed, **{VERSION_FIELD: found.mark}), found)


async def save(request: web.Request) -> web.StreamResponse:
    """Keep what was changed."""
    me, typed, book_id = signed(request), await form(request), row_id(request, "book_id")
    found = await _found(request)
    names = _names(found)
    try:
        typed.only(names)
        async with at_work(request) as work:
            kept = await desk(request).lore.forms.save_book(
                work, me.user_id, book_id, typed_in(typed, names), mark=typed.value(VERSION_FIELD)
            )
    except UserError as error:
        shown, compared = again(typed, error, names)
        return _page(request, shown, found, compared, status=status_of(error))
    return back(request, f"/lore/{book_id}", say_for(request)("{book} is saved.", book=kept.book.name))


async def fork(request: web.Request) -> web.StreamResponse:
    """A copy of one's own."""
    me, typed = signed(request), await form(request)
    async with at_work(request) as work:
        made = await desk(request).lore.books.fork(work, me.user_id, row_id(request, "book_id"), typed.text("name"))
    return back(request, f"/lore/{made.id}", say_for(request)("{book} is your copy now.", book=made.name))


async def delete(request: web.Request) -> web.StreamResponse:
    """Gone for everybody; for a day its owner may have it back."""
    async with at_work(request) as work:
        gone = await desk(request).lore.books.delete(work, signed(request).user_id, row_id(request, "book_id"))
    told = say_for(request)("{book} is deleted. You can have it back below for a day.", book=gone.name)
    return back(request, "/lore", told)


async def restore(request: web.Request) -> web.StreamResponse:
    """Have it back."""
    async with at_work(request) as work:
        found = await desk(request).lore.books.restore(work, signed(request).user_id, row_id(request, "book_id"))
    return back(request, f"/lore/{found.id}", say_for(request)("{book} is back, where it was.", book=found.name))


async def _found(request: web.Request) -> BookForm:
    async with at_work(request) as work:
        return await desk(request).lore.forms.book(work, signed(request).user_id, row_id(request, "book_id"))


def _names(found: BookForm | None) -> Mapping[str, Text]:
    """The fields that this form asks for: what is shared is the owner's to say."""
    is_mine = found is None or found.book.may is May.OWN
    return {name: label for name, label in LABELS.items() if is_mine or name not in _SHARING}


def _page(
    request: web.Request, shown: Form, found: BookForm | None = None, compared: Compared = (), *, status: int = 200
) -> web.Response:
    return render(
        request,
        "lore/book_edit.html",
        status=status,
        form=shown,
        book=None if found is None else found.book,
        compared=compared,
        groups=_controls(request, found),
    )


def _controls(request: web.Request, found: BookForm | None) -> list[tuple[str, str, list[Control]]]:
    say, names = say_for(request), _names(found)
    forms = [*BOOK_FORMS.items(), ("sharing", (N_("What others may do"), _SHARING))]
    made = [
        (code, say(title), [of_lore(BOOK_FIELDS[name], say) for name in fields if name in names])
        for code, (title, fields) in forms
    ]
    return [one for one in made if one[2]]


PAGES = (
    get("/lore", everything, "lore", Access.MEMBER),
    get("/lore.csv", as_file, "lore_file", Access.MEMBER, rate=Rate.LIST_FILE, menu="lore"),
    get("/lore/new", new, "lore_new", Access.MEMBER, menu="lore"),
    post("/lore/new", create, "lore_create", Access.MEMBER, menu="lore"),
    get("/lore/{book_id}", theirs(show), "lore_book", Access.MEMBER, menu="lore"),
    get("/lore/{book_id}/edit", theirs(edit), "lore_book_edit", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/edit", theirs(save), "lore_book_save", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/publish", theirs(publish), "lore_publish", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/fork", theirs(fork), "lore_fork", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/delete", theirs(delete), "lore_delete", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/restore", theirs(restore), "lore_restore", Access.MEMBER, menu="lore"),
)
