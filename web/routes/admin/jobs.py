"""The job queue: what waits, runs and failed; trying again and giving up."""

from __future__ import annotations

from aiohttp import web

from bot.errors import InvalidInput
from bot.services.oversight.queue import AT_ONCE
from bot.texts import N_
from web.forms import Form, form
from web.pages import Access, back, desk, get, post, render, say_for, signed


async def show(request: web.Request) -> web.Response:
    """How the queue stands."""
    before = request.query.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    state = await desk(request).oversight.queue.look(signed(request).user_id, held_before=number)
    return render(request, "admin/jobs.html", state=state)


async def release(request: web.Request) -> web.StreamResponse:
    """Have held jobs tried again."""
    ids = _ids(await form(request))
    done = await desk(request).oversight.queue.release(signed(request).user_id, ids)
    return back(request, "/admin/jobs", say_for(request)("{count} jobs are tried again.", count=done))


async def remove(request: web.Request) -> web.StreamResponse:
    """Give held jobs up."""
    ids = _ids(await form(request))
    done = await desk(request).oversight.queue.remove(signed(request).user_id, ids)
    return back(request, "/admin/jobs", say_for(request)("{count} jobs are given up.", count=done))


def _ids(typed: Form) -> list[int]:
    typed.only({"job"})
    written = typed.values("job")
    if len(written) > AT_ONCE or not all(one.isascii() and one.isdigit() and len(one) < 18 for one in written):
        raise InvalidInput("no_jobs", N_("Choose at least one job."), field="job")
    return [int(one) for one in written]


PAGES = (
    get("/admin/jobs", show, "admin_jobs", Access.ADMIN),
    post("/admin/jobs/release", release, "admin_jobs_release", Access.ADMIN, menu="admin_jobs"),
    post("/admin/jobs/remove", remove, "admin_jobs_remove", Access.ADMIN, menu="admin_jobs"),
)
