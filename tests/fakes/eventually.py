"""Waiting for what another process or task brings about: asked again and again, never for longer than needed."""

import asyncio
from collections.abc import Callable

TURNS = 20
"""Of the loop, in which what is waited for may come about in this process alone."""

PAUSE_SECONDS = 0.003
"""Between two looks afterwards: who looks all the time keeps the others, whom it waits for, from working."""


async def eventually(holds: Callable[[], object], *, within: float = 20.0) -> None:
    """Return as soon as `holds()` is true; `TimeoutError` where it does not become so."""
    turns = 0
    async with asyncio.timeout(within):
        while not holds():
            turns += 1
            await asyncio.sleep(0 if turns < TURNS else PAUSE_SECONDS)
