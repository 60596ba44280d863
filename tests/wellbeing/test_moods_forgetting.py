"""Check-ins go when their time is over: over 400 days none stays, and none goes early."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from bot.services.oversight.retention import Retention
from bot.services.wellbeing.entries import CheckInDraft
from db.engine import connection_arguments
from db.queries.wellbeing import moods as queries
from db.raw import connect
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.wellbeing.moodcraft import diary

DAYS = 400
KEPT = (1, 7, 90, 365, None)


async def test_over_400_days_nothing_is_overdue_and_nothing_goes_early(
    database: Database, clock: FakeClock, owner_url: str
) -> None:
    begins = datetime(2026, 1, 1, 3, 17, tzinfo=UTC)
    people: dict[UUID, int | None] = {}
    for number, days in enumerate(KEPT):
        one = await diary(database, FakeClock(begins), discord_id=600 + number)
        async with database.work(one.me) as work:
            await one.moods.set_keep_days(work, one.id, days)
        people[one.id] = days
    owner = await connect(connection_arguments(owner_url, as_owner=True))
    try:
        # One at noon of every day; what lies ahead of a simulated day is passed over by every count below.
        await owner.execute(
            "INSERT INTO mood_entries (id, user_id, felt_at, sealed, fingerprint, source)"
            " SELECT gen_random_uuid(), person, $1::timestamptz + make_interval(days => n, hours => 9),"
            " '\\x00', decode(md5(n::text), 'hex'), 'web'"
            " FROM unnest($2::uuid[]) AS person, generate_series(0, $3::int - 1) AS n",
            begins,
            list(people),
            DAYS,
        )
        expected = (
            "SELECT count(*) FILTER (WHERE e.felt_at < $1::timestamptz - make_interval(days => s.keep_days)) AS late,"
            " count(*) FILTER (WHERE e.felt_at <= $1) AS here"
            " FROM mood_entries AS e JOIN mood_settings AS s USING (user_id) WHERE e.user_id = $2"
        )
        for day in range(DAYS):
            now = begins + timedelta(days=day)
            async with database.work(Actor.job("retention")) as work:
                await queries.purge(work.session, now)
            for person, days in people.items():
                (found,) = await owner.fetch(expected, now, person)
                assert found["late"] == 0, (day, days)
                assert found["here"] == (day if days is None else min(day, days)), (day, days)
    finally:
        await owner.close()


async def test_the_nightly_run_does_it(database: Database, clock: FakeClock) -> None:
    robin = await diary(database, clock)
    sasha = await diary(database, clock, discord_id=502, moods=robin.moods)
    for days in (0, 80):
        for one in (robin, sasha):
            await one.add(CheckInDraft("calm", clock.now() - timedelta(days=days)))
    async with database.work(sasha.me) as work:
        await sasha.moods.set_keep_days(work, sasha.id, None)
    await clock.advance(11 * 86_400)
    removed = await Retention(database, clock).run()
    assert (removed.moods, removed.person_keys) == (1, 0)
    assert (len(await robin.all()), len(await sasha.all())) == (1, 2)
    # An erased account takes everything along, and leaves no key.
    async with database.work(Actor.job("test")) as work:
        assert await work.session.scalar(text("SELECT purge_person_keys()")) == 0
