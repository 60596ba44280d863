"""What waits to be made public: read whole, then granted or declined."""

from __future__ import annotations

from aiohttp import web

from bot.errors import UserError
from bot.services.oversight.publications import ENTRIES_SHOWN, RequestState, version_of
from bot.texts import N_, Text
from web.forms import VERSION_FIELD, Form, form
from web.lists import Choice, Cursor, Filter, Shelf, Sort, cut
from web.pages import Access, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.admin.marks import mark_of

STATES: dict[RequestState, Text] = {
    RequestState.OPEN: N_("waits"),
    RequestState.GRANTED: N_("published"),
    RequestState.DECLINED: N_("declined"),
    RequestState.WITHDRAWN: N_("taken back"),
}

SHELF = Shelf(
    sorts=(Sort("came", N_("When it was asked")),),
    filters=(
        Filter("state", N_("State"), tuple(Choice(one.value, words) for one, words in STATES.items())),
        Filter("kind", N_("What"), (Choice("book", N_("Lore books")), Choice("character", N_("Characters")))),
    ),
    searches=False,
)


async def show(request: web.Request) -> web.Response:
    """A page of requests; those that wait, unless others are asked for."""
    asked = SHELF.asked(request)
    kind = asked.filters.get("kind")
    found = await desk(request).oversight.publications.search(
        signed(request).user_id,
        state=RequestState(asked.filters.get("state", RequestState.OPEN.value)),
        is_book=None if kind is None else kind == "book",
        oldest_first=not asked.falling,
        after=mark_of(asked),
        limit=asked.limit + 1,
    )
    rows, last = cut(found, asked)
    next_ = None if last is None else Cursor(last.created_at.isoformat(), last.id)
    listing = SHELF.page(rows=rows, asked=asked, next_=next_)
    return render(request, "admin/publication.html", listing=listing, states=STATES)


async def one(request: web.Request) -> web.Response:
    """One request, with all of what it is about."""
    return await _page(request, Form())


async def decide(request: web.Request) -> web.StreamResponse:
    """Publish it, or say why not."""
    request_id, typed, say = row_id(request, "request_id"), await form(request), say_for(request)
    try:
        typed.only({"verdict", "answer"})
        grants = typed.text("verdict") == "grant"
        decided = await desk(request).oversight.publications.decide(
            signed(request).user_id,
            request_id,
            grants=grants,
            answer=typed.text("answer"),
            seen=typed.value(VERSION_FIELD),
        )
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    if grants:
        return back(request, "/admin/publication", say("{name} is public now.", name=decided.name))
    return back(
        request, "/admin/publication", say("Declined. The owner of {name} reads your answer.", name=decided.name)
    )


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    after = request.query.get("entries", "")
    found = await desk(request).oversight.publications.look(
        signed(request).user_id,
        row_id(request, "request_id"),
        after_entry=int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0,
    )
    fresh = {**shown.fields, VERSION_FIELD: (version_of(found),)}
    more = found.entries[-1].number if len(found.entries) >= ENTRIES_SHOWN else None
    return render(
        request,
        "admin/publication_one.html",
        status=status,
        asked=found,
        form=Form(fresh, shown.files, shown.trouble),
        states=STATES,
        more=more,
    )


_MENU = "admin_publication"

PAGES = (
    get("/admin/publication", show, "admin_publication", Access.MODERATOR),
    get("/admin/publication/{request_id}", one, "admin_publication_one", Access.MODERATOR, menu=_MENU),
    post("/admin/publication/{request_id}", decide, "admin_publication_decide", Access.MODERATOR, menu=_MENU),
)
