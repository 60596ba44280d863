"""Habits and how one gets on with them, and what one wants to be told of."""

from __future__ import annotations

from datetime import date

from aiohttp import web
from babel.dates import format_date

from bot.errors import InvalidInput, UserError
from bot.services.wellbeing.habits import Habit
from bot.services.wellbeing.pictures_words import locale_of
from bot.services.wellbeing.trigger_rules import LABELS, TriggerKind, described
from bot.texts import N_
from web.forms import Form, form
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.routes.limits import TABS

_HABITS = "/limits/habits"
_TRIGGERS = "/limits/triggers"


async def habits(request: web.Request) -> web.Response:
    """Every habit with this week's days."""
    return await _habits(request, Form.filled(times="3"))


async def add_habit(request: web.Request) -> web.StreamResponse:
    """One more."""
    typed = await form(request)
    try:
        typed.only({"habit", "times"})
        async with at_work(request) as work:
            await desk(request).limiting.habits.add(
                work, signed(request).user_id, typed.value("habit"), typed.whole("times")
            )
    except UserError as error:
        return await _habits(request, typed.failed(error), status=status_of(error))
    return back(request, _HABITS, say_for(request)("Added."))


async def note_habit(request: web.Request) -> web.StreamResponse:
    """It was kept on a day of this week, or was not after all."""
    typed, rules, me = await form(request), desk(request).limiting.habits, signed(request).user_id
    typed.only({"do", "day"})
    try:
        day = date.fromisoformat(typed.text("day"))
    except ValueError:
        raise InvalidInput("habit_day", N_("Choose a day of this week. Nothing was changed."), field="day") from None
    async with at_work(request) as work:
        if typed.text("do") == "drop":
            await rules.drop(work, me, row_id(request, "habit_id"), day)
        else:
            await rules.keep(work, me, row_id(request, "habit_id"), day)
    return back(request, _HABITS)


async def remove_habit(request: web.Request) -> web.StreamResponse:
    """Forget it, and its days."""
    async with at_work(request) as work:
        await desk(request).limiting.habits.remove(work, signed(request).user_id, row_id(request, "habit_id"))
    return back(request, _HABITS, say_for(request)("Removed, with the days noted for it."))


async def triggers(request: web.Request) -> web.Response:
    """What one is told of."""
    return await _triggers(request, Form())


async def add_trigger(request: web.Request) -> web.StreamResponse:
    """One thing more."""
    typed, say = await form(request), say_for(request)
    try:
        typed.only({"kind", "times", "minutes", "words"})
        async with at_work(request) as work:
            added = await desk(request).limiting.triggers.add(
                work,
                signed(request).user_id,
                typed.choice("kind", TriggerKind),
                times=typed.optional_whole("times"),
                minutes=typed.optional_whole("minutes"),
                words=typed.value("words"),
            )
    except UserError as error:
        return await _triggers(request, typed.failed(error), status=status_of(error))
    return back(request, _TRIGGERS, say("You will be told: {what}.", what=described(added.wish, say)))


async def remove_trigger(request: web.Request) -> web.StreamResponse:
    """One thing less."""
    say = say_for(request)
    async with at_work(request) as work:
        gone = await desk(request).limiting.triggers.remove(
            work, signed(request).user_id, row_id(request, "trigger_id")
        )
    return back(request, _TRIGGERS, say("You will not be told any more: {what}.", what=described(gone.wish, say)))


# ---------------------------------------------------------------------------------------------------- within


async def _habits(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    me, say = signed(request).user_id, say_for(request)
    async with at_work(request) as work:
        found = await desk(request).limiting.habits.all(work, me)
        newest = await desk(request).moods.newest(work, me)
    locale = locale_of(say)

    def week(one: Habit) -> list[tuple[str, str, str, bool]]:
        return [
            (day.isoformat(), format_date(day, "EEE", locale=locale), format_date(day, "full", locale=locale), kept)
            for day, kept in one.week
        ]

    return render(
        request,
        "limits/habits.html",
        status=status,
        form=shown,
        habits=[(one, week(one)) for one in found],
        checked_in_at=None if newest is None else newest.felt_at,
        tabs=TABS,
        tab="limits_habits",
    )


async def _triggers(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    me, say = signed(request).user_id, say_for(request)
    async with at_work(request) as work:
        found = await desk(request).limiting.triggers.all(work, me)
    return render(
        request,
        "limits/triggers.html",
        status=status,
        form=shown,
        triggers=[(one, described(one.wish, say)) for one in found],
        kinds=tuple((kind.value, say(label)) for kind, label in LABELS.items()),
        tabs=TABS,
        tab="limits_triggers",
    )


PAGES = (
    get(_HABITS, habits, "limits_habits", Access.MEMBER, menu="limits"),
    post(_HABITS, add_habit, "limits_habit_add", Access.MEMBER, menu="limits"),
    post(_HABITS + "/{habit_id}", note_habit, "limits_habit_note", Access.MEMBER, menu="limits"),
    post(_HABITS + "/{habit_id}/remove", remove_habit, "limits_habit_remove", Access.MEMBER, menu="limits"),
    get(_TRIGGERS, triggers, "limits_triggers", Access.MEMBER, menu="limits"),
    post(_TRIGGERS, add_trigger, "limits_trigger_add", Access.MEMBER, menu="limits"),
    post(
        _TRIGGERS + "/{trigger_id}/remove", remove_trigger, "limits_trigger_remove", Access.MEMBER,
        menu="limits",
    ),
)  # fmt: skip
