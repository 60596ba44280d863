"""Who one is here, and what one tells characters of oneself."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from aiohttp import web

from bot.errors import UserError
from bot.services.people.forms import PRONOUN_WORDS, ProfileForms
from bot.texts import LANGUAGE_NAMES, N_, Text, available_languages
from web.changes import Compared, again, typed_in
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, at_work, back, desk, get, post, render, say_for, signed, status_of

LABELS: Mapping[str, Text] = {
    "name": N_("Your name"),
    "nickname": N_("What characters call you"),
    "pronouns": N_("Pronouns"),
    "custom_pronouns": N_("Pronouns in your own words"),
    "description": N_("About you"),
    "time_zone": N_("Time zone"),
    "language": N_("Language"),
}


async def show(request: web.Request) -> web.Response:
    """The account."""
    async with at_work(request) as work:
        found = await ProfileForms(desk(request).profiles).get(work, signed(request).user_id)
    return _page(request, Form.filled(**found.typed, **{VERSION_FIELD: found.mark}))


async def save(request: web.Request) -> web.StreamResponse:
    """Keep what was typed."""
    me, typed = signed(request), await form(request)
    try:
        typed.only(LABELS)
        async with at_work(request) as work:
            kept = await ProfileForms(desk(request).profiles).save(
                work, me.user_id, typed_in(typed, LABELS), mark=typed.value(VERSION_FIELD)
            )
    except UserError as error:
        shown, compared = again(typed, error, LABELS)
        return _page(request, shown, compared, status=status_of(error))
    desk(request).people.speaks(me.discord_id, kept.profile.language)
    return back(request, "/account", say_for(request)("Saved. Characters hear of it with your next message."))


async def forget(request: web.Request) -> web.StreamResponse:
    """Forget all of it."""
    me, say = signed(request), say_for(request)
    async with at_work(request) as work:
        was_there = await desk(request).profiles.clear(work, me.user_id)
    desk(request).people.speaks(me.discord_id, None)
    if not was_there:
        return back(request, "/account", say("There was nothing to forget."), kind="note")
    return back(request, "/account", say("Forgotten. Characters know your Discord name alone."))


def _page(request: web.Request, shown: Form, compared: Compared = (), *, status: int = 200) -> web.Response:
    return render(
        request,
        "account.html",
        status=status,
        form=shown,
        compared=compared,
        labels=LABELS,
        pronouns=tuple((one.value, say_for(request)(words)) for one, words in PRONOUN_WORDS.items()),
        languages=tuple((one, LANGUAGE_NAMES.get(one, one)) for one in available_languages()),
        zones=sorted(one for one in available_timezones() if "/" in one and not one.startswith(("posix", "right"))),
    )


PAGES = (
    get("/account", show, "account", Access.MEMBER),
    post("/account", save, "account_save", Access.MEMBER, menu="account"),
    post("/account/forget", forget, "account_forget", Access.MEMBER, menu="account"),
)
