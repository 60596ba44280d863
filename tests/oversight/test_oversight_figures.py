"""Each day's sums: every day that is over, once; money of late days again; what somebody did on the day it was done."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.services.oversight.figures import DAYS_AT_ONCE, JOB, LOOK_BACK_DAYS, MONEY_DAYS, Figures
from db.engine import connection_arguments
from db.queries.oversight import figures as queries
from db.raw import connect
from db.work import Actor
from tests.fakes.clock import FakeClock
from tests.oversight.conftest import House

TOMORROW = datetime.now(UTC) + timedelta(days=1)
TODAY = datetime.now(UTC).date()


def figures_of(house: House, now: datetime = TOMORROW) -> Figures:
    return Figures(house.database, house.oversight, FakeClock(now))


async def kept(house: House) -> Mapping[object, int]:
    async with house.database.work(Actor.job(JOB)) as work:
        return await queries.between(work.session, TODAY - timedelta(days=LOOK_BACK_DAYS), TODAY)


async def put(owner_url: str, statement: str, *values: object) -> None:
    """What happened on a day, written by the tables' owner."""
    connection = await connect(connection_arguments(owner_url, as_owner=True))
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def test_every_day_that_is_over_is_added_up_once_with_what_was_on_it(house: House) -> None:
    assert LOOK_BACK_DAYS > DAYS_AT_ONCE > MONEY_DAYS, "more than one statement is tried below"
    assert await figures_of(house).run() == LOOK_BACK_DAYS
    found = await kept(house)
    assert found[TODAY, "people_new"] == 4
    assert sum(value for (_, name), value in found.items() if name == "people_new") == 4  # on that day and no other
    first = TODAY - timedelta(days=LOOK_BACK_DAYS - 1)
    assert {day for day, name in found if name == "turns"} == {first + timedelta(days=n) for n in range(LOOK_BACK_DAYS)}


async def test_what_was_used_is_kept_and_what_was_paid_is_added_up_again(house: House, owner_url: str) -> None:
    await figures_of(house).run()
    await put(owner_url, "UPDATE daily_figures SET value = 7 WHERE day = $1", TODAY)
    await put(
        owner_url,
        "WITH purse AS (INSERT INTO token_packages (id, code, name, tokens, price_cents)"
        " VALUES (gen_random_uuid(), 'purse', 'Purse', 100, 500) RETURNING id)"
        " INSERT INTO payments"
        " (id, user_id, package_id, source, reference, amount_cents, refunded_cents, currency, state)"
        " SELECT gen_random_uuid(), $1, p.id, 'stripe', 'pay-1', 500, 100, 'EUR', 'completed' FROM purse AS p",
        house.robin,
    )
    assert await figures_of(house, TOMORROW + timedelta(days=1)).run() == 1  # the day after, and no other
    found = await kept(house)
    assert found[TODAY, "people_new"] == 7
    assert (found[TODAY, "revenue.EUR"], found[TODAY, "refunded.EUR"]) == (400, 100)
    assert (TODAY - timedelta(days=1), "revenue.EUR") not in found
