"""Waiting for what another process or task brings about: asked again and again, never for longer than needed."""

import asyncio
from collections.abc import Callable


async def eventually(holds: Callable[[], object], *, within: float = 20.0) -> None:
    """Return as soon as `holds()` is true; `TimeoutError` where it does not become so."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - what is waited for is outside of this loop
            await asyncio.sleep(0.01)
