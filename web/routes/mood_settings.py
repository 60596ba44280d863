"""How check-ins are kept: for how long, what may pass through Discord, what a model may know, when to be reminded."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from aiohttp import web
from babel.dates import get_day_names

from bot import limits
from bot.errors import InvalidInput, NotFound, UserError
from bot.services.desk import Work
from bot.services.wellbeing import in_prompts
from bot.services.wellbeing.consent import IN_DISCORD, IN_PROMPTS, MoodOptions
from bot.services.wellbeing.entries import words_of
from bot.services.wellbeing.reminders import Reminder
from bot.services.wellbeing.reminders_when import EVERY_DAY, minute_shown, minute_typed
from bot.texts import N_, Say
from web.forms import Form, form
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.mood import Mine, around, mine

SETTINGS = "/mood/settings"
_TAB = "mood_settings"


async def show(request: web.Request) -> web.Response:
    """All of them."""
    return await _page(request, {})


async def keep(request: web.Request) -> web.StreamResponse:
    """For how many days. Tells first how many check-ins would go at once."""
    me, typed, say = signed(request), await form(request), say_for(request)
    moods = desk(request).moods
    try:
        typed.only({"keep_days", "sure"})
        days = typed.optional_whole("keep_days")
        async with at_work(request) as work:
            found = await mine(request, work)
            older = 0 if days is None else await moods.older_than(work, me.user_id, days)
            if not older or typed.ticked("sure"):
                await moods.set_keep_days(work, me.user_id, days)
                older = 0
    except UserError as error:
        return await _page(request, {"keep": typed.failed(error)}, status=status_of(error))
    if older:
        return render(request, "mood/keep.html", days=days, older=older, **around(request, found, _TAB))
    return back(request, SETTINGS, say("Saved."))


async def told_to(request: web.Request) -> web.StreamResponse:
    """What passes through Discord, and what a model is told."""
    me, typed, say = signed(request), await form(request), say_for(request)
    moods = desk(request).moods
    try:
        typed.only({"in_discord", "in_prompts"})
        async with at_work(request) as work:
            await mine(request, work)
            await moods.set_in_discord(work, me.user_id, typed.ticked("in_discord"))
            await moods.set_in_prompts(work, me.user_id, typed.ticked("in_prompts"))
    except UserError as error:
        return await _page(request, {"told": typed.failed(error)}, status=status_of(error))
    return back(request, SETTINGS, say("Saved."))


async def quiet(request: web.Request) -> web.StreamResponse:
    """Hours without reminders."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"quiet_from", "quiet_to"})
        begins, ends = typed.text("quiet_from"), typed.text("quiet_to")
        if bool(begins) != bool(ends):
            missing = "quiet_to" if begins else "quiet_from"
            raise InvalidInput(
                "quiet_hours_half", N_("Quiet hours need a beginning and an end, or neither."), field=missing
            )
        async with at_work(request) as work:
            await mine(request, work)
            await desk(request).moods.set_quiet_hours(
                work,
                me.user_id,
                minute_typed(begins, "quiet_from") if begins else None,
                minute_typed(ends, "quiet_to") if ends else None,
            )
    except UserError as error:
        return await _page(request, {"quiet": typed.failed(error)}, status=status_of(error))
    return back(request, f"{SETTINGS}", say("Saved."))


async def zone(request: web.Request) -> web.StreamResponse:
    """By which clock their days begin."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"time_zone"})
        async with at_work(request) as work:
            await mine(request, work)
            await desk(request).moods.set_time_zone(work, me.user_id, typed.text("time_zone"))
            await desk(request).reminders.replan(work, me.user_id)
    except UserError as error:
        return await _page(request, {"zone": typed.failed(error)}, status=status_of(error))
    return back(request, SETTINGS, say("Saved. Check-ins you have keep the clock they were written by."))


# ---------------------------------------------------------------------------------------------------- reminders


async def remind(request: web.Request) -> web.StreamResponse:
    """One more reminder, or other days for one that is there."""
    me, typed, say = signed(request), await form(request), say_for(request)
    try:
        typed.only({"at", "weekdays"})
        async with at_work(request) as work:
            await mine(request, work)
            await desk(request).reminders.add(work, me.user_id, minute_typed(typed.text("at")), _weekdays(typed))
    except UserError as error:
        return await _page(request, {"reminder": typed.failed(error)}, status=status_of(error))
    return back(request, SETTINGS, say("The reminder is set."))


async def no_more(request: web.Request) -> web.StreamResponse:
    """A reminder less."""
    async with at_work(request) as work:
        await desk(request).reminders.remove(work, signed(request).user_id, row_id(request, "reminder_id"))
    return back(request, SETTINGS, say_for(request)("The reminder is gone."))


async def once_more(request: web.Request) -> web.StreamResponse:
    """Write to them again, after Discord let nothing through."""
    me, reminder_id = signed(request), row_id(request, "reminder_id")
    async with at_work(request) as work:
        if reminder_id not in {one.id for one in await desk(request).reminders.all(work, me.user_id)}:
            raise NotFound("no_such_reminder", N_("There is no such reminder of yours."))
        await desk(request).reminders.again(work, me.user_id)
    return back(request, SETTINGS, say_for(request)("Switched on again, from the next time on."))


def _weekdays(typed: Form) -> int:
    found = 0
    for one in typed.values("weekdays"):
        if one not in {str(number) for number in range(7)}:
            raise InvalidInput("not_a_weekday", N_("Choose at least one weekday."), field="weekdays")
        found |= 1 << int(one)
    return found


def _days_told(reminder: Reminder, names: Mapping[int, str], say: Say) -> str:
    if reminder.weekdays == EVERY_DAY:
        return say("every day")
    return ", ".join(names[number] for number in range(7) if reminder.weekdays >> number & 1)


# ---------------------------------------------------------------------------------------------------- the page


async def _page(request: web.Request, failed: Mapping[str, Form], *, status: int = 200) -> web.Response:
    me, say = signed(request), say_for(request)
    async with at_work(request) as work:
        found = await mine(request, work)
        reminders = await desk(request).reminders.all(work, me.user_id)
        would_be_told = await _line(request, work, found)
    options = found.options
    names = get_day_names("wide", locale="en" if say.language == "qps" else say.language.replace("-", "_"))
    return render(
        request,
        "mood/settings.html",
        status=status,
        options=options,
        form=next(iter(failed.values()), Form()),
        keep_form=failed.get("keep") or Form.filled(keep_days=options.keep_days),
        told_form=failed.get("told") or _told_form(options),
        quiet_form=failed.get("quiet") or _quiet_form(options),
        zone_form=failed.get("zone") or Form.filled(time_zone=options.time_zone if options.has_zone else ""),
        reminder_form=failed.get("reminder") or Form.filled(weekdays=list(range(7))),
        reminders=[(one, minute_shown(one.at_minute), _days_told(one, names, say)) for one in reminders],
        weekdays=[(number, names[number]) for number in range(7)],
        reminder_hours=int(limits.REMINDER_APART_MINUTES) // 60,
        most_days=int(limits.MOOD_DAYS_MAX),
        yeses=(("in_discord", IN_DISCORD), ("in_prompts", IN_PROMPTS)),
        would_be_told=would_be_told,
        zones=sorted(one for one in available_timezones() if "/" in one and not one.startswith(("posix", "right"))),
        **around(request, found, _TAB),
    )


async def _line(request: web.Request, work: Work, found: Mine) -> str:
    """What a model would be told now, word for word."""
    today, now = found.today(request), desk(request).clock.now()
    entries = await desk(request).moods.between(work, signed(request).user_id, today - in_prompts.WEEK, today)
    lately = [one for one in entries if one.is_readable and now - in_prompts.WEEK <= one.felt_at <= now]
    return in_prompts.line([(one.felt_at, words_of(one)) for one in lately], now)


def _told_form(options: MoodOptions) -> Form:
    return Form.filled(in_discord=options.in_discord, in_prompts=options.in_prompts)


def _quiet_form(options: MoodOptions) -> Form:
    if options.quiet_from is None or options.quiet_to is None:
        return Form()
    return Form.filled(quiet_from=minute_shown(options.quiet_from), quiet_to=minute_shown(options.quiet_to))


PAGES = (
    get(SETTINGS, show, "mood_settings", Access.MEMBER, menu="mood"),
    post(f"{SETTINGS}/keep", keep, "mood_keep", Access.MEMBER, menu="mood"),
    post(f"{SETTINGS}/told", told_to, "mood_told", Access.MEMBER, menu="mood"),
    post(f"{SETTINGS}/quiet", quiet, "mood_quiet", Access.MEMBER, menu="mood"),
    post(f"{SETTINGS}/zone", zone, "mood_zone", Access.MEMBER, menu="mood"),
    post(f"{SETTINGS}/reminders", remind, "mood_remind", Access.MEMBER, menu="mood"),
    post("/mood/reminders/{reminder_id}/remove", no_more, "mood_remind_less", Access.MEMBER, menu="mood"),
    post("/mood/reminders/{reminder_id}/again", once_more, "mood_remind_again", Access.MEMBER, menu="mood"),
)
