"""Whether a request that changes something was meant: sent by one of our own pages, in this very browser.

Sources: ASVS 5.0, 3.5.1 to 3.5.3; Fetch, section 3.2 (Origin); Fetch Metadata, section 2.1.
"""

from __future__ import annotations

import hmac

from aiohttp import web

from web import cookies
from web.forms import TOKEN_FIELD, form
from web.keys import HOUSE

HEADER = "X-Form-Token"
"""Where our scripts put the token."""


def came_from_us(request: web.Request) -> bool:
    """Whether the browser says that one of our own pages sent it.

    A browser that hides the origin ("null", or none at all) must at least say that it is the same one.
    """
    ours = request.app[HOUSE].origin(request)
    if not ours:
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    named = request.headers.get("Origin", "null")
    if named == "null":
        return site == "same-origin"
    return named.lower() == ours


async def carries_token(request: web.Request) -> bool:
    """Whether it carries the token that only our forms in this browser have."""
    given = request.headers.get(HEADER) or (await form(request)).value(TOKEN_FIELD)
    wanted = cookies.tag(cookies.secret_of(request), "form")
    return hmac.compare_digest(given.encode(), wanted.encode())
