"""What the pages are given: the collaborators behind `app[KEY]`, and what a request carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from bot.texts import SOURCE_LANGUAGE

if TYPE_CHECKING:
    from bot.services.desk import Desk
    from web.busy import Line
    from web.forms import Form
    from web.house import House
    from web.pages import Page, Signed
    from web.rates import Rates


class PictureFiles(Protocol):
    """Where characters' pictures lie."""

    def path(self, sha256: str) -> Path | None:
        """The file with this content, or None. `sha256` is 64 lower-case hex digits."""
        ...


class Health(Protocol):
    """What the process knows of its own state."""

    async def check(self) -> dict[str, bool]:
        """Each thing that must work, and whether it does."""
        ...


@dataclass(frozen=True, slots=True)
class Resident:
    """A character shown on the home page."""

    name: str
    description: str
    picture_sha256: str | None


@dataclass(frozen=True, slots=True)
class Cover:
    """What the home page tells: where to talk, who speaks (None: no model does), who lives here.

    `language` is for browsers that name none we have.
    """

    talk_url: str
    talk_is_local: bool
    voice: str | None
    boot_id: str
    residents: tuple[Resident, ...] = field(default=())
    language: str = SOURCE_LANGUAGE


COVER = web.AppKey("cover", Cover)
PICTURES = web.AppKey("pictures", PictureFiles)
HEALTH = web.AppKey("health", Health)
DESK: web.AppKey[Desk] = web.AppKey("desk")
HOUSE: web.AppKey[House] = web.AppKey("house")
PAGES: web.AppKey[Mapping[str, Page]] = web.AppKey("pages")
"""Every page, by name."""
ROUTES: web.AppKey[Mapping[web.AbstractRoute, Page]] = web.AppKey("routes")
"""The page behind each route of the router."""
LINE: web.AppKey[Line] = web.AppKey("line")
RATES: web.AppKey[Rates] = web.AppKey("rates")

PAGE: web.RequestKey[Page] = web.RequestKey("page")
SIGNED: web.RequestKey[Signed | None] = web.RequestKey("signed")
FORM: web.RequestKey[Form] = web.RequestKey("form")
BROWSER: web.RequestKey[str] = web.RequestKey("browser")
"""The secret in this browser's cookie: the session's where somebody is signed in, else one that means nobody yet."""
