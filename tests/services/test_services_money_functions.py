"""The SQL functions of plans, limits and gifts, as they answer each actor: the last lock, behind the rules."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.services.money.gifts import GiftDraft
from db.ids import new_id
from db.models import GiftState, HoldKind, WalletKind
from db.queries.money import gifts, usage
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.moneycraft import Mint, mint

MAY = date(2026, 5, 1)


@pytest.fixture
async def house(database: Database, clock: FakeClock, owner_url: str) -> Mint:
    made = await mint(database, clock, owner_url)
    await made.buy(made.robin, 1000)
    return made


async def given(house: Mint) -> UUID:
    async with house.database.work(Actor.user(house.robin)) as work:
        return (await house.gifts.give(work, house.robin, house.sasha, GiftDraft(100), key="one")).id


def strangers(house: Mint) -> tuple[Actor, ...]:
    return (Actor.visitor(), Actor.user(new_id()), Actor.turn(new_id(), new_id()), Actor.admin(house.sasha))


async def test_without_a_plan_everything_has_an_answer(database: Database) -> None:
    async with database.work(Actor.job("test")) as work:
        assert (await usage.beyond_reach(work.session, [new_id()])) == frozenset()
    async with database.work(Actor.user(somebody := new_id())) as work:
        assert await gifts.mine(work.session) == []
        assert await gifts.recipient(work.session, new_id(), 5) == "nobody"
        found = await usage.limits_of(work.session, somebody, MAY)
        assert (found.plan_id, found.characters, found.token_allowance) == (None, 0, 0)
        (row,) = await work.session.execute(text("SELECT * FROM plan_of(:me)"), {"me": somebody})
        assert (row.plan_id, row.messages_per_month, row.tokens_per_month) == (None, None, 0)


async def test_whose_plan_it_is_is_nobody_else_s_business(house: Mint) -> None:
    for actor in (
        Actor.visitor(),
        Actor.user(house.sasha),
        Actor.turn(new_id(), house.sasha),
        Actor.admin(house.sasha),
    ):
        async with house.database.work(actor) as work:
            with pytest.raises(LookupError):
                await usage.limits_of(work.session, house.robin, MAY)
            assert await usage.allowance_of(work.session, house.robin) is None
            for name in ("plan_of", "plan_in_force"):
                found = await work.session.execute(text(f"SELECT * FROM {name}(:who)"), {"who": house.robin})
                assert found.all() == []
    await house.stand(house.sasha, role="moderator")
    # Control: the person, a turn on their behalf, the program, and staff at work as staff may ask.
    for actor in (
        Actor.user(house.robin), Actor.turn(new_id(), house.robin), Actor.job("test"), Actor.admin(house.sasha)
    ):  # fmt: skip
        async with house.database.work(actor) as work:
            assert (await usage.limits_of(work.session, house.robin, MAY)).plan_code == "free"
            assert await usage.allowance_of(work.session, house.robin) is not None


async def test_nobody_grants_themselves_more_than_their_plan_gives_them(house: Mint) -> None:
    await house.as_owner("UPDATE plans SET token_allowance = 300 WHERE is_default")
    async with house.database.work(Actor.user(house.robin)) as work:
        due = await house.allowances.due(work, house.robin)
    assert due is not None
    assert due.tokens == 300
    later = due.ends_at + timedelta(days=40)
    wrong = (
        (301, due.period, due.ends_at),
        (1, "2020-01", due.ends_at),
        (1, "x", due.ends_at),
        (300, due.period, later),
    )
    for actor in (Actor.user(house.robin), Actor.turn(new_id(), house.robin), Actor.admin(house.robin)):
        for amount, period, ends in wrong:
            with pytest.raises(DBAPIError, match="no plan gives"):
                async with house.database.work(actor) as work:
                    await house.ledger.allow(work, house.robin, amount, period, ends)
    async with house.database.work(Actor.user(house.robin)) as work:
        assert await house.allowances.grant(work, house.robin) == 300
    with pytest.raises(DBAPIError, match="no plan gives"):
        async with house.database.work(Actor.user(house.robin)) as work:
            await house.ledger.allow(work, house.robin, 1, f"{due.period}/again", due.ends_at)
    assert (await house.balance(house.robin)).promo == 300


async def test_asking_what_a_reply_may_take_makes_nobody_somebody_else(house: Mint) -> None:
    call = text("SELECT * FROM meter_reserve(:turn, 1, 0, date '2026-05-01', true, true, now(), now())")
    for actor in (
        Actor.user(house.robin), Actor.visitor(), Actor.admin(house.robin), Actor.turn(new_id(), house.robin)
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="for the program"):
            async with house.database.work(actor) as work:
                await work.session.execute(call, {"turn": new_id()})


async def test_counts_grow_by_one_s_own_use_alone(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        assert await usage.count_use(work.session, "uploads", MAY, 2, 3)
        assert not await usage.count_use(work.session, "uploads", MAY, 2, 3)
        assert not await usage.count_use(work.session, "uploads", MAY, -1, None)
        assert (await usage.limits_of(work.session, house.robin, MAY)).uploads == 2
    for actor in (Actor.visitor(), Actor.turn(new_id(), house.robin), Actor.job("test")):
        async with house.database.work(actor) as work:
            assert not await usage.count_use(work.session, "uploads", MAY, 1, None)
    for statement in ("UPDATE usage_counters SET used = 0", "DELETE FROM usage_counters"):
        async with house.database.work(Actor.user(house.robin)) as work:
            with pytest.raises(DBAPIError, match="permission denied"):
                await work.session.execute(text(statement))
            await work.session.rollback()


async def test_a_gift_is_settled_by_its_two_people_alone(house: Mint) -> None:
    gift, now = await given(house), house.clock.now()
    for actor in strangers(house):
        async with house.database.work(actor) as work:
            for state in GiftState:
                # Sasha at work as staff is Sasha still, and may answer a gift of theirs; nobody else may.
                if actor.user_id == house.sasha and state in (GiftState.ACCEPTED, GiftState.DECLINED):
                    continue
                assert not await gifts.settle(work.session, gift, state, now), (actor, state)
            assert not await gifts.announced(work.session, gift, 1, 2)
    async with house.database.work(Actor.user(house.robin)) as work:
        assert not await gifts.settle(work.session, gift, GiftState.ACCEPTED, now)
        assert not await gifts.settle(work.session, gift, GiftState.EXPIRED, now + timedelta(days=99))
    async with house.database.work(Actor.user(house.sasha)) as work:
        assert not await gifts.settle(work.session, gift, GiftState.TAKEN_BACK, now)
        assert not await gifts.settle(work.session, gift, GiftState.ACCEPTED, now + timedelta(days=14))
    async with house.database.work(Actor.job("test")) as work:
        assert not await gifts.settle(work.session, gift, GiftState.EXPIRED, now)
        assert await gifts.settle(work.session, gift, GiftState.EXPIRED, now + timedelta(days=14))
        assert not await gifts.settle(work.session, gift, GiftState.EXPIRED, now + timedelta(days=14))


async def test_no_gift_is_written_without_its_escrow(house: Mint) -> None:
    now = house.clock.now()
    until = now + timedelta(days=14)
    async with house.database.work(Actor.user(house.robin)) as work:
        hold = await house.ledger.hold(
            work, house.robin, 100, "k", until, kind=HoldKind.GIFT, to=house.sasha, only=WalletKind.PAID
        )
    right = {"recipient_id": house.sasha, "amount": 100, "hold_id": hold.id, "expires_at": until}
    about = {"key": "k", "message": "", "character_id": None, "guild_id": None, "at": now}
    for who, wrong in (
        (house.robin, {"amount": 101}),
        (house.robin, {"recipient_id": new_id()}),
        (house.robin, {"hold_id": new_id()}),
        (house.robin, {"expires_at": until + timedelta(days=1)}),
        (house.sasha, {}),
    ):
        async with house.database.work(Actor.user(who)) as work:
            assert not await gifts.offer(work.session, gift_id=new_id(), **about, **{**right, **wrong})  # type: ignore[arg-type]
    async with house.database.work(Actor.user(house.robin)) as work:
        assert await gifts.offer(work.session, gift_id=new_id(), **about, **right)  # type: ignore[arg-type]
    async with house.database.work(Actor.user(house.robin)) as work:
        with pytest.raises(DBAPIError, match="permission denied"):
            await work.session.execute(text("UPDATE gifts SET amount = 1"))
        await work.session.rollback()


@pytest.mark.parametrize(
    "call",
    ["gifts_over(now(), 5)", "allowances_due(NULL, 5)", "purge_usage(date '2020-01-01')"],
)
async def test_what_is_for_jobs_is_for_nobody_else(house: Mint, call: str) -> None:
    for actor in (Actor.user(house.robin), Actor.visitor(), Actor.admin(house.sasha)):
        async with house.database.work(actor) as work:
            with pytest.raises(DBAPIError, match="is for jobs"):
                await work.session.execute(text(f"SELECT * FROM {call}"))
            await work.session.rollback()
    async with house.database.work(Actor.job("test")) as work:
        await work.session.execute(text(f"SELECT * FROM {call}"))


async def test_old_counts_are_forgotten(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        for month in (date(2024, 1, 1), MAY):
            assert await usage.count_use(work.session, "uploads", month, 1, None)
    assert house.clock.now() < datetime(2026, 6, 1, tzinfo=UTC)
    await house.allowances.run()
    async with house.database.work(Actor.user(house.robin)) as work:
        left = await work.session.scalars(text("SELECT period FROM usage_counters"))
        assert left.all() == [MAY]
