"""The cap people set on their own spending: kept where tokens are kept back, so that no two at once pass it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.errors import NotFound
from bot.services.money.accounts import OwnCapReached
from bot.services.money.metering import Metering
from bot.services.wellbeing.spending import Spending, Spendings
from db.engine import create_engine
from db.ids import new_id
from db.work import Actor, Database
from tests.money.bankcraft import Bank
from tests.money.test_money_metering import Start, Till
from tests.services.stagecraft import NOON, PARLOUR, ROBIN, FakeModels, StillClock, make, said, summon, until


@pytest.fixture
async def till(start: Start, database: Database) -> AsyncIterator[Till]:
    meter = Metering(database, StillClock(), is_charged=True, has_plans=False)
    program = start(FakeModels(), meter=meter)
    await program.listening.start()
    character = await make(program)
    await summon(program, character)
    yield Till(program, meter, character)
    await program.crash()


@pytest.fixture
def capped(owner_url: str) -> Callable:
    """Set somebody's caps, as they would have held for long."""

    async def put(user_id: UUID, day: int | None = None, month: int | None = None, zone: str = "UTC") -> None:
        rules = {"time_zone": zone, "daily_tokens": day, "monthly_tokens": month}
        await as_owner(
            owner_url,
            "INSERT INTO self_limits (id, user_id, rules, set_in, set_at, holds_from)"
            " VALUES (:id, :who, CAST(:rules AS jsonb), 'web', '2020-01-01', '2020-01-01')",
            id=new_id(),
            who=user_id,
            rules=json.dumps(rules),
        )

    return put


async def as_owner(owner_url: str, statement: str, **values: object) -> None:
    engine = create_engine(owner_url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)
    await engine.dispose()


async def spending(database: Database, user_id: UUID, now: datetime = NOON) -> Spending:
    clock = StillClock()
    clock.moment = now
    async with database.work(Actor.user(user_id)) as work:
        return await Spendings(clock).get(work)


@pytest.mark.parametrize(("day", "month", "period"), [(100, None, "a day"), (None, 100, "a month"), (90, 100, "a day")])
async def test_beyond_the_cap_no_model_is_asked_and_the_person_alone_reads_why(
    till: Till, capped: Callable, day: int | None, month: int | None, period: str
) -> None:
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await capped(robin, day, month)
    heard = said("Good evening, Mira!")
    await till.program.turns.hear(heard)
    await till.program.turns.idle()
    assert not till.program.models.asked
    (remark,) = till.program.channels.remarks
    assert remark[2] == "No answer to this one. The button tells whoever wrote it why, and nobody else."
    reason = await till.program.turns.held_back.reason(heard.message_id, ROBIN.discord_id)
    told = reason.sentence.format(**reason.values)
    assert f"a cap of {day or month} tokens {period}, and 0 are spent" in told
    assert "<t:" in told
    balance = await till.bank.balance(robin)
    assert (balance.free, balance.held) == (5_000, 0)
    async with till.program.database.work(Actor.user(robin)) as work:
        (event,) = await work.session.execute(text("SELECT kind, period, until > happened_at FROM limit_events"))
    assert tuple(event) == ("spending", f"{'day' if period == 'a day' else 'month'} 2026-05-04", True)
    await till.bank.assert_sound()


async def test_what_the_cap_leaves_is_spent_and_when_it_is_lifted_all_is_well(
    till: Till, capped: Callable, owner_url: str
) -> None:
    robin = await till.user()
    await till.bank.paid(robin, 5_000)
    await capped(robin, 1_500)
    await till.say("Good evening, Mira!")
    assert till.program.channels.texts()[-1] == ("Mira", "Well met.")
    assert (await spending(till.program.database, robin)).day.used == 15
    await capped(robin, 50)
    heard = said("Mira, again?")
    await till.program.turns.hear(heard)
    await till.program.turns.idle()
    assert len(till.program.models.asked) == 1
    await capped(robin, 50_000)
    held = till.program.turns.held_back
    assert "gone by now" in (await held.reason(heard.message_id, ROBIN.discord_id)).sentence
    with pytest.raises(NotFound):
        await held.reason(heard.message_id + 1, ROBIN.discord_id)


async def test_two_replies_at_once_cannot_pass_the_cap_together(
    start: Start, database: Database, capped: Callable
) -> None:
    gate = asyncio.Event()
    meter = Metering(database, StillClock(), is_charged=True, has_plans=False)
    program = start(FakeModels([gate.wait, "First."], ["Second."]), meter=meter)
    await program.listening.start()
    character = await make(program)
    await summon(program, character)
    await summon(program, character, place=PARLOUR)
    till = Till(program, meter, character)
    robin = await till.user()
    await till.bank.paid(robin, 50_000)
    await capped(robin, 1_400)
    await program.turns.hear(said("Mira, one!"))
    await until(lambda: program.models.asked)
    elsewhere = said("Mira, two!", place=PARLOUR)
    await program.turns.hear(elsewhere)
    await until(lambda: program.channels.buttons)
    gate.set()
    await program.turns.idle()
    assert len(program.models.asked) == 1
    assert [one.message_id for one in program.channels.buttons] == [elsewhere.message_id]
    await program.crash()


async def test_of_ten_at_once_as_many_as_fit_are_kept_back(bank: Bank, capped: Callable) -> None:
    robin, sasha = await bank.person(), await bank.person("Sasha")
    await bank.paid(robin, 10_000)
    await capped(robin, 350)
    asked = [bank.hold(robin, 100, to=sasha if number % 2 else None) for number in range(10)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in answers if isinstance(one, OwnCapReached)]
    assert len(refused) == 7, answers
    assert refused[0].left == 50
    assert (await spending(bank.database, robin, bank.clock.now())).day.used == 300
    assert (await bank.balance(robin)).held == 300
    await bank.assert_sound()


async def test_without_a_cap_all_ten_are_kept_back(bank: Bank) -> None:
    """The control: what refuses above is the cap."""
    robin = await bank.person()
    await bank.paid(robin, 10_000)
    answers = await asyncio.gather(*(bank.hold(robin, 100) for _ in range(10)), return_exceptions=True)
    assert not [one for one in answers if isinstance(one, BaseException)]


async def test_what_is_let_go_may_be_spent_again(bank: Bank, capped: Callable) -> None:
    robin, sasha = await bank.person(), await bank.person("Sasha")
    await bank.paid(robin, 10_000)
    await capped(robin, 100)
    gift = await bank.hold(robin, 100, to=sasha)
    with pytest.raises(OwnCapReached, match="0 are left to spend now"):
        await bank.hold(robin, 1)
    await bank.void(robin, gift.id)
    reply = await bank.hold(robin, 100)
    await bank.post(robin, reply.id, 40)
    assert (await spending(bank.database, robin, bank.clock.now())).day.left == 60


@pytest.mark.parametrize(("zone", "used"), [("Europe/Madrid", 30), ("UTC", 10), ("Mars/Base", 10)])
async def test_days_and_months_are_the_person_s_own(
    bank: Bank, capped: Callable, owner_url: str, zone: str, used: int
) -> None:
    robin = await bank.person()
    await capped(robin, 100, 1_000, zone)
    # In Madrid, at 22:30 in UTC on the last of April, it is May already.
    for at, amount in ((datetime(2026, 4, 30, 22, 30, tzinfo=UTC), 20), (datetime(2026, 5, 1, 9, 0, tzinfo=UTC), 10)):
        await as_owner(
            owner_url,
            "INSERT INTO holds (id, key, request_hash, user_id, kind, state, amount, expires_at, created_at)"
            " VALUES (:id, :key, :hash, :who, 'reply', 'pending', :amount, :ends, :at)",
            id=new_id(), key=str(new_id()), hash=b"-" * 32, who=robin, amount=amount, at=at,
            ends=at + timedelta(days=9),
        )  # fmt: skip
    now = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
    found = await spending(bank.database, robin, now)
    assert (found.day.used, found.month.used) == (used, used)
    assert found.day.most == 100
    midnight = datetime(2026, 5, 2, tzinfo=UTC)
    assert found.day.ends_at == (midnight - timedelta(hours=2) if zone == "Europe/Madrid" else midnight)
    assert found.stops(100 - used + 1)
    assert not found.stops(100 - used)


async def test_nobody_reads_what_another_spent(bank: Bank, capped: Callable) -> None:
    robin, sasha = await bank.person(), await bank.person("Sasha")
    await bank.paid(robin, 100)
    await capped(robin, 90)
    await bank.hold(robin, 50)
    found = await spending(bank.database, sasha, bank.clock.now())
    assert (found.day.used, found.day.most) == (0, None)
