"""Units of work: the actor, commit and rollback, jobs and notices that live and die with them."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.functions import arrive
from db.ids import new_id
from db.models import Character, User
from db.work import SET_ACTOR, Actor, Database

STORM = int(os.environ.get("STORM", "1200"))
"""Transactions of the cancellation storm; `make test-isolation` runs 10,000."""


@pytest.fixture
async def pool(owner_url: str) -> AsyncIterator[AsyncEngine]:
    """The program's connections without a unit of work: one of them, so that it is always the same."""
    engine = create_engine(owner_url, pool_size=1, max_overflow=0)
    yield engine
    await engine.dispose()


async def someone(database: Database, discord_id: int = 1, name: str = "robin") -> UUID:
    async with database.work(Actor.job("test")) as work:
        return await arrive(work.session, discord_id=discord_id, username=name, display_name=name.title())


async def test_work_is_committed_at_its_end(database: Database) -> None:
    user = await someone(database)
    async with database.work(Actor.user(user)) as work:
        work.session.add(Character(owner_id=user, name="Mira", slug="mira"))
    async with database.work(Actor.user(user)) as work:
        assert (await work.session.scalars(select(Character.name))).all() == ["Mira"]


async def test_work_is_rolled_back_on_an_error(database: Database) -> None:
    user = await someone(database)

    async def fail() -> None:
        async with database.work(Actor.user(user)) as work:
            work.session.add(Character(owner_id=user, name="Mira", slug="mira"))
            await work.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with database.work(Actor.user(user)) as work:
        assert (await work.session.scalars(select(Character))).all() == []


async def test_times_and_defaults_are_known_after_the_flush(database: Database) -> None:
    user = await someone(database)
    async with database.work(Actor.user(user)) as work:
        mira = Character(owner_id=user, name="Mira", slug="mira")
        work.session.add(mira)
        await work.session.flush()
        made_at = mira.created_at
        mira.name = "Mira the Archivist"
        await work.session.flush()
        assert mira.created_at == made_at
        assert mira.updated_at >= made_at
        assert mira.examples == []
        assert mira.phrases == []


async def test_a_person_arrives_once_and_is_brought_up_to_date(database: Database) -> None:
    first = await someone(database, 7, "robin")
    assert await someone(database, 7, "robin") == first
    assert await someone(database, 7, "robin_two") == first
    assert await someone(database, 8, "sasha") != first
    async with database.work(Actor.user(first)) as work:
        seen = (await work.session.scalars(select(User))).all()
        assert [user.username for user in seen] == ["robin_two"]


@pytest.mark.parametrize("statement", ["SELECT 1 FROM users", "SELECT arrive(gen_random_uuid(), 1, 'a', 'a', null)"])
async def test_without_an_actor_a_statement_raises_on_an_empty_table_too(pool: AsyncEngine, statement: str) -> None:
    async with pool.connect() as connection:
        with pytest.raises(DBAPIError, match="no actor is set"):
            await connection.execute(text(statement))


async def test_the_actor_ends_with_the_transaction(database: Database, pool: AsyncEngine) -> None:
    user = await someone(database)
    async with pool.begin() as connection:
        await connection.execute(SET_ACTOR, {"kind": "user", "user_id": str(user), "conversation_id": ""})
        assert await connection.scalar(text("SELECT count(*) FROM users")) == 1
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    async with pool.connect() as connection:
        assert await connection.scalar(text("SELECT pg_backend_pid()")) == pid
        assert await connection.scalar(text("SELECT current_setting('botcafe.actor_user', true)")) == ""
        with pytest.raises(DBAPIError, match="no actor is set"):
            await connection.execute(text("SELECT count(*) FROM users"))


async def test_a_job_is_queued_only_if_its_work_commits(database: Database) -> None:
    waiting = text("SELECT entrypoint, convert_from(payload, 'utf8') FROM pgqueuer")

    async def fail() -> None:
        async with database.work(Actor.job("test")) as work:
            await work.enqueue("recap", {"conversation_id": str(new_id())})
            assert len((await work.session.execute(waiting)).all()) == 1
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with database.work(Actor.job("test")) as work:
        assert (await work.session.execute(waiting)).all() == []
        assert await work.enqueue("recap", {"conversation_id": "c"}, after=timedelta(minutes=5))
    async with database.work(Actor.job("test")) as work:
        assert [tuple(row) for row in await work.session.execute(waiting)] == [("recap", '{"conversation_id":"c"}')]


async def test_a_job_with_a_key_is_queued_once_and_the_work_goes_on(database: Database) -> None:
    async with database.work(Actor.job("test")) as work:
        assert await work.enqueue("tidy", once="tidy")
        assert not await work.enqueue("tidy", once="tidy")
        assert await work.enqueue("tidy", once="tidy:other")
    async with database.work(Actor.job("test")) as work:
        assert await work.session.scalar(text("SELECT count(*) FROM pgqueuer")) == 2


async def test_a_notice_is_heard_after_the_commit_and_not_after_a_rollback(database: Database) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def fail() -> None:
        async with database.work(Actor.job("test")) as work:
            await work.notify("hearing", "lost")
            raise LookupError

    listener = await database.listen("hearing", heard.put_nowait)
    try:
        with pytest.raises(LookupError):
            await fail()
        async with database.work(Actor.job("test")) as work:
            await work.notify("hearing", "kept")
            assert heard.empty()
        assert await asyncio.wait_for(heard.get(), 10) == "kept"
    finally:
        await listener.close()


async def test_cancelled_work_leaves_no_actor_and_no_transaction_behind(
    database: Database, pool: AsyncEngine, seed: int
) -> None:
    """SQLAlchemy #13381: the setting is an ordinary first statement, so a cancelled task leaks nothing to the pool."""
    dice = random.Random(seed)
    users = [await someone(database, number + 1, f"user{number}") for number in range(4)]
    small = Database(database.url, pool_size=3, max_overflow=0)

    async def one(user: UUID, cancel_after: int) -> bool:
        async def body() -> list[UUID]:
            async with small.work(Actor.user(user)) as work:
                await work.session.execute(text("SELECT pg_sleep(0.0005)"))
                return list((await work.session.scalars(select(User.id))).all())

        task = asyncio.create_task(body())
        for _ in range(cancel_after):
            await asyncio.sleep(0)
            if task.done():
                break
        if cancel_after < 60:
            task.cancel()
        try:
            assert await task == [user]
        except asyncio.CancelledError:
            return True
        return False

    try:
        cancelled = 0
        for _ in range(STORM // 6):
            outcomes = await asyncio.gather(*(one(dice.choice(users), dice.randrange(90)) for _ in range(6)))
            cancelled += sum(outcomes)
        sys.stdout.write(f"{STORM} transactions, {cancelled} cancelled: looking for what is left\n")
        assert STORM // 10 < cancelled < STORM
        async with (
            small._engine.connect() as first,
            small._engine.connect() as second,
            small._engine.connect() as third,
        ):
            for connection in (first, second, third):
                left = await connection.scalar(text("SELECT current_setting('botcafe.actor_user', true)"))
                assert left in (None, "")
        async with pool.connect() as connection:
            idle = await connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
                )
            )
            assert idle == 0
    finally:
        await small.close()
