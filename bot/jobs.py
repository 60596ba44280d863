"""Durable jobs, and the clock that asks for the recurring ones.

A job is queued in the transaction that causes it (`Work.enqueue`), so it exists exactly if its cause does. PgQueuer
runs it on any process with a worker, at least once: handlers are idempotent, and their payloads carry ids only. A
handler that fails is tried again, later each time; after its last attempt the job is held, visible and ready to be
queued again.

The clock never does the work. It runs on the one process that holds an advisory lock and only queues what is due.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain import models as queue_models
from pgqueuer.errors import FailingListenerError, RetryRequested
from pgqueuer.types import JobId

from bot.clock import Clock
from bot.errors import BotCafeError
from bot.requests import requested
from db import pgq
from db.listen import CONNECTION_ERRORS, HeldConnection, HeldLock
from db.raw import RawConnection
from db.work import Actor, Database

log = structlog.get_logger(__name__)

Handler = Callable[[Mapping[str, str]], Awaitable[None]]
"""What runs a job, given its payload."""

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=30)
RECONNECT_SECONDS = 2.0
CLOCK_LOCK = "clock"
CLOCK_RETRY_SECONDS = 15.0


class JobFailedError(BotCafeError):
    """A job failed for good. Its text names the kind of error and the id it is logged under, and no person's data."""


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that failed for good and waits for somebody to look."""

    id: int
    name: str
    payload: Mapping[str, str]
    attempts: int
    queued_at: datetime


class _InHand:
    """The jobs one run of the worker has in hand, so that a hard stop can give them back."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._given_back = False

    @contextlib.contextmanager
    def holding(self) -> Generator[None]:
        """Around one handler. A cancelled handler's job goes back to the queue, which would else drop it as over."""
        if self._given_back:
            raise _stopped()
        task = cast(asyncio.Task[Any], asyncio.current_task())
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            raise _stopped() from None
        finally:
            self._tasks.discard(task)

    def give_back(self) -> None:
        """Cut short what still runs."""
        self._given_back = True
        for task in self._tasks:
            task.cancel()


def _stopped() -> RetryRequested:
    return RetryRequested(reason="the program stopped")


class _Executor(AbstractEntrypointExecutor):
    """Runs a handler; turns its failure into a later attempt, or after the last into a held job.

    The queue keeps the text of errors for weeks. An error's own text may quote what people wrote, so it goes to the
    program's log under an id, and the queue is told only the kind and the id.
    """

    def __init__(
        self, name: str, handler: Handler, attempts: int, in_hand: _InHand, parameters: EntrypointExecutorParameters
    ) -> None:
        super().__init__(parameters)
        self._name = name
        self._handler = handler
        self._attempts = attempts
        self._in_hand = in_hand

    async def execute(self, job: queue_models.Job, context: queue_models.Context) -> None:
        try:
            with self._in_hand.holding(), requested(f"job-{int(job.id)}"):
                await self._handler(_payload(job))
        except RetryRequested:
            raise
        except Exception as error:  # the border of a job
            error_id = secrets.token_hex(4)
            attempt = job.attempts + 1
            log.exception("job_failed", job=self._name, job_id=int(job.id), attempt=attempt, error_id=error_id)
            told = f"{type(error).__name__} ({error_id})"
            if attempt >= self._attempts:
                raise JobFailedError(told) from None
            raise RetryRequested(delay=retry_delay(attempt), reason=told) from None


def retry_delay(attempt: int) -> timedelta:
    """How long to wait after the given failed attempt (from 1): 5 s, 20 s, 80 s, … up to half an hour."""
    return min(FIRST_RETRY * 4 ** (min(attempt, 10) - 1), LONGEST_RETRY)


def _payload(job: queue_models.Job) -> Mapping[str, str]:
    return cast(Mapping[str, str], json.loads(job.payload or b"{}"))


class Jobs:
    """The handlers by name, the worker that runs them, and what became of those that failed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._handlers: dict[str, tuple[Handler, int, int]] = {}

    def register(self, name: str, handler: Handler, *, attempts: int = 5, at_most: int = 0) -> None:
        """Say what runs jobs of a name. At most `at_most` of them run at a time, on all processes together (0: any)."""
        if name in self._handlers:
            raise ValueError(f"jobs named {name} have a handler already")
        self._handlers[name] = (handler, attempts, at_most)

    async def run(self, stop: asyncio.Event) -> None:
        """Work off the queue until `stop`; running handlers are waited for. A lost connection is made anew."""
        while not stop.is_set():
            try:
                await self._work_until(stop)
            except (*CONNECTION_ERRORS, FailingListenerError) as error:
                log.warning("job_worker_lost_connection", error=type(error).__name__)
                await _either(stop, asyncio.sleep(RECONNECT_SECONDS))

    async def held(self, limit: int = 100) -> Sequence[HeldJob]:
        """Jobs that failed for good, the newest first."""
        async with self._connection() as (connection, _):
            rows = await pgq.queries(_driver(connection)).list_failed_jobs(limit=limit)
        return [HeldJob(int(row.id), str(row.entrypoint), _payload(row), row.attempts, row.created) for row in rows]

    async def release(self, ids: Sequence[int]) -> None:
        """Queue held jobs again, with all their attempts before them."""
        async with self._connection() as (connection, _):
            await pgq.queries(_driver(connection)).requeue_jobs([JobId(number) for number in ids])

    async def _work_until(self, stop: asyncio.Event) -> None:
        async with self._connection() as (connection, gone):
            in_hand = _InHand()
            manager = self._manager(connection, in_hand)
            running = asyncio.create_task(manager.run(shutdown_on_listener_failure=True), name="job worker")
            others = {asyncio.create_task(stop.wait()), asyncio.create_task(gone.wait())}
            try:
                await asyncio.wait({running, *others}, return_when=asyncio.FIRST_COMPLETED)
                if gone.is_set() and not stop.is_set():
                    raise ConnectionResetError("the queue's connection is gone")
                manager.shutdown.set()
                await running
            finally:
                in_hand.give_back()
                for task in (running, *others):
                    task.cancel()
                await asyncio.gather(running, *others, return_exceptions=True)

    def _manager(self, connection: RawConnection, in_hand: _InHand) -> QueueManager:
        manager = QueueManager(pgq.queries(_driver(connection)), channel=pgq.settings().channel)
        for name, (handler, attempts, at_most) in self._handlers.items():
            parameters = EntrypointExecutorParameters(
                concurrency_limit=at_most, func=cast(Any, handler), on_failure="hold"
            )
            manager.register_executor(name, _Executor(name, handler, attempts, in_hand, parameters))
        return manager

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncGenerator[tuple[RawConnection, asyncio.Event]]:
        # Without a pulse: the queue keeps the connection busy and asks for signs of life itself.
        connection = await HeldConnection.open(self._database.url, pulse=False)
        try:
            yield connection.raw, connection.gone
        finally:
            await connection.close()


@dataclass(frozen=True, slots=True)
class Recurring:
    """A job the clock asks for. `trigger` is one of APScheduler's, in UTC."""

    job: str
    trigger: Any


class ClockLeader:
    """Queues recurring jobs, on one process at a time.

    Whoever takes the lock asks for each job once right away (what is due may have been missed while nobody ran), then
    as its trigger says. A job that still waits is not queued a second time. When the lock is lost the clock stops
    before anything else, and the lock is tried for again.
    """

    def __init__(self, database: Database, recurring: Sequence[Recurring], clock: Clock) -> None:
        self._database = database
        self._recurring = tuple(recurring)
        self._clock = clock
        self._lock: HeldLock = database.lock(CLOCK_LOCK)
        self.leading = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Lead whenever nobody else does, until `stop`."""
        try:
            while not stop.is_set():
                if await self._take():
                    await self._lead(stop)
                else:
                    await _either(stop, self._clock.sleep(CLOCK_RETRY_SECONDS))
        finally:
            await self._lock.release()

    async def _take(self) -> bool:
        try:
            return await self._lock.try_acquire()
        except CONNECTION_ERRORS as error:
            log.warning("clock_cannot_ask_for_its_lock", error=type(error).__name__)
            return False

    async def _lead(self, stop: asyncio.Event) -> None:
        scheduler: Any = AsyncIOScheduler(timezone=UTC)
        for recurring in self._recurring:
            scheduler.add_job(
                self._ask, recurring.trigger, args=[recurring.job], coalesce=True, misfire_grace_time=3600
            )
        scheduler.start()
        self.leading.set()
        log.info("clock_leads", jobs=[recurring.job for recurring in self._recurring])
        try:
            for recurring in self._recurring:
                await self._ask(recurring.job)
            await _either(stop, self._lock.lost.wait())
        finally:
            self.leading.clear()
            scheduler.shutdown(wait=False)
        if self._lock.lost.is_set():
            log.warning("clock_lost_its_lock")

    async def _ask(self, job: str) -> None:
        try:
            async with self._database.work(Actor.job("clock")) as work:
                await work.enqueue(job, once=job)
        except Exception:  # the border of a scheduled call; the next tick asks again
            log.exception("clock_could_not_ask", job=job)


async def _either(stop: asyncio.Event, other: Awaitable[Any]) -> None:
    """Wait until `stop` is set or the other is done, whichever comes first."""
    waiting = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(other)}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _driver(connection: RawConnection) -> AsyncpgDriver:
    return AsyncpgDriver(cast(Any, connection))
