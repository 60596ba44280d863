"""What people reported: read, taken in hand, answered."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from bot.errors import UserError
from bot.services.oversight.reports import KINDS, REASONS, STATES, ReportedKind, ReportReason, ReportState
from bot.texts import N_
from web.forms import Form, form
from web.lists import Choice, Cursor, Filter, Shelf, Sort, cut
from web.pages import Access, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.admin.marks import mark_of

_ALL = "all"
_OPEN = (ReportState.OPEN, ReportState.TAKEN)

SHELF = Shelf(
    sorts=(Sort("came", N_("When it came")),),
    filters=(
        Filter(
            "state",
            N_("State"),
            (Choice(_ALL, N_("Closed ones too")), *(Choice(s.value, w) for s, w in STATES.items())),
        ),
        Filter("kind", N_("About"), tuple(Choice(one.value, words) for one, words in KINDS.items())),
        Filter("reason", N_("Reason"), tuple(Choice(one.value, words) for one, words in REASONS.items())),
    ),
    searches=False,
)


async def show(request: web.Request) -> web.Response:
    """A page of reports, the oldest first; closed ones only where asked for."""
    asked, about = SHELF.asked(request), _about(request)
    state = asked.filters.get("state")
    found = await desk(request).oversight.reports.search(
        signed(request).user_id,
        states=_OPEN if state is None else () if state == _ALL else (ReportState(state),),
        kind=ReportedKind(asked.filters["kind"]) if "kind" in asked.filters else None,
        reason=ReportReason(asked.filters["reason"]) if "reason" in asked.filters else None,
        about=about,
        oldest_first=not asked.falling,
        after=mark_of(asked),
        limit=asked.limit + 1,
    )
    rows, last = cut(found, asked)
    next_ = None if last is None else Cursor(last.created_at.isoformat(), last.id)
    return render(
        request,
        "admin/reports.html",
        listing=SHELF.page(rows=rows, asked=asked, next_=next_),
        about=about,
        kinds=KINDS,
        reasons=REASONS,
        states=STATES,
    )


async def one(request: web.Request) -> web.Response:
    """One report."""
    return await _page(request, Form())


async def take(request: web.Request) -> web.StreamResponse:
    """Take it in hand."""
    report_id = row_id(request, "report_id")
    await desk(request).oversight.reports.take(signed(request).user_id, report_id)
    return back(request, f"/admin/reports/{report_id}", say_for(request)("It is in your hands now."))


async def close(request: web.Request) -> web.StreamResponse:
    """Say what came of it."""
    report_id, typed, say = row_id(request, "report_id"), await form(request), say_for(request)
    try:
        typed.only({"verdict", "answer"})
        was_right = typed.text("verdict") == "resolved"
        await desk(request).oversight.reports.close(
            signed(request).user_id, report_id, was_right=was_right, answer=typed.text("answer")
        )
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    return back(request, "/admin/reports", say("Closed. Who reported it reads your answer."))


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Make what was reported its owner's alone."""
    report_id, me = row_id(request, "report_id"), signed(request)
    report = await desk(request).oversight.reports.look(me.user_id, report_id)
    await desk(request).oversight.publications.withdraw(
        me.user_id, report.kind.value, UUID(report.target_id), why=f"report {report_id}"
    )
    say = say_for(request)
    return back(request, f"/admin/reports/{report_id}", say("It is its owner's alone now. Nothing was deleted."))


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    report = await desk(request).oversight.reports.look(signed(request).user_id, row_id(request, "report_id"))
    return render(
        request,
        "admin/report.html",
        status=status,
        report=report,
        form=shown,
        kinds=KINDS,
        reasons=REASONS,
        states=STATES,
        is_open=report.state in _OPEN,
        can_withdraw=report.kind in (ReportedKind.CHARACTER, ReportedKind.BOOK, ReportedKind.CREATOR),
    )


def _about(request: web.Request) -> UUID | None:
    try:
        return UUID(request.query.get("about", ""))
    except ValueError:
        return None


_MENU = "admin_reports"

PAGES = (
    get("/admin/reports", show, "admin_reports", Access.MODERATOR),
    get("/admin/reports/{report_id}", one, "admin_report", Access.MODERATOR, menu=_MENU),
    post("/admin/reports/{report_id}/take", take, "admin_report_take", Access.MODERATOR, menu=_MENU),
    post("/admin/reports/{report_id}/close", close, "admin_report_close", Access.MODERATOR, menu=_MENU),
    post("/admin/reports/{report_id}/withdraw", withdraw, "admin_report_withdraw", Access.MODERATOR, menu=_MENU),
)
