"""A sentence that the next page shows once, carried in a cookie that only this browser's own secret can have signed."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass

from aiohttp import web

from web import cookies
from web.keys import HOUSE

COOKIE = "notice"
KINDS = ("done", "note", "trouble")
SECONDS = 60
_LONGEST = 1000
_SHOWN: web.RequestKey[bool] = web.RequestKey("notice shown", bool)


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, for the person who did it. `kind` is done, note or trouble."""

    text: str
    kind: str


def leave(request: web.Request, response: web.StreamResponse, text: str, kind: str) -> None:
    """Have the next page show it."""
    if kind not in KINDS:
        raise ValueError(f"there is no notice of the kind {kind}")
    words = base64.urlsafe_b64encode(json.dumps([kind, text[:_LONGEST]]).encode()).decode()
    mark = cookies.tag(cookies.secret_of(request), COOKIE, words)
    cookies.put(request, response, COOKIE, f"{words}.{mark}", seconds=SECONDS)


def show(request: web.Request) -> Notice | None:
    """The notice left for this page, which is not shown again."""
    words, _, mark = request.cookies.get(request.app[HOUSE].cookie(COOKIE), "").partition(".")
    if not words:
        return None
    request[_SHOWN] = True
    if not hmac.compare_digest(mark, cookies.tag(cookies.secret_of(request), COOKIE, words)):
        return None
    try:
        kind, text = json.loads(base64.urlsafe_b64decode(words.encode()))
    except (ValueError, binascii.Error):
        return None
    return Notice(text, kind) if kind in KINDS else None


def clear(request: web.Request, response: web.StreamResponse) -> None:
    """Forget the notice this page has shown."""
    name = request.app[HOUSE].cookie(COOKIE)
    if request.get(_SHOWN) and not response.prepared and name not in response.cookies:
        cookies.take(request, response, COOKIE)
