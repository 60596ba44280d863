"""The short way: what prepared statements are, and that their transactions keep every promise of a unit of work."""

import asyncio
import contextlib
import importlib
import pkgutil
import random
from typing import Any

import pytest
from asyncpg import DivisionByZeroError, ForeignKeyViolationError, UniqueViolationError
from sqlalchemy import Integer, bindparam, func, literal, null, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

import db.queries
from db.direct import Direct, NothingKeptError, Prepared
from db.engine import connection_arguments
from db.ids import new_id
from db.models import Character, Conversation, Priority, Turn, User
from db.raw import connect
from db.work import Actor, Database

WHO = Prepared(select(func.current_setting("botcafe.actor_kind", type_=User.username.type).label("kind")))
PID = Prepared(select(func.pg_backend_pid().label("pid")))
NAMES = Prepared(select(User.display_name, literal(Priority.HIGH, Turn.priority.type).label("priority")))
MAKE = Prepared(
    insert(User).values(id=bindparam("id"), discord_id=null(), username="house", display_name=bindparam("name"))
)
LOST = Prepared(
    insert(Conversation).values(
        id=bindparam("id"),
        owner_id=bindparam("id"),
        channel_id=1,
        webhook_channel_id=1,
        kind="single",
        status="active",
        via="webhook",
        is_muted=False,
        **{one: null() for one in ("guild_id", "forked_from")},
        tags=[],
        settings={},
        variables={},
    )
)


def every_prepared() -> dict[str, Prepared]:
    found: dict[str, Prepared] = {}
    for module in pkgutil.walk_packages(db.queries.__path__, "db.queries."):
        names = vars(importlib.import_module(module.name))
        found |= {f"{module.name}.{name}": one for name, one in names.items() if isinstance(one, Prepared)}
    return found


def test_every_statement_of_the_road_can_be_prepared() -> None:
    statements = every_prepared()
    assert len(statements) > 15
    assert all("__[POSTCOMPILE" not in one.sql for one in statements.values())


def test_a_forgotten_default_is_an_error_and_no_null() -> None:
    with pytest.raises(TypeError, match="'examples' is given no value"):
        _ = Prepared(insert(Character).values(id=bindparam("id"), name="Mira")).sql


async def test_rows_come_as_the_models_have_them_and_in_the_actors_name(database: Database) -> None:
    async with database.directly(Actor.job("test")) as direct:
        assert await direct.count(MAKE, id=new_id(), name="The House") == 1
        assert (await direct.row(WHO)).kind == "job"
        (row,) = await direct.rows(NAMES)
    assert (row.display_name, row.priority) == ("The House", Priority.HIGH)
    assert isinstance(row.priority, Priority)
    # Row security binds it as it does any other work: a stranger sees nobody.
    async with database.directly(Actor.user(new_id())) as direct:
        assert await direct.rows(NAMES) == []


async def test_an_error_rolls_back_and_the_connection_is_used_again(database: Database) -> None:
    async def fail() -> None:
        async with database.directly(Actor.job("test")) as direct:
            await direct.count(MAKE, id=new_id(), name="Nobody")
            pids.append((await direct.row(PID)).pid)
            raise LookupError

    pids: list[int] = []
    with pytest.raises(LookupError):
        await fail()
    async with database.directly(Actor.job("test")) as direct:
        assert await direct.rows(NAMES) == []
        assert (await direct.row(PID)).pid == pids[0]


async def test_a_wrong_statement_is_told_from_a_database_that_is_away(database: Database, owner_url: str) -> None:
    async def refer_to_nobody() -> None:
        nobody = new_id()
        async with database.directly(Actor.user(nobody)) as direct:
            await direct.count(LOST, id=nobody)

    async def be_cut_off() -> None:
        async with database.directly(Actor.job("test")) as direct:
            admin = await connect(connection_arguments(owner_url, as_owner=True))
            await admin.execute("SELECT pg_terminate_backend($1)", (await direct.row(PID)).pid)
            await admin.close()
            await direct.rows(NAMES)

    with pytest.raises(ForeignKeyViolationError):
        await refer_to_nobody()
    with pytest.raises(OperationalError):
        await be_cut_off()
    async with database.directly(Actor.job("test")) as direct:
        assert await direct.rows(NAMES) == []


async def test_a_failure_that_is_kept_quiet_is_told_at_the_end(database: Database) -> None:
    async def keep_quiet() -> None:
        async with database.directly(Actor.job("test")) as direct:
            one = new_id()
            await direct.count(MAKE, id=one, name="First")
            with contextlib.suppress(UniqueViolationError):
                await direct.count(MAKE, id=one, name="Second")

    with pytest.raises(NothingKeptError):
        await keep_quiet()
    async with database.directly(Actor.job("test")) as direct:
        assert await direct.rows(NAMES) == []


async def test_within_a_work_too_what_may_go_better_is_told_from_what_is_wrong(database: Database) -> None:
    async def ask(statement: Prepared) -> None:
        async with database.work(Actor.job("test")) as work:
            direct = await work.direct()
            await work.session.execute(text("SET LOCAL statement_timeout = 20"))
            await direct.rows(statement)

    with pytest.raises(OperationalError):
        await ask(Prepared(select(func.pg_sleep(60))))
    with pytest.raises(DivisionByZeroError):
        await ask(Prepared(select(literal(1, Integer()) / literal(0, Integer()))))


async def test_a_plan_from_before_a_migration_is_no_wrong_statement(database: Database, owner_url: str) -> None:
    small = Database(database.url, pool_size=1, max_overflow=0)

    async def read() -> list[Any]:
        async with small.directly(Actor.job("test")) as direct:
            return await direct.rows(NAMES)

    try:
        assert await read() == []
        admin = await connect(connection_arguments(owner_url, as_owner=True))
        await admin.execute("ALTER TABLE users ALTER COLUMN display_name TYPE varchar(500)")
        await admin.close()
        with pytest.raises(OperationalError):
            await read()
        assert await read() == []
    finally:
        await small.close()


async def test_who_is_cancelled_leaves_nothing_behind(database: Database) -> None:
    begun = asyncio.Event()

    async def stuck() -> None:
        async with database.directly(Actor.job("test")) as direct:
            await direct.count(MAKE, id=new_id(), name="Nobody")
            begun.set()
            await direct.rows(Prepared(select(func.pg_sleep(60))))

    task = asyncio.create_task(stuck())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.directly(Actor.job("test")) as direct:
        assert await direct.rows(NAMES) == []


async def test_more_connections_than_the_pool_keeps_are_given_back(database: Database) -> None:
    small = Database(database.url, pool_size=1, max_overflow=2)
    together = asyncio.Barrier(3)

    async def one() -> int:
        async with small.directly(Actor.job("test")) as direct:
            await together.wait()
            return (await direct.row(PID)).pid

    try:
        for _ in range(2):
            assert len({*await asyncio.gather(one(), one(), one())}) == 3
    finally:
        await small.close()


async def test_a_work_may_take_the_short_way_and_sees_what_it_did_before(database: Database) -> None:
    async with database.work(Actor.job("test")) as work:
        work.session.add(User(username="house", display_name="The House"))
        direct = await work.direct()
        assert isinstance(direct, Direct)
        assert [row.display_name for row in await direct.rows(NAMES)] == ["The House"]
        await direct.count(MAKE, id=new_id(), name="The Other")
        assert await work.session.scalar(text("SELECT count(*) FROM users")) == 2


async def test_many_that_are_cancelled_leave_no_actor_and_no_transaction_to_others(
    database: Database, seed: int
) -> None:
    dice = random.Random(seed)
    small = Database(database.url, pool_size=3, max_overflow=0)

    async def one(cancel_after: int) -> bool:
        async def body() -> list[str]:
            async with small.directly(Actor.job("test")) as direct:
                await direct.count(MAKE, id=new_id(), name="Nobody")
                raise LookupError  # what is made here is made for nobody to see

        task = asyncio.create_task(body())
        for _ in range(cancel_after):
            await asyncio.sleep(0)
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(outcome, LookupError | asyncio.CancelledError)
        return isinstance(outcome, asyncio.CancelledError)

    try:
        cancelled = [await asyncio.gather(*(one(dice.randrange(40)) for _ in range(6))) for _ in range(30)]
        assert any(any(round_) for round_ in cancelled)
        async with small.directly(Actor.user(new_id())) as direct:
            assert await direct.rows(NAMES) == []
        async with small.directly(Actor.job("test")) as direct:
            assert await direct.rows(NAMES) == []
    finally:
        await small.close()
