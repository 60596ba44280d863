"""Those who visit the sandbox in tests: people with a browser's manners, and an unpatched discord.py bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import aiohttp
import discord
import yarl
from discord.ext import commands

from sandbox.server import Sandbox

WAIT = 10.0
_nonces = count(1)


class Person:
    """Somebody at their client: REST with a user token, and a gateway connection whose events are kept."""

    def __init__(self, sandbox: Sandbox, username: str, http: aiohttp.ClientSession) -> None:
        self.user = sandbox.person(username)
        self.id = self.user.id
        self._sandbox = sandbox
        self._http = http
        self.events: list[tuple[str, Any]] = []
        self._fresh = asyncio.Condition()
        self._taken = 0

    @classmethod
    @asynccontextmanager
    async def arrive(cls, sandbox: Sandbox, username: str) -> AsyncIterator[Person]:
        async with aiohttp.ClientSession() as http:
            person = cls(sandbox, username, http)
            async with http.ws_connect(sandbox.url + "/?v=10&encoding=json") as socket:
                await socket.send_json({"op": 2, "d": {"token": person.user.token, "properties": {}}})
                reader = asyncio.create_task(person._read(socket))
                await person.event("READY")
                try:
                    yield person
                finally:
                    await socket.close()
                    await reader

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            payload = json.loads(frame.data)
            if payload["op"] == 0:
                async with self._fresh:
                    self.events.append((payload["t"], payload["d"]))
                    self._fresh.notify_all()

    async def event(self, name: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        """The first event of that name, from the beginning of the connection on, that fits."""

        def found() -> list[Any]:
            return [data for event, data in self.events if event == name and fits(data)]

        async with asyncio.timeout(WAIT), self._fresh:
            await self._fresh.wait_for(found)
        return found()[0]

    def heard(self, name: str) -> list[Any]:
        return [data for event, data in self.events if event == name]

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": self.user.token}
        async with self._http.request(
            method, f"{self._sandbox.url}/api/v10{path}", json=body, headers=headers
        ) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if raw else None

    async def upload(self, path: str, body: Any, name: str, data: bytes) -> tuple[int, Any]:
        """Post a body with one file."""
        form = aiohttp.FormData()
        form.add_field("payload_json", json.dumps(body))
        form.add_field("files[0]", data, filename=name)
        headers = {"Authorization": self.user.token}
        async with self._http.post(f"{self._sandbox.url}/api/v10{path}", data=form, headers=headers) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if raw else None

    async def say(self, channel: str, content: str, **more: Any) -> Any:
        path = f"/channels/{self._sandbox.channel_id(channel)}/messages"
        status, body = await self.call("POST", path, {"content": content, **more})
        assert status == 200, body
        return body

    # -------------------------------------------------------------------------------------------- interactions

    async def interact(self, channel: str, kind: int, data: Any, *, message_id: str | None = None) -> tuple[int, Any]:
        """Begin an interaction; answers status and body, and leaves the nonce in `self.nonce`."""
        self.nonce = str(next(_nonces))
        body = {
            "type": kind,
            "application_id": self._sandbox.application.id,
            "channel_id": self._sandbox.channel_id(channel),
            "guild_id": self._sandbox.guild.id,
            "session_id": "x",
            "nonce": self.nonce,
            "data": data,
        }
        if message_id:
            body["message_id"] = message_id
        return await self.call("POST", "/interactions", body)

    async def slash(self, channel: str, name: str, options: list[Any] | None = None, *, kind: int = 2) -> None:
        command = next(one for one in self._sandbox.world.commands if one.body["name"] == name)
        data = {"id": command.id, "name": name, "type": command.body["type"], "options": options or []}
        status, body = await self.interact(channel, kind, data)
        assert status == 204, body

    async def outcome(self, event: str) -> Any:
        """The event that ends the interaction begun last."""
        nonce = self.nonce
        return await self.event(event, lambda data: data.get("nonce") == nonce)


@asynccontextmanager
async def pointed(sandbox: Sandbox) -> AsyncIterator[None]:
    """discord.py's addresses set to the sandbox, and restored afterwards."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.asset.Asset.BASE
    discord.http.Route.BASE = sandbox.url + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.url.replace("http", "ws", 1))
    discord.asset.Asset.BASE = sandbox.url
    try:
        yield
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.asset.Asset.BASE = before


class Bot(commands.Bot):
    """discord.py's own bot; it only remembers what it heard."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        super().__init__("!", intents=intents, guild_ready_timeout=0.1, help_command=None, **options)
        self.heard: list[tuple[str, tuple[Any, ...]]] = []
        self._fresh = asyncio.Condition()
        #: Raised inside handlers and commands; tests look here.
        self.faults: list[BaseException] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py would wait five seconds before every further IDENTIFY."""

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        super().dispatch(event_name, *args, **kwargs)
        self.heard.append((event_name, args))
        self._waking = asyncio.ensure_future(self._wake())

    async def _wake(self) -> None:
        async with self._fresh:
            self._fresh.notify_all()

    async def until(self, event: str, fits: Callable[..., bool] = lambda *_: True, *, after: int = 0) -> Any:
        """The first event of that name that fits; its only argument, or all of them."""

        def found() -> list[tuple[Any, ...]]:
            return [args for name, args in self.heard[after:] if name == event and fits(*args)]

        async with asyncio.timeout(WAIT), self._fresh:
            await self._fresh.wait_for(found)
        args = found()[0]
        return args[0] if len(args) == 1 else args

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        raise

    def place(self, name: str) -> discord.TextChannel:
        channel = discord.utils.get(self.guilds[0].text_channels, name=name)
        assert channel is not None
        return channel


@asynccontextmanager
async def connected(sandbox: Sandbox, bot: Bot | None = None) -> AsyncIterator[Bot]:
    """A bot that is ready; what it runs into while connecting is raised here."""
    bot = bot or Bot(discord.Intents.all())
    async with pointed(sandbox):
        running = asyncio.create_task(bot.start(sandbox.bot_token))
        ready = asyncio.create_task(bot.until("ready"))
        try:
            await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                ready.cancel()
                running.result()
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(running, ready, return_exceptions=True)
