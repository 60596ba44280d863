"""Signing in with Discord, and out again."""

from __future__ import annotations

from aiohttp import web

from bot.errors import NotAllowed, UserError
from bot.services.people.logins import Returned
from bot.services.people.sessions import Browser
from bot.texts import N_
from web import cookies
from web.forms import form
from web.keys import BROWSER, HOUSE
from web.pages import Access, Page, Proof, Rate, away, back, desk, get, is_local, post, render, say_for, visitor

BACK = "/sign-in/back"

_NOT_HERE = N_(
    "Signing in is not possible at this address: the way to it is not secret (no https). Nobody was signed in. Use the "
    "address that this house is announced with, or open it on the machine it runs on."
)


async def ask(request: web.Request) -> web.StreamResponse:
    """Say what signing in means, with the button."""
    target = _wanted(request.query.get("next", ""))
    if visitor(request) is not None:
        return back(request, target)
    return _page(request, target)


async def go(request: web.Request) -> web.StreamResponse:
    """Send the browser to Discord."""
    target = _wanted((await form(request)).value("next"))
    try:
        address = await desk(request).sign_ins.begin(
            cookies.secret_of(request), next_path=target, redirect_uri=_redirect_uri(request)
        )
    except UserError as error:
        return _page(request, target, error)
    return away(address)


async def come_back(request: web.Request) -> web.StreamResponse:
    """Take what Discord sent the browser back with."""
    query = request.query
    returned = Returned(query.get("state", "")[:200], query.get("code", ""), query.get("error", ""))
    held = [cookies.read(request, name) for name in (cookies.SESSION, cookies.BROWSER_COOKIE)]
    try:
        welcome = await desk(request).sign_ins.finish(
            returned, [one for one in held if one], browser_of(request), redirect_uri=_redirect_uri(request)
        )
    except UserError as error:
        return _page(request, "/", error)
    before = cookies.read(request, cookies.SESSION)
    if before is not None:
        await desk(request).sessions.leave(before)
    # From here on this browser is somebody else: the notice must be signed with what it will hold then.
    request[BROWSER] = welcome.session.secret
    name = welcome.name
    response = back(request, _wanted(welcome.next_path), say_for(request)("Welcome, {name}.", name=name))
    seconds = int(welcome.session.longest.total_seconds())
    cookies.put(request, response, cookies.SESSION, welcome.session.secret, seconds=seconds)
    cookies.take(request, response, cookies.BROWSER_COOKIE)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """Sign this browser out."""
    secret = cookies.read(request, cookies.SESSION)
    if secret is not None:
        await desk(request).sessions.leave(secret)
    response = back(request, "/")
    cookies.take(request, response, cookies.SESSION)
    return response


def browser_of(request: web.Request) -> Browser:
    """Where a request came from."""
    agent = "".join(letter for letter in request.headers.get("User-Agent", "") if letter.isprintable())
    return Browser(agent, request.app[HOUSE].caller(request))


def _redirect_uri(request: web.Request) -> str:
    house = request.app[HOUSE]
    address = house.address(request)
    if not address or not house.may_sign_in:
        raise NotAllowed("not_secret", _NOT_HERE)
    return address + BACK


def _wanted(address: str) -> str:
    """The page to go to afterwards: one of ours, and none that signs in or out."""
    return address if is_local(address) and not address.startswith("/sign-") else "/"


def _page(request: web.Request, target: str, error: UserError | None = None) -> web.Response:
    house = request.app[HOUSE]
    ready = desk(request).sign_ins.is_ready and house.may_sign_in and bool(house.address(request))
    return render(request, "sign_in.html", status=400 if error else 200, target=target, error=error, is_ready=ready)


PAGES = (
    get("/sign-in", ask, "sign_in", Access.ANYBODY),
    post("/sign-in", go, "sign_in_go", Access.ANYBODY, rate=Rate.LOGIN, menu="sign_in"),
    Page("GET", BACK, come_back, "sign_in_back", Access.ANYBODY, Rate.LOGIN, Proof.FORM, changes=True),
    post("/sign-out", leave, "sign_out", Access.ANYBODY),
)
