"""Ignored messages per second, what a reply costs in time, memory at 2,500 servers."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from typing import Any

from bench.parts.ignored import Ignored, measure_ignored
from bench.parts.memory import Memory, measure_memory
from bench.parts.replies import Replies, measure_replies
from bench.parts.report import Machine, show
from bench.parts.size import FULL, QUICK, Size
from bench.parts.stand import Stand, stand


async def measure(size: Size) -> tuple[Ignored, Replies, Memory]:
    """All three parts, on one stand."""
    async with stand() as on:
        ignored, replies = await _busy(on, size)
        return ignored, replies, await measure_memory(on, size)


async def _busy(on: Stand, size: Size) -> tuple[Ignored, Replies]:
    async with AsyncExitStack() as exits:
        peopled, quiet = on.town.channels(size.channels, "room"), on.town.channels(size.channels, "street")
        program = await on.program(exits)
        await on.people_rooms(program, peopled)
        ignored = await measure_ignored(on, program, quiet, peopled, size)
        return ignored, await measure_replies(on, program, peopled, size)


def figures(ignored: Ignored, replies: Replies, memory: Memory) -> dict[str, Any]:
    """The JSON line."""
    return {**ignored.figures(), **replies.figures(), **memory.figures()}


def main() -> int:
    """Measure and print; exit code 1 where an ignored message reached the database or a control stayed silent."""
    size = QUICK if os.environ.get("QUICK") else FULL
    machine = Machine()
    ignored, replies, memory = asyncio.run(measure(size))
    found = figures(ignored, replies, memory)
    rows = [*ignored.rows(), *replies.rows(), *memory.rows()]
    notes = [machine.line(), *ignored.notes(), *replies.notes(), *memory.notes()]
    show("bench-reply" + (" (QUICK)" if size is QUICK else ""), rows, notes, found)
    return 0 if ignored.is_sound and replies.is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
