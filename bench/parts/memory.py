"""Resident memory with many servers: in the gateway role, all in one process, and of discord.py alone."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from bench.parts.size import Size
from bench.parts.stand import Stand, Subject


@dataclass
class Memory:
    """Megabytes (10⁶ bytes) resident, after it connected, heard ignored messages and answered some."""

    gateway: float
    everything: float
    bare: float
    servers: int
    ready_seconds: float

    def figures(self) -> dict[str, Any]:
        """For the JSON line."""
        return {
            "rss_mb_2500_guilds": round(self.gateway, 1), "rss_mb_all_in_one": round(self.everything, 1),
            "rss_mb_bare": round(self.bare, 1), "guilds": self.servers, "ready_s": round(self.ready_seconds, 1),
        }  # fmt: skip

    def rows(self) -> list[tuple[str, str, str]]:
        """For the table."""
        return [
            (f"memory at {self.servers:,} servers", f"{self.gateway:.0f} MB", "≤ 150 MB (gateway role)"),
            ("  all in one process", f"{self.everything:.0f} MB", ""),
            ("  bare discord.py", f"{self.bare:.0f} MB", ""),
        ]

    def notes(self) -> list[str]:
        """What the figures rest on."""
        return [
            f"Memory: each server has 30 channels, 10 roles, 10 emojis; connected to all of them in "
            f"{self.ready_seconds:.1f} s; measured after ignored messages and a reply."
        ]


async def measure_memory(on: Stand, size: Size) -> Memory:
    """One after the other, each in a fresh process."""
    on.town.suburbs(size.servers - 2)
    found: dict[str, float] = {}
    ready = 0.0
    for role in ("gateway", "all"):
        async with AsyncExitStack() as exits:
            program = await on.program(exits, role)
            found[role], connected = await _used(on, program), program.started["seconds"]
            ready = ready or connected
    async with AsyncExitStack() as exits:
        bare = await on.bare(exits)
        found["bare"] = bare.resident_mb()
    return Memory(found["gateway"], found["all"], found["bare"], size.servers, ready)


async def _used(on: Stand, program: Subject) -> float:
    streets = [channel for channel in on.town.core.world.channels_of(on.town.guild.id) if channel.name[:4] == "room"]
    quiet = [channel for channel in on.town.core.world.channels_of(on.town.guild.id) if channel.name[:6] == "street"]
    program.driver.send(on.town.chatter(quiet, streets, 1000))
    await on.spoken_to(program, *streets[:5])
    await asyncio.sleep(1.0)  # what is put away after a reply
    return program.resident_mb()
