"""The first page: where to talk, who speaks, who lives here."""

from __future__ import annotations

from aiohttp import web

from web.keys import COVER
from web.pages import Access, get, render


async def page(request: web.Request) -> web.Response:
    """The home page."""
    return render(request, "home.html", cover=request.app[COVER])


PAGES = (get("/", page, "home", Access.ANYBODY),)
