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
import structlog

from db.engine import connection_arguments
from db.raw import RawConnection, connect

log = structlog.get_logger(__name__)

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 15.0
CLOSE_TIMEOUT_SECONDS = 5.0
PULSE_SECONDS = 30.0
PULSE_TIMEOUT_SECONDS = 10.0

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


class HeldConnection:
    """A connection and `gone`, set once it ended for whatever reason, a network that went silent among them."""

    def __init__(self, raw: RawConnection, *, pulse: bool) -> None:
        self.raw = raw
        self.gone = asyncio.Event()
        raw.add_termination_listener(self._on_termination)
        self._pulse = asyncio.create_task(self._beat(), name="pulse of a held connection") if pulse else None

    @classmethod
    async def open(cls, url: str, *, pulse: bool = True) -> HeldConnection:
        """Connect. With `pulse` it is asked for a sign of life now and then; then nobody else may be using it."""
        return cls(await connect(connection_arguments(url)), pulse=pulse)

    def drop(self) -> None:
        """Close it at once."""
        self._stop_pulse()
        self.raw.terminate()
        self.gone.set()

    async def close(self) -> None:
        """Close it, politely if the server still answers."""
        self._stop_pulse()
        try:
            await self.raw.close(timeout=CLOSE_TIMEOUT_SECONDS)
        except CONNECTION_ERRORS:
            self.raw.terminate()

    def _on_termination(self, _: Any) -> None:
        self.gone.set()

    def _stop_pulse(self) -> None:
        if self._pulse is not None and self._pulse is not asyncio.current_task():
            self._pulse.cancel()

    async def _beat(self) -> None:
        # A cable that is pulled sends no goodbye: without asking, a connection that only listens would wait for hours.
        while not self.gone.is_set():
            await asyncio.sleep(PULSE_SECONDS)
            try:
                await asyncio.wait_for(self.raw.execute("SELECT 1"), PULSE_TIMEOUT_SECONDS)
            except CONNECTION_ERRORS:
                self.drop()


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
        self._connection: HeldConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    async def start(self) -> None:
        """Return once the channel is heard. Raises what connecting raises the first time."""
        connection = await self._connect()
        self._task = asyncio.create_task(self._keep(connection), name=f"listen {self._channel}")

    async def close(self) -> None:
        """Stop hearing and close the connection."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.listening.clear()
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _connect(self) -> HeldConnection:
        connection = await HeldConnection.open(self._url)
        try:
            await connection.raw.add_listener(self._channel, self._heard)
        except BaseException:
            connection.drop()
            raise
        self._connection = connection
        self.listening.set()
        return connection

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._callback(str(payload))

    async def _keep(self, connection: HeldConnection) -> None:
        while True:
            await connection.gone.wait()
            self.listening.clear()
            connection = await self._reconnect()
            await self._close_gap()

    async def _reconnect(self) -> HeldConnection:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                return await self._connect()
            except CONNECTION_ERRORS:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _close_gap(self) -> None:
        """Let the owner catch up; until that worked, what it knows is out of date, so it is tried until it does."""
        wait = FIRST_WAIT_SECONDS
        while self._on_gap is not None:
            try:
                await self._on_gap()
                return
            except Exception:  # the border of a listener
                log.exception("gap_not_closed", channel=self._channel)
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
        self._connection: HeldConnection | None = None
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
        connection = await HeldConnection.open(self._url)
        try:
            taken = bool(await connection.raw.fetchval("SELECT pg_try_advisory_lock($1)", self._key))
        except BaseException:
            connection.drop()
            raise
        if not taken:
            await connection.close()
            return False
        self._connection = connection
        self.lost = connection.gone
        return True

    async def release(self) -> None:
        """Let go of the lock and its connection. Does nothing where it is not held."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
