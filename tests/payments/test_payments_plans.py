"""Plans by card: begun, renewed, changed, ended, unpaid; in force only as far as they are paid or in grace."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from bot.errors import Conflict, NotAllowed, NotFound
from bot.ports.till import Notice
from bot.services.money.payments_told import NotYet, Outcome
from bot.services.money.renewal import Renewal
from db.ids import new_id
from db.models import Interval, PaymentState, SubscriptionState
from db.work import Actor
from tests.payments.shopcraft import Shop


@pytest.fixture
def renewal(shop: Shop) -> Renewal:
    return Renewal(shop.database, shop.till, shop.told, shop.clock)


async def test_a_plan_is_in_force_once_it_is_paid(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    assert await shop.plan_code(robin) is None
    await shop.hears()
    assert await shop.plan_code(robin) == "starter"
    (payment,) = await shop.rows(robin)
    (row,) = await shop.subscription_rows(robin)
    plan = await shop.plan("starter")
    assert (payment.state, payment.amount_cents, payment.interval, payment.subscription_id) == (
        PaymentState.COMPLETED,
        plan.price_monthly_cents,
        Interval.MONTH,
        row.id,
    )
    assert payment.reference == shop.counter.row("intents")["id"]
    assert (row.state, row.auto_renew, row.price_cents) == (SubscriptionState.ACTIVE, True, plan.price_monthly_cents)
    assert payment.period_end == row.period_end
    # The month's allowance comes with it.
    assert await shop.free(robin) == plan.token_allowance
    await shop.assert_sound()


async def test_any_order_of_its_first_notices(shop: Shop) -> None:
    plan = await shop.plan("starter")
    for number, order in enumerate(itertools.permutations(range(3))):
        robin = await shop.person(f"Robin{number}")
        before = {one.id for one in shop.notices()}
        await shop.subscribes(robin)
        told = [one for one in shop.notices() if one.id not in before and not one.kind.startswith("charge")]
        assert len(told) == 3
        for index in (*order, *order):
            await shop.told.take(told[index])
        assert await shop.plan_code(robin) == "starter"
        assert [row.state for row in await shop.rows(robin)] == [PaymentState.COMPLETED]
        assert len(await shop.subscription_rows(robin)) == 1
        assert await shop.free(robin) == plan.token_allowance


async def test_all_at_once(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)

    async def take(notice: Notice) -> Outcome:
        for _ in range(10):
            try:
                return await shop.told.take(notice)
            except NotYet:
                continue
        raise AssertionError(notice.kind)

    await asyncio.gather(*(take(one) for one in shop.notices() * 4))
    assert len(await shop.rows(robin)) == len(await shop.subscription_rows(robin)) == 1
    assert await shop.plan_code(robin) == "starter"


async def test_a_year_is_paid_at_once(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin, interval=Interval.YEAR)
    await shop.hears()
    (row,) = await shop.subscription_rows(robin)
    assert row.period_end is not None
    assert row.period_start is not None
    assert row.period_end - row.period_start >= timedelta(days=365)
    assert (await shop.rows(robin))[0].amount_cents == (await shop.plan("starter")).price_yearly_cents


async def test_renewing_is_another_payment(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    await shop.hears()
    await shop.counter.play("pass", days=32)
    shop.clock.ahead = timedelta(days=32)
    await shop.hears()
    first, second = await shop.rows(robin)
    assert [first.state, second.state] == [PaymentState.COMPLETED] * 2
    assert first.period_end == second.period_start
    (row,) = await shop.subscription_rows(robin)
    assert row.period_end == second.period_end


async def test_a_failed_renewal_has_days_of_grace_and_then_ends(shop: Shop, renewal: Renewal) -> None:
    robin = await shop.person()
    await shop.subscribes(robin, card="fails_later")
    await shop.hears()
    await shop.counter.play("pass", days=32)
    shop.clock.ahead = timedelta(days=32)
    await shop.hears()
    (row,) = await shop.subscription_rows(robin)
    assert row.state is SubscriptionState.PAST_DUE
    assert row.grace_until is not None
    grace = row.grace_until
    assert timedelta(days=6, hours=23) < grace - shop.clock.now() <= timedelta(days=7)
    assert [one.state for one in await shop.rows(robin)] == [PaymentState.COMPLETED, PaymentState.FAILED]
    assert await shop.plan_code(robin) == "starter"
    # Told again, the grace grows no longer.
    shop.clock.ahead = timedelta(days=35)
    await shop.told.look_at_subscription(row.stripe_subscription_id or "")
    assert (await shop.subscription_rows(robin))[0].grace_until == grace
    assert await renewal.lapse() == 0
    shop.clock.ahead = timedelta(days=39, hours=1)
    assert await renewal.lapse() == 1
    assert await renewal.lapse() == 0
    assert (await shop.subscription_rows(robin))[0].state is SubscriptionState.EXPIRED
    assert await shop.plan_code(robin) is None
    # Stripe still tries; hearing so does not bring the plan back.
    await shop.told.look_at_subscription(row.stripe_subscription_id or "")
    assert await shop.plan_code(robin) is None
    # Paid after all, it does.
    await shop.counter.play("card", customer=shop.counter.row("customers")["id"], card="works")
    await shop.counter.play("pass", days=4)
    await shop.hears()
    assert await shop.plan_code(robin) == "starter"
    assert (await shop.subscription_rows(robin))[0].grace_until is None


async def test_not_renewing_keeps_what_is_paid(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    await shop.hears()
    seen = await shop.subscriptions.renew(robin, renews=False)
    assert seen is not None
    assert (seen.is_renewing, seen.is_live, seen.is_by_card) == (False, True, True)
    assert await shop.plan_code(robin) == "starter"
    again = await shop.subscriptions.renew(robin, renews=True)
    assert again is not None
    assert again.is_renewing
    await shop.subscriptions.renew(robin, renews=False)
    await shop.counter.play("pass", days=32)
    shop.clock.ahead = timedelta(days=32)
    await shop.hears()
    (row,) = await shop.subscription_rows(robin)
    assert row.period_end is not None
    assert (row.state, row.period_end <= shop.clock.now()) == (SubscriptionState.CANCELED, True)
    with pytest.raises(Conflict):
        await shop.subscriptions.renew(robin, renews=True)


async def test_a_larger_plan_at_once_for_the_difference(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    await shop.hears()
    large = await shop.plan("professional")
    seen = await shop.subscriptions.change(robin, large.id, Interval.MONTH)
    assert seen is not None
    assert (seen.plan_id, seen.price_cents) == (large.id, large.price_monthly_cents)
    assert await shop.free(robin) == large.token_allowance
    first, second = await shop.rows(robin)
    assert second.amount_cents is not None
    assert large.price_monthly_cents is not None
    assert 0 < second.amount_cents < large.price_monthly_cents
    assert first.plan_id != second.plan_id
    with pytest.raises(Conflict):
        await shop.subscriptions.change(robin, large.id, Interval.MONTH)
    assert len(shop.counter.till.shop.all("subscriptions")) == 1
    await shop.assert_sound()


async def test_a_declined_change_changes_nothing(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    await shop.hears()
    await shop.counter.play("card", customer=shop.counter.row("customers")["id"], card="declines")
    with pytest.raises(NotAllowed) as refused:
        await shop.subscriptions.change(robin, (await shop.plan("professional")).id, Interval.MONTH)
    assert refused.value.code == "card_declined"
    await shop.hears()
    assert await shop.plan_code(robin) == "starter"
    assert (await shop.subscription_rows(robin))[0].state is SubscriptionState.ACTIVE


async def test_one_plan_by_card_at_a_time(shop: Shop) -> None:
    robin, plan = await shop.person(), await shop.plan("professional")
    await shop.subscriptions.begin(robin, plan.id, Interval.MONTH)
    first = shop.counter.row("sessions")["id"]
    await shop.subscribes(robin)
    assert shop.counter.till.shop.get("sessions", first)["status"] == "expired"
    await shop.hears()
    with pytest.raises(Conflict):
        await shop.subscriptions.begin(robin, plan.id, Interval.MONTH)


async def test_two_plans_paid_all_the_same_leave_one(shop: Shop, renewal: Renewal) -> None:
    """Two windows, both paid before anybody could know: the older stays, the other's money goes back."""
    robin = await shop.person()
    await shop.subscribes(robin)
    first = shop.counter.row("subscriptions")["id"]
    # Before we hear of the first: the second goes through another page, opened as if the first were not there.
    customer = shop.counter.row("customers")["id"]
    session = shop.counter.row("sessions")
    other = session | {"id": "cs_test_other", "status": "open", "subscription": None, "customer": customer}
    other["_subscription_metadata"] = {}
    shop.counter.till.shop.put("sessions", other)
    await shop.counter.play("pay", session="cs_test_other")
    second = shop.counter.row("subscriptions")["id"]
    assert first != second
    await shop.told.look_at_subscription(first)
    await shop.told.look_at_subscription(second)
    live = [row for row in await shop.subscription_rows(robin) if row.state is SubscriptionState.ACTIVE]
    assert [row.stripe_subscription_id for row in live] == [first]
    await renewal.settle_double({"subscription_id": second})
    assert not (await shop.till.seen_subscription(second)).is_live
    assert (await shop.till.seen_subscription(first)).is_live
    assert sorted(row.state for row in await shop.rows(robin)) == [PaymentState.COMPLETED, PaymentState.REFUNDED]
    await renewal.settle_double({"subscription_id": second})
    assert await shop.plan_code(robin) == "starter"


async def test_a_second_plan_whose_first_is_over_at_the_till_stays(shop: Shop, renewal: Renewal) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    await shop.hears()
    first = shop.counter.row("subscriptions")["id"]
    await shop.till.end(first)
    # We have not heard; on another day, in Stripe's own pages, an admin begins a new one.
    session = shop.counter.row("sessions") | {"id": "cs_test_other", "status": "open", "_subscription_metadata": {}}
    shop.counter.till.shop.put("sessions", session)
    await shop.counter.play("pay", session="cs_test_other")
    second = shop.counter.row("subscriptions")["id"]
    await shop.told.look_at_subscription(second)
    await renewal.settle_double({"subscription_id": second})
    live = [row for row in await shop.subscription_rows(robin) if row.state is SubscriptionState.ACTIVE]
    assert [row.stripe_subscription_id for row in live] == [second]
    assert shop.counter.till.shop.all("refunds") == []


async def test_giving_the_money_back_ends_the_plan(shop: Shop) -> None:
    robin, admin = await shop.person(), await shop.person("Ada", is_admin=True)
    await shop.subscribes(robin)
    await shop.hears()
    (row,) = await shop.rows(robin)
    assert row.amount_cents is not None
    await shop.payments.refund(admin, row.id, row.amount_cents - 1, why="nearly all")
    assert await shop.plan_code(robin) == "starter"
    seen = await shop.payments.refund(admin, row.id, why="all of it")
    assert seen.state is PaymentState.REFUNDED
    assert await shop.plan_code(robin) is None
    await shop.hears()
    assert await shop.plan_code(robin) is None
    assert [one.state for one in await shop.rows(robin)] == [PaymentState.REFUNDED]


async def test_what_is_not_for_sale(shop: Shop) -> None:
    robin = await shop.person()
    with pytest.raises(NotAllowed):
        await shop.subscriptions.begin(robin, (await shop.plan("enterprise")).id, Interval.MONTH)
    for plan_id in ((await shop.plan("free")).id, new_id()):
        with pytest.raises(NotFound):
            await shop.subscriptions.begin(robin, plan_id, Interval.YEAR)
    with pytest.raises(NotFound):
        await shop.subscriptions.portal(robin)
    assert shop.counter.till.shop.all("sessions") == []


async def test_a_subscription_of_another_product_or_customer_is_not_ours(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    subscription = shop.counter.row("subscriptions")
    item = subscription["items"]["data"][0]
    other = item | {"price": item["price"] | {"product": "prod_mug"}}
    foreign = subscription | {"id": "sub_mug", "items": {"data": [other]}}
    stranger = subscription | {"id": "sub_stranger", "customer": "cus_stranger"}
    for one in (foreign, stranger):
        shop.counter.till.shop.put("subscriptions", one)
        assert await shop.told.look_at_subscription(one["id"]) is Outcome.NOT_OURS
    assert await shop.subscription_rows(robin) == []


async def test_an_arranged_plan(shop: Shop, renewal: Renewal) -> None:
    robin, admin = await shop.person(), await shop.person("Ada", is_admin=True)
    enterprise = await shop.plan("enterprise")
    with pytest.raises(NotFound):
        await shop.subscriptions.arrange(robin, robin, enterprise.id, None, why="for me")
    await shop.subscriptions.arrange(admin, robin, enterprise.id, None, why="a contract")
    assert await shop.plan_code(robin) == "enterprise"
    await shop.subscribes(robin)
    await shop.hears()
    assert await shop.plan_code(robin) == "enterprise"
    until = shop.clock.now() + timedelta(days=3)
    await shop.subscriptions.arrange(admin, robin, enterprise.id, until, why="until the end of the trial")
    assert await renewal.lapse() == 0
    shop.clock.ahead = timedelta(days=4)
    assert await renewal.lapse() == 1
    assert await shop.plan_code(robin) == "starter"
    await shop.subscriptions.arrange(admin, robin, enterprise.id, None, why="again")
    await shop.subscriptions.arrange(admin, robin, None, None, why="no more")
    assert await shop.plan_code(robin) == "starter"


# ------------------------------------------------------------------------------------------------- every night


async def test_what_was_never_told_is_found_at_night(shop: Shop, renewal: Renewal) -> None:
    robin, sasha = await shop.person(), await shop.person("Sasha")
    await shop.subscribes(robin)
    await shop.buys_tokens(sasha)
    await renewal.reconcile()
    assert await shop.plan_code(robin) == "starter"
    package = await shop.package()
    assert await shop.free(sasha) == package.tokens + package.bonus_tokens
    assert {outcome for outcome in await shop.hears() if outcome is not Outcome.NOTHING} == {Outcome.KNOWN}
    await renewal.reconcile()
    assert await shop.free(sasha) == package.tokens + package.bonus_tokens
    await shop.assert_sound()


async def test_what_the_till_forgot_to_tell_is_found_by_looking(shop: Shop, renewal: Renewal) -> None:
    """Even where its own list of notices is empty."""
    robin = await shop.person()
    await shop.subscribes(robin)
    await shop.hears()
    subscription_id = shop.counter.row("subscriptions")["id"]
    sasha = await shop.person("Sasha")
    await shop.buys_tokens(sasha)
    await shop.till.end(subscription_id)
    for event in shop.counter.till.shop.all("events"):
        shop.counter.till.shop.drop("events", event["id"])
    shop.clock.ahead = timedelta(hours=2)
    await renewal.reconcile()
    assert await shop.plan_code(robin) is None
    assert await shop.free(sasha) > 0


async def test_a_night_without_the_till_changes_nothing(shop: Shop) -> None:
    robin = await shop.person()
    await shop.subscribes(robin)
    await shop.hears()
    nobody = Renewal(shop.database, None, None, shop.clock)
    await nobody.reconcile()
    assert await shop.plan_code(robin) == "starter"


async def test_staff_and_the_person_see_the_subscription_and_nobody_else(shop: Shop) -> None:
    robin, sasha = await shop.person(), await shop.person("Sasha")
    await shop.subscribes(robin)
    await shop.hears()
    async with shop.database.work(Actor.user(sasha)) as work:
        assert await shop.subscriptions.all_of(work, robin) == ()
        assert await shop.subscriptions.current(work, robin) is None
    async with shop.database.work(Actor.user(robin)) as work:
        assert len(await shop.subscriptions.all_of(work, robin)) == 1
