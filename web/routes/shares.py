"""What one shares and what others share with one; who has a part in one character or lore book."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot import limits
from bot.errors import NotFound, UserError
from bot.services.people.grants import May, Sharing, Thing, ThingKind
from bot.services.people.grants_shown import until_of
from bot.texts import N_, Text
from web.forms import Form, form
from web.pages import Access, at_work, back, desk, get, post, render, row_id, say_for, signed, status_of

MAY: Mapping[May, Text] = {
    May.READ: N_("use it"),
    May.WRITE: N_("change it"),
    May.ADMIN: N_("look after it: change and share it"),
    May.OWN: N_("made it"),
}
_NO = "no"


async def shares(request: web.Request) -> web.Response:
    """Everything."""
    me = signed(request)
    service = desk(request).shares
    async with at_work(request) as work:
        ruled = await service.ruled(work, me.user_id)
        granted = await service.granted(work, me.user_id)
        asking = await service.requests(work, me.user_id)
    return render(request, "shares.html", ruled=ruled, granted=granted, asking=asking, may=MAY)


async def share(request: web.Request) -> web.Response:
    """One thing with everybody who has a part in it."""
    return _share(request, await _sharing(request), Form.filled(permission=May.READ.value))


async def give(request: web.Request) -> web.StreamResponse:
    """Let somebody in."""
    me, typed, say, thing = signed(request), await form(request), say_for(request), _thing(request)
    service = desk(request).shares
    try:
        typed.only({"person", "permission", "days"})
        until = until_of(typed.text("days"), service.clock)
        async with at_work(request) as work:
            await service.needs(work, me.user_id, thing, May.ADMIN)
            guest_id = await service.person(work, typed.text("person"))
            guest = await service.give(work, me.user_id, thing, guest_id, typed.choice("permission", May), until)
    except NotFound:
        raise
    except UserError as error:
        return _share(request, await _sharing(request), typed.failed(error), status=status_of(error))
    return back(request, _path(thing), say("{name} has a part in it now.", name=guest.name))


async def revoke(request: web.Request) -> web.StreamResponse:
    """Take it back from somebody."""
    me, thing = signed(request), _thing(request)
    async with at_work(request) as work:
        guest = await desk(request).shares.revoke(work, me.user_id, thing, row_id(request, "guest_id"))
    return back(request, _path(thing), say_for(request)("{name} has no part in it any more.", name=guest.name))


async def answer(request: web.Request) -> web.StreamResponse:
    """Answer somebody who asks."""
    me, typed, say, thing = signed(request), await form(request), say_for(request), _thing(request)
    typed.only({"permission", "back"})
    may = None if typed.text("permission") == _NO else typed.choice("permission", May)
    async with at_work(request) as work:
        await desk(request).shares.answer(work, me.user_id, thing, row_id(request, "guest_id"), may)
    to = "/shares" if typed.text("back") == "shares" else _path(thing)
    return back(request, to, say("Answered: no.") if may is None else say("Answered: they have a part in it now."))


async def leave(request: web.Request) -> web.StreamResponse:
    """Give back what somebody shared."""
    async with at_work(request) as work:
        name = await desk(request).shares.leave(work, signed(request).user_id, _thing(request))
    return back(request, "/shares", say_for(request)("You have no part in {name} any more.", name=name))


async def ask(request: web.Request) -> web.StreamResponse:
    """Ask to change something."""
    me, typed, say, thing = signed(request), await form(request), say_for(request), _thing(request)
    typed.only({"words"})
    async with at_work(request) as work:
        name = await desk(request).shares.ask(work, me.user_id, thing, typed.text("words"))
    return back(request, "/shares", say("Asked. Who made {name} finds your request among theirs.", name=name))


def _thing(request: web.Request) -> Thing:
    return Thing(ThingKind(request.match_info["kind"]), row_id(request, "thing_id"))


def _path(thing: Thing) -> str:
    return f"/shares/{thing.kind.value}/{thing.id}"


async def _sharing(request: web.Request) -> Sharing:
    async with at_work(request) as work:
        return await desk(request).shares.sharing(work, signed(request).user_id, _thing(request))


def _share(request: web.Request, sharing: Sharing, shown: Form, *, status: int = 200) -> web.Response:
    say = say_for(request)
    offered = [one for one in (May.READ, May.WRITE, May.ADMIN) if one is not May.ADMIN or sharing.may is May.OWN]
    return render(
        request,
        "share.html",
        status=status,
        sharing=sharing,
        form=shown,
        may=MAY,
        offered=[(one.value, say(MAY[one])) for one in offered],
        days_most=int(limits.SHARE_DAYS_MAX),
    )


_ONE = "/shares/{kind:character|book}/{thing_id}"
PAGES = (
    get("/shares", shares, "shares", Access.MEMBER),
    get(_ONE, share, "share", Access.MEMBER, menu="shares"),
    post(f"{_ONE}/give", give, "share_give", Access.MEMBER, menu="shares"),
    post(f"{_ONE}/revoke/{{guest_id}}", revoke, "share_revoke", Access.MEMBER, menu="shares"),
    post(f"{_ONE}/answer/{{guest_id}}", answer, "share_answer", Access.MEMBER, menu="shares"),
    post(f"{_ONE}/leave", leave, "share_leave", Access.MEMBER, menu="shares"),
    post(f"{_ONE}/ask", ask, "share_ask", Access.MEMBER, menu="shares"),
)
