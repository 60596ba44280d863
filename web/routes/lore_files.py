"""Lore books as files: out in three forms, in as new ones or as a newer state of one, and how far that is."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.lore.formats.reading import Format
from bot.services.lore.formats.told import FORMAT_NAMES
from bot.services.lore.shown import May
from bot.services.lore.transfer.diffs import Kind
from bot.services.lore.transfer.importing import Choice, ImportState
from bot.texts import N_, Text
from web.forms import Form, form
from web.pages import (
    Access,
    Rate,
    at_work,
    back,
    desk,
    download,
    get,
    post,
    render,
    row_id,
    say_for,
    signed,
    status_of,
)
from web.theirs import theirs
from web.uploads import wanted

FILE_BODY = int(limits.CARD_FILE_BYTES_MAX) + (1 << 20)
FILE = "file"

_OUT = (Format.WORLD, Format.CHARACTER_BOOK, Format.LOREBOOK_V3)
_KINDS: Mapping[Kind, Text] = {
    Kind.ADDED: N_("new in the file"),
    Kind.CHANGED: N_("changed in the file"),
    Kind.BOTH: N_("changed in the file and here"),
    Kind.GONE: N_("no longer in the file"),
    Kind.GONE_BOTH: N_("no longer in the file, changed here"),
    Kind.OURS: N_("changed or made here only"),
    Kind.SAME: N_("the same"),
}


async def out(request: web.Request) -> web.StreamResponse:
    """The book as a file."""
    asked = request.query.get("as", Format.WORLD.value)
    kind = Format(asked) if asked in {one.value for one in _OUT} else Format.WORLD
    made = await desk(request).lore.exports.export(signed(request).user_id, row_id(request, "book_id"), kind)
    return download(made.data, made.name, "application/json")


async def ask(request: web.Request) -> web.Response:
    """The form for a file, and what became of the last ones."""
    return await _page(request, Form())


async def take(request: web.Request) -> web.StreamResponse:
    """Make a book of it, or compare it with one."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({FILE, "book"})
        sent = wanted(typed, FILE)
        if len(sent.data) > limits.CARD_FILE_BYTES_MAX:
            raise InvalidInput(
                "lore_file_too_large",
                N_("The file is too large: at most {maximum} MB."),
                field=FILE,
                maximum=int(limits.CARD_FILE_BYTES_MAX) // 1_000_000,
            )
        book_id: UUID | None = typed.id("book") if typed.text("book") else None
        told = await desk(request).lore.imports.begin(me.user_id, sent.data, sent.name, say.language, book_id=book_id)
    except UserError as error:
        shown = typed.failed(
            error if error.field else InvalidInput(error.code, error.message, field=FILE, **error.values)
        )
        return await _page(request, shown, status=status_of(error))
    return back(request, f"/lore/imports/{told.id}")


async def show(request: web.Request) -> web.Response:
    """How far an import is, and what there is to decide."""
    told = await desk(request).lore.imports.progress(signed(request).user_id, row_id(request, "import_id"))
    return render(
        request,
        "lore/import_one.html",
        told=told,
        done=ImportState.DONE,
        differ=[(_KINDS[kind], count) for kind, count in told.differ.items() if count],
        format_name="" if told.format is None else FORMAT_NAMES[told.format],
    )


async def decide(request: web.Request) -> web.StreamResponse:
    """Do with a file that waits what was chosen."""
    me, typed, import_id = signed(request), await form(request), row_id(request, "import_id")
    if typed.text("take") == "nothing":
        await desk(request).lore.imports.cancel(me.user_id, import_id)
    else:
        await desk(request).lore.imports.choose(me.user_id, import_id, typed.choice("take", Choice))
    return back(request, f"/lore/imports/{import_id}")


async def report(request: web.Request) -> web.StreamResponse:
    """Every line of what is told of a file."""
    told = await desk(request).lore.imports.progress(signed(request).user_id, row_id(request, "import_id"))
    return download(told.report.encode(), "report.txt", "text/plain; charset=utf-8")


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    me, lore = signed(request), desk(request).lore
    async with at_work(request) as work:
        books = await lore.books.find(work, me.user_id, "", may=May.WRITE)
    return render(
        request,
        "lore/import.html",
        status=status,
        form=shown,
        books=tuple((str(one.id), one.label) for one in books),
        recent=await lore.imports.recent(me.user_id),
        done=ImportState.DONE,
    )


PAGES = (
    get("/lore/import", ask, "lore_import", Access.MEMBER, menu="lore"),
    post("/lore/import", take, "lore_import_take", Access.MEMBER, rate=Rate.UPLOAD, body_bytes=FILE_BODY, menu="lore"),
    get("/lore/imports/{import_id}", theirs(show), "lore_import_one", Access.MEMBER, menu="lore"),
    post("/lore/imports/{import_id}", theirs(decide), "lore_import_decide", Access.MEMBER, menu="lore"),
    get("/lore/imports/{import_id}/report", theirs(report), "lore_import_report", Access.MEMBER, menu="lore"),
    get("/lore/{book_id}/file", theirs(out), "lore_out", Access.MEMBER, rate=Rate.LIST_FILE, menu="lore"),
)
