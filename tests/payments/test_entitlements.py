"""What is bought at Discord: the real REST calls against the local Discord, the real rows, in any order and twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import aiohttp
import pytest

from bot.ports.premium import PremiumAway, SkuKind
from bot.services.money.entitlements import Entitlements
from bot.services.money.paid_tokens import PaidTokens
from bot.services.people import People
from bot.transport.executor import Executor
from bot.transport.pointing import pointed_at
from bot.transport.premium import DiscordPremium
from db import functions
from db.models import PaymentSource, PaymentState, SubscriptionState
from db.work import Actor
from sandbox.server import Sandbox
from tests.payments.shopcraft import JOB, Shop


@dataclass
class Fair:
    """A local Discord that sells, and our side of it."""

    shop: Shop
    sandbox: Sandbox
    client: aiohttp.ClientSession
    premium: DiscordPremium
    entitlements: Entitlements
    skus: dict[str, str]

    async def buys(self, name: str, username: str = "robin") -> int:
        """Somebody presses a premium button; the entitlement's id. We have not heard of it."""
        form = {"user_id": self.sandbox.person(username).id, "sku_id": self.skus[name]}
        async with self.client.post(f"{self.sandbox.url}/sandbox/purchases", json=form) as answer:
            body = await answer.json()
            assert answer.status == 200, body
            return int(body["id"])

    async def then(self, entitlement_id: int, how: str) -> None:
        """What becomes of it at Discord."""
        address = f"{self.sandbox.url}/sandbox/purchases/{entitlement_id}/{how}"
        async with self.client.post(address, json={}) as answer:
            assert answer.status == 200

    async def pass_days(self, days: int) -> None:
        """Time passes at Discord and here."""
        form = {"advance": days * 86_400}
        async with self.client.post(f"{self.sandbox.url}/sandbox/clock", json=form) as answer:
            assert answer.status == 200
        self.shop.clock.ahead += timedelta(days=days)

    async def user(self, username: str = "robin") -> UUID:
        """Whom we know by their Discord id."""
        async with self.shop.database.work(JOB) as work:
            found = await functions.user_of(work.session, int(self.sandbox.person(username).id))
        assert found is not None
        return found


@pytest.fixture
async def fair(shop: Shop) -> AsyncIterator[Fair]:
    async with Sandbox.start() as sandbox, aiohttp.ClientSession() as client:
        with pointed_at(sandbox.url):
            executor = Executor(sandbox.bot_token, shop.clock)
            premium = DiscordPremium(executor)
            entitlements = Entitlements(
                shop.database,
                premium,
                people=People(shop.database, shop.clock),
                tokens=PaidTokens(shop.ledger, shop.clock),
                allowances=shop.allowances,
                clock=shop.clock,
            )
            skus = {sku.name: sku.id for sku in sandbox.world.skus}
            for table in ("plans", "token_packages"):
                for name, sku in skus.items():
                    await shop.as_owner(
                        f"UPDATE {table} SET discord_sku_id = :sku WHERE name = :name", sku=int(sku), name=name
                    )
            await entitlements.sync()
            yield Fair(shop, sandbox, client, premium, entitlements, skus)
            await executor.close()


async def test_what_is_on_sale(fair: Fair) -> None:
    skus = await fair.premium.skus()
    assert {sku.name: sku.kind for sku in skus} == {
        "Starter": SkuKind.SUBSCRIPTION,
        "Professional": SkuKind.SUBSCRIPTION,
        "A cup": SkuKind.CONSUMABLE,
        "A pot": SkuKind.CONSUMABLE,
    }
    assert fair.entitlements.on_sale == {sku.id for sku in skus}
    async with fair.shop.database.work(Actor.visitor()) as work:
        assert {one.sku_id for one in await fair.entitlements.offers(work)} == fair.entitlements.on_sale


async def test_tokens_are_given_once_and_consumed(fair: Fair) -> None:
    """Somebody buys who never wrote to us: we get to know them."""
    bought = await fair.buys("A pot")
    for _ in range(3):
        await fair.entitlements.hear(bought)
    robin = await fair.user()
    assert await fair.shop.free(robin) == 5_500_000
    seen = await fair.premium.one(bought)
    assert seen is not None
    assert seen.is_consumed
    (payment,) = await fair.shop.rows(robin)
    assert (payment.source, payment.state, payment.amount_cents, payment.currency) == (
        PaymentSource.DISCORD,
        PaymentState.COMPLETED,
        None,
        None,
    )
    # Consumed, it can be bought again, and that is another purchase.
    await fair.entitlements.hear(await fair.buys("A pot"))
    assert await fair.shop.free(robin) == 11_000_000
    await fair.entitlements.sync()
    assert await fair.shop.free(robin) == 11_000_000
    await fair.shop.assert_sound()


async def test_what_was_given_but_not_consumed_is_consumed_later(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the order: given first, consumed afterwards; a crash between the two gives nothing twice."""
    bought = await fair.buys("A cup")
    consume = fair.premium.consume

    async def away(_: int) -> None:
        raise PremiumAway("away")

    monkeypatch.setattr(fair.premium, "consume", away)
    await fair.entitlements.hear(bought)
    robin = await fair.user()
    assert await fair.shop.free(robin) == 1_000_000
    monkeypatch.setattr(fair.premium, "consume", consume)
    await fair.entitlements.sync()
    assert await fair.shop.free(robin) == 1_000_000
    seen = await fair.premium.one(bought)
    assert seen is not None
    assert seen.is_consumed


async def test_money_back_at_discord_takes_the_tokens_back(fair: Fair) -> None:
    bought = await fair.buys("A cup")
    await fair.entitlements.hear(bought)
    robin = await fair.user()
    await fair.then(bought, "refund")
    for _ in range(2):
        await fair.entitlements.hear(bought)
    assert await fair.shop.free(robin) == 0
    assert [row.state for row in await fair.shop.rows(robin)] == [PaymentState.REFUNDED]
    await fair.shop.assert_sound()


async def test_a_plan_as_long_as_discord_says_so(fair: Fair) -> None:
    bought = await fair.buys("Starter")
    await fair.entitlements.hear(bought)
    robin = await fair.user()
    assert await fair.shop.plan_code(robin) == "starter"
    assert await fair.shop.free(robin) == (await fair.shop.plan("starter")).token_allowance
    # Cancelled: no event, nothing changes until the month is over.
    await fair.then(bought, "cancel")
    await fair.entitlements.sync()
    assert await fair.shop.plan_code(robin) == "starter"
    await fair.pass_days(31)
    await fair.entitlements.hear(bought)
    (row,) = await fair.shop.subscription_rows(robin)
    assert row.state is SubscriptionState.CANCELED
    assert row.period_end is not None
    assert row.period_end <= fair.shop.clock.now()


async def test_a_plan_goes_on_month_by_month(fair: Fair) -> None:
    bought = await fair.buys("Starter")
    await fair.entitlements.hear(bought)
    await fair.pass_days(100)
    await fair.entitlements.sync()
    (row,) = await fair.shop.subscription_rows(await fair.user())
    assert (row.state, row.auto_renew) == (SubscriptionState.ACTIVE, True)


async def test_money_back_ends_the_plan_at_once(fair: Fair) -> None:
    bought = await fair.buys("Starter")
    await fair.entitlements.hear(bought)
    await fair.then(bought, "refund")
    # The event is lost; the next list lacks it.
    await fair.entitlements.sync()
    assert await fair.shop.plan_code(await fair.user()) is None


async def test_the_larger_of_two_plans_and_back(fair: Fair) -> None:
    small, large = await fair.buys("Starter"), await fair.buys("Professional")
    await fair.entitlements.hear(large)
    await fair.entitlements.hear(small)
    robin = await fair.user()
    assert await fair.shop.plan_code(robin) == "professional"
    await fair.then(large, "refund")
    await fair.entitlements.hear(large)
    assert await fair.shop.plan_code(robin) == "starter"
    live = [row for row in await fair.shop.subscription_rows(robin) if row.state is SubscriptionState.ACTIVE]
    assert [row.discord_entitlement_id for row in live] == [small]


async def test_what_was_missed_is_found_at_the_start(fair: Fair) -> None:
    await fair.buys("Starter", "sasha")
    await fair.buys("A cup", "sasha")
    assert await fair.entitlements.sync() == 2
    sasha = await fair.user("sasha")
    assert await fair.shop.plan_code(sasha) == "starter"
    assert await fair.shop.free(sasha) == 12_000_000 + 1_000_000


async def test_more_than_a_page(fair: Fair) -> None:
    for number in range(230):
        person = await fair.client.post(f"{fair.sandbox.url}/sandbox/people", json={"username": f"guest{number}"})
        body = await person.json()
        form = {"user_id": body["id"], "sku_id": fair.skus["Starter"]}
        async with fair.client.post(f"{fair.sandbox.url}/sandbox/purchases", json=form) as answer:
            assert answer.status == 200
    found = [one async for one in fair.premium.bought()]
    assert len({one.id for one in found}) == len(found) == 230


async def test_a_sku_that_stands_for_nothing_gives_nothing(fair: Fair) -> None:
    await fair.shop.as_owner("UPDATE token_packages SET discord_sku_id = NULL")
    bought = await fair.buys("A cup")
    await fair.entitlements.hear(bought)
    robin = await fair.user()
    assert await fair.shop.free(robin) == 0
    seen = await fair.premium.one(bought)
    assert seen is not None
    assert not seen.is_consumed
    # As soon as an admin says what it stands for, the next look gives it.
    await fair.shop.as_owner(
        "UPDATE token_packages SET discord_sku_id = :sku WHERE name = 'A cup'", sku=int(fair.skus["A cup"])
    )
    await fair.entitlements.sync()
    assert await fair.shop.free(robin) == 1_000_000


async def test_an_event_about_nothing_is_nothing(fair: Fair) -> None:
    await fair.entitlements.hear(12345678901234567)
    async with fair.shop.database.work(Actor.job("test")) as work:
        assert await functions.user_of(work.session, int(fair.sandbox.person("robin").id)) is None


async def test_discord_being_away_changes_nothing(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    bought = await fair.buys("Starter")
    await fair.entitlements.hear(bought)

    async def away(*_: object) -> None:
        raise PremiumAway("away")

    for name in ("one", "skus"):
        monkeypatch.setattr(fair.premium, name, away)
    await fair.entitlements.hear(bought)
    assert await fair.entitlements.sync() == 0
    assert await fair.shop.plan_code(await fair.user()) == "starter"


async def test_everything_at_once_waits_for_nobody(fair: Fair) -> None:
    """Events of one person's purchases, and lists beside them, all at the same moment: no deadlock, nothing twice."""
    names = ("Starter", "Professional", "A cup", "A pot")
    bought = [await fair.buys(name) for name in names]
    await fair.entitlements.hear(bought[0])
    await asyncio.gather(
        *(fair.entitlements.hear(one) for one in bought * 3), *(fair.entitlements.sync() for _ in range(4))
    )
    robin = await fair.user()
    assert await fair.shop.plan_code(robin) == "professional"
    live = [row for row in await fair.shop.subscription_rows(robin) if row.state is SubscriptionState.ACTIVE]
    assert len(live) == 1
    assert await fair.shop.free(robin) == 120_000_000 + 1_000_000 + 5_500_000
    await fair.shop.assert_sound()
