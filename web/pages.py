"""What a page is, and what its handler may ask for and answer with.

Each area has a tuple `PAGES`; `web.app` puts all of them on the router and refuses a route that is none of them.
Whether somebody may see a page at all, how often, and whether a form was really sent from one of our pages is decided
before its handler is called (`web.gate`); a handler is left with: read, call one service, render.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

import aiohttp_jinja2
from aiohttp import web

from bot.errors import NotFound, UserError
from bot.services.desk import Desk, Work
from bot.texts import Say
from web import notices
from web.keys import DESK, SIGNED
from web.language import say_to

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_BYTES = 1 << 20
"""The most a request may bring, unless its page says otherwise."""

_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")


class Access(StrEnum):
    """Who may open a page. Everybody else finds nothing there; who is not signed in is asked to."""

    ANYBODY = "anybody"
    MEMBER = "member"
    MODERATOR = "moderator"
    """Moderators and admins."""
    ADMIN = "admin"


class Rate(StrEnum):
    """How often one person (one address, where nobody is signed in) may open a page: `web.rates` has the numbers."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"
    UPLOAD = "upload"
    LIST_FILE = "list_file"
    """A list as a CSV file."""
    HOOK = "hook"
    """What another house tells us, signed."""
    EXPORT = "export"
    """Everything of somebody, as files."""


class Proof(StrEnum):
    """How a request that changes something proves that the person meant it."""

    FORM = "form"
    """The session's cookie, with the token of our own form and our own Origin."""
    BEARER = "bearer"
    """A token of the API. Cookies are not looked at."""
    SIGNATURE = "signature"
    """A signature over the body, which the handler checks itself. Cookies are not looked at."""


@dataclass(frozen=True, slots=True)
class Page:
    """One method at one address.

    `{something_id}` in the path is a row's id: anything that is no id is answered as missing before the handler runs.
    `changes` says of a GET that it writes (a sign-in coming back); no other GET may. `menu` is the page in the menu
    that it belongs to, where it does not stand there itself.
    """

    method: str
    path: str
    handler: Handler
    name: str
    access: Access
    rate: Rate
    proof: Proof = Proof.FORM
    body_bytes: int = BODY_BYTES
    changes: bool = False
    menu: str = ""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What varies in the path, in order."""
        return tuple(_PLACEHOLDER.findall(self.path))

    @property
    def ids(self) -> tuple[str, ...]:
        """The rows its path names."""
        return tuple(name for name in self.placeholders if name.endswith("_id"))

    @property
    def is_safe(self) -> bool:
        """Whether it only shows."""
        return self.method in ("GET", "HEAD")


def get(path: str, handler: Handler, name: str, access: Access, *, rate: Rate = Rate.READ, menu: str = "") -> Page:
    """A page that shows something and changes nothing."""
    return Page("GET", path, handler, name, access, rate, menu=menu)


def post(
    path: str,
    handler: Handler,
    name: str,
    access: Access,
    *,
    rate: Rate = Rate.WRITE,
    body_bytes: int = BODY_BYTES,
    menu: str = "",
) -> Page:
    """What one of our forms is sent to. Where it shows the form again, it stands in the menu as `menu`."""
    return Page("POST", path, handler, name, access, rate, body_bytes=body_bytes, menu=menu)


# ---------------------------------------------------------------------------------------------------- who asks


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in. `role` is one of user, moderator, admin; `name` is how Discord shows them."""

    user_id: UUID
    discord_id: int
    name: str
    role: str
    session_id: UUID
    signed_in_at: datetime
    language: str | None = None
    time_zone: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether they are a moderator or an admin."""
        return self.role in ("moderator", "admin")

    @property
    def is_admin(self) -> bool:
        """Whether they are an admin."""
        return self.role == "admin"

    def may_open(self, access: Access) -> bool:
        """Whether a page of this access is there for them."""
        match access:
            case Access.ADMIN:
                return self.is_admin
            case Access.MODERATOR:
                return self.is_staff
            case _:
                return True


def visitor(request: web.Request) -> Signed | None:
    """Who is signed in; None: nobody."""
    return request.get(SIGNED)


def signed(request: web.Request) -> Signed:
    """Who is signed in, on a page for members or staff. Raises HTTPNotFound where nobody is."""
    found = visitor(request)
    if found is None:
        raise web.HTTPNotFound
    return found


def desk(request: web.Request) -> Desk:
    """The services."""
    return request.app[DESK]


def at_work(request: web.Request) -> AbstractAsyncContextManager[Work]:
    """A unit of work in the name of who is signed in, or of a visitor; committed at the end of the block."""
    found = visitor(request)
    return desk(request).at_work(None if found is None else found.user_id)


def say_for(request: web.Request) -> Say:
    """The words in the reader's language."""
    return say_to(request)


def row_id(request: web.Request, name: str) -> UUID:
    """The id in the path, such as `row_id(request, "character_id")`."""
    return UUID(request.match_info[name])


def missing() -> NoReturn:
    """Answer as if nothing were at this address: the same for what is denied and what is not there."""
    raise web.HTTPNotFound


# ---------------------------------------------------------------------------------------------------- answers


def render(request: web.Request, template: str, *, status: int = 200, **context: object) -> web.Response:
    """A page. Every template also has what `web.rendering.scene` gives."""
    from web.rendering import scene

    return aiohttp_jinja2.render_template(template, request, scene(request) | context, status=status)


def back(request: web.Request, to: str, text: str = "", *, kind: str = "done") -> web.Response:
    """Send the browser to one of our pages, which shows `text` once (`kind`: done, note or trouble)."""
    if not is_local(to):
        raise ValueError("a page only ever sends people to pages of this house")
    response = web.Response(status=303, headers={"Location": to})
    if text:
        notices.leave(request, response, text, kind)
    return response


def away(to: str) -> web.Response:
    """Send the browser to another house that is in `web.security`'s list (Discord, a till)."""
    return web.Response(status=303, headers={"Location": to})


def download(data: bytes, file_name: str, mime: str) -> web.Response:
    """A file to keep, never one to open in our name."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", file_name).strip("-.")[:100] or "file"
    return web.Response(
        body=data,
        headers={
            "Content-Type": mime,
            "Content-Disposition": f'attachment; filename="{plain}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def is_local(address: str) -> bool:
    """Whether an address leads to a page of this house whatever a browser makes of it: `//evil`, `/\\evil`, …"""
    return (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and "\\" not in address
        and address.isprintable()
        and len(address) <= 2000
    )


def status_of(error: UserError) -> int:
    """The HTTP status of a refusal."""
    from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed

    match error:
        case NotFound():
            return 404
        case NotAllowed() | LimitReached():
            return 403
        case Conflict():
            return 409
        case InvalidInput():
            return 422
        case _:
            return 400
