"""The program itself, run by `start` and `run`: until it is asked to stop, however far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.local.model import OpenVoice
from bot.roles import Role
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import Running


async def live(
    settings: Settings,
    voice: OpenVoice,
    *,
    ready: Callable[[Running], None],
    stop: asyncio.Event,
    role: Role = Role.ALL,
) -> None:
    """Run the program. Once it is ready, `stop` lets it finish what is under way; before, it is broken off.

    Raises `StartError` where it cannot start or cannot go on.
    """
    from bot import app  # the heaviest import there is; `start` has its children start first

    is_ready = False

    def on_ready(running: Running) -> None:
        nonlocal is_ready
        is_ready = True
        ready(running)

    program = asyncio.create_task(app.run(settings, voice.server, ready=on_ready, stop=stop, role=role), name="program")
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({program, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not program.done() and not is_ready:
            # It may be waiting for a Discord that is not there, and would do so for ever.
            program.cancel()
            await asyncio.wait({program})
            if program.cancelled():
                return
        await program
    finally:
        stopped.cancel()
        program.cancel()
