"""A person's days: which day it is, what is known of it, deleting it, and how long it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.services.oversight.retention import MINUTES_KEPT, USAGE_KEPT, Retention
from bot.services.people import People
from bot.services.wellbeing.usage import ForgetMinutes, Usage, zone_of
from bot.services.wellbeing.usage_days import Counts
from db.engine import create_engine
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA

# ------------------------------------------------------------------------------------------------ days


ZONES = ("Europe/Madrid", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")


async def test_a_moment_lies_in_the_day_of_the_persons_zone_also_where_clocks_change(
    owner: AsyncEngine, database: Database
) -> None:
    """Both changes of a year, and the day that Samoa left out, in steps of half an hour."""
    moments = [
        datetime(year, month, day, tzinfo=UTC) + timedelta(minutes=30 * half)
        for year, month, day in ((2026, 3, 28), (2026, 10, 24), (2026, 11, 1), (2026, 4, 4), (2011, 12, 29))
        for half in range(100)
    ]
    robin = await People(database).arrive(ROBIN)
    for zone in (None, "Mars/Base", *ZONES):
        await told_zone(owner, robin, zone)
        async with owner.connect() as connection:
            found = await connection.scalars(
                text("SELECT usage_day(:who, at) FROM unnest(CAST(:moments AS timestamptz[])) AS at"),
                {"who": robin, "moments": moments},
            )
            days = list(found)
        assert days == [moment.astimezone(zone_of(zone or "")).date() for moment in moments], zone


async def told_zone(owner: AsyncEngine, who: UUID, zone: str | None) -> None:
    async with owner.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO profiles (user_id, time_zone) VALUES (:who, :zone)"
                " ON CONFLICT (user_id) DO UPDATE SET time_zone = excluded.time_zone"
            ),
            {"who": who, "zone": zone},
        )


# ------------------------------------------------------------------------------------------------ reading


async def put(owner: AsyncEngine, who: UUID, *days: tuple[date, int]) -> None:
    async with owner.begin() as connection:
        for day, minutes in days:
            await connection.execute(
                text(
                    "INSERT INTO daily_usage (user_id, day, minutes, messages)"
                    " VALUES (:who, :day, CAST(:n AS int), CAST(:n AS int))"
                ),
                {"who": who, "day": day, "n": minutes},
            )


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(owner_url, as_owner=True)
    yield engine
    await engine.dispose()


async def test_days_before_the_first_count_are_unknown_and_days_after_it_are_zero(
    owner: AsyncEngine, database: Database, clock: FakeClock
) -> None:
    people, today = People(database), clock.now().date()
    await put(owner, robin := await people.arrive(ROBIN), (today - timedelta(days=4), 10), (today, 2))
    await put(owner, await people.arrive(SASHA), (today - timedelta(days=9), 99))
    usage = Usage(clock)
    async with people.at_work(ROBIN) as (_, work):
        used = await usage.days(work, robin, today - timedelta(days=6), today + timedelta(days=9))
        minutes = await usage.minutes_per_day(work, robin, today - timedelta(days=6), today)
        seen = await usage.seen(work, robin)
        none = await usage.days(work, robin, today, today - timedelta(days=1))
    assert [None if one.counts is None else one.counts.minutes for one in used.days] == [None, None, 10, 0, 0, 0, 2]
    assert used.days[-1].day == today, "no day that is still to come"
    assert (used.has_unknown, used.total) == (True, Counts(minutes=12, messages=12))
    assert minutes == dict(zip([today - timedelta(days=n) for n in (4, 3, 2, 1, 0)], [10, 0, 0, 0, 2], strict=True))
    assert (seen.time_zone, seen.is_zone_set, seen.so_far) == ("UTC", False, Counts(minutes=2, messages=2))
    assert (none.days, none.total) == ((), None)


async def test_today_is_the_day_where_the_person_is(owner: AsyncEngine, database: Database, clock: FakeClock) -> None:
    people = People(database)
    robin = await people.arrive(ROBIN)
    found: set[date] = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        await told_zone(owner, robin, zone)
        async with people.at_work(ROBIN) as (_, work):
            found.add(await Usage(clock).today(work, robin))
    assert len(found) == 2


# ------------------------------------------------------------------------------------------------ deleting


RULES = '{{"time_zone": "{zone}", "daily_minutes": {daily}, "weekly_minutes": {weekly}}}'
WEDNESDAY = datetime(2026, 5, 6, 10, 20, tzinfo=UTC)


async def minutes(owner: AsyncEngine, who: UUID, *moments: datetime, guild: int = 0) -> None:
    async with owner.begin() as connection:
        for at in moments:
            await connection.execute(
                text(
                    "INSERT INTO usage_minutes AS m (user_id, hour, guild_id, mask)"
                    " VALUES (:who, date_trunc('hour', CAST(:at AS timestamptz), 'UTC'), :guild, 1::bigint << :minute)"
                    " ON CONFLICT (user_id, hour, guild_id) DO UPDATE SET mask = m.mask | excluded.mask"
                ),
                {"who": who, "at": at, "guild": guild, "minute": at.minute},
            )


async def left(owner: AsyncEngine, who: UUID) -> set[datetime]:
    """The minutes that are still known of somebody."""
    async with owner.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT m.hour + make_interval(mins => n) FROM usage_minutes AS m, generate_series(0, 59) AS n"
                " WHERE m.user_id = :who AND m.mask >> n & 1 = 1"
            ),
            {"who": who},
        )
        return {row[0] for row in found}


async def limit(owner: AsyncEngine, who: UUID, rules: str, since: datetime) -> None:
    async with owner.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO self_limits (id, user_id, rules, set_in, holds_from)"
                " VALUES (gen_random_uuid(), :who, CAST(:rules AS jsonb), 'web', :since)"
            ),
            {"who": who, "rules": rules, "since": since},
        )


async def test_deleting_takes_every_day_and_every_minute(owner: AsyncEngine, database: Database) -> None:
    people = People(database)
    robin, sasha = await people.arrive(ROBIN), await people.arrive(SASHA)
    for who in (robin, sasha):
        await put(owner, who, (date(2026, 5, 1), 5), (date(2026, 5, 6), 6))
        await minutes(owner, who, WEDNESDAY - timedelta(minutes=1), WEDNESDAY, WEDNESDAY - timedelta(days=20))
    clock = FakeClock(WEDNESDAY)
    async with people.at_work(ROBIN) as (_, work):
        assert (await Usage(clock).forget_all(work, robin)).kept_until is None
        used = await Usage(clock).days(work, robin, date(2026, 5, 1), date(2026, 5, 6))
    assert used.known_from is None
    assert used.total is None
    assert await left(owner, robin) == set()
    async with people.at_work(SASHA) as (_, work):
        assert (await Usage(clock).days(work, sasha, date(2026, 5, 1), date(2026, 5, 6))).total == Counts(11, 11)
    assert len(await left(owner, sasha)) == 3


@pytest.mark.parametrize(
    ("daily", "weekly", "until", "kept_days"),
    [
        ("60", "null", datetime(2026, 5, 6, 18, 30, tzinfo=UTC), 1),
        ("null", "300", datetime(2026, 5, 10, 18, 30, tzinfo=UTC), 2),
    ],
    ids=["a day", "a week"],
)
async def test_what_limits_in_force_read_stays_until_they_are_done_with_it(
    owner: AsyncEngine, database: Database, daily: str, weekly: str, until: datetime, kept_days: int
) -> None:
    """In Kolkata, where days begin at 18:30 UTC. The rest goes by the job, and what was counted since stays."""
    people = People(database)
    robin = await people.arrive(ROBIN)
    await limit(owner, robin, RULES.format(zone="Asia/Kolkata", daily=daily, weekly=weekly), WEDNESDAY)
    await put(owner, robin, (date(2026, 5, 6), 6))
    days = [WEDNESDAY - timedelta(minutes=5) - timedelta(days=back) for back in (0, 2, 4)]
    await minutes(owner, robin, *days)
    clock = FakeClock(WEDNESDAY)
    async with people.at_work(ROBIN) as (_, work):
        assert (await Usage(clock).forget_all(work, robin)).kept_until == until
    assert await left(owner, robin) == set(days[:kept_days])
    later = WEDNESDAY + timedelta(minutes=3)
    await minutes(owner, robin, later)
    async with owner.connect() as connection:
        payload, waits = (
            await connection.execute(
                text("SELECT payload, execute_after - created FROM pgqueuer WHERE entrypoint = 'usage.forget'")
            )
        ).one()
    assert abs(waits - (until - WEDNESDAY)) < timedelta(seconds=1)
    await ForgetMinutes(database).run(orjson.loads(bytes(payload)))
    assert await left(owner, robin) == {later}


async def test_a_sitting_over_midnight_stays_whole_where_a_break_is_asked_for(
    owner: AsyncEngine, database: Database
) -> None:
    people = People(database)
    robin = await people.arrive(ROBIN)
    rules = RULES.format(zone="UTC", daily="null", weekly="null")
    await limit(owner, robin, rules[:-1] + ', "break_after": 60}', WEDNESDAY)
    evening = WEDNESDAY.replace(hour=23, minute=50)
    async with people.at_work(ROBIN) as (_, work):
        await minutes(owner, robin, evening)
        kept_until = (await Usage(FakeClock(evening)).forget_all(work, robin)).kept_until
    assert kept_until == evening + timedelta(hours=24)
    assert await left(owner, robin) == {evening}


async def test_limits_that_were_lifted_keep_nothing_and_those_that_wait_do(
    owner: AsyncEngine, database: Database
) -> None:
    people = People(database)
    robin, sasha = await people.arrive(ROBIN), await people.arrive(SASHA)
    held, lifted = (
        RULES.format(zone="UTC", daily="60", weekly="null"),
        RULES.format(zone="UTC", daily="null", weekly="null"),
    )
    for who, rules in ((robin, (held, lifted)), (sasha, (lifted, held))):
        await minutes(owner, who, WEDNESDAY - timedelta(minutes=5))
        await limit(owner, who, rules[0], WEDNESDAY - timedelta(days=3))
        await limit(owner, who, rules[1], WEDNESDAY + timedelta(days=-1 if who == robin else 1))
    clock = FakeClock(WEDNESDAY)
    for caller, who, stays in ((ROBIN, robin, False), (SASHA, sasha, True)):
        async with people.at_work(caller) as (_, work):
            assert ((await Usage(clock).forget_all(work, who)).kept_until is not None) == stays
        assert bool(await left(owner, who)) == stays


async def test_a_servers_floor_keeps_the_minutes_there_for_a_day(owner: AsyncEngine, database: Database) -> None:
    people = People(database)
    robin = await people.arrive(ROBIN)
    for guild in (1, 2):
        await minutes(owner, robin, WEDNESDAY - timedelta(hours=3), WEDNESDAY - timedelta(days=3), guild=guild)
    async with owner.begin() as connection:
        await connection.execute(
            text(
                'INSERT INTO place_settings (id, guild_id, "values")'
                " VALUES (gen_random_uuid(), 2, '{\"minutes_a_day\": 30}'), (gen_random_uuid(), 1, '{}')"
            )
        )
    clock = FakeClock(WEDNESDAY)
    async with people.at_work(ROBIN) as (_, work):
        assert (await Usage(clock).forget_all(work, robin)).kept_until == WEDNESDAY + timedelta(hours=25)
    async with owner.connect() as connection:
        kept = (await connection.execute(text("SELECT guild_id, count(*) FROM usage_minutes GROUP BY 1"))).all()
    assert [tuple(one) for one in kept] == [(2, 1)]


async def test_nobody_writes_counts_or_deletes_another_persons(
    owner: AsyncEngine, database: Database, clock: FakeClock
) -> None:
    robin = await People(database).arrive(ROBIN)
    await put(owner, robin, (clock.now().date(), 5))
    tries = (
        "UPDATE daily_usage SET minutes = 0",
        "DELETE FROM usage_minutes",
        "SELECT usage_add(actor_user(), current_date, 'minutes', 1)",
        "SELECT usage_cut(actor_user(), now(), NULL)",
        "SELECT forget_usage_minutes(actor_user(), now())",
        "SELECT purge_usage_days(current_date, now())",
    )

    async def attempt(statement: str, actor: Actor) -> None:
        async with database.work(actor) as work:
            await work.session.execute(text(statement))

    for statement in tries:
        with pytest.raises(DBAPIError, match=r"permission denied|is for jobs"):
            await attempt(statement, Actor.user(robin))
    with pytest.raises(DBAPIError, match="for the person themselves"):
        await attempt("SELECT forget_usage(now())", Actor.job("test"))
    async with database.work(Actor.user(robin)) as work:
        assert (await Usage(clock).days(work, robin, clock.now().date(), clock.now().date())).total == Counts(5, 5)


# ------------------------------------------------------------------------------------------------ retention


async def test_days_are_kept_a_year_and_minutes_forty_days(
    owner: AsyncEngine, database: Database, clock: FakeClock
) -> None:
    people, today = People(database), clock.now().date()
    robin, sasha = await people.arrive(ROBIN), await people.arrive(SASHA)
    await put(owner, robin, (today - USAGE_KEPT - timedelta(days=1), 1), (today - timedelta(days=30), 3))
    await put(owner, sasha, (today - USAGE_KEPT - timedelta(days=1), 1))
    recent, old = clock.now() - MINUTES_KEPT + timedelta(hours=1), clock.now() - MINUTES_KEPT - timedelta(hours=1)
    await minutes(owner, robin, recent.replace(minute=0, second=0, microsecond=0), old.replace(second=0, microsecond=0))
    assert (await Retention(database, clock).run()).usage == 3
    assert len(await left(owner, robin)) == 1
    async with owner.connect() as connection:
        days = (await connection.execute(text("SELECT user_id, day, minutes FROM daily_usage ORDER BY day"))).all()
    # Robin's days in between stay known as empty; of Sasha nothing is left at all.
    assert [tuple(one) for one in days] == [(robin, today - USAGE_KEPT, 0), (robin, today - timedelta(days=30), 3)]
    clock = FakeClock(clock.now() + timedelta(days=1))
    await Retention(database, clock).run()
    async with people.at_work(ROBIN) as (_, work):
        assert (await Usage(clock).days(work, robin, today, today)).known_from == today - USAGE_KEPT + timedelta(days=1)


# ------------------------------------------------------------------------------------------------ at once


async def test_a_minute_in_two_servers_at_once_is_one_minute(owner: AsyncEngine, database: Database) -> None:
    """Two transactions that do not see each other yet: the second counts only what the first did not."""
    robin = await People(database).arrive(ROBIN)
    at_work = text("SELECT set_config('botcafe.actor_kind', 'turn', true)")
    here = text(
        "INSERT INTO usage_minutes (user_id, hour, guild_id, mask)"
        " VALUES (:who, '2026-05-04 12:00+00', :guild, CAST(:mask AS bigint))"
    )
    now = text("SET CONSTRAINTS ALL IMMEDIATE")
    async with owner.connect() as first, owner.connect() as second:
        for connection, guild, mask in ((first, 1, 0b011), (second, 2, 0b110)):
            await connection.execute(at_work)
            await connection.execute(here, {"who": robin, "guild": guild, "mask": mask})
        await first.execute(now)
        waits = asyncio.create_task(second.execute(now))
        await until_it_waits(owner)
        await first.commit()
        await waits
        await second.commit()
    async with owner.connect() as connection:
        assert list(await connection.scalars(text("SELECT minutes FROM daily_usage"))) == [3]


async def until_it_waits(owner: AsyncEngine) -> None:
    """Until somebody waits for a lock."""
    waiting = text(
        "SELECT EXISTS (SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
        " WHERE NOT l.granted AND a.datname = current_database())"
    )
    async with asyncio.timeout(20), owner.connect() as connection:
        while not await connection.scalar(waiting):
            await connection.rollback()
