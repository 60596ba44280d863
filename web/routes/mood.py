"""Check-ins: saying yes, checking in, one check-in changed or deleted. Their words stand in no address and no log."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.desk import Work
from bot.services.editing import ChangedMeanwhile, mark_of
from bot.services.wellbeing.choices import MoodChoices
from bot.services.wellbeing.consent import HEADING, KEEP_DAYS, VERSION, WORDS, MoodOptions, SaidIn
from bot.services.wellbeing.entries import CheckIn, MoodSource, zone_info
from bot.texts import N_
from web.changes import Compared, again
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.mood_parts import LABELS, TABS, at_day, draft_in, form_of, offered, shown, typed_of

_LATEST = 3
_ONCE_LONGEST = 40
_NOTE_IN_SIGHT = 300
CONSENT = "consent"
ONCE = "once"
"""A number of its own in each form: sent twice, it keeps one check-in."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What stands around every page of somebody who keeps check-ins."""

    options: MoodOptions
    choices: MoodChoices

    def today(self, request: web.Request) -> date:
        """Their day."""
        return desk(request).clock.now().astimezone(zone_info(self.options.time_zone)).date()


async def mine(request: web.Request, work: Work) -> Mine:
    """Their settings and choices. Leads who keeps no check-ins to the page that tells of them."""
    me, moods = signed(request), desk(request).moods
    options = await moods.options(work, me.user_id)
    if options is None:
        raise web.HTTPSeeOther("/mood")
    return Mine(options, await moods.choices(work, me.user_id))


def around(request: web.Request, found: Mine, tab: str) -> dict[str, Any]:
    """What every template of these pages has."""
    return {
        "mood_tabs": TABS,
        "mood_tab": tab,
        "zone_name": found.options.time_zone,
        "has_zone": found.options.has_zone,
        "today": found.today(request).isoformat(),
        "is_current": found.options.is_current,
        "labels": LABELS,
        "most": limits,
        **told(request),
    }


def told(request: web.Request) -> dict[str, Any]:
    """What a person is told before they say yes."""
    say = say_for(request)
    return {
        "told_heading": HEADING,
        "told": [say(line, days=KEEP_DAYS) for line in WORDS],
        "told_version": VERSION,
    }


# ---------------------------------------------------------------------------------------------------- saying yes


async def home(request: web.Request) -> web.Response:
    """The form of a check-in; before somebody said yes, what it is about."""
    day = request.query.get("day", "")[:10]
    return await _home(request, Form.filled(day=day) if _is_day(day) else Form())


async def begin(request: web.Request) -> web.StreamResponse:
    """They said yes."""
    me, typed, say = signed(request), await form(request), say_for(request)
    typed.only({CONSENT})
    try:
        async with at_work(request) as work:
            await desk(request).moods.opt_in(work, me.user_id, version=typed.whole(CONSENT), said_in=SaidIn.WEB)
    except UserError as error:
        return await _home(request, typed.failed(error), status=status_of(error))
    return back(request, "/mood", say("Switched on. You can take it back at any time, under Settings."))


# ---------------------------------------------------------------------------------------------------- checking in


async def check_in(request: web.Request) -> web.StreamResponse:
    """Keep one."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({*LABELS, ONCE})
        async with at_work(request) as work:
            found = await mine(request, work)
            draft = draft_in(typed, found.options.time_zone, desk(request).clock.now())
            await desk(request).moods.add(work, me.user_id, draft, source=MoodSource.WEB, once=_once(typed))
    except UserError as error:
        return await _home(request, typed.failed(at_day(error)), status=status_of(error))
    return back(request, "/mood", say("Kept."))


async def _home(request: web.Request, shown_form: Form, *, status: int = 200) -> web.Response:
    me, moods, say = signed(request), desk(request).moods, say_for(request)
    async with at_work(request) as work:
        if await moods.options(work, me.user_id) is None:
            return render(request, "mood/begin.html", status=status, form=shown_form, **told(request))
        found = await mine(request, work)
        latest = await moods.page(work, me.user_id, limit=_LATEST)
    return render(
        request,
        "mood/home.html",
        status=status,
        form=shown_form,
        once=_once(shown_form) or secrets.token_urlsafe(12),
        offered=offered(found.choices, say),
        latest=[shown(one, say, longest_note=_NOTE_IN_SIGHT) for one in latest.entries],
        **around(request, found, "mood"),
    )


# ---------------------------------------------------------------------------------------------------- one of them


async def show(request: web.Request) -> web.Response:
    """One check-in, to be changed."""
    me = signed(request)
    async with at_work(request) as work:
        entry = await desk(request).moods.one(work, me.user_id, row_id(request, "checkin_id"))
        found = await mine(request, work)
    return _entry(request, found, entry, _filled(entry))


async def save(request: web.Request) -> web.StreamResponse:
    """Keep it as it was typed, where it stands as the form showed it."""
    me, typed, say = signed(request), await form(request), say_for(request)
    moods, checkin_id = desk(request).moods, row_id(request, "checkin_id")
    async with at_work(request) as work:
        entry = await moods.one(work, me.user_id, checkin_id)
        found = await mine(request, work)
    try:
        typed.only(LABELS)
        async with at_work(request) as work:
            entry = await moods.one(work, me.user_id, checkin_id)
            if typed.value(VERSION_FIELD) != mark_of(typed_of(entry)):
                raise ChangedMeanwhile(typed_of(entry))
            draft = draft_in(typed, entry.time_zone, desk(request).clock.now(), entry)
            await moods.edit(work, me.user_id, checkin_id, draft, seen=entry.updated_at)
    except UserError as error:
        failed, compared = again(typed, at_day(error), LABELS)
        return _entry(request, found, entry, failed, compared, status=status_of(error))
    return back(request, "/mood/list", say("Saved."))


async def delete(request: web.Request) -> web.StreamResponse:
    """Delete it."""
    async with at_work(request) as work:
        await desk(request).moods.remove(work, signed(request).user_id, row_id(request, "checkin_id"))
    return back(request, "/mood/list", say_for(request)("Deleted."))


def _once(typed: Form) -> str:
    return typed.text(ONCE)[:_ONCE_LONGEST]


def _filled(entry: CheckIn) -> Form:
    filled = form_of(entry)
    return Form({**filled.fields, VERSION_FIELD: (mark_of(typed_of(entry)),)})


def _entry(
    request: web.Request, found: Mine, entry: CheckIn, shown_form: Form, compared: Compared = (), *, status: int = 200
) -> web.Response:
    return render(
        request,
        "mood/entry.html",
        status=status,
        form=shown_form,
        compared=compared,
        checkin_id=entry.id,
        is_readable=entry.is_readable,
        offered=offered(found.choices, say_for(request), entry),
        **(around(request, found, "mood_list") | {"zone_name": entry.time_zone}),
    )


async def withdraw(request: web.Request) -> web.StreamResponse:
    """They take their yes back: everything goes."""
    me, typed = signed(request), await form(request)
    if typed.text("sure") != "yes":
        raise InvalidInput("not_sure", N_("Nothing was deleted. Press the button once more and say yes."))
    async with at_work(request) as work:
        await desk(request).moods.withdraw(work, me.user_id)
    return back(
        request, "/mood", say_for(request)("Everything of your check-ins is deleted. Nothing is kept any more.")
    )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


PAGES = (
    get("/mood", home, "mood", Access.MEMBER),
    post("/mood/begin", begin, "mood_begin", Access.MEMBER, menu="mood"),
    post("/mood/check-in", check_in, "mood_checkin", Access.MEMBER, menu="mood"),
    get("/mood/entries/{checkin_id}", show, "mood_entry", Access.MEMBER, menu="mood"),
    post("/mood/entries/{checkin_id}", save, "mood_entry_save", Access.MEMBER, menu="mood"),
    post("/mood/entries/{checkin_id}/delete", delete, "mood_entry_delete", Access.MEMBER, menu="mood"),
    post("/mood/withdraw", withdraw, "mood_withdraw", Access.MEMBER, menu="mood"),
)
