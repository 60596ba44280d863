"""Keeping what a process holds in memory equal to the database: told by NOTIFY, it looks again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from db.listen import Listener
from db.work import Database

_log = structlog.get_logger(__name__)


class Notices:
    """Hears one NOTIFY channel. `load` reads everything, `look` again at what a notice's payload names.

    Whoever reads and then remembers does so behind `turn`: of two that read side by side the one that read first might
    remember last, and what it knew would stay.
    """

    def __init__(
        self,
        database: Database,
        channel: str,
        *,
        load: Callable[[], Awaitable[None]],
        look: Callable[[str], Awaitable[None]],
    ) -> None:
        self._database = database
        self._channel = channel
        self._load = load
        self._look = look
        self._listener: Listener | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self.turn = asyncio.Lock()

    async def start(self) -> None:
        """Listen for changes, then load everything, so that nothing falls between the two."""
        self._listener = await self._database.listen(self._channel, self._told, on_gap=self._load)
        await self._load()

    async def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            await self._listener.close()
            self._listener = None
        for task in tuple(self._looking):
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)

    def _told(self, payload: str) -> None:
        task = asyncio.create_task(self._look_again(payload), name=f"{self._channel} {payload}")
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _look_again(self, payload: str) -> None:
        try:
            await self._look(payload)
        except Exception:  # a border: nobody awaits this task
            _log.exception("notice_unheeded", channel=self._channel, payload=payload)
