"""The first page: where to talk, who speaks, who lives here, and whose characters are worth meeting."""

from __future__ import annotations

from aiohttp import web

from bot.services.oversight.switches import Switch
from web.keys import COVER
from web.markdown import plain_of
from web.pages import Access, at_work, desk, get, render

_BIO_SHOWN = 140
_FEATURED_SHOWN = 6


async def page(request: web.Request) -> web.Response:
    """The home page."""
    services = desk(request)
    featured = ()
    if services.switches.is_on(Switch.PUBLIC_PAGES):
        async with at_work(request) as work:
            featured = await services.creators.featured(work, _FEATURED_SHOWN)
    told = [(creator, plain_of(creator.bio, _BIO_SHOWN)) for creator in featured]
    return render(request, "home.html", cover=request.app[COVER], featured=told)


PAGES = (get("/", page, "home", Access.ANYBODY),)
