"""A dry run of a book: what it would tell where somebody said this, and why not the rest. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.tables import characters_table_of
from bot.services.desk import Work
from bot.services.lore.replies.trace import Trace, TraceLine
from bot.services.lore.replies.trace_words import sentence, warning
from bot.services.lore.replies.trying import Trial
from bot.services.lore.shown import LoreBook
from bot.texts import Say
from web.forms import Form, form
from web.pages import Access, Rate, at_work, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.lore import book_words
from web.theirs import theirs

_FIELDS = ("said", "character", "persona")


async def ask(request: web.Request) -> web.Response:
    """The form."""
    return await _page(request, Form())


async def run(request: web.Request) -> web.Response:
    """Try it."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only(_FIELDS)
        trial = Trial(typed.value("said"), _id(typed, "character"), _id(typed, "persona"))
        trace = await desk(request).lore.trials.of_book(me.user_id, row_id(request, "book_id"), trial, say)
    except InvalidInput as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    return await _page(request, typed, trace)


def _id(typed: Form, name: str) -> UUID | None:
    return typed.id(name) if typed.text(name) else None


async def _page(request: web.Request, shown: Form, trace: Trace | None = None, *, status: int = 200) -> web.Response:
    async with at_work(request) as work:
        book = await desk(request).lore.books.get(work, signed(request).user_id, row_id(request, "book_id"))
        choices = await _choices(request, work)
    return render(
        request,
        "lore/try.html",
        status=status,
        form=shown,
        book=book,
        most=int(limits.LORE_TEST_MAX),
        trace=None if trace is None else _told(trace, book, say_for(request)),
        **choices,
        **book_words(book.may),
    )


async def _choices(request: web.Request, work: Work) -> dict[str, Sequence[tuple[str, str]]]:
    me = signed(request)
    table = await characters_table_of(work, me.user_id, size=int(limits.CHARACTERS_PER_PERSON))
    personas = await desk(request).personas.all(work, me.user_id)
    return {
        "characters": [(str(one.character.id), one.character.name) for one in table.rows],
        "personas": [(str(one.id), one.name) for one in personas],
    }


def _told(trace: Trace, book: LoreBook, say: Say) -> Mapping[str, object]:
    """A trace in words."""
    return {
        "character": trace.character,
        "books": trace.books,
        "budget": trace.budget,
        "spent": trace.spent,
        "beside": trace.beside,
        "came": [_line(one, trace, book, say) for one in trace.included],
        "missed": [_line(one, trace, book, say) for one in trace.left_out],
        "hidden": trace.hidden,
        "warnings": [warning(one, say, trace.books) for one in trace.warnings],
    }


def _line(one: TraceLine, trace: Trace, book: LoreBook, say: Say) -> Mapping[str, object]:
    return {
        "id": one.entry_id,
        "number": one.number,
        "name": one.name,
        "tokens": one.tokens,
        "why": sentence(one, say, trace.books),
        "is_here": trace.books[one.book].id == book.id,
    }


PAGES = (
    get("/lore/{book_id}/try", theirs(ask), "lore_try", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/try", theirs(run), "lore_try_run", Access.MEMBER, rate=Rate.READ, menu="lore"),
)
