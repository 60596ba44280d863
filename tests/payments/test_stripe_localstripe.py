"""The real `stripe` client against localstripe over HTTP: Stripe's older shapes, its own webhooks and signatures."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import aiohttp
import pytest

from bot.ports.till import NotFromTheTill, TillRefused, Ware
from bot.providers.stripe_till import StripeTill
from tests.payments.conftest import KEY, SECRET, Heard


class Shop:
    """localstripe, and what a person and an admin do there by hand."""

    def __init__(self, url: str, client: aiohttp.ClientSession) -> None:
        self.url = url
        self._client = client

    async def ask(self, path: str, **fields: str) -> dict[str, Any]:
        """Post a form."""
        headers = {"Authorization": f"Bearer {KEY}"}
        async with self._client.post(f"{self.url}/{path}", data=fields, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == 200, text
            return cast("dict[str, Any]", await answer.json()) if text else {}

    async def subscribed(self, customer: str, card: str = "4242424242424242") -> dict[str, Any]:
        """A plan, a card, a subscription: what Checkout does elsewhere."""
        method = await self.ask(
            "v1/payment_methods",
            type="card",
            **{"card[number]": card, "card[exp_month]": "12", "card[exp_year]": "2035", "card[cvc]": "123"},
        )
        await self.ask(f"v1/payment_methods/{method['id']}/attach", customer=customer)
        await self.ask(f"v1/customers/{customer}", **{"invoice_settings[default_payment_method]": method["id"]})
        product = await self.ask("v1/products", name="Starter", type="service")
        plan = await self.ask("v1/plans", amount="15000", currency="usd", interval="month", product=product["id"])
        return await self.ask("v1/subscriptions", customer=customer, **{"items[0][plan]": plan["id"]})


@pytest.fixture
async def shop(localstripe: str) -> AsyncIterator[Shop]:
    async with aiohttp.ClientSession() as client:
        yield Shop(localstripe, client)


@pytest.fixture
async def till(localstripe: str) -> AsyncIterator[StripeTill]:
    ours = StripeTill(KEY, (SECRET,), base_url=localstripe)
    yield ours
    await ours.close()


async def test_a_subscription_and_its_bill_in_the_older_shape(shop: Shop, till: StripeTill) -> None:
    made = await shop.subscribed(await till.customer(uuid4()))
    seen = await till.seen_subscription(made["id"])
    assert (seen.status, seen.every, seen.amount_cents, seen.currency, seen.renews) == (
        "active",
        "month",
        15_000,
        "usd",
        True,
    )
    assert seen.ware == made["plan"]["product"]
    (bill,) = await till.invoices(made["id"])
    assert (bill.status, bill.amount_cents, bill.subscription_id) == ("paid", 15_000, made["id"])
    assert bill.intent_id is not None
    assert bill.intent_id.startswith("pi_")
    assert bill.period_end == seen.period_end


async def test_renewing_ending_and_money_back(shop: Shop, till: StripeTill) -> None:
    made = await shop.subscribed(await till.customer(uuid4()))
    assert not (await till.renew(made["id"], renews=False)).renews
    assert (await till.renew(made["id"], renews=True)).renews
    intent = (await till.invoices(made["id"]))[0].intent_id
    assert intent is not None
    assert (await till.refund(intent, 5_000, key=f"refund:{intent}")).refunded_cents == 5_000
    await till.end(made["id"])
    assert not (await till.seen_subscription(made["id"])).is_live


async def test_its_signed_webhooks_are_read(shop: Shop, till: StripeTill, heard: Heard) -> None:
    await shop.ask("_config/webhooks/ours", url=heard.url, secret=SECRET)
    made = await shop.subscribed(await till.customer(uuid4()))
    kinds = ("customer.subscription.created", "invoice.payment_succeeded")
    posts = await asyncio.gather(*(heard.until(kind, made["id"]) for kind in kinds))
    told = {kind: till.read(*post) for kind, post in zip(kinds, posts, strict=True)}
    assert told[kinds[0]].object_id == made["id"]
    assert (await till.seen_invoice(told[kinds[1]].object_id)).subscription_id == made["id"]
    body, signed = posts[0]
    with pytest.raises(NotFromTheTill):
        till.read(body + b"\n", signed)
    listed = [notice.id async for notice in till.notices(datetime.now(UTC) - timedelta(hours=1))]
    assert told[kinds[0]].id in listed


async def test_what_it_does_not_know_is_a_refusal(till: StripeTill) -> None:
    ware = Ware("botcafe_package_1", "Tokens", 500, "usd", None)
    customer = await till.customer(uuid4())
    with pytest.raises(TillRefused):
        await till.checkout(
            ware, payment_id=uuid4(), customer_id=customer, language="en", back_to="http://a/", done_at="http://b/"
        )
    with pytest.raises(TillRefused) as refused:
        await till.seen_subscription("sub_of_nobody")
    assert refused.value.is_gone
