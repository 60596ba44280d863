"""Which language a browser is answered in."""

from __future__ import annotations

from aiohttp import web

from bot.texts import Say
from web.keys import COVER

_LONGEST_TAG = 35
"""Characters of a language tag that is worth looking at (RFC 5646, section 4.4.1)."""


def say_to(request: web.Request) -> Say:
    """The words for this browser, in the first language of its `Accept-Language` or else in the house's."""
    # Quality values are rare enough in first place to ignore.
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    return Say(first if len(first) <= _LONGEST_TAG else None, request.app[COVER].language)
