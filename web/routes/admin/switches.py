"""Parts of the house, opened and closed."""

from __future__ import annotations

from aiohttp import web

from bot.errors import UserError
from bot.services.oversight.switches import NOTE_MAX, Switch
from web.forms import Form, form
from web.pages import Access, back, desk, get, post, render, say_for, signed, status_of


async def show(request: web.Request) -> web.Response:
    """How every switch stands."""
    return await _page(request, Form())


async def turn(request: web.Request) -> web.StreamResponse:
    """Turn one on or off."""
    typed, say, services = await form(request), say_for(request), desk(request)
    try:
        typed.only({"switch", "to", "note"})
        switch, is_on = typed.choice("switch", Switch), typed.text("to") == "on"
        await services.switches.put(
            services.oversight.oversight, signed(request).user_id, switch, is_on=is_on, note=typed.text("note")
        )
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    label = say(next(state.kind.label for state in services.switches.every() if state.switch is switch))
    told = say("{label}: on.", label=label) if is_on else say("{label}: off.", label=label)
    return back(request, "/admin/switches", told)


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    services = desk(request)
    async with services.oversight.at_work(signed(request).user_id, "switch.listed", "list", admin=True):
        pass
    return render(
        request,
        "admin/switches.html",
        status=status,
        form=shown,
        switches=services.switches.every(),
        note_max=NOTE_MAX,
    )


PAGES = (
    get("/admin/switches", show, "admin_switches", Access.ADMIN),
    post("/admin/switches", turn, "admin_switch", Access.ADMIN, menu="admin_switches"),
)
