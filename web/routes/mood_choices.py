"""Moods and activities of one's own, and which of the house's are offered."""

from __future__ import annotations

from aiohttp import web

from bot import limits
from bot.errors import NotFound, UserError
from bot.services.desk import Work
from bot.services.wellbeing.choices import PLAIN, STEPS
from web.forms import Form, form
from web.pages import Access, at_work, back, desk, get, post, render, say_for, signed, status_of
from web.routes.mood import around, mine

CHOICES = "/mood/choices"
_TAB = "mood_choices"
_MOOD = frozenset({"id", "name", "emoji", "score"})
_ACTIVITY = frozenset({"id", "name", "emoji", "group"})


async def show(request: web.Request) -> web.Response:
    """All of them."""
    return await _page(request)


async def mood(request: web.Request) -> web.StreamResponse:
    """A mood more, or one changed."""
    me, typed, say = signed(request), await form(request), say_for(request)
    moods = desk(request).moods
    try:
        typed.only(_MOOD)
        score, name, emoji = typed.whole("score"), typed.text("name"), typed.text("emoji")
        async with at_work(request) as work:
            await mine(request, work)
            if known := typed.text("id"):
                await moods.edit_mood(work, me.user_id, known, name=name, emoji=emoji, score=score)
            else:
                await moods.add_mood(work, me.user_id, name=name, emoji=emoji, score=score)
    except UserError as error:
        return await _page(request, mood=typed.failed(error), status=status_of(error))
    return back(request, CHOICES, say("Saved. Check-ins you have keep what they said."))


async def activity(request: web.Request) -> web.StreamResponse:
    """An activity more, or one changed."""
    me, typed, say = signed(request), await form(request), say_for(request)
    moods = desk(request).moods
    try:
        typed.only(_ACTIVITY)
        name, emoji, group = typed.text("name"), typed.text("emoji"), typed.text("group")
        async with at_work(request) as work:
            await mine(request, work)
            if known := typed.text("id"):
                await moods.edit_activity(work, me.user_id, known, name=name, emoji=emoji, group=group)
            else:
                await moods.add_activity(work, me.user_id, name=name, emoji=emoji, group=group)
    except UserError as error:
        return await _page(request, activity=typed.failed(error), status=status_of(error))
    return back(request, CHOICES, say("Saved. Check-ins you have keep what they said."))


async def remove(request: web.Request) -> web.StreamResponse:
    """One of one's own less."""
    typed = await form(request)
    typed.only({"id"})
    async with at_work(request) as work:
        await mine(request, work)
        await desk(request).moods.remove_choice(work, signed(request).user_id, typed.text("id"))
    return back(request, CHOICES, say_for(request)("It is offered no more. Check-ins that have it keep it."))


async def offer(request: web.Request) -> web.StreamResponse:
    """Which of the house's are offered: those that are ticked."""
    typed = await form(request)
    typed.only({"offered"})
    ticked = frozenset(typed.values("offered"))
    async with at_work(request) as work:
        found = await mine(request, work)
        every = [*found.choices.moods, *found.choices.activities]
        for one in every:
            may_go = not one.is_own and one.id not in PLAIN.values()
            if may_go and one.is_hidden == (one.id in ticked):
                await _hide(request, work, one.id, is_hidden=one.id not in ticked)
    return back(request, CHOICES, say_for(request)("Saved."))


async def _hide(request: web.Request, work: Work, choice_id: str, *, is_hidden: bool) -> None:
    await desk(request).moods.hide_choice(work, signed(request).user_id, choice_id, is_hidden)


async def _page(
    request: web.Request, *, mood: Form | None = None, activity: Form | None = None, status: int = 200
) -> web.Response:
    say = say_for(request)
    async with at_work(request) as work:
        found = await mine(request, work)
    choices = found.choices
    if status == status_of(NotFound("", "")):
        status = 409  # removed in another tab: the page stands, with the refusal on top
    return render(
        request,
        "mood/choices.html",
        status=status,
        form=mood or activity or Form(),
        mood_form=mood,
        activity_form=activity,
        own_moods=choices.own_moods,
        own_activities=choices.own_activities,
        house_moods=[one for one in choices.moods if not one.is_own and one.id not in PLAIN.values()],
        house_activities=[one for one in choices.activities if not one.is_own],
        groups=sorted({say(one.group) for one in choices.activities}),
        scores=[(score, f"{score} · {say(STEPS[score])}") for score in sorted(STEPS, reverse=True)],
        most_moods=int(limits.OWN_MOODS_MAX),
        most_activities=int(limits.OWN_ACTIVITIES_MAX),
        **around(request, found, _TAB),
    )


PAGES = (
    get(CHOICES, show, "mood_choices", Access.MEMBER, menu="mood"),
    post(f"{CHOICES}/moods", mood, "mood_choice_mood", Access.MEMBER, menu="mood"),
    post(f"{CHOICES}/activities", activity, "mood_choice_activity", Access.MEMBER, menu="mood"),
    post(f"{CHOICES}/remove", remove, "mood_choice_remove", Access.MEMBER, menu="mood"),
    post(f"{CHOICES}/offered", offer, "mood_choice_offer", Access.MEMBER, menu="mood"),
)
