"""Tokens of the API: made, listed, taken back. A new one's secret is shown once, on the answer to its form."""

from __future__ import annotations

from aiohttp import web

from bot.errors import UserError
from bot.services.people.tokens import DAYS, MadeToken, Scope
from bot.texts import N_
from web.forms import Form, form
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed

SCOPES = (
    (Scope.READ, N_("Read: everything you see here yourself")),
    (Scope.WRITE, N_("Write: make, change and delete in your name, and give tokens away")),
    (Scope.STAFF, N_("Staff: the work of moderators and admins, for 30 days at most")),
)
_USUAL = Form.filled(scopes=[Scope.READ.value], days="90")


async def show(request: web.Request) -> web.Response:
    """The list, and the form of a new one."""
    return await _page(request, _USUAL)


async def make(request: web.Request) -> web.Response:
    """Make a token and show its secret, this once."""
    me, typed = signed(request), await form(request)
    typed.only({"name", "scopes", "days"})
    try:
        async with at_work(request) as work:
            made = await desk(request).tokens.make(
                work,
                me.user_id,
                typed.text("name"),
                typed.values("scopes"),
                typed.whole("days"),
                is_staff=me.is_staff,
            )
    except UserError as error:
        return await _page(request, typed.failed(error), status=422)
    return await _page(request, _USUAL, made=made)


async def revoke(request: web.Request) -> web.StreamResponse:
    """Take a token back."""
    async with at_work(request) as work:
        gone = await desk(request).tokens.revoke(work, signed(request).user_id, row_id(request, "token_id"))
    say = say_for(request)
    return back(request, "/account/tokens", say("“{name}” opens nothing any more.", name=gone.name))


async def _page(request: web.Request, shown: Form, *, made: MadeToken | None = None, status: int = 200) -> web.Response:
    me, say = signed(request), say_for(request)
    async with at_work(request) as work:
        tokens = await desk(request).tokens.all(work, me.user_id)
    return render(
        request,
        "tokens.html",
        status=status,
        form=shown,
        made=made,
        tokens=tokens,
        scopes=[(one.value, say(words)) for one, words in SCOPES if one is not Scope.STAFF or me.is_staff],
        days=[(str(one), say.plural("{n} day", "{n} days", one)) for one in DAYS],
    )


PAGES = (
    get("/account/tokens", show, "tokens", Access.MEMBER),
    post("/account/tokens", make, "token_make", Access.MEMBER, menu="tokens"),
    post("/account/tokens/{token_id}/revoke", revoke, "token_revoke", Access.MEMBER, menu="tokens"),
)
