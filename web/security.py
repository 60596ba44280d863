"""What every answer carries and every failure looks like.

Sources: OWASP ASVS 5.0 chapter 3.4 (browser security headers) and 16.5 (generic errors).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.requests import requested
from web.busy import NOT_NOW, RETRY_SECONDS, WORDS
from web.errors import refused
from web.house import House
from web.keys import HOUSE
from web.language import say_to

log = structlog.stdlib.get_logger(__name__)

REQUEST_ID = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: a browser then hides the Origin of our own forms from us ("null": Fetch, section 3.2). Other
    # houses are told nothing by this one either.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}

HTTPS_HEADERS: Mapping[str, str] = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def policy(house: House) -> str:
    """The Content-Security-Policy. A form may end where its answer sends the browser: browsers check that too."""
    ends = " ".join(("'self'", *house.leads_to))
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        f"form-action {ends}; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the request, add the headers to every answer, and turn a bug into an id that the log knows too."""
    given = request.headers.get(REQUEST_ID, "")
    behind_proxy = bool(request.app[HOUSE].proxies) and request.app[HOUSE].caller(request) != request.remote
    name = given if behind_proxy and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    with requested(name):
        response = await _answered(request, handler)
    _seal(request, response, name)
    return response


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            return web.Response(status=error.status, headers={"Location": error.headers["Location"]})
        response = refused(request, error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except ConnectionResetError:
        raise
    except NOT_NOW as error:
        log.warning("web request put off", error=type(error).__name__, route=_route(request))
        return web.Response(status=503, text=say_to(request)(WORDS), headers={"Retry-After": str(RETRY_SECONDS)})
    except Exception:  # the border: nothing above this can answer the browser
        error_id = uuid.uuid4().hex[:12]
        log.exception("web request failed", error_id=error_id, method=request.method, route=_route(request))
        return _broken(request, error_id)


def _broken(request: web.Request, error_id: str) -> web.Response:
    """The page for a bug; in plain words where the page itself is what broke."""
    try:
        return refused(request, 500, error_id=error_id)
    except Exception:  # the border: nothing above this can answer the browser
        log.exception("the page for errors failed", error_id=error_id)
        return web.Response(status=500, text=f"Something broke on our side. Tell an admin this id: {error_id}")


def _seal(request: web.Request, response: web.StreamResponse, name: str) -> None:
    if response.prepared:
        return
    seal(request.app[HOUSE], response, name)


def seal(house: House, response: web.StreamResponse, name: str) -> None:
    """Put the headers on an answer; those it has already stay. For a streamed answer, before it is prepared."""
    response.headers.setdefault("Content-Security-Policy", policy(house))
    for header, value in (*HEADERS.items(), *(HTTPS_HEADERS.items() if house.is_https else ())):
        response.headers.setdefault(header, value)
    response.headers[REQUEST_ID] = name
    # In place of the library's, which names versions.
    response.headers["Server"] = "BotCafe"


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "?"
