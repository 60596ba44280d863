"""The cookies of this house: the session's, one that means nobody yet, and a notice shown once."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from aiohttp import web

from web.keys import BROWSER, HOUSE

SESSION = "session"
BROWSER_COOKIE = "browser"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NEW: web.RequestKey[bool] = web.RequestKey("browser is new", bool)
BROWSER_SECONDS = 3600


def new_secret() -> str:
    """256 random bits, as a cookie holds them."""
    return secrets.token_urlsafe(32)


def read(request: web.Request, name: str) -> str | None:
    """A secret in this browser's cookie; None where there is none or it is none of ours."""
    value = request.cookies.get(request.app[HOUSE].cookie(name), "")
    return value if _TOKEN.fullmatch(value) else None


def put(request: web.Request, response: web.StreamResponse, name: str, value: str, *, seconds: int) -> None:
    """Give a cookie that scripts cannot read and other sites cannot send along with their forms."""
    house = request.app[HOUSE]
    response.set_cookie(
        house.cookie(name), value, max_age=seconds, path="/", secure=house.is_https, httponly=True, samesite="Lax"
    )


def take(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Take a cookie away."""
    house = request.app[HOUSE]
    response.del_cookie(house.cookie(name), path="/", secure=house.is_https, httponly=True, samesite="Lax")


def secret_of(request: web.Request) -> str:
    """The secret that ties forms to this browser: its session's, else one that is given to it with this answer."""
    found = request.get(BROWSER)
    if found is None:
        found = read(request, BROWSER_COOKIE)
        if found is None:
            found = new_secret()
            request[_NEW] = True
        request[BROWSER] = found
    return found


def give(request: web.Request, response: web.StreamResponse) -> None:
    """Send along the secret that was made for this answer, if one was."""
    if request.get(_NEW) and not response.prepared and request.app[HOUSE].cookie(SESSION) not in response.cookies:
        put(request, response, BROWSER_COOKIE, request[BROWSER], seconds=BROWSER_SECONDS)


def tag(secret: str, purpose: str, words: str = "") -> str:
    """What only who holds the secret can have made of these words."""
    return hmac.new(secret.encode(), f"{purpose}\n{words}".encode(), hashlib.sha256).hexdigest()
