"""An unpatched discord.py connected to a sandbox, and a person who uses what it offers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import discord
import yarl
from discord.ext import commands

from sandbox.server import Sandbox

#: 1 × 1 pixels.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)
ADMINISTRATOR = 8

_nonces = itertools.count(1_000_000_000_000_000_000)


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Let discord.py speak to the sandbox: three addresses, nothing else of it is touched."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.asset.Asset.BASE
    discord.http.Route.BASE = f"{url}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1))
    discord.asset.Asset.BASE = url
    try:
        yield
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.asset.Asset.BASE = before


@asynccontextmanager
async def connected(sandbox: Sandbox, bot: commands.Bot) -> AsyncIterator[None]:
    """The bot, logged in and ready, for the length of the block."""
    with pointed_at(sandbox.url):
        await bot.login(sandbox.bot_token)
        running = asyncio.create_task(bot.connect())
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            await running
        try:
            yield
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)


def make_bot() -> commands.Bot:
    """A bot with every intent that does not wait for servers it will not hear of."""
    return commands.Bot(command_prefix="!", intents=discord.Intents.all(), guild_ready_timeout=0.1)


class Person:
    """Somebody at Discord's own client, as far as REST goes."""

    def __init__(self, sandbox: Sandbox, username: str, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self.user = sandbox.person(username)
        self._session = session

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """A call with this person's token; the status and what came back."""
        headers = {"Authorization": self.user.token}
        url = f"{self._sandbox.url}/api/v10{path}"
        async with self._session.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def say(self, channel_id: int, text: str) -> dict[str, Any]:
        """Post a message."""
        status, message = await self.call("POST", f"/channels/{channel_id}/messages", {"content": text})
        assert status == 200, message
        return message

    async def interact(self, kind: int, channel: discord.abc.GuildChannel, data: Any, **more: Any) -> None:
        """Begin an interaction: 2 command, 3 component, 4 autocomplete, 5 modal."""
        body = {
            "type": kind,
            "application_id": self._sandbox.application.id,
            "guild_id": str(channel.guild.id),
            "channel_id": str(channel.id),
            "session_id": "conformance",
            "nonce": str(next(_nonces)),
            "data": data,
            **more,
        }
        status, answer = await self.call("POST", "/interactions", body)
        assert status == 204, answer

    async def command(self, channel: discord.abc.GuildChannel, name: str, kind: int = 1) -> dict[str, Any]:
        """A command as the picker offers it."""
        path = f"/channels/{channel.id}/application-commands/search?type={kind}&limit=100"
        status, found = await self.call("GET", path)
        assert status == 200, found
        return next(one for one in found["application_commands"] if one["name"] == name)
