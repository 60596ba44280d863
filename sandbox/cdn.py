"""The CDN: avatars, icons, emojis and attachments, at the same paths as Discord's."""

from __future__ import annotations

import functools
import io

from aiohttp import web
from PIL import Image, ImageDraw

from sandbox.core import Core
from sandbox.signatures import holds

#: The first part of every path the CDN serves.
PLACES = ("attachments", "stickers", "avatars", "emojis", "icons", "banners", "app-icons", "guilds")
#: The colours of the six default avatars.
_COLOURS = ("#5865f2", "#757e8a", "#3ba55c", "#faa61a", "#ed4245", "#eb459f")


@functools.cache
def default_avatar(index: int) -> bytes:
    """One of the six faces of accounts without a picture, as PNG."""
    picture = Image.new("RGB", (128, 128), _COLOURS[index])
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 24, 88, 72), fill="white")
    draw.ellipse((20, 80, 108, 168), fill="white")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def mount(app: web.Application, core: Core) -> None:
    """Serve the CDN's paths."""

    async def serve(request: web.Request) -> web.Response:
        if request.path.startswith("/attachments/") and not holds(request.path, request.query, core.clock.now()):
            return web.Response(status=404, text="This content is no longer available.")
        file = core.world.file(request.path)
        data = core.world.blobs.get(file.sha256) if file else None
        if file is None or data is None:
            return web.Response(status=404, text="404: Not Found")
        return _with_caching(data, file.content_type)

    async def serve_default(request: web.Request) -> web.Response:
        index = request.match_info["index"].removesuffix(".png")
        if not index.isdecimal() or int(index) >= len(_COLOURS):
            return web.Response(status=404, text="404: Not Found")
        return _with_caching(default_avatar(int(index)), "image/png")

    app.router.add_get("/embed/avatars/{index}", serve_default)
    for place in PLACES:
        app.router.add_get(f"/{place}/{{tail:.+}}", serve)


def _with_caching(data: bytes, content_type: str) -> web.Response:
    headers = {"Cache-Control": "public, max-age=31536000", "X-Content-Type-Options": "nosniff"}
    # An uploaded page or SVG must not run on our origin: everything that is no picture is a download.
    if not content_type.startswith(("image/", "audio/", "video/", "text/plain")) or "svg" in content_type:
        headers["Content-Disposition"] = "attachment"
    return web.Response(body=data, content_type=content_type, headers=headers)
