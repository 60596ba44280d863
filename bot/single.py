"""One gateway for a database: two would answer everything twice."""

from __future__ import annotations

import asyncio

import structlog

from bot.local.errors import StartError
from db.listen import CONNECTION_ERRORS, HeldLock

GATEWAY_LOCK = "gateway"
_LOCK_TRIES = 10
_LOCK_RETRY_SECONDS = 0.5

_ANOTHER_RUNS = (
    "Another BotCafé runs on this database, and two would answer everything twice. Nothing was changed. "
    "Stop the other one first, or give this one a DATABASE_URL of its own."
)

log = structlog.get_logger(__name__)


async def take(lock: HeldLock) -> None:
    """Hold the lock that one BotCafé per database holds. A process that just died may still seem to hold it."""
    for _ in range(_LOCK_TRIES):
        if await lock.try_acquire():
            return
        await asyncio.sleep(_LOCK_RETRY_SECONDS)
    raise StartError(_ANOTHER_RUNS)


async def hold(lock: HeldLock) -> None:
    """Take the lock again whenever the database was away. Raises `StartError` if another process got it meanwhile."""
    while True:
        await lock.lost.wait()
        log.warning("gateway_lock_lost")
        while True:
            try:
                if await lock.try_acquire():
                    break
            except CONNECTION_ERRORS as error:
                log.warning("database_unreachable", error=type(error).__name__)
            else:
                raise StartError(_ANOTHER_RUNS)
            await asyncio.sleep(_LOCK_RETRY_SECONDS)
