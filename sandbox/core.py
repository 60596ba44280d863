"""What every part of the sandbox works with: the world, the hub, the journal, limits and time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.avatars import Avatars
from sandbox.clock import Clock
from sandbox.gateway.hub import Hub
from sandbox.journal import Journal
from sandbox.limits import Limits
from sandbox.world.world import World

#: docs: Receiving and Responding, Interaction Callback: the time to the first answer, in seconds.
ACKNOWLEDGE_WITHIN = 3.0
#: docs: Receiving and Responding, Followup Messages: how long an interaction's token lives, in seconds.
TOKEN_LIVES = 900.0


@dataclass
class Core:
    """The shared parts, built once per sandbox."""

    clock: Clock
    world: World
    journal: Journal
    hub: Hub
    limits: Limits
    avatars: Avatars
    acknowledge_within: float = ACKNOWLEDGE_WITHIN
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @classmethod
    def build(cls, path: Path | None, *, acknowledge_within: float = ACKNOWLEDGE_WITHIN) -> Core:
        """Wire the parts; `path` is the world's file, or None to keep nothing."""
        clock = Clock()
        world = World(path, clock)
        journal = Journal(clock, None if path is None else path.with_name("journal.jsonl"))
        hub = Hub(world, journal)
        return cls(clock, world, journal, hub, Limits(clock), Avatars(world), acknowledge_within)

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the calls, ended with the sandbox."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what runs in the background and write the world down."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.avatars.close()
        self.world.store.close()
        self.journal.close()
