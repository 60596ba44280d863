"""One's own limits: what holds, what is left, what comes tomorrow; a form for all of it, a pause, a history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web
from babel.dates import format_datetime

from bot.errors import InvalidInput, UserError
from bot.services.people.zones import zone_names
from bot.services.wellbeing.limit_rules_words import (
    EVENTS,
    RULE,
    RULE_VALUES,
    STRICTNESS,
    WHY_TOMORROW,
    differences,
    pause,
    value,
)
from bot.services.wellbeing.limit_words import SHORT
from bot.services.wellbeing.limits import Changed, SaidIn, SelfRules, Standing
from bot.services.wellbeing.limits_form import LABELS, LimitForms
from bot.services.wellbeing.minutes import zone_of
from bot.services.wellbeing.pictures_words import locale_of
from bot.services.wellbeing.rules import RestKind
from bot.services.wellbeing.trigger_rules import described
from bot.texts import N_, Say, Text
from web.changes import Compared, again, typed_in
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, at_work, back, desk, get, post, render, say_for, signed, status_of

TABS: tuple[tuple[str, Text], ...] = (
    ("limits", N_("Limits")),
    ("limits_habits", N_("Habits")),
    ("limits_triggers", N_("What I am told of")),
    ("limits_history", N_("History")),
)
_OF_SETTING = {"break_after": "breaks", "break_minutes": "breaks"}
"""The setting, as words know it, that a field of the form belongs to."""


async def show(request: web.Request) -> web.Response:
    """Everything at a glance, and the form."""
    async with at_work(request) as work:
        found = await _forms(request).get(work, signed(request).user_id)
    return await _page(request, Form.filled(**found.typed, **{VERSION_FIELD: found.mark}))


async def save(request: web.Request) -> web.StreamResponse:
    """Keep what was typed: what is tighter at once, what is looser from tomorrow."""
    me, typed = signed(request), await form(request)
    try:
        typed.only(LABELS)
        async with at_work(request) as work:
            changed = await _forms(request).save(
                work, me.user_id, typed_in(typed, LABELS), mark=typed.value(VERSION_FIELD), said_in=SaidIn.WEB
            )
    except UserError as error:
        shown, compared = again(typed, error, LABELS)
        return await _page(request, shown, compared=compared, status=status_of(error))
    return back(request, "/limits", _saved(request, changed))


async def rest(request: web.Request) -> web.StreamResponse:
    """Pause: for some days, or for good."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"days"})
        async with at_work(request) as work:
            changed = await desk(request).limiting.pause(work, me.user_id, typed.optional_whole("days"), SaidIn.WEB)
    except UserError as error:
        async with at_work(request) as work:
            found = await _forms(request).get(work, me.user_id)
        filled = Form.filled(**found.typed, **{VERSION_FIELD: found.mark})
        return await _page(request, filled, pausing=typed.failed(error), status=status_of(error))
    told = pause(changed.held, say, lambda moment: written(moment, changed.held.time_zone, say))
    return back(request, "/limits", say("Characters rest for you now: {until}.", until=told))


async def resume(request: web.Request) -> web.StreamResponse:
    """End the pause: tomorrow."""
    async with at_work(request) as work:
        changed = await desk(request).limiting.own.resume(work, signed(request).user_id, SaidIn.WEB)
    say = say_for(request)
    if changed.pending is None or changed.pending_from is None:
        return back(request, "/limits", say("There is no pause to end."), kind="note")
    when = written(changed.pending_from, changed.held.time_zone, say)
    return back(request, "/limits", say("The pause ends {when}. Until then characters rest for you.", when=when))


async def keep(request: web.Request) -> web.StreamResponse:
    """What waits for tomorrow is not wanted any more."""
    async with at_work(request) as work:
        await desk(request).limiting.own.take_back(work, signed(request).user_id, SaidIn.WEB)
    return back(request, "/limits", say_for(request)("It stays as it is. Nothing changes tomorrow."))


async def noticed(request: web.Request) -> web.StreamResponse:
    """They have read what they were not told before."""
    me = signed(request).user_id
    async with at_work(request) as work:
        standing = await desk(request).limiting.own.standing(work, me)
        await desk(request).limiting.own.told(work, me, [one.id for one in standing.untold])
    return back(request, "/limits")


async def history(request: web.Request) -> web.Response:
    """What was limited, and what came of it."""
    me, after = signed(request).user_id, request.query.get("after") or None
    say, status, trouble = say_for(request), 200, Form()
    async with at_work(request) as work:
        try:
            page = await desk(request).limiting.history.page(work, me, after, 25)
        except InvalidInput as error:
            status, trouble, after = status_of(error), Form().failed(error), None
            page = await desk(request).limiting.history.page(work, me, None, 25)
        triggers = {one.id: described(one.wish, say) for one in await desk(request).limiting.triggers.all(work, me)}
        zone, _ = await desk(request).limiting.own.zone(work, me)

    def when(moment: datetime) -> str:
        return written(moment, zone, say)

    rows = [
        (one, () if one.rules is None or one.before is None else differences(one.before, one.rules, say, when))
        for one in page.lines
    ]
    return render(
        request, "limits/history.html", status=status, tabs=TABS, tab="limits_history", rows=rows, next=page.next,
        after=after, events=EVENTS, triggers=triggers, zone=zone, form=trouble,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- within


def written(moment: datetime, zone: str, say: Say) -> str:
    """A moment by somebody's own clock."""
    return format_datetime(moment.astimezone(zone_of(zone)), "EEE d MMM, HH:mm", locale=locale_of(say))


async def _page(
    request: web.Request, shown: Form, *, pausing: Form | None = None, compared: Compared = (), status: int = 200
) -> web.Response:
    me, house, say = signed(request).user_id, desk(request), say_for(request)
    async with at_work(request) as work:
        standing = await house.limiting.own.standing(work, me)
        spending = await house.limiting.spendings.get(work)
        triggers = {one.id: one for one in await house.limiting.triggers.all(work, me)} if standing.untold else {}
    rest_now = standing.rest
    why = "" if rest_now is None else say(SHORT[rest_now.over or rest_now.kind])
    return render(
        request,
        "limits/limits.html",
        status=status,
        form=shown,
        pausing=pausing or Form(),
        compared=compared,
        standing=standing,
        spending=spending,
        is_charged=house.wallets.is_charged,
        rest_why=why,
        is_paused=standing.held.is_paused and (standing.pending is None or standing.pending.is_paused),
        rests_for_good=rest_now is not None and rest_now.kind is RestKind.PAUSE and rest_now.until is None,
        changes=_changes(standing, say),
        waits=_waits(standing, say),
        untold=[(one, triggers.get(one.trigger_id) if one.trigger_id else None) for one in standing.untold],
        described=described,
        events=EVENTS,
        labels=LABELS,
        strictness=tuple((one.value, say(text)) for one, text in STRICTNESS.items()),
        rule=say(RULE, **RULE_VALUES),
        why_tomorrow=say(WHY_TOMORROW),
        zones=zone_names(),
        zone=standing.zone,
        tabs=TABS,
        tab="limits",
    )


def _changes(standing: Standing, say: Say) -> list[tuple[str, str, str]]:
    """What comes with the pending rules: setting, what it is, what it will be."""
    if standing.pending is None:
        return []
    found = differences(standing.held, standing.pending, say, lambda at: written(at, standing.zone, say))
    return [(one.label, one.before, one.after) for one in found]


def _waits(standing: Standing, say: Say) -> Mapping[str, str]:
    """By field of the form: what holds until tomorrow, where that is something else than what the field shows."""
    pending = standing.pending
    if pending is None or standing.pending_from is None:
        return {}
    until = written(standing.pending_from, standing.zone, say)
    found: dict[str, str] = {}
    for name in LABELS:
        setting = _OF_SETTING.get(name, name)
        now, later = _value(setting, standing.held, say), _value(setting, pending, say)
        if now != later:
            found[name] = say("Holds until {when}: {value}.", when=until, value=now)
    return found


def _value(setting: str, rules: SelfRules, say: Say) -> str:
    return value(setting, rules, say)


def _saved(request: web.Request, changed: Changed) -> str:
    say = say_for(request)
    if changed.pending is None or changed.pending_from is None:
        return say("Saved. It holds from now on.")
    when = written(changed.pending_from, changed.held.time_zone, say)
    if changed.is_tighter:
        return say("Saved. What is tighter holds from now on, what is looser from {when}.", when=when)
    return say("Saved. It holds from {when}: what makes a limit looser waits until tomorrow.", when=when)


def _forms(request: web.Request) -> LimitForms:
    return LimitForms(desk(request).limiting.own, desk(request).profiles)


PAGES = (
    get("/limits", show, "limits", Access.MEMBER),
    post("/limits", save, "limits_save", Access.MEMBER, menu="limits"),
    post("/limits/pause", rest, "limits_pause", Access.MEMBER, menu="limits"),
    post("/limits/resume", resume, "limits_resume", Access.MEMBER, menu="limits"),
    post("/limits/keep", keep, "limits_keep", Access.MEMBER, menu="limits"),
    post("/limits/read", noticed, "limits_read", Access.MEMBER, menu="limits"),
    get("/limits/history", history, "limits_history", Access.MEMBER, menu="limits"),
)
