"""The real `stripe` client against our double: Checkout, the portal, subscriptions, money back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.ports.till import Every, TillRefused, Ware
from bot.providers.stripe_till import StripeTill
from tests.payments.conftest import Counter

STARTER = Ware("botcafe_plan_1", "Starter", 15_000, "usd", "month")
LARGER = Ware("botcafe_plan_2", "Professional", 49_900, "usd", "month")
TOKENS = Ware("botcafe_package_1", "A hundred tokens", 500, "usd", None)


async def bought(counter: Counter, till: StripeTill, ware: Ware, card: str = "works") -> tuple[UUID, str]:
    """Somebody goes through Checkout; our payment's id and the session's."""
    payment_id = uuid4()
    customer = await till.customer(uuid4())
    opened = await till.checkout(
        ware,
        payment_id=payment_id,
        customer_id=customer,
        language="en",
        back_to="http://127.0.0.1:1/plan",
        done_at="http://127.0.0.1:1/plan?paid=1",
    )
    await counter.play("pay", session=opened.id, card=card)
    return payment_id, opened.id


async def test_tokens_are_paid_once(counter: Counter, stripe_till: StripeTill) -> None:
    payment_id, session = await bought(counter, stripe_till, TOKENS)
    seen = await stripe_till.seen_checkout(session)
    assert (seen.payment_id, seen.status, seen.is_paid, seen.amount_cents) == (payment_id, "complete", True, 500)
    assert seen.intent_id == counter.row("intents")["id"]
    assert seen.subscription_id is None
    assert counter.kinds() == ["charge.succeeded", "checkout.session.completed"]
    again = await counter.play("pay", session=session)
    assert again["error"]["code"] == "checkout_session_not_open"


async def test_a_declined_card_pays_nothing(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, TOKENS, "declines")
    seen = await stripe_till.seen_checkout(session)
    assert (seen.status, seen.is_paid) == ("open", False)
    assert counter.kinds() == ["payment_intent.payment_failed"]


async def test_a_bank_debit_is_complete_before_it_is_paid(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, TOKENS, "bank")
    seen = await stripe_till.seen_checkout(session)
    assert (seen.status, seen.is_paid) == ("complete", False)
    await counter.play("pass", days=2)
    assert (await stripe_till.seen_checkout(session)).is_paid
    assert counter.kinds()[-1] == "checkout.session.async_payment_succeeded"


async def test_the_same_payment_gets_the_same_page(counter: Counter, stripe_till: StripeTill) -> None:
    payment_id, customer = uuid4(), await stripe_till.customer(uuid4())

    async def open_page(ware: Ware) -> str:
        opened = await stripe_till.checkout(
            ware, payment_id=payment_id, customer_id=customer, language="es", back_to="http://a/", done_at="http://b/"
        )
        return opened.id

    first = await open_page(TOKENS)
    assert await open_page(TOKENS) == first
    with pytest.raises(TillRefused):
        await open_page(STARTER)
    await stripe_till.close_checkout(first)
    await stripe_till.close_checkout(first)
    assert (await stripe_till.seen_checkout(first)).status == "expired"


async def test_one_person_is_one_customer(stripe_till: StripeTill) -> None:
    person = uuid4()
    assert await stripe_till.customer(person) == await stripe_till.customer(person)
    assert await stripe_till.customer(uuid4()) != await stripe_till.customer(person)


async def test_a_subscription_is_seen_whole(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, STARTER)
    subscription_id = (await stripe_till.seen_checkout(session)).subscription_id
    assert subscription_id is not None
    seen = await stripe_till.seen_subscription(subscription_id)
    assert (seen.status, seen.ware, seen.every, seen.amount_cents, seen.currency, seen.renews) == (
        "active",
        STARTER.code,
        "month",
        15_000,
        "usd",
        True,
    )
    assert timedelta(days=28) <= seen.period_end - seen.period_start <= timedelta(days=31)
    (bill,) = await stripe_till.invoices(subscription_id)
    assert (bill.status, bill.amount_cents, bill.subscription_id) == ("paid", 15_000, subscription_id)
    assert bill.intent_id == counter.row("intents")["id"]
    assert (bill.period_start, bill.period_end) == (seen.period_start, seen.period_end)


@pytest.mark.parametrize(("every", "least"), [("month", 28), ("year", 365)])
async def test_a_period_is_a_month_or_a_year(
    counter: Counter, stripe_till: StripeTill, every: Every, least: int
) -> None:
    ware = Ware("botcafe_plan_1", "Starter", 15_000, "usd", every)
    _, session = await bought(counter, stripe_till, ware)
    seen = await stripe_till.seen_subscription((await stripe_till.seen_checkout(session)).subscription_id or "")
    assert seen.every == every
    assert seen.period_end - seen.period_start >= timedelta(days=least)


async def test_not_renewing_ends_with_the_period(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, STARTER)
    subscription_id = (await stripe_till.seen_checkout(session)).subscription_id or ""
    assert not (await stripe_till.renew(subscription_id, renews=False)).renews
    assert (await stripe_till.renew(subscription_id, renews=True)).renews
    await stripe_till.renew(subscription_id, renews=False)
    await counter.play("pass", days=32)
    seen = await stripe_till.seen_subscription(subscription_id)
    assert (seen.status, seen.is_live, seen.ended_at is not None) == ("canceled", False, True)
    assert counter.kinds()[-1] == "customer.subscription.deleted"


async def test_a_renewal_that_fails_is_past_due_then_over(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, STARTER, "fails_later")
    subscription_id = (await stripe_till.seen_checkout(session)).subscription_id or ""
    await counter.play("pass", days=32)
    seen = await stripe_till.seen_subscription(subscription_id)
    assert (seen.status, seen.is_live) == ("past_due", True)
    assert (await stripe_till.invoices(subscription_id))[0].status == "open"
    await counter.play("pass", days=20)
    assert (await stripe_till.seen_subscription(subscription_id)).status == "canceled"


async def test_a_card_that_works_again_pays_what_is_due(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, STARTER, "fails_later")
    subscription_id = (await stripe_till.seen_checkout(session)).subscription_id or ""
    await counter.play("pass", days=32)
    await counter.play("card", customer=counter.row("customers")["id"], card="works")
    await counter.play("pass", days=4)
    assert (await stripe_till.seen_subscription(subscription_id)).status == "active"
    bills = await stripe_till.invoices(subscription_id)
    assert [bill.status for bill in bills] == ["paid", "paid"]


async def test_switching_counts_what_is_left(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, STARTER)
    seen = await stripe_till.seen_subscription((await stripe_till.seen_checkout(session)).subscription_id or "")
    larger = await stripe_till.switch(seen, LARGER, key="switch:1")
    assert (larger.ware, larger.amount_cents, larger.id) == (LARGER.code, 49_900, seen.id)
    bill = (await stripe_till.invoices(seen.id))[0]
    assert 34_000 < bill.amount_cents < 49_900
    assert counter.kinds()[-1] == "customer.subscription.updated"


async def test_ending_twice_is_ending_once(counter: Counter, stripe_till: StripeTill) -> None:
    _, session = await bought(counter, stripe_till, STARTER)
    subscription_id = (await stripe_till.seen_checkout(session)).subscription_id or ""
    await stripe_till.end(subscription_id)
    await stripe_till.end(subscription_id)
    assert not (await stripe_till.seen_subscription(subscription_id)).is_live


async def test_money_goes_back_once_a_key(counter: Counter, stripe_till: StripeTill) -> None:
    await bought(counter, stripe_till, TOKENS)
    intent = counter.row("intents")["id"]
    first = await stripe_till.refund(intent, 200, key="refund:1")
    assert (first.refunded_cents, first.amount_cents, first.intent_id) == (200, 500, intent)
    assert (await stripe_till.refund(intent, 200, key="refund:1")).refunded_cents == 200
    assert (await stripe_till.refund(intent, None, key="refund:2")).refunded_cents == 500
    with pytest.raises(TillRefused) as refused:
        await stripe_till.refund(intent, 1, key="refund:3")
    assert refused.value.code == "charge_already_refunded"


async def test_a_dispute_is_seen(counter: Counter, stripe_till: StripeTill) -> None:
    await bought(counter, stripe_till, TOKENS)
    made = await counter.play("dispute", charge=counter.row("charges")["id"])
    seen = await stripe_till.seen_dispute(made["id"])
    assert (seen.is_won, seen.intent_id) == (False, counter.row("intents")["id"])
    assert (await stripe_till.seen_charge(seen.charge_id)).is_disputed
    await counter.play("dispute", dispute=made["id"], won=True)
    assert (await stripe_till.seen_dispute(made["id"])).is_won


async def test_the_portal_is_the_customers(counter: Counter, stripe_till: StripeTill) -> None:
    await bought(counter, stripe_till, STARTER)
    customer = counter.row("customers")["id"]
    address = await stripe_till.portal(customer, language="en", back_to="http://127.0.0.1:1/plan")
    async with counter.client.get(address) as page:
        text = await page.text()
    assert "Play money" in text
    assert "Starter" in text
    subscription = counter.row("subscriptions")
    form = {"act": "cancel", "of": subscription["id"]}
    async with counter.client.post(address, data=form, allow_redirects=False) as answer:
        assert answer.status == 303
    assert not (await stripe_till.seen_subscription(subscription["id"])).renews
    with pytest.raises(TillRefused):
        await stripe_till.portal("cus_of_nobody", language="en", back_to="http://a/")


async def test_what_is_gone_says_so(stripe_till: StripeTill) -> None:
    with pytest.raises(TillRefused) as refused:
        await stripe_till.seen_subscription("sub_of_nobody")
    assert refused.value.is_gone
    assert "sub_of_nobody" not in str(refused.value)


async def test_a_product_follows_its_name_and_a_price_its_amount(counter: Counter, stripe_till: StripeTill) -> None:
    await bought(counter, stripe_till, TOKENS)
    await bought(counter, stripe_till, Ware(TOKENS.code, "Other name", 500, "usd", None))
    assert len(counter.till.shop.all("products")) == len(counter.till.shop.all("prices")) == 1
    # Another start of the program does not remember what it made.
    other = StripeTill("sk_test_other", (), base_url=counter.url)
    await bought(counter, other, TOKENS)
    await other.close()
    await bought(counter, stripe_till, Ware(TOKENS.code, "Other name", 700, "usd", None))
    assert len(counter.till.shop.all("prices")) == 2
