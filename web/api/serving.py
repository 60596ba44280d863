"""Everything between a request and an endpoint: who asks, how often, with what, and how failures look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler as WebHandler
from pydantic import ValidationError

from bot.errors import UserError
from bot.requests import request_id
from bot.services.desk import Desk
from bot.services.oversight.switches import Switch
from bot.services.people.tokens import Bearer, Scope
from bot.texts import N_, Say
from web.api import problems
from web.api.call import Call
from web.api.kinds import PARAMETERS, PREFIX, Endpoint, In, Query, Standing, uuid_in
from web.api.openapi import document
from web.api.problems import Refusal
from web.api.rates import Allowance, Allowances
from web.api.table import ENDPOINTS
from web.busy import NOT_NOW, RETRY_SECONDS, WORDS
from web.keys import COVER, DESK, HOUSE

log = structlog.stdlib.get_logger(__name__)

DOCUMENT = "/openapi.json"
JSON = "application/json"
_ONCE = "Idempotency-Key"
_ONCE_MOST = 100
_TOKEN_MOST = 200
_LONGEST_TAG = 35

_STANDINGS = {"user": 0, "moderator": 1, "admin": 2}
_NEEDED = {Standing.MEMBER: 0, Standing.MODERATOR: 1, Standing.ADMIN: 2}


@dataclass(frozen=True, slots=True)
class _Api:
    """What every call needs."""

    desk: Desk
    allowances: Allowances
    document: bytes


_API: web.AppKey[_Api] = web.AppKey("api")
_ALLOWED: web.RequestKey[Allowance] = web.RequestKey("api_allowed")


def mount(app: web.Application, *, allowances: Allowances | None = None) -> None:
    """Put the API below `PREFIX` of the web app, which seals its answers with headers and a request's id."""
    app.add_subapp(PREFIX, create_api(app[DESK], ENDPOINTS, allowances=allowances))


def create_api(desk: Desk, endpoints: Sequence[Endpoint], *, allowances: Allowances | None = None) -> web.Application:
    """The API as an application of its own, to stand below `PREFIX`."""
    api = web.Application(middlewares=[_border])
    api[_API] = _Api(desk, allowances or Allowances(desk.clock), document(tuple(endpoints)))
    for endpoint in endpoints:
        api.router.add_route(endpoint.method, endpoint.path, _serving(endpoint), name=endpoint.name)
    api.router.add_get(DOCUMENT, _tell, name="openapi")
    return api


async def _tell(request: web.Request) -> web.Response:
    """The document. It tells nothing that the source does not, so it needs no token."""
    return web.Response(body=request.app[_API].document, content_type=JSON)


# ---------------------------------------------------------------------------------------------------- the border


@web.middleware
async def _border(request: web.Request, handler: WebHandler) -> web.StreamResponse:
    """Whatever happens is answered as a problem; what is left of an allowance is told with it."""
    response = await _answered(request, handler)
    allowed = request.get(_ALLOWED)
    if allowed is not None:
        response.headers.update(allowed.headers())
    if response.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="botcafe"'
    return response


async def _answered(request: web.Request, handler: WebHandler) -> web.StreamResponse:
    say = _say(request)
    try:
        return await handler(request)
    except Refusal as refusal:
        return problems.of_refusal(refusal, say, request_id() or None)
    except UserError as error:
        return problems.of_user_error(error, say, request_id() or None)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problems.of_http(error, say, request_id() or None)
    except NOT_NOW as error:
        log.warning("api request put off", error=type(error).__name__, route=_route(request))
        put_off = problems.answer(503, "not_now", say(WORDS), request_id=request_id())
        put_off.headers["Retry-After"] = str(RETRY_SECONDS)
        return put_off
    except Exception:  # the border: nothing above this can answer a program
        error_id = request_id() or uuid4().hex[:12]
        log.exception("api request failed", error_id=error_id, method=request.method, route=_route(request))
        detail = say(
            N_("Something broke on our side. Ask again; if it keeps happening, tell an admin this id: {error_id}"),
            error_id=error_id,
        )
        return problems.answer(500, "broken", detail, request_id=error_id)


def _say(request: web.Request) -> Say:
    """The words in the first language of `Accept-Language`, or else in the house's."""
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    return Say(first if len(first) <= _LONGEST_TAG else None, request.config_dict[COVER].language)


def _address(request: web.Request) -> str:
    """Where a request comes from, behind the proxies this house trusts."""
    return request.config_dict[HOUSE].caller(request)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "?"


# ---------------------------------------------------------------------------------------------------- one call


def _serving(endpoint: Endpoint) -> WebHandler:
    async def serve(request: web.Request) -> web.StreamResponse:
        api = request.app[_API]
        api.desk.switches.need(Switch.API)
        who = await _bearer(request, api)
        request[_ALLOWED] = allowed = api.allowances.take(endpoint.rate, who.user_id)
        if allowed.wait:
            raise Refusal(
                429,
                "too_often",
                N_("That was too often. Nothing was changed. Ask again in {seconds} seconds."),
                seconds=allowed.wait,
            )
        _refuse_less(who, endpoint)
        if endpoint.scope is not Scope.STAFF:
            await api.desk.tokens.refuse_not_included(who.user_id)
        call = Call(
            desk=api.desk,
            who=who,
            say=_say(request),
            path=_path(request, endpoint),
            asked=_asked(request, endpoint.query),
            sent=await _sent(request, endpoint.body),
            once=_once(request, endpoint),
        )
        answer = await endpoint.handle(call)
        if answer is None:
            return web.Response(status=204)
        return web.Response(status=endpoint.status, body=answer.model_dump_json().encode(), content_type=JSON)

    return serve


async def _bearer(request: web.Request, api: _Api) -> Bearer:
    address = _address(request)
    wait = api.allowances.bars(address)
    if wait:
        raise Refusal(
            429,
            "too_many_wrong_tokens",
            N_("Too many wrong tokens came from your address. Ask again in {seconds} seconds."),
            headers={"Retry-After": str(wait)},
            seconds=wait,
        )
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token:
        raise Refusal(
            401,
            "token_missing",
            N_("Send a token of yours: “Authorization: Bearer …”. You make tokens in the dashboard, under API tokens."),
        )
    who = await api.desk.tokens.bearer(token) if len(token) <= _TOKEN_MOST else None
    if who is None:
        api.allowances.failed(address)
        raise Refusal(
            401,
            "token_unknown",
            N_("This token is not known, or it has ended. Make another one in the dashboard, under API tokens."),
        )
    if who.is_blocked:
        await api.desk.blocked.refresh(who.user_id)
        api.desk.blocked.refuse(who.user_id)
    return who


def _refuse_less(who: Bearer, endpoint: Endpoint) -> None:
    """Refuse who may do less than an endpoint needs."""
    if endpoint.scope not in who.scopes:
        raise Refusal(
            403,
            "scope_missing",
            N_("This token was made without “{scope}”. Nothing was changed. Make one that has it in the dashboard."),
            scope=endpoint.scope.value,
        )
    if _STANDINGS.get(who.role, 0) < _NEEDED[endpoint.standing]:
        raise Refusal(403, "staff_only", N_("Only moderators and admins of this house can do that."))


# ---------------------------------------------------------------------------------------------------- what was sent


def _path(request: web.Request, endpoint: Endpoint) -> Mapping[str, UUID | str]:
    found: dict[str, UUID | str] = {}
    for name in endpoint.parameters:
        typed = request.match_info[name]
        value: UUID | str | None = typed.replace("\0", "") if name in PARAMETERS else uuid_in(typed)
        if value is None:
            raise web.HTTPNotFound
        found[name] = value
    return found


def _asked(request: web.Request, kind: type[Query]) -> Query:
    typed: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        field = kind.model_fields.get(name)
        if field is not None and len(values) > 1:
            raise Refusal(
                400, "asked_twice", N_("“{name}” stands in the address more than once. Say it once."), name=name[:40]
            )
        typed[name[:60]] = values[0]
    try:
        return kind.model_validate(typed)
    except ValidationError as error:
        raise problems.not_of_the_form("query", error) from None


async def _sent(request: web.Request, kind: type[In] | None) -> In | None:
    if kind is None:
        return None
    if request.content_type != JSON:
        raise Refusal(415, "not_json", N_("Send JSON, with “Content-Type: application/json”. Nothing was changed."))
    body = await request.read()
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise problems.not_of_the_form("body", error) from None


def _once(request: web.Request, endpoint: Endpoint) -> str | None:
    if not endpoint.is_once:
        return None
    key = request.headers.get(_ONCE, "")
    if not 8 <= len(key) <= _ONCE_MOST or not key.isascii() or not key.isprintable() or " " in key:
        raise Refusal(
            400,
            "once_missing",
            N_(
                "Send an Idempotency-Key of 8 to {maximum} letters that you made up for this deed alone: sent again "
                "with the same key, it is done once. Nothing was changed."
            ),
            maximum=_ONCE_MOST,
        )
    return key
