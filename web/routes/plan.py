"""One's plan: what it holds and how much of that is used, the other plans, and what is paid for them."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.services.money.limits_of import Allowed, Use
from bot.services.money.limits_of_words import LABELS, LimitName
from bot.services.money.plans import PlanLimits, PlanSeen
from bot.services.money.subscriptions import Interval, SubscriptionState
from bot.texts import N_, Say, Text
from web.forms import form
from web.keys import HOUSE
from web.pages import Access, at_work, away, back, desk, get, post, render, row_id, say_for, signed
from web.rendering import grouped

_LEVELS: Mapping[str, Text] = {
    "basic": N_("basic"),
    "advanced": N_("advanced"),
    "community": N_("from the community"),
    "email": N_("by e-mail"),
    "priority": N_("first in line"),
}
_COUNTED = (LimitName.CHARACTERS, LimitName.MESSAGES, LimitName.UPLOADS)
_COMPARED = tuple(one for one in LimitName if one not in (LimitName.BRANDING, LimitName.WEBSITES, LimitName.TEXTS))
"""What a plan is compared by: limits whose use there is. The others wait for it."""


async def show(request: web.Request) -> web.Response:
    """The plan, its use, and the others."""
    me, house, say = signed(request), desk(request), say_for(request)
    async with at_work(request) as work:
        allowed = await house.limits.allowed(work, me.user_id)
        plans = await house.plans.list(work) if allowed.is_enforced else ()
        running = await house.subscriptions.current(work, me.user_id)
    return render(
        request,
        "plan.html",
        allowed=allowed,
        uses=[_use(one, say) for one in allowed.uses],
        rest=_rest(allowed, say),
        plans=[_plan(one, allowed, say) for one in plans],
        compared=[say(LABELS[name]) for name in _COMPARED],
        running=running,
        past_due=SubscriptionState.PAST_DUE,
        is_open=house.subscriptions.is_open,
        is_play=house.payments.is_play,
    )


async def take(request: web.Request) -> web.StreamResponse:
    """Subscribe to a plan, or change to it."""
    me, typed, house, say = signed(request), await form(request), desk(request), say_for(request)
    plan_id, interval = row_id(request, "plan_id"), typed.choice("interval", Interval)
    async with at_work(request) as work:
        running = await house.subscriptions.current(work, me.user_id)
    if running is not None and running.is_by_card:
        now = await house.subscriptions.change(me.user_id, plan_id, interval)
        if now is None:
            return back(request, "/plan", say("Your plan changes as soon as the payment is through."), kind="note")
        return back(request, "/plan", say("You are on {plan} now.", plan=now.plan_name))
    site = request.app[HOUSE].address(request)
    return away(await house.subscriptions.begin(me.user_id, plan_id, interval, language=say.language, site=site))


async def renew(request: web.Request) -> web.StreamResponse:
    """Let the plan go on after its period, or end with it."""
    me, typed, say = signed(request), await form(request), say_for(request)
    renews = typed.text("to") == "on"
    now = await desk(request).subscriptions.renew(me.user_id, renews=renews)
    if renews:
        told = say("Your plan goes on by itself.")
    elif now is not None and now.until is not None:
        told = say("Your plan ends on {day}. Nothing you made is lost then.", day=now.until.date().isoformat())
    else:
        told = say("Your plan ends with what is paid. Nothing you made is lost then.")
    return back(request, "/plan", told)


async def portal(request: web.Request) -> web.StreamResponse:
    """Go where cards and bills are looked after."""
    site = request.app[HOUSE].address(request)
    subscriptions = desk(request).subscriptions
    return away(await subscriptions.portal(signed(request).user_id, language=say_for(request).language, site=site))


# ---------------------------------------------------------------------------------------------------- in words


def _use(one: Use, say: Say) -> Mapping[str, object]:
    """A counted limit, for its bar."""
    words = (
        say("{used} used, without end", used=grouped(one.used, say.language))
        if one.most is None
        else say("{used} of {most}", used=grouped(one.used, say.language), most=grouped(one.most, say.language))
    )
    return {"label": say(LABELS[one.name]), "used": one.used, "most": one.most, "words": words,
            "resets_at": one.resets_at, "over": one.over}  # fmt: skip


def _rest(allowed: Allowed, say: Say) -> list[tuple[str, str | int]]:
    """The limits that are not counted."""
    return [(say(LABELS[name]), in_words(name, allowed.limits, say)) for name in _COMPARED if name not in _COUNTED]


def in_words(name: LimitName, limits: PlanLimits, say: Say) -> str | int:
    """A limit as people read it; a number is written by the page."""
    value: object = getattr(limits, name.value)
    match value:
        case None:
            return say("all of the house's") if name is LimitName.PROVIDERS else say("without end")
        case bool():
            return say("yes") if value else say("no")
        case int():
            return value
        case str():
            return say(_LEVELS[value]) if value in _LEVELS else value
        case _:
            return ", ".join(limits.providers or ()) or say("the house's own")


def _plan(one: PlanSeen, allowed: Allowed, say: Say) -> Mapping[str, object]:
    """A plan on sale. What operators wrote of it is shown in the reader's language where there is a translation."""
    return {
        "id": one.id,
        "name": say.template(one.name),
        "description": say.template(one.description),
        "features": [say.template(text) for text in one.features],
        "monthly": one.price_monthly_cents,
        "yearly": one.price_yearly_cents,
        "currency": one.currency,
        "tokens": one.token_allowance,
        "is_mine": one.id == allowed.plan_id,
        "is_free": one.is_free,
        "is_for_sale": one.is_for_sale,
        "values": [in_words(name, one.limits, say) for name in _COMPARED],
    }


PAGES = (
    get("/plan", show, "plan", Access.MEMBER),
    post("/plan/renewal", renew, "plan_renewal", Access.MEMBER, menu="plan"),
    post("/plan/portal", portal, "plan_portal", Access.MEMBER, menu="plan"),
    post("/plan/{plan_id}", take, "plan_take", Access.MEMBER, menu="plan"),
)
