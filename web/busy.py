"""When there is more to do than can be done at once: who reads waits in line, and is put off where that takes long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from bot.texts import N_

PAGES_AT_ONCE = 8
"""How many pages are made at once; of 20 connections to the database the rest is for answers and whoever writes. More
at once are no faster, since one core makes them all: each only takes longer, and takes a connection with it."""

PATIENCE_SECONDS = 5.0
"""How long a request waits in line: as long as for a connection."""


class NoPlaceLeft(Exception):
    """The line is too long."""


class Line:
    """Where those who read wait for their turn, first come, first served."""

    def __init__(self, at_once: int = PAGES_AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._patience = patience

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[None]:
        """A place, until the answer is made. Raises `NoPlaceLeft`."""
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise NoPlaceLeft from None
        try:
            yield
        finally:
            self._places.release()


NOT_NOW = (NoPlaceLeft, NoConnectionLeft, OperationalError, InterfaceError, ConnectionRefusedError)
"""What the line, the pool and the driver raise then; nothing of the request was kept."""

RETRY_SECONDS = 5

WORDS = N_("There is more to do right now than the house can manage. Nothing was changed; try again in a few seconds.")
