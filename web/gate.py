"""What every request passes before its page is called: who is it, may they, how often, and did they mean it."""

from __future__ import annotations

from uuid import UUID

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import UserError
from web import cookies, csrf, notices
from web.errors import refused
from web.keys import BROWSER, DESK, HOUSE, LINE, PAGE, RATES, ROUTES, SIGNED
from web.pages import Access, Page, Proof, Rate, Signed, is_local

API = "/api/"

_NEVER_WAIT = frozenset({"static", "media", "health"})
"""Files, which take no work; and whether the house is well, which is asked above all when it is busy."""

log = structlog.stdlib.get_logger(__name__)


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Decide, call the page, and put the cookies right that it used."""
    page = request.app[ROUTES].get(request.match_info.route)
    if not _waits_in_line(request, page):
        return await _let_in(request, handler, page)
    async with request.app[LINE].place():
        return await _let_in(request, handler, page)


def _waits_in_line(request: web.Request, page: Page | None) -> bool:
    """Whoever reads. Not whoever may take their time over it and hold a place: what is sent to us, what is streamed."""
    if request.method not in {"GET", "HEAD"} or request.body_exists:
        return False
    if page is None:
        return request.path.startswith(API)
    return page.rate is Rate.READ and page.name not in _NEVER_WAIT


async def _let_in(request: web.Request, handler: Handler, page: Page | None) -> web.StreamResponse:
    if page is None and request.path.startswith(API):
        # The API has a gate of its own: tokens, and no cookies.
        return await handler(request)
    if page is None:
        # Nothing is at this address; whoever asks is known, so that the page saying so has their menu.
        await _recognise(request)
        return await handler(request)
    request[PAGE] = page
    if page.proof is Proof.FORM:
        await _recognise(request)
    stopped = await _stopped(request, page)
    response = stopped or await _called(request, handler)
    cookies.give(request, response)
    notices.clear(request, response)
    return response


async def _recognise(request: web.Request) -> None:
    """Who this browser is signed in as, if anybody."""
    secret = cookies.read(request, cookies.SESSION)
    if secret is None:
        return
    found = await request.app[DESK].sessions.whose(secret)
    if found is None:
        return
    request[BROWSER] = secret
    request[SIGNED] = Signed(
        user_id=found.user_id,
        discord_id=found.discord_id,
        name=found.name,
        role=found.role,
        session_id=found.session_id,
        signed_in_at=found.signed_in_at,
        language=found.language,
        time_zone=found.time_zone,
    )


async def _stopped(request: web.Request, page: Page) -> web.StreamResponse | None:
    """What is answered in place of the page; None: it may be called."""
    me = request.get(SIGNED)
    if (seconds := _too_often(request, page, me)) > 0:
        response = refused(request, 429, seconds=seconds)
        response.headers["Retry-After"] = str(seconds)
        return response
    if page.access is not Access.ANYBODY:
        if me is None:
            return _sign_in_first(request, page)
        if not me.may_open(page.access):
            log.warning("page_denied", page=page.name, user_id=str(me.user_id))
            return refused(request, 404)
    if any(not _is_id(request.match_info[name]) for name in page.ids):
        return refused(request, 404)
    if page.is_safe or page.proof is not Proof.FORM:
        return None
    if not csrf.came_from_us(request) or not await csrf.carries_token(request):
        log.warning("form_not_ours", page=page.name, origin=request.headers.get("Origin", ""))
        return refused(request, 403)
    return None


def _too_often(request: web.Request, page: Page, me: Signed | None) -> int:
    """Seconds to wait; 0: go on."""
    who = request.app[HOUSE].caller(request) if me is None else str(me.user_id)
    return request.app[RATES].take(page.rate, who)


def _sign_in_first(request: web.Request, page: Page) -> web.StreamResponse:
    target = request.app.router["sign_in"].url_for()
    if page.is_safe and is_local(request.path_qs):
        target = target.with_query({"next": request.path_qs})
    return web.Response(status=303, headers={"Location": str(target)})


async def _called(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except UserError as error:
        if request[PAGE].proof is not Proof.FORM:
            raise
        return refused(request, error=error)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
