"""Whether this process can do its work, for operators and their monitors."""

from __future__ import annotations

from aiohttp import web

from web.keys import COVER, HEALTH
from web.pages import Access, get


async def report(request: web.Request) -> web.Response:
    """`{"ok": …, "boot_id": …, "checks": {…}}`; 503 while anything fails. `boot_id` changes with every start."""
    checks = await request.app[HEALTH].check()
    ok = all(checks.values())
    return web.json_response(
        {"ok": ok, "boot_id": request.app[COVER].boot_id, "checks": checks}, status=200 if ok else 503
    )


PAGES = (get("/healthz", report, "health", Access.ANYBODY),)
