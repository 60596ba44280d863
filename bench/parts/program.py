"""BotCafé itself, built by `bot.app` as `run` builds it, in a process of its own, with its database calls counted."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bench.parts.wire import serve
from bot.app import Program, Role
from bot.footprint import stand_still
from bot.logs import configure_logs
from bot.ports import Place
from bot.providers.openai_models import Server
from bot.settings import Settings

_BEATS = frozenset({"turns", "jobs", "clock", "gateway lock", "job worker"})
"""Tasks that call the database from time to time whether anybody speaks or not."""


_AT_WORK: ContextVar[asyncio.Task[Any] | None] = ContextVar("at_work", default=None)
"""Whose work this is. asyncpg calls its query loggers by `call_soon`, when no task is the current one any more; what it
does hand on is the context."""


def _named_by_context(
    loop: asyncio.AbstractEventLoop, coroutine: Any, *, context: Context | None = None
) -> asyncio.Task[Any]:
    """A task factory: every task finds itself in its context, and what a beat begins is the beat's."""
    context = copy_context() if context is None else context
    parent = context.get(_AT_WORK)
    task = asyncio.Task(coroutine, loop=loop, context=context)
    is_beat = parent is not None and parent.get_name() in _BEATS
    context.run(_AT_WORK.set, parent if is_beat else task)
    return task


@dataclass
class Calls:
    """Statements sent to the database: those a message caused, and those the program's own beat did."""

    caused: int = 0
    beats: int = 0
    tasks: set[str] = field(default_factory=set[str])

    def count(self, sent: Any) -> None:
        """One statement was sent (an asyncpg query logger)."""
        task = _AT_WORK.get()
        name = task.get_name() if task is not None else " ".join(sent.query.split())[:60]
        if name in _BEATS:
            self.beats += 1
            return
        self.caused += 1
        self.tasks.add(name)


class Subject:
    """The program under measurement."""

    def __init__(self) -> None:
        self.exits = AsyncExitStack()
        self.calls = Calls()
        self.last = asyncio.Event()
        self.last_at = 0
        self.program: Program

    async def start(self, command: dict[str, Any]) -> dict[str, Any]:
        """Build it, connect it."""
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
            data_dir=Path(command["data_dir"]),
            database_url=SecretStr(command["database"]),
            discord_token=SecretStr(command["token"]),
            discord_base_url=command["discord"],
            web_port=0,
            log_level="WARNING",
        )
        configure_logs(settings)
        server = Server("bench", command["model"], "quick", is_ours=True, context_tokens=8192)
        event.listen(Pool, "connect", self._count_what_is_sent)
        began = time.monotonic()
        self.program = Program(settings, server, exits=self.exits, role=Role(command["role"]))
        await self.program.open()
        self.program.client.add_listener(self._over, "on_guild_channel_update")
        running = await self.program.connect()
        self.exits.callback(stand_still())
        return {"seconds": time.monotonic() - began, "guilds": running.guilds, "web_url": running.web_url}

    def _count_what_is_sent(self, connection: Any, _: object) -> None:
        # By the driver, which sees what goes around SQLAlchemy (`db.direct`), and BEGIN and COMMIT too.
        connection.driver_connection.add_query_logger(self.calls.count)

    async def summon(self, command: dict[str, Any]) -> dict[str, Any]:
        """Ask characters into channels: `places` are (guild, channel, character, who asks)."""
        for guild_id, channel_id, character_id, by in command["places"]:
            place = Place(guild_id, channel_id, channel_id)
            await self.program.cafe.conversations.summon(
                UUID(by), place, UUID(character_id), interaction_id=channel_id + 1
            )
        await self.program.cafe.turns.idle()
        return {"rooms": len(command["places"])}

    async def idle(self, _: dict[str, Any]) -> dict[str, Any]:
        """Wait until nothing is being answered."""
        await self.program.cafe.turns.idle()
        return {}

    async def arm(self, _: dict[str, Any]) -> dict[str, Any]:
        """Begin to count anew. (The counter stays registered: it is emptied, not replaced.)"""
        self.calls.caused = self.calls.beats = 0
        self.calls.tasks.clear()
        self.last.clear()
        return {"cpu": time.process_time()}

    async def ended(self, _: dict[str, Any]) -> dict[str, Any]:
        """Wait for the event that ends a round: everything sent before it was handled before it."""
        await self.last.wait()
        return {"at": self.last_at, "cpu": time.process_time()}

    async def counted(self, _: dict[str, Any]) -> dict[str, Any]:
        """What was counted since `arm`, once nothing is under way."""
        await self.program.cafe.turns.idle()
        return {"caused": self.calls.caused, "beats": self.calls.beats, "tasks": sorted(self.calls.tasks)}

    async def loaded(self, _: dict[str, Any]) -> dict[str, Any]:
        """The modules that are loaded."""
        return {"modules": sorted(sys.modules)}

    async def _over(self, before: object, after: object) -> None:
        self.last_at = time.monotonic_ns()
        self.last.set()


async def main() -> None:
    """Obey until stdin ends, then close as the program closes."""
    asyncio.get_running_loop().set_task_factory(_named_by_context)
    subject = Subject()
    async with subject.exits:
        await serve({
            name: getattr(subject, name)
            for name in ("start", "summon", "idle", "arm", "ended", "counted", "loaded")
        })  # fmt: skip


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
