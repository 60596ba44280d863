"""Pictures, by content. Discord fetches characters' faces here when `PUBLIC_URL` is set.

The address is the picture's sha-256, so it can be cached for good and cannot be guessed.
"""

from __future__ import annotations

from aiohttp import web

from web.keys import PICTURES
from web.pages import Access, get


async def picture(request: web.Request) -> web.StreamResponse:
    """The picture with this content. Raises HTTPNotFound."""
    path = request.app[PICTURES].path(request.match_info["sha256"])
    if path is None:
        raise web.HTTPNotFound
    return web.FileResponse(
        path, headers={"Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable"}
    )


PAGES = (get("/media/{sha256:[0-9a-f]{64}}.png", picture, "media", Access.ANYBODY),)
