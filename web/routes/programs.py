"""Creator programs as everybody sees them, and applying."""

from __future__ import annotations

from aiohttp import web

from bot.errors import NotFound, UserError
from bot.services.programs import ProgramPage
from bot.services.programs.shown import APPLICATION_STATES, ENROLMENT_STATES
from web.forms import Form, form
from web.markdown import html_of, plain_of
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of, visitor


async def programs(request: web.Request) -> web.Response:
    """All of them, with one's own applications."""
    me = visitor(request)
    async with at_work(request) as work:
        listed = await desk(request).programs.listed(work)
        mine = await desk(request).programs.applications(work, me.user_id) if me else ()
        parts = await desk(request).programs.enrolments(work, me.user_id) if me else ()
    return render(
        request,
        "programs.html",
        programs=listed,
        mine=mine,
        parts=parts,
        states=APPLICATION_STATES,
        enrolled=ENROLMENT_STATES,
        plain=plain_of,
    )


async def program(request: web.Request) -> web.Response:
    """One of them."""
    return await _program(request, request.match_info["slug"], Form())


async def apply(request: web.Request) -> web.StreamResponse:
    """Apply."""
    me, typed, say = signed(request), await form(request), say_for(request)
    slug = ""
    try:
        typed.only({"words", "tier"})
        async with at_work(request) as work:
            slug = (await desk(request).programs.chosen(work, str(row_id(request, "program_id")))).slug
            await desk(request).programs.apply(
                work, me.user_id, row_id(request, "program_id"), typed.text("words"), typed.text("tier")
            )
    except NotFound:
        raise
    except UserError as error:
        return await _program(request, slug, typed.failed(error), status=status_of(error))
    return back(request, f"/programs/{slug}", say("Sent. You find the answer here and in the list of programs."))


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Take an application back."""
    async with at_work(request) as work:
        sent = await desk(request).programs.withdraw(work, signed(request).user_id, row_id(request, "program_id"))
    return back(request, f"/programs/{sent.program_slug}", say_for(request)("Your application is taken back."))


async def leave(request: web.Request) -> web.StreamResponse:
    """Take part no more."""
    async with at_work(request) as work:
        name = await desk(request).programs.leave(work, signed(request).user_id, row_id(request, "program_id"))
    return back(request, "/programs", say_for(request)("You take no part in {name} any more.", name=name))


async def _program(request: web.Request, slug: str, shown: Form, *, status: int = 200) -> web.Response:
    me = visitor(request)
    async with at_work(request) as work:
        page: ProgramPage = await desk(request).programs.page(work, me.user_id if me else None, slug)
        is_creator = me is not None and await desk(request).creators.mine(work, me.user_id) is not None
    return render(
        request,
        "program.html",
        status=status,
        page=page,
        form=shown,
        is_creator=is_creator,
        description=html_of(page.program.description),
        html_of=html_of,
        states=APPLICATION_STATES,
        enrolled=ENROLMENT_STATES,
        plain=plain_of,
    )


PAGES = (
    get("/programs", programs, "programs", Access.ANYBODY),
    get("/programs/{slug}", program, "program", Access.ANYBODY, menu="programs"),
    post("/programs/{program_id}/apply", apply, "program_apply", Access.MEMBER, menu="programs"),
    post("/programs/{program_id}/withdraw", withdraw, "program_withdraw", Access.MEMBER, menu="programs"),
    post("/programs/{program_id}/leave", leave, "program_leave", Access.MEMBER, menu="programs"),
)
