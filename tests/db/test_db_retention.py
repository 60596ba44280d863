"""What has had its time goes, to the hour; what has not stays, and other people's too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.services.oversight.retention import (
    DELETED_CHARACTER_KEPT,
    LIMIT_EVENTS_KEPT,
    LIMIT_VERSIONS_KEPT,
    PLACES_KEPT,
    PROMPT_KEPT,
    REPORTS_KEPT,
    Retention,
)
from db import functions
from db.engine import create_engine
from db.work import Actor, Database
from tests.db.filled import Filled, fill
from tests.fakes.clock import FakeClock

MOMENT = timedelta(minutes=1)


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(owner_url, as_owner=True)
    yield engine
    await engine.dispose()


@pytest.fixture
async def filled(owner: AsyncEngine) -> Filled:
    async with owner.begin() as connection:
        return await fill(connection)


async def run(owner: AsyncEngine, *statements: str, **values: object) -> None:
    async with owner.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement), values)


async def left(owner: AsyncEngine, table: str, column: str = "id") -> set[str]:
    async with owner.connect() as connection:
        return {str(value) for value in await connection.scalars(text(f"SELECT {column} FROM {table}"))}


async def test_whole_prompts_go_after_a_week(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    for person, age in ((filled.first, PROMPT_KEPT + MOMENT), (filled.second, PROMPT_KEPT - MOMENT)):
        await run(
            owner,
            "UPDATE variant_prompts SET created_at = :at WHERE variant_id = :id",
            at=clock.now() - age,
            id=person.variant,
        )
    assert (await Retention(database, clock).run()).prompts == 1
    assert await left(owner, "variant_prompts", "variant_id") == {str(filled.second.variant)}


async def test_a_deleted_character_goes_after_a_day_and_takes_its_turns_along(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    ages = ((filled.first, DELETED_CHARACTER_KEPT + MOMENT), (filled.second, DELETED_CHARACTER_KEPT - MOMENT))
    for person, age in ages:
        await run(
            owner,
            "UPDATE characters SET deleted_at = :at WHERE id = :id",
            at=clock.now() - age,
            id=person.character,
        )
    assert (await Retention(database, clock).run()).characters == 1
    assert await left(owner, "characters") == {str(filled.second.character)}
    assert await left(owner, "turns") == {str(filled.second.turn)}


async def test_a_conversation_forgets_what_it_keeps_no_longer(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    # By the database's own clock: what a conversation keeps is counted where it is kept.
    for person, days in ((filled.first, 31), (filled.second, 29)):
        await run(
            owner,
            """UPDATE conversations SET settings = settings || '{"retention_days": 30}' WHERE id = :conversation""",
            "UPDATE messages SET created_at = :at WHERE id = :message",
            conversation=person.conversation,
            message=person.message,
            at=datetime.now(UTC) - timedelta(days=days),
        )
    assert (await Retention(database, clock).run()).messages == 1
    assert await left(owner, "messages") == {str(filled.second.message)}


async def test_a_conversation_without_history_forgets_everything_when_it_ends(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    await run(owner, """UPDATE conversations SET settings = settings || '{"keeps_history": false}'""")
    assert (await Retention(database, clock).run()).messages == 0
    await run(owner, "UPDATE conversations SET status = 'archived' WHERE id = :id", id=filled.first.conversation)
    assert (await Retention(database, clock).run()).messages == 1
    assert await left(owner, "messages") == {str(filled.second.message)}


async def test_settings_go_a_month_after_the_bot_left_the_server(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    for person, age in ((filled.first, PLACES_KEPT + MOMENT), (filled.second, PLACES_KEPT - MOMENT)):
        await run(
            owner,
            "UPDATE place_settings SET left_at = :at WHERE guild_id = :guild",
            at=clock.now() - age,
            guild=7000 + person.number,
        )
    await run(owner, "INSERT INTO place_settings (id, guild_id, values) VALUES (gen_random_uuid(), 7777, '{}')")
    assert (await Retention(database, clock).run()).places == 1
    assert await left(owner, "place_settings", "guild_id") == {str(7000 + filled.second.number), "7777"}


async def test_nobody_but_a_job_may_do_that(filled: Filled, database: Database, clock: FakeClock) -> None:
    with pytest.raises(DBAPIError, match="job"):
        async with database.work(Actor.user(filled.first.user)) as work:
            await functions.purge_prompts(work.session, clock.now())


async def test_a_recap_is_forgotten_with_what_it_tells_of(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    for person, days in ((filled.first, 31), (filled.second, 29)):
        await run(
            owner,
            """UPDATE conversations SET settings = settings || '{"retention_days": 30}', summary = 'They met.',
               summarized_through = :message WHERE id = :conversation""",
            "UPDATE messages SET created_at = :at WHERE id = :message",
            conversation=person.conversation,
            message=person.message,
            at=datetime.now(UTC) - timedelta(days=days),
        )
    assert (await Retention(database, clock).run()).messages == 1
    async with owner.begin() as connection:
        await connection.execute(text("SET LOCAL row_security = off"))
        found = await connection.execute(text("SELECT id, summary, summarized_through FROM conversations"))
        assert {tuple(row) for row in found} == {
            (filled.first.conversation, "", None),
            (filled.second.conversation, "They met.", filled.second.message),
        }


async def test_the_log_of_lore_goes_when_the_setting_says_and_deleted_books_after_a_day(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    kept = timedelta(days=3)
    for person, age in ((filled.first, kept + MOMENT), (filled.second, kept - MOMENT)):
        await run(owner, "UPDATE lore_runs SET ran_at = :at WHERE id = :id", at=clock.now() - age, id=person.run)
    for person, age in (
        (filled.first, DELETED_CHARACTER_KEPT - MOMENT),
        (filled.second, DELETED_CHARACTER_KEPT + MOMENT),
    ):
        await run(owner, "UPDATE lore_books SET deleted_at = :at WHERE id = :id", at=clock.now() - age, id=person.book)
    assert (await Retention(database, clock, lore_log=kept).run()).lore == 2
    assert await left(owner, "lore_runs") == {str(filled.second.run)}
    assert await left(owner, "lore_activations", "run_id") == {str(filled.second.run)}
    assert await left(owner, "lore_books") == {str(filled.first.book)}


async def test_closed_reports_go_after_a_year_and_open_ones_stay(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    for person, age in ((filled.first, REPORTS_KEPT + MOMENT), (filled.second, REPORTS_KEPT - MOMENT)):
        await run(
            owner,
            "UPDATE reports SET state = 'resolved', handled_at = :at WHERE reporter_id = :id",
            at=clock.now() - age,
            id=person.user,
        )
    assert (await Retention(database, clock).run()).reports == 1
    assert await left(owner, "reports", "reporter_id") == {str(filled.second.user)}
    await run(owner, "UPDATE reports SET state = 'open', handled_at = :at", at=clock.now() - 2 * REPORTS_KEPT)
    assert (await Retention(database, clock).run()).reports == 0


async def test_what_came_of_limits_goes_after_90_days_and_what_held_before_after_a_year(
    owner: AsyncEngine, filled: Filled, database: Database, clock: FakeClock
) -> None:
    for person, age in ((filled.first, LIMIT_EVENTS_KEPT + MOMENT), (filled.second, LIMIT_EVENTS_KEPT - MOMENT)):
        await run(
            owner,
            "UPDATE limit_events SET happened_at = :at WHERE user_id = :id",
            at=clock.now() - age,
            id=person.user,
        )
    # What holds stays however old it is; what a newer version took the place of a year ago is gone.
    long_ago = clock.now() - 3 * LIMIT_VERSIONS_KEPT
    await run(owner, "UPDATE self_limits SET holds_from = :at, set_at = :at", at=long_ago)
    added = "INSERT INTO self_limits (id, user_id, rules, set_in, set_at, holds_from) SELECT gen_random_uuid(), :id,"
    added += " '{}', 'web', :at, :at"
    await run(owner, added, at=clock.now() - LIMIT_VERSIONS_KEPT - MOMENT, id=filled.first.user)
    await run(owner, added, at=clock.now() - LIMIT_VERSIONS_KEPT + MOMENT, id=filled.second.user)
    kept = await left(owner, "self_limits")
    assert (await Retention(database, clock).run()).limits == 2
    assert str(filled.first.user) not in await left(owner, "limit_events", "user_id")
    assert str(filled.second.user) in await left(owner, "limit_events", "user_id")
    assert len(kept - await left(owner, "self_limits")) == 1
