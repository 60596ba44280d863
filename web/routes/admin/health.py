"""How the house is, finding by finding."""

from __future__ import annotations

from aiohttp import web

from bot.services.oversight.condition import Level
from bot.texts import N_, Text
from web.keys import COVER, HEALTH
from web.pages import Access, desk, get, render, signed

LEVELS: dict[Level, Text] = {Level.OK: N_("fine"), Level.WARN: N_("look at it"), Level.RED: N_("mend it")}
BADGES: dict[Level, str] = {Level.OK: "good", Level.WARN: "note", Level.RED: "bad"}


async def show(request: web.Request) -> web.Response:
    """Everything that was looked at, now."""
    state = await desk(request).oversight.condition.look(signed(request).user_id)
    checks = await request.app[HEALTH].check()
    return render(
        request,
        "admin/health.html",
        state=state,
        checks=checks,
        boot_id=request.app[COVER].boot_id,
        levels=LEVELS,
        badges=BADGES,
    )


PAGES = (get("/admin/health", show, "admin_health", Access.ADMIN),)
