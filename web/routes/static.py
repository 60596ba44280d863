"""Style sheets, scripts and drawings. A file is sent by what was read at the start, never by a path on a disk."""

from __future__ import annotations

from aiohttp import web

from web.assets import assets
from web.pages import Access, get, missing

FOR_GOOD = "public, max-age=31536000, immutable"
LOOK_AGAIN = "no-cache"


async def file(request: web.Request) -> web.Response:
    """One file. Kept for good where the address names its content (`?v=`), else looked at again each time."""
    found = assets().get(request.match_info["name"])
    if found is None:
        missing()
    tag = f'"{found.digest}"'
    headers = {
        "Cache-Control": FOR_GOOD if request.query.get("v") == found.digest else LOOK_AGAIN,
        "ETag": tag,
        "Content-Type": found.mime,
    }
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"Cache-Control": headers["Cache-Control"], "ETag": tag})
    return web.Response(body=found.data, headers=headers)


PAGES = (get("/static/{name:.+}", file, "static", Access.ANYBODY),)
