"""A book's code: given away with or without a password and an end, opened, taken back; and asking to write in one."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from bot.errors import InvalidInput, UserError
from bot.texts import N_
from web.forms import Form, form
from web.pages import Access, Rate, Signed, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.lore import book_words
from web.theirs import theirs


async def ask_code(request: web.Request) -> web.Response:
    """The form for a code that one was given."""
    return render(request, "lore/open.html", form=Form())


async def open_code(request: web.Request) -> web.StreamResponse:
    """Read the book of a code from now on."""
    me, typed = signed(request), await form(request)
    try:
        typed.only({"code", "password"})
        async with at_work(request) as work:
            book = await desk(request).lore.sharing.open(work, me.user_id, typed.text("code"), typed.value("password"))
    except UserError as error:
        # What was typed as a password is not sent back.
        shown = Form.filled(code=typed.text("code")).failed(error)
        return render(request, "lore/open.html", status=status_of(error), form=shown)
    return back(request, f"/lore/{book.id}", say_for(request)("{book} is yours to read.", book=book.name))


async def show(request: web.Request) -> web.Response:
    """Who may read a book by its code. For its owner."""
    return await _page(request, Form())


async def share(request: web.Request) -> web.StreamResponse:
    """Whoever has the code may read it from now on."""
    me, typed, book_id = signed(request), await form(request), row_id(request, "book_id")
    try:
        typed.only({"password", "no_password", "until"})
        password = "" if typed.ticked("no_password") else typed.value("password") or None
        async with at_work(request) as work:
            book = await desk(request).lore.sharing.share(
                work, me.user_id, book_id, password=password, until=_until(typed, me)
            )
    except InvalidInput as error:
        return await _page(request, Form.filled(until=typed.text("until")).failed(error), status=status_of(error))
    told = say_for(request)("Whoever has the code {code} may read {book} now.", code=book.code, book=book.name)
    return back(request, f"/lore/{book_id}/sharing", told)


async def unshare(request: web.Request) -> web.StreamResponse:
    """Nobody reads it by its code any more."""
    me, book_id = signed(request), row_id(request, "book_id")
    async with at_work(request) as work:
        book = await desk(request).lore.sharing.unshare(work, me.user_id, book_id)
    told = say_for(request)("Nobody reads {book} by its code any more. Who was invited still may.", book=book.name)
    return back(request, f"/lore/{book_id}/sharing", told)


async def leave(request: web.Request) -> web.StreamResponse:
    """Read and write a book of another's no more."""
    me, book_id = signed(request), row_id(request, "book_id")
    async with at_work(request) as work:
        name = await desk(request).lore.sharing.leave(work, me.user_id, book_id)
    return back(request, "/lore", say_for(request)("{book} is no longer shared with you.", book=name))


async def ask(request: web.Request) -> web.StreamResponse:
    """Ask to write in a book that one may read."""
    me, typed, book_id = signed(request), await form(request), row_id(request, "book_id")
    async with at_work(request) as work:
        name = await desk(request).lore.sharing.ask(work, me.user_id, book_id, typed.text("words"))
    return back(request, f"/lore/{book_id}", say_for(request)("Whoever looks after {book} was asked.", book=name))


def _until(typed: Form, me: Signed) -> datetime | None:
    """The moment typed, in who types' time zone; None: without an end. Raises `InvalidInput`."""
    text = typed.text("until")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        zone = ZoneInfo(me.time_zone) if me.time_zone else UTC
        return moment.replace(tzinfo=zone).astimezone(UTC) if moment.tzinfo is None else moment
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        raise InvalidInput(
            "until_unread", N_("Until: choose a day and an hour, or leave it empty."), field="until"
        ) from None


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    me, book_id, lore = signed(request), row_id(request, "book_id"), desk(request).lore
    async with at_work(request) as work:
        form_ = await lore.forms.book(work, me.user_id, book_id)
        guests = await lore.sharing.collaborators(work, me.user_id, book_id)
    book = form_.book
    return render(
        request, "lore/sharing.html", status=status, form=shown, book=book, guests=len(guests), **book_words(book.may)
    )


PAGES = (
    get("/lore/open", ask_code, "lore_open", Access.MEMBER, menu="lore"),
    post("/lore/open", open_code, "lore_open_code", Access.MEMBER, rate=Rate.LOGIN, menu="lore"),
    get("/lore/{book_id}/sharing", theirs(show), "lore_sharing", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/sharing", theirs(share), "lore_share", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/sharing/end", theirs(unshare), "lore_unshare", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/leave", theirs(leave), "lore_leave", Access.MEMBER, menu="lore"),
    post("/lore/{book_id}/ask", theirs(ask), "lore_ask", Access.MEMBER, menu="lore"),
)
