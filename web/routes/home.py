"""The first page: where to talk, who speaks, who lives here."""

from __future__ import annotations

import aiohttp_jinja2
from aiohttp import web

from web.keys import COVER


@aiohttp_jinja2.template("home.html")
async def page(request: web.Request) -> dict[str, object]:
    """Render the home page."""
    return {"cover": request.app[COVER]}
