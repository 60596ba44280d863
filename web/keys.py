"""What the pages are given: the collaborators behind `app[KEY]`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bot.texts import SOURCE_LANGUAGE


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
