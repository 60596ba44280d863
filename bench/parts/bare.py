"""discord.py with nothing to do: the intents of BotCafé and an `on_message` without a body."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import discord

from bench.parts.wire import serve
from bot.transport.pointing import point_at


class Bare(discord.Client):
    """The least a bot can be."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = intents.message_content = True
        super().__init__(intents=intents, guild_ready_timeout=0.1)
        self.up = asyncio.Event()
        self.last = asyncio.Event()
        self.last_at = 0

    async def on_ready(self) -> None:
        """Connected."""
        self.up.set()

    async def on_message(self, message: discord.Message) -> None:
        """Nothing."""

    async def on_guild_channel_update(self, before: object, after: object) -> None:
        """The end of a round: everything sent before it was handled before it."""
        self.last_at = time.monotonic_ns()
        self.last.set()


async def main() -> None:
    """Connect, then tell when a round was over."""
    client = Bare()
    running: list[asyncio.Task[None]] = []

    async def start(command: dict[str, Any]) -> dict[str, Any]:
        point_at(command["discord"])
        running.append(asyncio.create_task(client.start(command["token"])))
        await client.up.wait()
        return {}

    async def arm(_: dict[str, Any]) -> dict[str, Any]:
        client.last.clear()
        return {"cpu": time.process_time()}

    async def ended(_: dict[str, Any]) -> dict[str, Any]:
        await client.last.wait()
        return {"at": client.last_at, "cpu": time.process_time()}

    await serve({"start": start, "arm": arm, "ended": ended})
    await client.close()
    await asyncio.gather(*running, return_exceptions=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
