"""Faces of webhook messages: Discord fetches `avatar_url` once and shows its own copy; so do we.

An address that answers with no picture leaves the message with the default face, on Discord as here. The sandbox never
leaves this machine: only loopback addresses and its own CDN are fetched.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging

import aiohttp
import yarl

from sandbox.rules.images import sniff
from sandbox.world.world import World

#: Larger pictures are left alone (bytes).
LARGEST = 10 << 20
TIMEOUT = aiohttp.ClientTimeout(total=3)

log = logging.getLogger("sandbox")


class Avatars:
    """Fetches and remembers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, bytes] = {}
        self._client: aiohttp.ClientSession | None = None
        self._locks: dict[str, asyncio.Lock] = {}

    async def hash_of(self, webhook_id: str, url: str) -> str | None:
        """The avatar hash to show for `url`; None where no picture is found there."""
        async with self._locks.setdefault(url, asyncio.Lock()):
            data = await self._picture(url)
        if data is None:
            log.warning("No picture at a webhook's avatar_url: %s", url)
            return None
        return self._world.keep_picture(f"avatars/{webhook_id}", data, sniff(data) or "image/png")

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.close()

    async def _picture(self, url: str) -> bytes | None:
        if url in self._known:
            return self._known[url]
        data = self._own(url) or await self._fetched(url)
        if data is None or sniff(data) is None:
            return None
        self._known[url] = data
        return data

    def _own(self, url: str) -> bytes | None:
        if not url.startswith(self._world.origin + "/"):
            return None
        file = self._world.file(yarl.URL(url).path)
        return self._world.blobs.get(file.sha256) if file else None

    async def _fetched(self, url: str) -> bytes | None:
        if not is_loopback(url):
            return None
        if self._client is None:
            self._client = aiohttp.ClientSession(timeout=TIMEOUT)
        try:
            async with self._client.get(url, allow_redirects=False) as response:
                if response.status != 200:
                    return None
                data = await response.content.read(LARGEST + 1)
                return data if len(data) <= LARGEST else None
        except (aiohttp.ClientError, TimeoutError):
            return None


def is_loopback(url: str) -> bool:
    """Whether an address points at this machine."""
    host = yarl.URL(url).host
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
