"""What staff decide about creators and programs: verification, featuring, programs, applications. All of it logged."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from bot import limits
from bot.errors import NotFound, UserError
from bot.services.people.creators import CreatorCard, CreatorSearch, CreatorSort
from bot.services.people.creators.shown import Verification
from bot.services.programs import ApplicationState, EnrolmentState, Program, ProgramDraft
from bot.services.programs.shown import APPLICATION_STATES, ENROLMENT_STATES, PROGRAM_STATES
from bot.texts import N_, Text
from web.forms import VERSION_FIELD, Form, form, version_of
from web.lists import Cursor
from web.markdown import plain_of
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of

_STANDS: dict[Verification, Text] = {
    Verification.UNVERIFIED: N_("not verified"),
    Verification.VERIFIED: N_("verified"),
    Verification.PREMIUM: N_("verified, premium"),
}
_FIELDS = (
    "name", "description", "requirements", "benefits", "tiers", "status", "deadline", "places", "featured",
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------- creators


async def creators(request: web.Request) -> web.Response:
    """Who asks to be verified, and creators found by words."""
    staff = signed(request)
    cursor = Cursor.read(request.query.get("after", ""))
    asked = await desk(request).creating.verifications.waiting(staff.user_id, after=cursor.id if cursor else None)
    words = " ".join(request.query.get("search", "").replace("\x00", "").split())[: limits.SEARCH_TEXT_MAX]
    found: tuple[CreatorCard, ...] = ()
    async with at_work(request) as work:
        featured = await desk(request).creators.featured(work, 50)
        if words:
            listed = await desk(request).creators.found(work, CreatorSearch(words=words, sort=CreatorSort.NAME))
            found = listed.cards
    say = say_for(request)
    return render(
        request,
        "admin/creators.html",
        asked=asked,
        next_page=None if asked.next is None else Cursor(None, asked.next),
        words_asked=words,
        found=found,
        featured=featured,
        verdicts=[(one.value, say(label)) for one, label in _STANDS.items()],
        plain=plain_of,
    )


async def answer(request: web.Request) -> web.StreamResponse:
    """Verify or decline."""
    staff, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"verdict", "answer"})
        said = typed.text("verdict")
        verdict = None if said == "no" else typed.choice("verdict", Verification)
        await desk(request).creating.verifications.answer(
            staff.user_id, row_id(request, "verification_id"), verdict, typed.text("answer")
        )
    except NotFound:
        raise
    except UserError as error:
        return back(request, "/admin/creators", say.error(error), kind="trouble")
    return back(request, "/admin/creators", say("Answered."))


async def standing(request: web.Request) -> web.StreamResponse:
    """What the house says of a creator."""
    staff, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"verification", "featured", "why"})
        card = await desk(request).creating.verifications.standing(
            staff.user_id,
            row_id(request, "creator_id"),
            verification=typed.choice("verification", Verification),
            is_featured=typed.ticked("featured"),
            why=typed.text("why")[:200],
        )
    except NotFound:
        raise
    except UserError as error:
        return back(request, "/admin/creators", say.error(error), kind="trouble")
    return back(request, "/admin/creators", say("Saved for {name}.", name=card.display_name))


# ---------------------------------------------------------------------------------------------------- programs


async def programs(request: web.Request) -> web.Response:
    """Every program, and how many applications wait."""
    staff = signed(request)
    listed = await desk(request).programs.for_staff(staff.user_id)
    waiting = await desk(request).programs.waiting(staff.user_id)
    return render(
        request, "admin/programs.html", programs=listed, waiting=waiting, states=PROGRAM_STATES, plain=plain_of
    )


async def new_program(request: web.Request) -> web.Response:
    """The form of a new one."""
    return _edited(request, None, Form.filled(status="draft"))


async def edit_program(request: web.Request) -> web.Response:
    """The form of one."""
    program, draft = await desk(request).programs.edited(signed(request).user_id, row_id(request, "program_id"))
    typed = {name: getattr(draft, name) for name in _FIELDS}
    return _edited(request, program, Form.filled(**typed, **{VERSION_FIELD: version_of(program.updated_at)}))


async def add_program(request: web.Request) -> web.StreamResponse:
    """Make one."""
    return await _save(request, None)


async def save_program(request: web.Request) -> web.StreamResponse:
    """Keep one."""
    return await _save(request, row_id(request, "program_id"))


async def remove_program(request: web.Request) -> web.StreamResponse:
    """It goes, with its applications."""
    await desk(request).programs.remove(signed(request).user_id, row_id(request, "program_id"))
    return back(request, "/admin/programs", say_for(request)("The program is gone, with its applications."))


async def _save(request: web.Request, program_id: UUID | None) -> web.StreamResponse:
    staff, typed, say = signed(request).user_id, await form(request), say_for(request)
    shown: Program | None = None
    try:
        typed.only(_FIELDS)
        if program_id is not None:
            shown, _ = await desk(request).programs.edited(staff, program_id)
            typed.must_have_seen(shown.updated_at)
        draft = ProgramDraft(**{name: typed.text(name) for name in _FIELDS})
        kept = await desk(request).programs.save(
            staff, program_id, draft, seen_at=None if shown is None else shown.updated_at
        )
    except NotFound:
        raise
    except UserError as error:
        failed = typed.failed(error)
        if shown is not None:
            failed = Form({**failed.fields, VERSION_FIELD: (version_of(shown.updated_at),)}, failed.files, error)
        return _edited(request, shown, failed, status=status_of(error))
    return back(
        request, f"/admin/programs/{kept.id}", say("Saved. {name} is at {path}.", name=kept.name, path=kept.path)
    )


def _edited(request: web.Request, program: Program | None, shown: Form, *, status: int = 200) -> web.Response:
    say = say_for(request)
    return render(
        request,
        "admin/program.html",
        status=status,
        program=program,
        form=shown,
        states=[(one.value, say(label)) for one, label in PROGRAM_STATES.items()],
    )


# ---------------------------------------------------------------------------------------------------- applications


async def applications(request: web.Request) -> web.Response:
    """Who applied to a program, and who takes part."""
    staff, program_id = signed(request).user_id, row_id(request, "program_id")
    cursor = Cursor.read(request.query.get("after", ""))
    is_open = request.query.get("show", "") != "answered"
    service = desk(request).programs
    enrolled = await service.enrolled(staff, program_id)
    listed = await service.waiting(staff, program_id, is_open=is_open, after=cursor.id if cursor else None)
    program = next(one for one in await service.for_staff(staff) if one.id == program_id)
    return render(
        request,
        "admin/applications.html",
        program=program,
        listed=listed,
        is_open=is_open,
        enrolled=enrolled,
        next_page=None if listed.next is None else Cursor(None, listed.next),
        states=APPLICATION_STATES,
        parts=ENROLMENT_STATES,
    )


async def review(request: web.Request) -> web.StreamResponse:
    """Take an application up, accept or decline it."""
    staff, typed, say = signed(request).user_id, await form(request), say_for(request)
    to = f"/admin/programs/{row_id(request, 'program_id')}/applications"
    try:
        typed.only({"state", "answer"})
        await desk(request).programs.answer(
            staff, row_id(request, "application_id"), typed.choice("state", ApplicationState), typed.text("answer")
        )
    except NotFound:
        raise
    except UserError as error:
        return back(request, to, say.error(error), kind="trouble")
    return back(request, to, say("Answered."))


async def settle(request: web.Request) -> web.StreamResponse:
    """Somebody completed a program, or is removed from it."""
    staff, typed, say = signed(request).user_id, await form(request), say_for(request)
    to = f"/admin/programs/{row_id(request, 'program_id')}/applications"
    try:
        typed.only({"state", "why"})
        await desk(request).programs.settle(
            staff, row_id(request, "enrolment_id"), typed.choice("state", EnrolmentState), typed.text("why")[:200]
        )
    except NotFound:
        raise
    except UserError as error:
        return back(request, to, say.error(error), kind="trouble")
    return back(request, to, say("Saved."))


_ONE = "/admin/programs/{program_id}"
_MENU = "admin_programs"
PAGES = (
    get("/admin/creators", creators, "admin_creators", Access.MODERATOR),
    post(
        "/admin/creators/requests/{verification_id}",
        answer,
        "admin_verification",
        Access.MODERATOR,
        menu="admin_creators",
    ),
    post("/admin/creators/{creator_id}", standing, "admin_creator_standing", Access.MODERATOR, menu="admin_creators"),
    get("/admin/programs", programs, "admin_programs", Access.MODERATOR),
    get("/admin/programs/new", new_program, "admin_program_new", Access.ADMIN, menu=_MENU),
    post("/admin/programs/new", add_program, "admin_program_add", Access.ADMIN, menu=_MENU),
    get(_ONE, edit_program, "admin_program", Access.ADMIN, menu=_MENU),
    post(_ONE, save_program, "admin_program_save", Access.ADMIN, menu=_MENU),
    post(f"{_ONE}/remove", remove_program, "admin_program_remove", Access.ADMIN, menu=_MENU),
    get(f"{_ONE}/applications", applications, "admin_applications", Access.MODERATOR, menu=_MENU),
    post(f"{_ONE}/applications/{{application_id}}", review, "admin_application_review", Access.MODERATOR, menu=_MENU),
    post(f"{_ONE}/enrolments/{{enrolment_id}}", settle, "admin_enrolment", Access.MODERATOR, menu=_MENU),
)
