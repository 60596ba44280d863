"""Gifts between people: escrow until they are answered, the day's limits, and nobody else's business."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, UserError
from bot.ports import Caller
from bot.services.characters import Characters, Pictures
from bot.services.money.gifts import Gift, GiftDraft, GiftState
from bot.services.money.gifts_checked import clean_amount
from bot.services.money.verifying import verify
from bot.services.people import People
from db.ids import new_id
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.moneycraft import Mint, mint
from tests.services.stagecraft import draft

LIZ = Caller(103, "liz", "Liz")


@pytest.fixture
async def house(database: Database, clock: FakeClock, owner_url: str) -> Mint:
    made = await mint(database, clock, owner_url)
    await made.buy(made.robin, 1000)
    return made


async def give(house: Mint, amount: int | str = 300, *, to: UUID | None = None, key: str = "", **more: object) -> Gift:
    async with house.database.work(Actor.user(house.robin)) as work:
        wanted = GiftDraft(amount, **more)  # type: ignore[arg-type]
        return await house.gifts.give(work, house.robin, to or house.sasha, wanted, key=key or f"test:{new_id()}")


async def by(house: Mint, person: UUID, deed: str, gift: Gift) -> Gift:
    async with house.database.work(Actor.user(person)) as work:
        return await getattr(house.gifts, deed)(work, person, gift.id)


@contextmanager
def refused(kind: type[UserError], code: str) -> Generator[None]:
    """Something is refused, for this reason."""
    with pytest.raises(kind) as error:
        yield
    assert error.value.code == code


async def is_sound(house: Mint) -> bool:
    """Whether the ledger adds up. That the tests' own server forgets when it falls is no fault of it."""
    found = {example for one in (await verify(house.database)).checks for example in one.examples}
    return all("this server forgets" in one for one in found)


async def free(house: Mint, *people: UUID) -> list[int]:
    return [(await house.balance(one)).free for one in people]


# ------------------------------------------------------------------------------------------------ amounts


@pytest.mark.parametrize(
    "typed",
    [0, -5, 10**30, True, "0", "-5", "1" + "0" * 30, "1" * 5000, "", "  ", "five", "1.5", "1,500", "1.500", "1e3", "٣"],
)
def test_what_is_no_amount_is_refused(typed: int | str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_amount(typed)
    assert refused.value.field == "amount"


@given(st.integers(1, int(limits.GIFT_MAX)))
def test_a_whole_number_is_an_amount_however_it_is_grouped(amount: int) -> None:
    assert clean_amount(amount) == amount
    for written in (f"{amount}", f" {amount} ", f"{amount:_}", f"{amount:_}".replace("_", " "), f"+{amount}"):
        assert clean_amount(written) == amount


# ------------------------------------------------------------------------------------------------ the way of a gift


async def test_a_gift_lies_in_escrow_until_it_is_accepted(house: Mint) -> None:
    gift = await give(house, message="For the road")
    assert (gift.state, gift.is_from_me, gift.recipient_name) == (GiftState.OFFERED, True, "Sasha")
    assert await free(house, house.robin, house.sasha) == [700, 0]
    assert (await house.balance(house.robin)).held == 300
    seen = await by(house, house.sasha, "get", gift)
    assert (seen.is_from_me, seen.sender_name, seen.message) == (False, "Robin", "For the road")
    accepted = await by(house, house.sasha, "accept", gift)
    assert accepted.state is GiftState.ACCEPTED
    assert await free(house, house.robin, house.sasha) == [700, 300]
    # What was given can be given on; accepted again, nothing moves again.
    assert (await by(house, house.sasha, "accept", gift)).settled_at == accepted.settled_at
    assert await free(house, house.robin, house.sasha) == [700, 300]
    assert (await house.balance(house.sasha)).paid == 300
    assert await is_sound(house)


@pytest.mark.parametrize(("deed", "state"), [("decline", GiftState.DECLINED), ("take_back", GiftState.TAKEN_BACK)])
async def test_what_is_not_wanted_goes_back(house: Mint, deed: str, state: GiftState) -> None:
    gift = await give(house)
    who = house.sasha if deed == "decline" else house.robin
    assert (await by(house, who, deed, gift)).state is state
    assert await free(house, house.robin, house.sasha) == [1000, 0]
    with pytest.raises(Conflict):
        await by(house, house.sasha, "accept", gift)
    assert await free(house, house.robin, house.sasha) == [1000, 0]


async def test_a_gift_that_nobody_accepts_goes_back_in_the_end(house: Mint) -> None:
    gift, later = await give(house), None
    await house.clock.advance(timedelta(days=13).total_seconds())
    later = await give(house, 100)
    assert await house.gifts.expire() == 0
    await house.clock.advance(timedelta(days=1).total_seconds())
    # The moment is what counts, not whether the job has come by.
    with pytest.raises(Conflict) as over:
        await by(house, house.sasha, "accept", gift)
    assert "waited too long" in str(over.value)
    assert (await by(house, house.robin, "get", gift)).state is GiftState.EXPIRED
    assert await house.gifts.expire() == 1
    assert await house.gifts.expire() == 0
    assert await free(house, house.robin, house.sasha) == [900, 0]
    assert (await by(house, house.robin, "get", later)).is_open
    async with house.database.work(Actor.user(house.sasha)) as work:
        assert [one.id for one in await house.gifts.open(work, house.sasha)] == [later.id]
        assert [one.id for one in await house.gifts.page(work, house.sasha)] == [later.id, gift.id]
        assert [one.id for one in await house.gifts.page(work, house.sasha, after=later.id)] == [gift.id]


async def test_whatever_is_pressed_at_once_only_one_thing_happens(house: Mint) -> None:
    gift = await give(house)

    async def press(person: UUID, deed: str) -> bool:
        try:
            await by(house, person, deed, gift)
        except UserError:
            return False
        return True

    deeds = [(house.sasha, "accept"), (house.sasha, "decline"), (house.robin, "take_back")] * 3
    await asyncio.gather(*(press(*one) for one in deeds))
    ended = await by(house, house.robin, "get", gift)
    expected = [700, 300] if ended.state is GiftState.ACCEPTED else [1000, 0]
    assert await free(house, house.robin, house.sasha) == expected
    assert (await house.balance(house.robin)).held == 0
    assert await is_sound(house)


# ------------------------------------------------------------------------------------------------ what is refused


async def test_a_gift_is_given_once_however_often_it_is_sent(house: Mint) -> None:
    first = await give(house, key="interaction:1:gift")
    assert (await give(house, key="interaction:1:gift")).id == first.id
    assert await free(house, house.robin) == [700]
    with pytest.raises(Conflict):
        await give(house, 301, key="interaction:1:gift")
    # Another's key is another's: it neither shows their gift nor gives twice.
    async with house.database.work(Actor.user(house.sasha)) as work:
        with pytest.raises(UserError):
            await house.gifts.give(work, house.sasha, house.robin, GiftDraft(300), key="interaction:1:gift")


async def test_a_double_click_gives_once(house: Mint) -> None:
    given = await asyncio.gather(*(give(house, key="interaction:7:gift") for _ in range(5)))
    assert len({one.id for one in given}) == 1
    assert await free(house, house.robin) == [700]


async def test_nobody_gives_to_themselves_to_a_bot_or_to_nobody(house: Mint) -> None:
    with pytest.raises(InvalidInput) as oneself:
        await give(house, to=house.robin)
    assert oneself.value.field == "recipient"
    async with house.database.work(Actor.job("test")) as work:
        from db.models import User

        work.session.add(User(id=(house_id := new_id()), username="house", display_name="The house"))
    for nobody in (new_id(), house_id):
        with refused(NotAllowed, "recipient_takes_none"):
            await give(house, to=nobody)
    await house.stand(house.sasha, status="banned")
    with refused(NotAllowed, "recipient_takes_none"):
        await give(house)
    assert await free(house, house.robin) == [1000]


async def test_an_allowance_is_for_oneself(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        assert await house.allowances.grant(work, house.robin) == 250_000
    assert (await house.balance(house.robin)).free == 251_000
    with pytest.raises(LimitReached) as refused:
        await give(house, 1001)
    assert "You have 1000 tokens that can be given" in str(refused.value)
    await give(house, 1000)
    assert (await house.balance(house.robin)).free == 250_000


async def test_the_day_has_limits(house: Mint) -> None:
    await house.buy(house.robin, 20_000_000, key="more")
    for _ in range(2):
        await give(house, 5_000_000)
    with refused(LimitReached, "gift_tokens_daily"):
        await give(house, 1)
    await house.clock.advance(timedelta(days=1).total_seconds())
    await give(house, 1)


async def test_gifts_are_counted_whatever_became_of_them(house: Mint) -> None:
    for _ in range(int(limits.GIFTS_DAILY)):
        await by(house, house.robin, "take_back", await give(house, 1))
    with refused(LimitReached, "gifts_daily"):
        await give(house, 1)


async def test_many_at_once_keep_to_the_day_s_limits(house: Mint) -> None:
    await house.buy(house.robin, 20_000_000, key="more")

    async def attempt() -> bool:
        try:
            await give(house, 4_000_000)
        except LimitReached:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt() for _ in range(6)))) == 2


async def test_nobody_is_buried_under_gifts(house: Mint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GIFTS_WAITING_MAX", 2)
    await give(house, 1)
    await give(house, 1)
    with refused(NotAllowed, "recipient_full"):
        await give(house, 1)


async def test_a_house_can_close_its_gifts(house: Mint) -> None:
    from bot.services.money.gifts import Gifts

    def closed() -> None:
        raise NotAllowed("switched_off", "closed")

    open_gift = await give(house)
    shut = Gifts(house.database, house.ledger, house.clock, refuse_closed=closed)
    async with house.database.work(Actor.user(house.robin)) as work:
        with refused(NotAllowed, "switched_off"):
            await shut.give(work, house.robin, house.sasha, GiftDraft(1), key="late")
    async with house.database.work(Actor.user(house.sasha)) as work:
        assert (await shut.accept(work, house.sasha, open_gift.id)).state is GiftState.ACCEPTED


# ------------------------------------------------------------------------------------------------ nobody else's


async def test_a_third_person_sees_and_moves_nothing(house: Mint) -> None:
    gift = await give(house, message="Between us")
    liz = await People(house.database).arrive(LIZ)
    for deed in ("get", "accept", "decline", "take_back"):
        with pytest.raises(NotFound):
            await by(house, liz, deed, gift)
    with pytest.raises(NotAllowed):
        await by(house, house.robin, "accept", gift)
    with pytest.raises(NotAllowed):
        await by(house, house.sasha, "take_back", gift)
    async with house.database.work(Actor.user(liz)) as work:
        assert await house.gifts.page(work, liz) == ()
    async with house.database.work(Actor.visitor()) as work:
        with pytest.raises(NotFound):
            await house.gifts.get(work, liz, gift.id)
    assert await free(house, house.robin, house.sasha, liz) == [700, 0, 0]


async def test_a_character_beside_a_gift_is_one_both_may_know(house: Mint, tmp_path: Path) -> None:
    characters = Characters(Pictures(tmp_path))
    async with house.database.work(Actor.user(house.robin)) as work:
        mira = await characters.create(work, house.robin, draft("Mira"))
    async with house.database.work(Actor.user(house.sasha)) as work:
        juno = await characters.create(work, house.sasha, draft("Juno"))
    gift = await give(house, 1, character_id=mira.id)
    assert gift.character_name == "Mira"
    with pytest.raises(NotFound) as unknown:
        await give(house, 1, character_id=juno.id)
    assert unknown.value.field == "character"


async def test_somebody_is_found_by_their_whole_name_alone(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        for name in ("sasha", "@sasha", " sasha ", "102"):
            assert (await house.gifts.find(work, name)).user_id == house.sasha
        for name in ("sash", "Sasha the Great", "%", "", "x" * 500, "robin' OR 1=1"):
            with pytest.raises(NotFound):
                await house.gifts.find(work, name)
    async with house.database.work(Actor.visitor()) as work:
        with pytest.raises(NotFound):
            await house.gifts.find(work, "sasha")


async def test_when_somebody_is_erased_their_gifts_go_back_or_end(house: Mint) -> None:
    gift = await give(house)
    await house.as_owner("DELETE FROM users WHERE id = $1", house.sasha)
    assert await house.gifts.expire() == 1
    seen = await by(house, house.robin, "get", gift)
    assert (seen.state, seen.recipient_name) == (GiftState.EXPIRED, None)
    assert await free(house, house.robin) == [1000]
    assert await is_sound(house)


# ------------------------------------------------------------------------------------------------ allowances


async def test_a_month_s_tokens_are_granted_once_and_a_larger_plan_s_difference_once(house: Mint) -> None:
    async def grant() -> int:
        async with house.database.work(Actor.user(house.sasha)) as work:
            return await house.allowances.grant(work, house.sasha)

    first = await asyncio.gather(*(grant() for _ in range(5)))
    assert sum(first) == 250_000
    assert await grant() == 0
    await house.subscribe(house.sasha, "starter")
    assert await grant() == 12_000_000 - 250_000
    await house.as_owner("UPDATE subscriptions SET state = 'expired'")
    assert await grant() == 0
    await house.subscribe(house.sasha, "starter")
    assert await grant() == 0
    await house.subscribe(house.sasha, "professional", source="stripe")
    assert await grant() == 108_000_000
    assert (await house.balance(house.sasha)).promo == 120_000_000
    assert await is_sound(house)


async def test_the_job_grants_those_who_use_tokens(house: Mint) -> None:
    assert await house.allowances.run() == 1  # Robin, who bought some
    assert await house.allowances.run() == 0
    assert (await house.balance(house.robin)).promo == 250_000
    assert (await house.balance(house.sasha)).promo == 0


async def test_where_tokens_are_of_no_use_none_are_granted(
    database: Database, clock: FakeClock, owner_url: str
) -> None:
    house = await mint(database, clock, owner_url, is_on=False)
    async with house.database.work(Actor.user(house.robin)) as work:
        seen = await house.wallets.look(work, house.robin)
    assert (seen.balance.free, seen.next_allowance, seen.allowed.is_enforced) == (0, 0, False)


async def test_a_wallet_at_a_glance(house: Mint) -> None:
    await give(house, 100)
    async with house.database.work(Actor.user(house.robin)) as work:
        seen = await house.wallets.look(work, house.robin)
        assert len((await house.wallets.history(work, house.robin)).rows) == 1, "looking grants nothing"
        await house.allowances.grant(work, house.robin)
        assert (await house.wallets.look(work, house.robin)).balance == seen.balance
        history = await house.wallets.history(work, house.robin)
    assert (seen.balance.paid, seen.balance.promo, seen.balance.held) == (1000, 250_000, 100)
    assert (seen.giveable, seen.next_allowance) == (900, 250_000)
    assert [one.amount for one in seen.gifts_from_me] == [100]
    assert seen.gifts_for_me == ()
    assert [one.amount for one in history.rows] == [250_000, 1000]
    async with house.database.work(Actor.user(house.sasha)) as work:
        assert [one.amount for one in (await house.wallets.look(work, house.sasha)).gifts_for_me] == [100]
