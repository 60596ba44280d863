"""What `/readyz` asks: a part of `bot.app`, which alone makes it."""

from __future__ import annotations

import asyncio

from bot.transport.client import CafeClient
from db.listen import CONNECTION_ERRORS
from db.work import Actor, Database


class WholeHealth:
    """Whether the database answers and Discord is connected."""

    def __init__(self, database: Database, client: CafeClient | None) -> None:
        """`client` is None where this process has none."""
        self._database = database
        self._client = client

    async def check(self) -> dict[str, bool]:
        """Each thing that must work, and whether it does."""
        checks = {"database": await self._database_answers()}
        # Without a client of its own this process cannot know how Discord is, and claims nothing.
        return checks if self._client is None else checks | {"discord": self._client.is_ready()}

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(2), self._database.work(Actor.job("health")):
                return True
        except (OSError, TimeoutError, *CONNECTION_ERRORS):
            return False
