"""Plans: what they cost and hold, changed by admins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from aiohttp import web

from bot.errors import Conflict, UserError
from bot.services.money.limits_of_words import LABELS, LimitName
from bot.services.money.plans import PlanSeen
from bot.services.money.plans_checked import COUNTED, PlanDraft
from bot.texts import N_, Text
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, back, desk, get, post, render, row_id, say_for, signed, status_of

_TEXTS = (
    "code",
    "name",
    "description",
    "price_monthly",
    "price_yearly",
    "currency",
    "token_allowance",
    "features",
    "place",
    "discord_sku_id",
)
_SWITCHES = ("is_active", "is_default")
_LIMIT = "limit_"

ANALYTICS: Mapping[str, Text] = {"basic": N_("basic"), "advanced": N_("advanced")}
SUPPORT: Mapping[str, Text] = {"community": N_("community"), "email": N_("email"), "priority": N_("priority")}


async def show(request: web.Request) -> web.Response:
    """All plans, the inactive ones too."""
    async with desk(request).oversight.at_work(signed(request).user_id, "plan.listed", "list", admin=True) as work:
        plans = await desk(request).plans.list(work, only_active=False)
    return render(request, "admin/plans.html", plans=plans, counted=COUNTED, labels=LABELS)


async def one(request: web.Request) -> web.Response:
    """A plan's form."""
    plan = await _plan(request, row_id(request, "plan_id"))
    return _page(request, _filled(plan.draft(), plan.updated_at), plan)


async def new(request: web.Request) -> web.Response:
    """An empty form."""
    return _page(request, _filled(PlanDraft(code="", name=""), None), None)


async def create(request: web.Request) -> web.StreamResponse:
    """Make a plan."""
    typed, services = await form(request), desk(request)
    try:
        draft = _draft(typed)
        async with services.oversight.at_work(
            signed(request).user_id, "plan.created", "plan", draft.code, admin=True
        ) as work:
            made = await services.plans.create(work, draft)
    except UserError as error:
        return _page(request, typed.failed(_at_field(error)), None, status=status_of(error))
    return back(request, "/admin/plans", say_for(request)("{name} is there.", name=made.name))


async def save(request: web.Request) -> web.StreamResponse:
    """Change a plan."""
    typed, services, plan_id = await form(request), desk(request), row_id(request, "plan_id")
    try:
        draft = _draft(typed)
        async with services.oversight.at_work(
            signed(request).user_id, "plan.changed", "plan", plan_id, admin=True
        ) as work:
            kept = await services.plans.edit(work, plan_id, draft, version=_version(typed))
    except UserError as error:
        now = await _plan(request, plan_id)
        shown = typed.failed(_at_field(error))
        if isinstance(error, Conflict):
            # Sent again it goes over what stands there now, which is shown beside it.
            shown = Form({**shown.fields, VERSION_FIELD: (now.updated_at.isoformat(),)}, {}, error)
        return _page(request, shown, now, status=status_of(error), changed=isinstance(error, Conflict))
    told = say_for(request)(
        "Saved. Who is on {name} has its limits from now on, at the price they agreed to.", name=kept.name
    )
    return back(request, "/admin/plans", told)


async def delete(request: web.Request) -> web.StreamResponse:
    """Take away a plan that nobody ever had."""
    services, plan_id = desk(request), row_id(request, "plan_id")
    async with services.oversight.at_work(signed(request).user_id, "plan.deleted", "plan", plan_id, admin=True) as work:
        gone = await services.plans.delete(work, plan_id)
    return back(request, "/admin/plans", say_for(request)("{name} is gone.", name=gone.name))


async def _plan(request: web.Request, plan_id: UUID) -> PlanSeen:
    async with desk(request).oversight.at_work(
        signed(request).user_id, "plan.listed", "plan", plan_id, admin=True
    ) as work:
        return await desk(request).plans.get(work, plan_id)


def _page(
    request: web.Request, shown: Form, plan: PlanSeen | None, *, status: int = 200, changed: bool = False
) -> web.Response:
    say = say_for(request)
    return render(
        request,
        "admin/plan.html",
        status=status,
        form=shown,
        plan=plan,
        changed=changed,
        counted=COUNTED,
        labels=LABELS,
        analytics=tuple((value, say(words)) for value, words in ANALYTICS.items()),
        support=tuple((value, say(words)) for value, words in SUPPORT.items()),
        names=LimitName,
        limit=_LIMIT,
    )


def _draft(typed: Form) -> PlanDraft:
    limits = [one.value for one in LimitName]
    typed.only({*_TEXTS, *_SWITCHES, *(f"{_LIMIT}{name}" for name in limits)})
    return PlanDraft(
        **{name: typed.text(name) for name in _TEXTS},
        is_active=typed.ticked("is_active"),
        is_default=typed.ticked("is_default"),
        limits={name: typed.text(f"{_LIMIT}{name}") for name in limits},
    )


def _filled(draft: PlanDraft, version: datetime | None) -> Form:
    values: dict[str, object] = {name: getattr(draft, name) for name in (*_TEXTS, *_SWITCHES)}
    values |= {f"{_LIMIT}{name}": value for name, value in draft.limits.items() if value}
    return Form.filled(**values, **({} if version is None else {VERSION_FIELD: version}))


def _version(typed: Form) -> datetime | None:
    try:
        return datetime.fromisoformat(typed.value(VERSION_FIELD))
    except ValueError:
        return None


def _at_field(error: UserError) -> UserError:
    """The refusal of a limit beside its own field."""
    if error.field in {one.value for one in LimitName}:
        error.field = f"{_LIMIT}{error.field}"
    return error


_MENU = "admin_plans"

PAGES = (
    get("/admin/plans", show, "admin_plans", Access.ADMIN),
    get("/admin/plans/new", new, "admin_plan_new", Access.ADMIN, menu=_MENU),
    post("/admin/plans/new", create, "admin_plan_create", Access.ADMIN, menu=_MENU),
    get("/admin/plans/{plan_id}", one, "admin_plan", Access.ADMIN, menu=_MENU),
    post("/admin/plans/{plan_id}", save, "admin_plan_save", Access.ADMIN, menu=_MENU),
    post("/admin/plans/{plan_id}/delete", delete, "admin_plan_delete", Access.ADMIN, menu=_MENU),
)
