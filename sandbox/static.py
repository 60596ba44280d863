"""The web client's files, and the gateway's door at the same address."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from sandbox.core import Core
from sandbox.gateway.connection import Connection

#: What a client may ask for. discord.py asks for zstd on Python 3.14 or where `zstandard` is installed; it takes plain
#: frames as well, so that is what it gets then.
COMPRESSIONS = ("", "zlib-stream", "zstd-stream")
CLIENT = Path(__file__).with_name("client")
FOLDERS = ("style", "js", "img")
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".json": "application/json",
}
_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob: http: https:; connect-src 'self' ws:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}


def mount(app: web.Application, core: Core) -> None:
    """Serve the client at "/" and the gateway to whoever asks there for a websocket."""

    async def front(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await gateway(core, request)
        return _file(CLIENT / "index.html")

    async def asset(request: web.Request) -> web.StreamResponse:
        path = (CLIENT / request.path.lstrip("/")).resolve()
        if not path.is_relative_to(CLIENT):
            raise web.HTTPNotFound
        return _file(path)

    app.router.add_get("/", front)
    app.router.add_get("/gateway", front)
    # Links to messages, as people copy them; the client finds its way from the address.
    app.router.add_get("/channels/{tail:.+}", front)
    for folder in FOLDERS:
        app.router.add_get(f"/{folder}/{{tail:.+}}", asset)


async def gateway(core: Core, request: web.Request) -> web.StreamResponse:
    """One gateway connection: version 9 or 10, JSON, as one zlib stream or plain."""
    # A frame larger than a payload may be is read, so that it can be refused with Discord's own code.
    socket = web.WebSocketResponse(max_msg_size=1 << 20, compress=False)
    await socket.prepare(request)
    query = request.query
    if query.get("v", "10") not in ("9", "10"):
        await socket.close(code=4012)
        return socket
    if query.get("encoding", "json") != "json" or query.get("compress", "") not in COMPRESSIONS:
        await socket.close(code=4002)
        return socket
    connection = Connection(core.hub, core.world, socket, compress=query.get("compress") == "zlib-stream")
    await connection.run()
    return socket


def _file(path: Path) -> web.Response:
    content_type = _TYPES.get(path.suffix)
    if content_type is None or not path.is_file():
        return web.Response(status=404, text="404: Not Found")
    return web.Response(body=path.read_bytes(), content_type=content_type, headers=_HEADERS)
