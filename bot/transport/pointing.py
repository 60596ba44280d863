"""Points discord.py at the Discord it should talk to: the real one, or a local one for trying and testing.

discord.py keeps three addresses on its classes and reads them at call time (REST also for webhooks and interactions).
Its permalink and invite helpers stay on discord.com, which no code of ours relies on.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

API_VERSION = 10


@dataclass(frozen=True, slots=True)
class Home:
    """Where a Discord lives: REST base without a trailing slash, gateway, and the base of its pictures."""

    api: str
    gateway: str
    cdn: str


def current() -> Home:
    """Where discord.py points now."""
    return Home(Route.BASE, str(DiscordWebSocket.DEFAULT_GATEWAY), Asset.BASE)


def local_home(origin: str) -> Home:
    """The three addresses of a local Discord that serves all of them from one origin, such as http://127.0.0.1:3900."""
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"not an http address: {origin!r}")
    base = f"{parts.scheme}://{parts.netloc}"
    socket = "wss" if parts.scheme == "https" else "ws"
    return Home(f"{base}/api/v{API_VERSION}", f"{socket}://{parts.netloc}", base)


def point_at(origin: str | None) -> None:
    """Point discord.py at a local Discord, before anybody logs in. None leaves it at the real one."""
    if origin:
        _aim(local_home(origin))


@contextmanager
def pointed_at(origin: str) -> Generator[None]:
    """Point discord.py somewhere for a while, and back again; what a test needs."""
    before = current()
    _aim(local_home(origin))
    try:
        yield
    finally:
        _aim(before)


def _aim(home: Home) -> None:
    Route.BASE = home.api
    DiscordWebSocket.DEFAULT_GATEWAY = URL(home.gateway)
    setattr(Asset, "BASE", home.cdn)  # noqa: B010 - typed as a Literal, read at call time all the same
