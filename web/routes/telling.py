"""For everybody: reporting something to staff, what came of it, and what staff did with one's data."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from bot.errors import UserError
from bot.services.oversight.actions import ACTIONS
from bot.services.oversight.publications import RequestState
from bot.services.oversight.reports import KINDS, REASONS, STATES, ReportDraft, ReportedKind, ReportReason
from bot.texts import N_, Text
from web.forms import Form, form
from web.pages import Access, at_work, back, desk, get, missing, post, render, say_for, signed, status_of

_REPORTED = (ReportedKind.CHARACTER, ReportedKind.BOOK, ReportedKind.CREATOR)

REQUESTS: dict[RequestState, Text] = {
    RequestState.OPEN: N_("waits for staff"),
    RequestState.GRANTED: N_("published"),
    RequestState.DECLINED: N_("declined"),
    RequestState.WITHDRAWN: N_("taken back"),
}


async def ask(request: web.Request) -> web.Response:
    """The form, about what the address names."""
    kind, thing_id = _thing(request.query.get("kind", ""), request.query.get("id", ""))
    return _form(request, Form.filled(kind=kind, id=thing_id, reason=ReportReason.HARASSMENT))


async def report(request: web.Request) -> web.StreamResponse:
    """Tell staff."""
    me, typed, say = signed(request), await form(request), say_for(request)
    kind, thing_id = _thing(typed.text("kind"), typed.text("id"))
    try:
        typed.only({"kind", "id", "reason", "words"})
        draft = ReportDraft(kind, str(thing_id), typed.choice("reason", ReportReason), typed.text("words"))
        async with at_work(request) as work:
            await desk(request).oversight.reports.file(work, me.user_id, draft)
    except UserError as error:
        return _form(request, typed.failed(error), status=status_of(error))
    return back(request, "/account/reports", say("Staff know of it now. Nobody else does."))


async def mine(request: web.Request) -> web.Response:
    """One's reports and requests to publish, and what came of them; what staff did with one's data."""
    me, services = signed(request), desk(request)
    async with at_work(request) as work:
        reports = await services.oversight.reports.mine(work, me.user_id)
        asked = await services.oversight.publications.mine(work, me.user_id)
        lines = await services.audit_log.about(work, me.user_id)
    return render(
        request,
        "told.html",
        reports=reports,
        asked=asked,
        lines=lines,
        kinds=KINDS,
        reasons=REASONS,
        states=STATES,
        requests=REQUESTS,
        actions=ACTIONS,
    )


async def take_back(request: web.Request) -> web.StreamResponse:
    """Ask no more for something to be published."""
    me, say = signed(request), say_for(request)
    async with at_work(request) as work:
        await desk(request).oversight.publications.take_back(work, me.user_id, UUID(request.match_info["request_id"]))
    return back(request, "/account/reports", say("Taken back. Nothing else changed."))


def _thing(kind: str, thing_id: str) -> tuple[ReportedKind, UUID]:
    try:
        found, named = ReportedKind(kind), UUID(thing_id)
    except ValueError:
        missing()
    if found not in _REPORTED:
        missing()
    return found, named


def _form(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    say = say_for(request)
    return render(
        request,
        "report.html",
        status=status,
        form=shown,
        kind=say(KINDS[ReportedKind(shown.value("kind"))]),
        reasons=tuple((one.value, say(words)) for one, words in REASONS.items()),
    )


PAGES = (
    get("/account/report", ask, "report", Access.MEMBER, menu="reports"),
    post("/account/report", report, "report_send", Access.MEMBER, menu="reports"),
    get("/account/reports", mine, "reports", Access.MEMBER),
    post(
        "/account/publication/{request_id}/take-back", take_back, "publication_take_back", Access.MEMBER, menu="reports"
    ),
)
