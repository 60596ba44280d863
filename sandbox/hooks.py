"""`/sandbox/…`: who there is to be, the journal, and handles that only tests pull. Loopback only, no token asked.

These are ours, not Discord's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox import load, trouble, trouble_state
from sandbox.acts import channels as channel_acts
from sandbox.acts import guilds as guild_acts
from sandbox.acts import selling
from sandbox.acts import threads as thread_acts
from sandbox.avatars import is_loopback
from sandbox.core import Core
from sandbox.errors import ApiError, unknown
from sandbox.journal import blot
from sandbox.limits import Limit
from sandbox.render import people, places
from sandbox.render import selling as render_selling
from sandbox.rest.border import json_response
from sandbox.rules.names import check_username
from sandbox.world.models import Json, User
from sandbox.world.wares import SkuType

Hook = Callable[[Core, web.Request], Awaitable[Any]]


async def list_people(core: Core, request: web.Request) -> Any:
    """GET /sandbox/people: everybody one can be, with their tokens."""
    return [_person(user) for user in core.world.users if not user.bot]


async def make_person(core: Core, request: web.Request) -> Any:
    """POST /sandbox/people {username, global_name?, role?, locale?, guild_ids?}: one more person."""
    form = await request.json()
    check_username(form.get("username"))
    user = guild_acts.make_person(
        core,
        form["username"],
        form.get("global_name") or form["username"],
        standing=form.get("role") or "member",
        locale=form.get("locale") or "en-US",
    )
    for guild_id in form.get("guild_ids") or _with_a_bot(core):
        guild_acts.join(core, core.world.guild(guild_id), user.id)
    return _person(user)


async def make_guild(core: Core, request: web.Request) -> Any:
    """POST /sandbox/guilds {name, owner_id, invite?: application id, permissions?}: one more server."""
    form = await request.json()
    guild = guild_acts.make_guild(core, form["name"], core.world.user(form["owner_id"]).id)
    channel_acts.make_channel(core, guild.id, "general")
    if form.get("invite"):
        application = core.world.application(form["invite"])
        guild_acts.invite_bot(core, guild, application, int(form.get("permissions") or 0))
    return places.guild(core.world, guild)


async def cause_trouble(core: Core, request: web.Request) -> Any:
    """POST /sandbox/trouble/{name} {…}: what an admin or Discord does to the bot; names and parameters: trouble.py."""
    form: Json = await request.json() if request.can_read_body else {}
    return trouble.cause(core, request.match_info["trouble"], **form)


async def read_trouble(core: Core, request: web.Request) -> Any:
    """GET /sandbox/trouble?user_id=&channel_id=: how things stand, as this person may change them."""
    return trouble_state.now(core, request.query["user_id"], request.query.get("channel_id"))


async def install(core: Core, request: web.Request) -> Any:
    """POST /sandbox/installs {user_id, installed?}: a person has the application for themselves, or not any more."""
    form: Json = await request.json()
    application = next(iter(core.world.applications))
    guild_acts.install_for(core, application, core.world.user(form["user_id"]), installed=form.get("installed", True))
    return {"installed_by": application.installed_by}


async def populate(core: Core, request: web.Request) -> Any:
    """POST /sandbox/populate {guilds, channels_each?, members_each?, permissions?}: many servers, the bot in each."""
    form: Json = await request.json()
    chosen = {key: int(form[key]) for key in ("channels_each", "members_each", "permissions") if key in form}
    return asdict(load.populate(core, guilds_wanted=int(form["guilds"]), **chosen))


async def flood(core: Core, request: web.Request) -> Any:
    """POST /sandbox/flood {messages: [{channel_id, author_id, content, webhook_name?, …}], keep?}: straight to the
    gateway. Answers ids and `time.monotonic_ns` of each, once all are written."""
    form: Json = await request.json()
    return asdict(await load.flood(core, [load.Spoken(**one) for one in form["messages"]], keep=bool(form.get("keep"))))


async def read_journal(core: Core, request: web.Request) -> Any:
    """GET /sandbox/journal?after=N&kind=&method=&path=: what happened, in order."""
    query = request.query
    entries = core.journal.entries(
        after=int(query.get("after", 0)),
        kind=query.get("kind") or None,
        method=query.get("method"),
        path=query.get("path"),
    )
    return [entry.json() for entry in entries]


async def read_state(core: Core, request: web.Request) -> Any:
    """GET /sandbox/state: the whole world, without secrets."""
    return blot(core.world.dump())


async def poke_gateway(core: Core, request: web.Request) -> Any:
    """POST /sandbox/gateway/{drop|reconnect|invalidate|deafen} {user_id?, code?, resumable?}: for bots unless named."""
    form: Json = await request.json() if request.can_read_body else {}
    count = core.hub.poke(
        request.match_info["how"],
        user_id=form.get("user_id"),
        code=form.get("code", 4000),
        resumable=bool(form.get("resumable")),
    )
    return {"sessions": count}


async def set_limits(core: Core, request: web.Request) -> Any:
    """POST /sandbox/limits {route, limit, per} or {relax: true}."""
    form = await request.json()
    if form.get("relax"):
        core.limits.relax()
    else:
        core.limits.set(form["route"], Limit(int(form["limit"]), float(form["per"])))
    return {}


async def set_intents(core: Core, request: web.Request) -> Any:
    """POST /sandbox/intents {application_id?, approved}: switch privileged intents on or off."""
    form = await request.json()
    chosen = form.get("application_id")
    application = core.world.application(chosen) if chosen else next(iter(core.world.applications))
    guild_acts.approve_intents(application, int(form["approved"]))
    core.world.applications.put(application)
    return people.application(application)


async def advance_clock(core: Core, request: web.Request) -> Any:
    """POST /sandbox/clock {advance: seconds}: let time pass at once."""
    core.clock.advance(float((await request.json())["advance"]))
    thread_acts.archive_quiet(core)
    selling.end_or_renew(core)
    return {"now": core.clock.iso()}


async def list_skus(core: Core, request: web.Request) -> Any:
    """GET /sandbox/skus?user_id=: what is on sale, what it costs in cents, and whether this person has it."""
    person = request.query.get("user_id", "")
    return [
        asdict(sku) | {"owned": None if (mine := selling.owned(core, person, sku.id)) is None else asdict(mine)}
        for sku in core.world.skus
    ]


async def make_sku(core: Core, request: web.Request) -> Any:
    """POST /sandbox/skus {name, type: 2|3|5, price: cents}: put something of the application's on sale."""
    form: Json = await request.json()
    application = next(iter(core.world.applications))
    made = selling.make_sku(core, application, str(form["name"]), SkuType(int(form["type"])), int(form["price"]))
    return asdict(made)


async def purchase(core: Core, request: web.Request) -> Any:
    """POST /sandbox/purchases {user_id, sku_id}: a person buys it, with play money."""
    form: Json = await request.json()
    sku = core.world.skus.get(str(form["sku_id"]))
    if sku is None:
        raise unknown("sku")
    return render_selling.entitlement(selling.buy(core, sku, str(form["user_id"])))


async def change_purchase(core: Core, request: web.Request) -> Any:
    """POST /sandbox/purchases/{id}/{cancel|refund}: what its person, or Discord, does with it afterwards."""
    found = core.world.entitlements.get(request.match_info["id"])
    if found is None:
        raise unknown("entitlement")
    (selling.cancel if request.match_info["how"] == "cancel" else selling.refund)(core, found)
    return render_selling.entitlement(found)


HOOKS: tuple[tuple[str, str, Hook], ...] = (
    ("GET", "/sandbox/people", list_people),
    ("POST", "/sandbox/people", make_person),
    ("POST", "/sandbox/guilds", make_guild),
    ("GET", "/sandbox/trouble", read_trouble),
    ("POST", "/sandbox/trouble/{trouble}", cause_trouble),
    ("POST", "/sandbox/installs", install),
    ("POST", "/sandbox/populate", populate),
    ("POST", "/sandbox/flood", flood),
    ("GET", "/sandbox/journal", read_journal),
    ("GET", "/sandbox/state", read_state),
    ("POST", "/sandbox/gateway/{how:drop|reconnect|invalidate|deafen}", poke_gateway),
    ("POST", "/sandbox/limits", set_limits),
    ("POST", "/sandbox/intents", set_intents),
    ("POST", "/sandbox/clock", advance_clock),
    ("GET", "/sandbox/skus", list_skus),
    ("POST", "/sandbox/skus", make_sku),
    ("POST", "/sandbox/purchases", purchase),
    ("POST", "/sandbox/purchases/{id}/{how:cancel|refund}", change_purchase),
)


def _with_a_bot(core: Core) -> list[str]:
    """Where a newcomer goes who says nothing else: every server that some application is in."""
    bots = [application.id for application in core.world.applications]
    return [guild.id for guild in core.world.guilds if any(core.world.membership(guild.id, one) for one in bots)]


def mount(app: web.Application, core: Core) -> None:
    """Put every hook in place."""
    for method, path, hook in HOOKS:
        app.router.add_route(method, path, _guarded(core, hook))


def _guarded(core: Core, hook: Hook) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        if not _from_here(request):
            return json_response({"code": 0, "message": "Only from this machine."}, 403)
        try:
            return json_response(await hook(core, request))
        except ApiError as error:
            return json_response(error.body(), error.status)
        except (KeyError, TypeError, ValueError) as error:
            return json_response({"code": 0, "message": f"Bad request: {error!r}"}, 400)

    return handle


def _from_here(request: web.Request) -> bool:
    """The peer is this machine, and no other site's page talked a browser into asking."""
    try:
        near = ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
    # A site whose name was pointed at this machine would pass as the same origin, but not under our own name.
    if not is_loopback(f"http://{request.host}/"):
        return False
    return near and request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")


def _person(user: User) -> Json:
    return {
        "id": user.id,
        "username": user.username,
        "global_name": user.global_name,
        "avatar": user.avatar,
        "token": user.token,
        "role": user.standing,
        "locale": user.locale,
        "closed_to_direct": user.closed_to_direct,
    }
