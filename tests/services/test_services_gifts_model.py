"""Gifts against a model: whatever three people do in whatever order, everybody has what a plain sum says they have."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from bot.errors import UserError
from bot.ports import Caller
from bot.services.money.gifts import GiftDraft, GiftState
from bot.services.people import People
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.moneycraft import Mint, mint
from tests.services.test_services_gifts import is_sound

STEPS = 160
BEGIN = 400


@dataclass
class Given:
    """A gift as the model knows it."""

    sender: UUID
    recipient: UUID
    amount: int
    expires_in: float
    state: GiftState = GiftState.OFFERED


@dataclass
class Model:
    """What everybody can spend, and every gift."""

    free: dict[UUID, int]
    gifts: dict[UUID, Given] = field(default_factory=dict[UUID, Given])
    now: float = 0.0

    def may(self, deed: str, who: UUID, gift: Given) -> bool:
        """Whether it must be possible; done before by the same, it is possible again."""
        wanted = {"accept": GiftState.ACCEPTED, "decline": GiftState.DECLINED, "take_back": GiftState.TAKEN_BACK}[deed]
        theirs = gift.sender if deed == "take_back" else gift.recipient
        is_open = gift.state is GiftState.OFFERED and gift.expires_in > self.now
        return who == theirs and (is_open or gift.state is wanted)

    def settle(self, deed: str, gift: Given) -> None:
        if gift.state is not GiftState.OFFERED:
            return
        gift.state = {"accept": GiftState.ACCEPTED, "decline": GiftState.DECLINED}.get(deed, GiftState.TAKEN_BACK)
        self.free[gift.recipient if deed == "accept" else gift.sender] += gift.amount

    def expire(self) -> int:
        over = [one for one in self.gifts.values() if one.state is GiftState.OFFERED and one.expires_in <= self.now]
        for one in over:
            one.state = GiftState.EXPIRED
            self.free[one.sender] += one.amount
        return len(over)


async def test_everybody_has_what_a_plain_sum_says(database: Database, clock: FakeClock, owner_url: str) -> None:
    house = await mint(database, clock, owner_url)
    liz = await People(database).arrive(Caller(103, "liz", "Liz"))
    people = (house.robin, house.sasha, liz)
    for one in people:
        await house.buy(one, BEGIN)
    model, days = Model(dict.fromkeys(people, BEGIN)), 0
    for step in range(STEPS):
        deed = random.choice(("give", "give", "accept", "decline", "take_back", "wait", "expire"))
        if deed == "give":
            await give(house, model, step, *random.choices(people, k=2), random.randint(-20, 300))
        elif deed == "wait":
            days += 1
            model.now = timedelta(days=days).total_seconds()
            await clock.advance(timedelta(days=1).total_seconds())
        elif deed == "expire":
            assert await house.gifts.expire() == model.expire()
        elif model.gifts:
            await answer(house, model, deed, random.choice(people), random.choice(list(model.gifts)))
    assert await house.gifts.expire() == model.expire()
    held = {one: 0 for one in people}
    for one in model.gifts.values():
        held[one.sender] += one.amount if one.state is GiftState.OFFERED else 0
    for one in people:
        found = await house.balance(one)
        assert (found.free, found.held) == (model.free[one], held[one])
    assert sum(model.free.values()) + sum(held.values()) == BEGIN * len(people)
    for gift_id, one in model.gifts.items():
        async with house.database.work(Actor.user(one.sender)) as work:
            assert (await house.gifts.get(work, one.sender, gift_id)).state is one.state
    # The ledger is checked by the machine's clock, for which what still waits waits too long: let it all end.
    model.now += timedelta(days=15).total_seconds()
    await clock.advance(timedelta(days=15).total_seconds())
    assert await house.gifts.expire() == model.expire()
    assert [(await house.balance(one)).free for one in people] == list(model.free.values())
    assert await is_sound(house)


async def give(house: Mint, model: Model, step: int, sender: UUID, recipient: UUID, amount: int) -> None:
    possible, refused = sender != recipient and 1 <= amount <= model.free[sender], None
    try:
        async with house.database.work(Actor.user(sender)) as work:
            gift = await house.gifts.give(work, sender, recipient, GiftDraft(amount), key=f"step:{step}")
    except UserError as error:
        refused = error.code
    else:
        model.gifts[gift.id] = Given(sender, recipient, amount, model.now + timedelta(days=14).total_seconds())
        model.free[sender] -= amount
    assert refused == "gifts_daily" or possible is (refused is None), (refused, amount, model.free[sender])


async def answer(house: Mint, model: Model, deed: str, who: UUID, gift_id: UUID) -> None:
    gift, refused = model.gifts[gift_id], None
    possible = model.may(deed, who, gift)
    try:
        async with house.database.work(Actor.user(who)) as work:
            await getattr(house.gifts, deed)(work, who, gift_id)
    except UserError as error:
        refused = error.code
    else:
        model.settle(deed, gift)
    assert possible is (refused is None), (refused, deed, gift)
