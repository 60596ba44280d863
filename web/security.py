"""What every answer carries and every failure looks like.

Sources: OWASP ASVS 5.0 chapter 3.4 (browser security headers) and 16.5 (generic errors).
"""

from __future__ import annotations

import uuid

import aiohttp_jinja2
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from web.language import say_to

log = structlog.stdlib.get_logger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Add the headers to every answer; turn a bug into an id that the log knows too."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            _seal(error)
            raise
        response = _trouble(request, error)
    except Exception:  # the border: nothing above this can answer the browser
        error_id = uuid.uuid4().hex[:12]
        log.exception("web request failed", error_id=error_id, method=request.method, route=_route(request))
        say = say_to(request)
        response = web.Response(
            status=500,
            text=say("Something broke on our side; nothing you did was lost. If it keeps happening, "
                     "tell an admin this id: {error_id}", error_id=error_id),
        )  # fmt: skip
    _seal(response)
    return response


def _trouble(request: web.Request, error: web.HTTPException) -> web.Response:
    """A page in the browser's language in place of the library's bare words."""
    say = say_to(request)
    context = {"say": say, "language": say.language, "status": error.status}
    response = aiohttp_jinja2.render_template("trouble.html", request, context, status=error.status)
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _seal(response: web.StreamResponse) -> None:
    if response.prepared:
        return
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "?"
