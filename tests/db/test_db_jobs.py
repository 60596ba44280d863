"""Durable jobs over a real queue, and the clock that leads."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest
import structlog
from apscheduler.triggers.interval import IntervalTrigger
from pgqueuer.db import AsyncpgDriver
from sqlalchemy import text

from bot.jobs import FIRST_RETRY, LONGEST_RETRY, ClockLeader, Jobs, Recurring, retry_delay
from bot.services.oversight.retention import INBOX_KEPT, JOB_LOG_KEPT, Retention
from db import pgq, queue
from db.engine import connection_arguments
from db.models import InboxMessage, InboxState
from db.raw import RawConnection, connect
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.fakes.eventually import eventually

TIMEOUT = 20


class Worker:
    """A worker on a task of its own."""

    def __init__(self, jobs: Jobs) -> None:
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(jobs.run(self._stop))

    async def close(self) -> None:
        self._stop.set()
        await asyncio.wait_for(self._task, TIMEOUT)


async def queue_job(database: Database, name: str, **payload: str) -> None:
    async with database.work(Actor.job("test")) as work:
        await work.enqueue(name, payload)


async def scalar(database: Database, statement: str) -> object:
    async with database.work(Actor.job("test")) as work:
        return await work.session.scalar(text(statement))


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return Jobs(database)


async def test_a_queued_job_is_run_with_its_ids(database: Database, jobs: Jobs) -> None:
    ran: asyncio.Queue[Mapping[str, str]] = asyncio.Queue()
    jobs.register("recap", ran.put)
    await queue_job(database, "recap", conversation_id="before the worker")
    worker = Worker(jobs)
    try:
        assert await asyncio.wait_for(ran.get(), TIMEOUT) == {"conversation_id": "before the worker"}
        await queue_job(database, "recap", conversation_id="while it runs")
        assert await asyncio.wait_for(ran.get(), TIMEOUT) == {"conversation_id": "while it runs"}
    finally:
        await worker.close()
    assert await scalar(database, "SELECT count(*) FROM pgqueuer") == 0


async def test_stopping_waits_for_the_running_job(database: Database, jobs: Jobs) -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handler(_: Mapping[str, str]) -> None:
        begun.set()
        await go_on.wait()
        done.set()

    jobs.register("slow", handler)
    await queue_job(database, "slow")
    worker = Worker(jobs)
    await asyncio.wait_for(begun.wait(), TIMEOUT)
    closing = asyncio.create_task(worker.close())
    go_on.set()
    await closing
    assert done.is_set()


async def test_a_job_that_a_hard_stop_cuts_short_is_not_lost(database: Database, jobs: Jobs) -> None:
    begun: asyncio.Queue[str] = asyncio.Queue()
    go_on = asyncio.Event()

    async def handler(_: Mapping[str, str]) -> None:
        begun.put_nowait("begun")
        await go_on.wait()

    jobs.register("slow", handler)
    await queue_job(database, "slow")
    task = asyncio.create_task(jobs.run(asyncio.Event()))
    await asyncio.wait_for(begun.get(), TIMEOUT)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await scalar(database, "SELECT status::text FROM pgqueuer") == "queued"

    go_on.set()
    worker = Worker(jobs)
    try:
        await asyncio.wait_for(begun.get(), TIMEOUT)
    finally:
        await worker.close()


async def test_a_failing_job_is_tried_again_later_and_its_words_stay_out_of_the_queue(
    database: Database, jobs: Jobs
) -> None:
    failed = asyncio.Event()

    async def handler(_: Mapping[str, str]) -> None:
        failed.set()
        raise ValueError("what somebody wrote in confidence")

    jobs.register("recap", handler, attempts=3)
    await queue_job(database, "recap", conversation_id="c")
    with structlog.testing.capture_logs() as logs:
        worker = Worker(jobs)
        try:
            await asyncio.wait_for(failed.wait(), TIMEOUT)
        finally:
            await worker.close()
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["job_failed"]
    async with database.work(Actor.job("test")) as work:
        row = (
            await work.session.execute(text("SELECT status::text, attempts, execute_after - updated FROM pgqueuer"))
        ).one()
        told = json.dumps(
            [str(line) for line in await work.session.scalars(text("SELECT traceback FROM pgqueuer_log"))]
        )
    assert row[:2] == ("queued", 1)
    assert abs(row[2] - FIRST_RETRY) < timedelta(seconds=2)
    assert "ValueError" in told
    assert "confidence" not in told


async def test_after_the_last_attempt_a_job_is_held_and_can_be_released(database: Database, jobs: Jobs) -> None:
    ran: asyncio.Queue[str] = asyncio.Queue()
    broken = True

    async def handler(payload: Mapping[str, str]) -> None:
        ran.put_nowait(payload["conversation_id"])
        if broken:
            raise ValueError("broken")

    jobs.register("recap", handler, attempts=1)
    await queue_job(database, "recap", conversation_id="c")
    with structlog.testing.capture_logs():
        worker = Worker(jobs)
        try:
            await asyncio.wait_for(ran.get(), TIMEOUT)
        finally:
            await worker.close()
    (held,) = await jobs.held()
    assert (held.name, held.payload) == ("recap", {"conversation_id": "c"})

    broken = False
    await jobs.release([held.id])
    worker = Worker(jobs)
    try:
        await asyncio.wait_for(ran.get(), TIMEOUT)
    finally:
        await worker.close()
    assert await jobs.held() == []


async def test_a_worker_survives_the_loss_of_its_connection(
    database: Database, jobs: Jobs, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.RECONNECT_SECONDS", 0.01)
    ran: asyncio.Queue[Mapping[str, str]] = asyncio.Queue()
    jobs.register("recap", ran.put)
    with structlog.testing.capture_logs() as logs:
        worker = Worker(jobs)
        try:
            await queue_job(database, "recap", n="1")
            await asyncio.wait_for(ran.get(), TIMEOUT)
            await cut_connections(owner_url)
            await queue_job(database, "recap", n="2")
            assert await asyncio.wait_for(ran.get(), TIMEOUT) == {"n": "2"}
        finally:
            await worker.close()
    assert "job_worker_lost_connection" in [entry["event"] for entry in logs]


async def cut_connections(owner_url: str) -> None:
    """End every other session of this database, as a restart of the server would; come back once they are gone.

    Else a pooled connection may still answer its ping and end within the statement that follows.
    """
    connection = await connect(connection_arguments(owner_url, as_owner=True))
    await connection.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


def test_retries_come_later_each_time_up_to_a_limit() -> None:
    delays = [retry_delay(attempt) for attempt in range(1, 12)]
    assert delays[:3] == [FIRST_RETRY, FIRST_RETRY * 4, FIRST_RETRY * 16]
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_RETRY


def test_a_name_has_one_handler(database: Database) -> None:
    jobs = Jobs(database)

    async def handler(_: Mapping[str, str]) -> None:
        """Does nothing."""

    jobs.register("recap", handler)
    with pytest.raises(ValueError, match="recap"):
        jobs.register("recap", handler)


# ------------------------------------------------------------------------------------------------ the clock


class Leader:
    """A clock on a task of its own."""

    def __init__(self, database: Database, clock: FakeClock, every: timedelta = timedelta(hours=1)) -> None:
        recurring = Recurring("retention", IntervalTrigger(seconds=every.total_seconds()))
        self.leader = ClockLeader(database, [recurring], clock)
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self.leader.run(self._stop))

    async def leads(self) -> None:
        await asyncio.wait_for(self.leader.leading.wait(), TIMEOUT)

    async def close(self) -> None:
        self._stop.set()
        await asyncio.wait_for(self._task, TIMEOUT)


async def test_the_clock_asks_once_at_its_start_and_never_twice_for_what_waits(
    database: Database, clock: FakeClock
) -> None:
    for _ in range(2):
        leader = Leader(database, clock)
        await leader.leads()
        await leader.close()
    assert await scalar(database, "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'retention'") == 1


async def test_the_clock_asks_as_its_trigger_says(database: Database, jobs: Jobs, clock: FakeClock) -> None:
    ran: asyncio.Queue[Mapping[str, str]] = asyncio.Queue()
    jobs.register("retention", ran.put)
    worker = Worker(jobs)
    leader = Leader(database, clock, every=timedelta(seconds=0.2))
    try:
        for _ in range(3):
            await asyncio.wait_for(ran.get(), TIMEOUT)
    finally:
        await leader.close()
        await worker.close()


async def test_one_process_leads_and_another_takes_over(database: Database, clock: FakeClock) -> None:
    first = Leader(database, clock)
    await first.leads()
    second = Leader(database, clock)
    try:
        await eventually(lambda: clock.sleepers)
        assert not second.leader.leading.is_set()
        await first.close()
        await clock.advance(60)
        await second.leads()
    finally:
        await second.close()


async def test_a_lost_lock_stops_the_clock_and_is_taken_again(
    database: Database, clock: FakeClock, owner_url: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        leader = Leader(database, clock)
        try:
            await leader.leads()
            await cut_connections(owner_url)
            await eventually(lambda: "clock_lost_its_lock" in [entry["event"] for entry in logs])
            await leader.leads()
        finally:
            await leader.close()


# ------------------------------------------------------------------------------------------------ retention


async def test_retention_removes_what_was_settled_a_week_ago_and_nothing_else(
    database: Database, clock: FakeClock
) -> None:
    now = clock.now()
    old, young = now - INBOX_KEPT - timedelta(seconds=1), now - INBOX_KEPT + timedelta(seconds=1)
    rows = {
        1: (InboxState.DONE, old),
        2: (InboxState.DROPPED, old),
        3: (InboxState.DONE, young),
        4: (InboxState.RECEIVED, None),
        5: (InboxState.CLAIMED, None),
    }
    async with database.work(Actor.job("test")) as work:
        for message_id, (state, done_at) in rows.items():
            work.session.add(
                InboxMessage(
                    message_id=message_id, channel_id=1, heard={}, state=state, done_at=done_at, received_at=old
                )
            )
        await work.session.execute(
            text(
                "INSERT INTO pgqueuer_log (created, job_id, status, priority, entrypoint, aggregated) VALUES"
                " (:old, 1, 'successful', 0, 'recap', true), (:old, 2, 'successful', 0, 'recap', false),"
                " (:young, 3, 'successful', 0, 'recap', true)"
            ),
            {"old": now - JOB_LOG_KEPT - timedelta(days=1), "young": now},
        )
    removed = await Retention(database, clock).run()
    assert (removed.inbox, removed.job_log) == (2, 1)
    async with database.work(Actor.job("test")) as work:
        left = await work.session.scalars(text("SELECT message_id FROM inbox ORDER BY message_id"))
        assert left.all() == [3, 4, 5]
        assert (await work.session.scalars(text("SELECT job_id FROM pgqueuer_log ORDER BY job_id"))).all() == [2, 3]


async def test_what_we_queue_is_what_the_library_would_queue(database: Database, owner_url: str) -> None:
    connection = await connect(connection_arguments(owner_url, as_owner=True))
    try:
        theirs = pgq.queries(AsyncpgDriver(cast(Any, connection)))
        later = timedelta(minutes=5)
        await theirs.enqueue(["a", "b"], [b'{"n":"1"}', b"{}"], [7, 0], [later, None], ["key", None])
        library = await queued(connection)
        await connection.execute("TRUNCATE pgqueuer, pgqueuer_log")
        assert await queue.enqueue(connection, "a", {"n": "1"}, after=later, priority=7, once="key")
        assert await queue.enqueue(connection, "b", {})
        assert await queued(connection) == library
        for state, may_be_queued in (("picked", False), ("failed", True)):
            await connection.execute("UPDATE pgqueuer SET status = $1", state)
            assert await queue.enqueue(connection, "a", {}, once="key") is may_be_queued
    finally:
        await connection.close()


async def queued(connection: RawConnection) -> list[tuple[object, ...]]:
    """The queue and its log, but for numbers and times."""
    jobs = await connection.fetch(
        "SELECT priority, entrypoint, payload, extract(epoch FROM execute_after - created), dedupe_key, headers,"
        " status, attempts, slot, queue_manager_id FROM pgqueuer ORDER BY id"
    )
    log = await connection.fetch(
        "SELECT job_id - (SELECT min(id) FROM pgqueuer), status, priority, entrypoint, traceback, aggregated"
        " FROM pgqueuer_log ORDER BY job_id"
    )
    return [tuple(row) for row in (*jobs, *log)]


def test_the_queues_names_are_ours_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = pgq.settings()
    for name in ("PGQUEUER_PREFIX", "PGQUEUER_QUEUE_TABLE", "QUEUE_TABLE", "CHANNEL", "PGQUEUER_SCHEMA"):
        monkeypatch.setenv(name, "elsewhere")
    assert pgq.settings() == ours
    assert ours.queue_table in queue.TABLES
