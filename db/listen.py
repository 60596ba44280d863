"""Connections that are held, never pooled: one that hears notices, one that holds a lock.

Both belong to a session of the server, so a transaction pooler in between would break them without a word; `doctor`
refuses one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from db.engine import connection_arguments
from db.raw import RawConnection, connect

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 15.0
CLOSE_TIMEOUT_SECONDS = 5.0

# What a lost or refused connection raises. Anything else is a bug and is not retried.
CONNECTION_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    TimeoutError,
)


def lock_key(name: str) -> int:
    """A lock's number: 64 bits of the name's SHA-256, so that names cannot collide by being counted."""
    return int.from_bytes(hashlib.sha256(f"botcafe:{name}".encode()).digest()[:8], "big", signed=True)


async def open_connection(url: str) -> tuple[RawConnection, asyncio.Event]:
    """A connection and an event set once it is gone, for whatever reason."""
    connection = await connect(connection_arguments(url))
    gone = asyncio.Event()

    def on_termination(_: Any) -> None:
        gone.set()

    connection.add_termination_listener(on_termination)
    return connection, gone


async def close_connection(connection: RawConnection) -> None:
    """Close it, politely if the server still answers."""
    try:
        await connection.close(timeout=CLOSE_TIMEOUT_SECONDS)
    except CONNECTION_ERRORS:
        connection.terminate()


class Listener:
    """Hears one channel. Reconnects by itself; after a gap it calls `on_gap`, since notices sent meanwhile are lost."""

    def __init__(
        self,
        url: str,
        channel: str,
        callback: Callable[[str], None],
        *,
        on_gap: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._url = url
        self._channel = channel
        self._callback = callback
        self._on_gap = on_gap
        self._connection: RawConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    async def start(self) -> None:
        """Return once the channel is heard. Raises what connecting raises the first time."""
        gone = await self._connect()
        self._task = asyncio.create_task(self._keep(gone), name=f"listen {self._channel}")

    async def close(self) -> None:
        """Stop hearing and close the connection."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.listening.clear()
        if self._connection is not None:
            await close_connection(self._connection)
            self._connection = None

    async def _connect(self) -> asyncio.Event:
        connection, gone = await open_connection(self._url)
        try:
            await connection.add_listener(self._channel, self._heard)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        self.listening.set()
        return gone

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._callback(str(payload))

    async def _keep(self, gone: asyncio.Event) -> None:
        while True:
            await gone.wait()
            self.listening.clear()
            gone = await self._reconnect()
            if self._on_gap is not None:
                await self._on_gap()

    async def _reconnect(self) -> asyncio.Event:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                return await self._connect()
            except CONNECTION_ERRORS:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)


class HeldLock:
    """A session-level advisory lock on a connection of its own.

    The server lets go of it the moment the connection ends, so a process that dies frees it. `lost` is set when the
    connection goes while the lock is held: the holder must then stop what the lock allowed.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self.name = name
        self._key = lock_key(name)
        self._connection: RawConnection | None = None
        self.lost = asyncio.Event()

    @property
    def held(self) -> bool:
        """Whether this process holds the lock, as far as it can know."""
        return self._connection is not None and not self.lost.is_set()

    async def try_acquire(self) -> bool:
        """Take the lock if nobody holds it. Raises what connecting raises."""
        if self.held:
            return True
        await self.release()
        connection, gone = await open_connection(self._url)
        try:
            taken = bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", self._key))
        except BaseException:
            connection.terminate()
            raise
        if not taken:
            await close_connection(connection)
            return False
        self._connection = connection
        self.lost = gone
        return True

    async def release(self) -> None:
        """Let go of the lock and its connection. Does nothing where it is not held."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await close_connection(connection)
