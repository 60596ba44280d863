"""The border: every REST call passes here to be recognised, limited, answered and written into the journal."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import orjson
from aiohttp import web

from sandbox.core import Core
from sandbox.errors import ApiError, RateLimited, route_not_found, unauthorized
from sandbox.rest.call import STRANGER, Answer, Call, Caller
from sandbox.rest.routes import Route, in_order

#: Discord answers the same under each; the version only says how errors look.
PREFIXES = ("/api/v10", "/api/v9", "/api")

log = logging.getLogger("sandbox")


def mount(app: web.Application, core: Core, routes: Iterable[Route]) -> None:
    """Put every route under every prefix, and a loud 404 behind them."""
    ordered = in_order(routes)
    for prefix in PREFIXES:
        for route in ordered:
            app.router.add_route(route.method, prefix + route.path, _guarded(core, route))
    app.router.add_route("*", "/api/{tail:.*}", _no_such_route(core))


def recognise(core: Core, header: str | None) -> Caller:
    """Who an Authorization header speaks for; bots say "Bot", OAuth2 says "Bearer", people say nothing."""
    if not header:
        return STRANGER
    kind, _, token = header.rpartition(" ")
    if kind == "Basic":
        return STRANGER  # an application's id and secret; only the token endpoint looks at them
    if kind == "Bearer":
        grant = next((one for one in core.world.grants if one.access_token == token), None)
        if grant is None or grant.expires_at <= core.clock.now():
            raise unauthorized()
        return Caller("bearer", core.world.user(grant.user_id), grant)
    user = core.world.user_by_token(token)
    if user is None or kind not in ("", "Bot") or user.bot != (kind == "Bot"):
        raise unauthorized()
    return Caller("bot" if user.bot else "user", user)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON with a bare content type: discord.py compares it with "application/json" and nothing else."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json", headers=headers)


def _guarded(core: Core, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        call = Call(core, request, STRANGER)
        answer = await _answer(core, route, call)
        core.journal.write(
            actor=call.caller.actor,
            transport="rest",
            method=request.method,
            path=request.path_qs,
            status=answer.status,
            request=call.noted,
            response=answer.body,
            ms=(time.perf_counter() - started) * 1000,
            remarks=call.remarks,
        )
        if answer.body is None:
            return web.Response(status=answer.status, headers=answer.headers)
        return json_response(answer.body, answer.status, answer.headers)

    return handle


async def _answer(core: Core, route: Route, call: Call) -> Answer:
    try:
        call.caller = recognise(core, call.request.headers.get("Authorization"))
        if call.caller.kind not in route.callers:
            raise unauthorized()
        _limit(core, route, call)
        given = await route.handler(call)
        if isinstance(given, Answer):
            return Answer(given.status, given.body, {**call.headers, **given.headers})
        return Answer(204 if given is None else 200, given, call.headers)
    except RateLimited as limited:
        return Answer(429, limited.body(), {**call.headers, **limited.headers})
    except ApiError as error:
        return Answer(error.status, error.body(), call.headers)
    except web.HTTPRequestEntityTooLarge:
        return Answer(413, ApiError(413, 40005, "Request entity too large").body(), call.headers)
    except Exception as error:  # the border: a fault of ours must not look like Discord being down
        log.exception("The sandbox failed at %s", route.name)
        # A 5xx would make discord.py try five times over half a minute; a 4xx shows the fault at once.
        return Answer(400, {"code": 0, "message": f"The sandbox failed: {error!r}"}, call.headers)


def _limit(core: Core, route: Route, call: Call) -> None:
    if not route.limited:
        return
    info = call.request.match_info
    names = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")
    place = "/".join(info[name] for name in names if name in info)
    # People's own client waits by itself; they get the headers but never a refusal.
    known = call.caller.user.id if call.caller.user and call.caller.kind == "bot" else None
    verdict = core.limits.check(route.name, place, known)
    call.headers.update(verdict.headers)
    if verdict.retry_after is not None and call.caller.kind != "user":
        raise RateLimited(verdict.retry_after, everywhere=verdict.everywhere, headers=verdict.headers)


def _no_such_route(core: Core) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        log.warning("No such route here: %s %s", request.method, request.path)
        error = route_not_found()
        core.journal.write(
            actor=STRANGER.actor,
            transport="rest",
            method=request.method,
            path=request.path_qs,
            status=404,
            response=error.body(),
        )
        return json_response(error.body(), 404)

    return handle
