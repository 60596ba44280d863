"""Which language a browser is answered in."""

from __future__ import annotations

from aiohttp import web

from bot.texts import Say
from web.keys import COVER, SIGNED

_LONGEST_TAG = 35
"""Characters of a language tag that is worth looking at (RFC 5646, section 4.4.1)."""

_SAY: web.RequestKey[Say] = web.RequestKey("say", Say)


def say_to(request: web.Request) -> Say:
    """The words for this browser: in the language its person chose, else that it asks for, else the house's."""
    found = request.get(_SAY)
    if found is None:
        me = request.get(SIGNED)
        found = request[_SAY] = Say(
            me.language if me is not None and me.language else _asked(request), _houses(request)
        )
    return found


def _asked(request: web.Request) -> str | None:
    # Quality values are rare enough in first place to ignore.
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    return first if len(first) <= _LONGEST_TAG else None


def _houses(request: web.Request) -> str:
    return request.app[COVER].language
