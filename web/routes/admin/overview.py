"""The first page for staff: what waits, and how the house is."""

from __future__ import annotations

from aiohttp import web

from web.pages import Access, desk, get, render, signed


async def show(request: web.Request) -> web.Response:
    """Counts of this moment and of this day."""
    me, services = signed(request), desk(request)
    async with services.oversight.at_work(me.user_id, "staff.overview_opened", "house"):
        pass
    return render(
        request,
        "admin/overview.html",
        now=await services.oversight.figures.now(),
        today=await services.oversight.figures.today() if me.is_admin else {},
        switches=[state for state in services.switches.every() if state.is_on is not state.kind.is_on],
    )


PAGES = (get("/admin", show, "admin", Access.MODERATOR),)
