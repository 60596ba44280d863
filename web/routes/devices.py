"""The browsers one is signed in with, and what was tried."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiohttp import web

from bot.services.people.sessions import LOGINS_SHOWN
from web import cookies
from web.agents import spoken_of
from web.lists import Cursor
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed


async def show(request: web.Request) -> web.Response:
    """Every signed-in browser, and the latest sign-ins."""
    me, sessions = signed(request), desk(request).sessions
    after = Cursor.read(request.query.get("after", ""))
    async with at_work(request) as work:
        devices = await sessions.devices(work, me.user_id)
        attempts = await sessions.attempts(work, me.user_id, before=_before(after))
    shown = attempts[:LOGINS_SHOWN]
    more = Cursor(shown[-1].at.isoformat(), shown[-1].id) if len(attempts) > len(shown) else None
    return render(
        request,
        "devices.html",
        devices=devices,
        attempts=shown,
        after=after,
        next=more,
        spoken_of=spoken_of,
    )


async def end(request: web.Request) -> web.StreamResponse:
    """Sign one browser out."""
    me, say, session_id = signed(request), say_for(request), row_id(request, "session_id")
    async with at_work(request) as work:
        await desk(request).sessions.end(work, me.user_id, session_id)
    if session_id == me.session_id:
        return _signed_out(request)
    return back(request, "/account/devices", say("That browser is signed out."))


async def end_all(request: web.Request) -> web.StreamResponse:
    """Sign every browser out, this one too."""
    me = signed(request)
    async with at_work(request) as work:
        await desk(request).sessions.end_all(work, me.user_id)
    return _signed_out(request)


def _signed_out(request: web.Request) -> web.StreamResponse:
    response = web.Response(status=303, headers={"Location": "/sign-in"})
    cookies.take(request, response, cookies.SESSION)
    return response


def _before(after: Cursor | None) -> tuple[datetime, UUID] | None:
    if after is None or after.value is None:
        return None
    try:
        at = datetime.fromisoformat(after.value)
    except ValueError:
        return None
    return None if at.tzinfo is None else (at, after.id)


PAGES = (
    get("/account/devices", show, "devices", Access.MEMBER),
    post("/account/devices/end-all", end_all, "devices_end_all", Access.MEMBER, menu="devices"),
    post("/account/devices/{session_id}/end", end, "device_end", Access.MEMBER, menu="devices"),
)
