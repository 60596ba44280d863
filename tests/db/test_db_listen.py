"""Held connections: notices that survive a reconnection, and a lock that tells when it is lost."""

import asyncio

import pytest
import structlog
from sqlalchemy import make_url

from db import listen
from db.engine import connection_arguments, normalise_url
from db.listen import lock_key
from db.raw import connect
from db.work import Actor, Database
from tests.fakes.eventually import eventually

TIMEOUT = 20


async def cut_connections(owner_url: str, application: str = "botcafe") -> None:
    """End the program's sessions, as a restart of the server or a network failure would."""
    connection = await connect(connection_arguments(owner_url, as_owner=True))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()",
        application,
    )
    await connection.close()


async def tell(database: Database, payload: str) -> None:
    async with database.work(Actor.job("test")) as work:
        await work.notify("hearing", payload)


async def test_a_listener_comes_back_and_says_that_it_may_have_missed_something(
    database: Database, owner_url: str
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    gaps: asyncio.Queue[str] = asyncio.Queue()

    async def on_gap() -> None:
        gaps.put_nowait("gap")

    listener = await database.listen("hearing", heard.put_nowait, on_gap=on_gap)
    try:
        await tell(database, "before")
        assert await asyncio.wait_for(heard.get(), TIMEOUT) == "before"
        await cut_connections(owner_url)
        assert await asyncio.wait_for(gaps.get(), TIMEOUT) == "gap"
        await tell(database, "after")
        assert await asyncio.wait_for(heard.get(), TIMEOUT) == "after"
        assert gaps.empty()
    finally:
        await listener.close()


async def test_a_closed_listener_leaves_no_session_behind(database: Database, owner_url: str) -> None:
    sessions = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'botcafe'"
        " AND pid <> pg_backend_pid() AND state IS NOT NULL"
    )
    owner = await connect({**connection_arguments(owner_url, as_owner=True), "server_settings": {}})
    listener = await database.listen("hearing", lambda payload: None)
    assert await owner.fetchval(sessions) == 1
    await listener.close()
    async with asyncio.timeout(TIMEOUT):
        # The server takes a moment to notice the goodbye.
        while await owner.fetchval(sessions):
            pass
    await owner.close()


async def test_one_holds_the_lock_and_another_gets_it_afterwards(database: Database) -> None:
    first, second, other = database.lock("clock"), database.lock("clock"), database.lock("sync")
    try:
        assert await first.try_acquire()
        assert await first.try_acquire()
        assert first.held
        assert not await second.try_acquire()
        assert not second.held
        assert await other.try_acquire()
        await first.release()
        assert not first.held
        assert await second.try_acquire()
    finally:
        for lock in (first, second, other):
            await lock.release()


async def test_a_lost_lock_is_told_and_free_for_others(database: Database, owner_url: str) -> None:
    first, second = database.lock("clock"), database.lock("clock")
    try:
        assert await first.try_acquire()
        await cut_connections(owner_url)
        await asyncio.wait_for(first.lost.wait(), TIMEOUT)
        assert not first.held
        assert await second.try_acquire()
        assert not await first.try_acquire()
    finally:
        await first.release()
        await second.release()


def test_names_have_locks_of_their_own() -> None:
    assert len({lock_key(f"name {number}") for number in range(1000)}) == 1000
    assert all(-(2**63) <= lock_key(f"name {number}") < 2**63 for number in range(1000))


# ------------------------------------------------------------------------------------------------ silent networks


class Cable:
    """A way to the server that can be pulled: the connection stays open and nothing passes any more."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._whole = asyncio.Event()
        self._whole.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Cable":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = self._target.set(port=port).render_as_string(hide_password=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def pull(self) -> None:
        self._whole.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._target.host, self._target.port)
        for source, sink in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._pass_on(source, sink))
            self._tasks.add(task)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._whole.wait()
                sink.write(data)
        finally:
            sink.close()


async def test_a_network_that_goes_silent_costs_the_lock(owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(listen, "PULSE_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(listen, "CLOSE_TIMEOUT_SECONDS", 0.2)
    async with Cable(owner_url) as cable:
        lock = listen.HeldLock(normalise_url(cable.url), "clock")
        try:
            assert await lock.try_acquire()
            cable.pull()
            await asyncio.wait_for(lock.lost.wait(), TIMEOUT)
            assert not lock.held
        finally:
            await lock.release()


async def test_a_gap_that_cannot_be_closed_at_once_is_tried_again(database: Database, owner_url: str) -> None:
    tries: asyncio.Queue[int] = asyncio.Queue()

    async def on_gap() -> None:
        tries.put_nowait(tries.qsize())
        if tries.qsize() < 3:
            raise ConnectionError("the database is still starting")

    with structlog.testing.capture_logs() as logs:
        listener = await database.listen("hearing", lambda payload: None, on_gap=on_gap)
        try:
            await cut_connections(owner_url)
            await eventually(lambda: tries.qsize() == 3)
        finally:
            await listener.close()
    assert [entry["event"] for entry in logs] == ["gap_not_closed", "gap_not_closed"]
