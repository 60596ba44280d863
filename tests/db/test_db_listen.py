"""Held connections: notices that survive a reconnection, and a lock that tells when it is lost."""

import asyncio

from db.engine import connection_arguments
from db.listen import lock_key
from db.raw import connect
from db.work import Actor, Database

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
