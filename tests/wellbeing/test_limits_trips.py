"""What limits cost a reply: nothing for who has none, two questions more for who has; and who may ask the database."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.services.wellbeing.limits import SaidIn, SelfRules
from db.queries.wellbeing import limits as queries
from db.work import Actor
from tests.services.stagecraft import NOON, ROBIN, SASHA, Program, make, summon
from tests.services.test_services_trips import MOST_TRIPS, trips
from tests.services.test_services_turns import rows
from tests.wellbeing.limitcraft import after, answers, limit, speak

MOST_FOR_LIMITS = 2
"""What an act is judged by, and what counts by it; in a minute that counts already, one."""


async def test_limits_cost_two_questions_and_none_where_there_are_none(program: Program) -> None:
    await summon(program, await make(program))
    for minute in (-9, -8):
        await speak(program, at=after(minute))
    with trips(program) as sent:
        await speak(program, at=after(0))
    assert sum("take_part" in one for one in sent) == 1
    assert len(sent) <= MOST_TRIPS, "\n".join(one[:100] for one in sent)
    await limit(program, daily_minutes=60, weekly_minutes=300, break_after=60, nights=[{"begins": 0, "ends": 60}])
    await speak(program, at=after(0.5))  # a connection looks up how its first array is written
    await speak(program, at=after(1))
    with trips(program) as sent:
        await speak(program, at=after(4))
    assert [any(name in one for one in sent) for name in ("limits_entered", "count_minutes")] == [True, True]
    assert len(sent) <= MOST_TRIPS + MOST_FOR_LIMITS, "\n".join(one[:100] for one in sent)
    with trips(program) as sent:
        await speak(program, at=after(4.5))
    assert len(sent) <= MOST_TRIPS + MOST_FOR_LIMITS - 1
    # Who is known to rest costs what any refused message does.
    await limit(program, daily_minutes=1)
    await speak(program, at=after(9))
    with trips(program) as sent:
        await speak(program, at=after(10))
    assert not any("limits_entered" in one for one in sent)
    assert answers(program) == 8


async def test_nobody_counts_for_another_and_no_version_loosens_at_once(program: Program) -> None:
    robin, sasha = [await program.people.arrive(one) for one in (ROBIN, SASHA)]
    await limit(program, daily_minutes=60)
    database, now = program.database, NOON + timedelta(minutes=1)
    async with database.work(Actor.user(robin)) as work:
        held = (await queries.versions(work.session, robin))[0]
    looser = {"now": SelfRules(daily_minutes=61), "later": None}
    tomorrow = {"now": None, "later": (SelfRules(daily_minutes=61), now)}
    for change in (looser, tomorrow):
        with pytest.raises(DBAPIError, match="waits"):
            async with database.work(Actor.user(robin)) as work:
                await queries.change(
                    work.session,
                    expected=held.id,
                    said_in=SaidIn.WEB,
                    moment=now,
                    **change,  # type: ignore[arg-type]
                )
    async with database.work(Actor.user(sasha)) as work:
        assert not await queries.change(
            work.session, expected=held.id, now=SelfRules(), later=None, said_in=SaidIn.WEB, moment=now
        ), "of somebody else nothing is changed"
        assert list(await queries.versions(work.session, robin)) == []
    for actor, statement in (
        (Actor.user(sasha), f"UPDATE self_limits SET rules = '{{}}' WHERE user_id = '{robin}'"),
        (Actor.user(robin), "DELETE FROM self_limits"),
        (Actor.user(robin), "DELETE FROM usage_minutes"),
        (Actor.job("test"), "SELECT take_part(1, 0, now())"),
        (Actor.job("test"), "SELECT count_minutes(0, '{1}', '{}')"),
        (Actor.user(robin), f"SELECT minutes_noted('{sasha}', 0, '{{1}}', '{{}}')"),
        (Actor.user(robin), "SELECT count_minutes(0, ARRAY(SELECT generate_series(1, 100)), '{}')"),
        (Actor.user(robin), "SELECT * FROM limited_people(NULL)"),
        (Actor.user(robin), f"SELECT self_rules_at('{sasha}', now())"),
        (Actor.user(robin), f"SELECT limits_told('{sasha}', 'warned', '', '{{}}', now())"),
    ):
        with pytest.raises(DBAPIError):
            async with database.work(actor) as work:
                await work.session.execute(text(statement))
    assert await rows(program, "SELECT count(*) FROM usage_minutes") == [(0,)]
    assert await rows(program, "SELECT count(*) FROM self_limits") == [(1,)]
