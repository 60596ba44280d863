"""Tokens bought: once for each payment, in whichever order it is told and how often; and taken back with the money."""

import asyncio
import itertools

import pytest

from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.ports.till import Notice, TillUnreachable
from bot.services.money.payments_told import NotYet, Outcome
from db.ids import new_id
from db.models import PaymentState, TransferKind
from db.work import Actor
from tests.payments.shopcraft import JOB, SITE, Shop


async def whole(shop: Shop) -> int:
    package = await shop.package()
    return package.tokens + package.bonus_tokens


async def spend(shop: Shop, user_id, amount: int) -> None:
    async with shop.database.work(JOB) as work:
        await shop.ledger.take(work, user_id, amount, f"spent:{new_id()}")


async def test_tokens_arrive_once_they_are_paid(shop: Shop) -> None:
    robin = await shop.person()
    await shop.buys_tokens(robin)
    assert await shop.free(robin) == 0
    assert Outcome.APPLIED in await shop.hears()
    assert await shop.free(robin) == await whole(shop)
    (row,) = await shop.rows(robin)
    package = await shop.package()
    assert (row.state, row.amount_cents, row.currency, row.tokens, row.bonus_tokens) == (
        PaymentState.COMPLETED,
        package.price_cents,
        "usd",
        package.tokens,
        package.bonus_tokens,
    )
    async with shop.database.work(Actor.user(robin)) as work:
        balance = await shop.ledger.balance(work, robin)
    assert (balance.paid, balance.promo) == (package.tokens, package.bonus_tokens)
    await shop.assert_sound()


async def test_told_twice_and_twice_at_once_is_told_once(shop: Shop) -> None:
    robin = await shop.person()
    session = await shop.buys_tokens(robin)
    await shop.hears()
    assert set(await shop.hears()) == {Outcome.KNOWN}
    sasha = await shop.person("Sasha")
    await shop.buys_tokens(sasha)
    notice = next(one for one in shop.notices()[::-1] if one.kind == "checkout.session.completed")
    outcomes = await asyncio.gather(*(shop.told.take(notice) for _ in range(8)))
    assert sorted(outcomes).count(Outcome.APPLIED) == 1
    # Asked without having been told, again and again: the page that people come back to does that.
    for _ in range(3):
        await shop.told.look_at_checkout(session)
    assert await shop.free(robin) == await shop.free(sasha) == await whole(shop)
    await shop.assert_sound()


async def test_a_notice_with_another_id_about_the_same_gives_nothing_more(shop: Shop) -> None:
    robin = await shop.person()
    await shop.buys_tokens(robin)
    await shop.hears()
    shop.counter.till.shop.happened("checkout.session.completed", shop.counter.row("sessions"))
    assert (await shop.hears())[-1] is Outcome.NOTHING
    assert await shop.free(robin) == await whole(shop)


async def test_a_bank_debit_gives_tokens_when_the_money_is_there(shop: Shop) -> None:
    robin = await shop.person()
    await shop.buys_tokens(robin, "bank")
    await shop.hears()
    assert await shop.free(robin) == 0
    assert [row.state for row in await shop.rows(robin)] == [PaymentState.PENDING]
    await shop.counter.play("pass", days=2)
    await shop.hears()
    assert await shop.free(robin) == await whole(shop)


async def test_a_page_nobody_paid_at_expires(shop: Shop) -> None:
    robin = await shop.person()
    await shop.payments.buy_package(robin, (await shop.package()).id)
    await shop.counter.play("pass", days=2)
    await shop.hears()
    assert [row.state for row in await shop.rows(robin)] == [PaymentState.EXPIRED]
    async with shop.database.work(Actor.user(robin)) as work:
        assert (await shop.payments.history(work, robin)).rows == ()


async def test_clicking_twice_is_one_page(shop: Shop) -> None:
    robin, package = await shop.person(), await shop.package()
    first = await shop.payments.buy_package(robin, package.id)
    assert await shop.payments.buy_package(robin, package.id, language="es") == first
    assert first.startswith(shop.counter.url)
    assert shop.counter.row("sessions")["success_url"].startswith(f"{SITE}/wallet/paid?checkout=cs_test_")
    assert len(await shop.rows(robin)) == 1
    assert len(shop.counter.till.shop.all("customers")) == 1


async def test_buying_again_while_the_first_is_confirmed_charges_nothing(shop: Shop) -> None:
    robin = await shop.person()
    await shop.buys_tokens(robin)
    with pytest.raises(Conflict):
        await shop.payments.buy_package(robin, (await shop.package()).id)
    # The question itself brought the tokens; now a second purchase is a purchase.
    assert await shop.free(robin) == await whole(shop)
    await shop.buys_tokens(robin)
    await shop.hears()
    assert await shop.free(robin) == 2 * await whole(shop)


async def test_a_new_price_is_a_new_page_and_what_was_paid_stays(shop: Shop) -> None:
    robin, package = await shop.person(), await shop.package()
    first = await shop.payments.buy_package(robin, package.id)
    await shop.as_owner("UPDATE token_packages SET price_cents = price_cents + 1, tokens = tokens + 1000")
    assert await shop.payments.buy_package(robin, package.id) != first
    old, new = shop.counter.row("sessions", 1), shop.counter.row("sessions")
    assert (old["status"], new["amount_total"]) == ("expired", package.price_cents + 1)
    await shop.counter.play("pay", session=new["id"])
    await shop.as_owner("UPDATE token_packages SET tokens = 1, bonus_tokens = 0")
    await shop.hears()
    assert await shop.free(robin) == package.tokens + 1000 + package.bonus_tokens


async def test_coming_back_asks_at_once_and_only_for_ones_own(shop: Shop) -> None:
    robin, sasha = await shop.person(), await shop.person("Sasha")
    session = await shop.buys_tokens(robin)
    assert await shop.payments.look(sasha, session) is None
    assert await shop.payments.look(robin, "cs_test_of_nobody") is None
    seen = await shop.payments.look(robin, session)
    assert seen is not None
    assert (seen.state, seen.tokens) == (PaymentState.COMPLETED, await whole(shop))
    assert await shop.free(robin) == await whole(shop)
    assert await shop.free(sasha) == 0


async def test_only_what_is_for_sale_at_its_price(shop: Shop) -> None:
    robin, package = await shop.person(), await shop.package()
    await shop.as_owner("UPDATE token_packages SET is_active = false")
    for package_id in (package.id, new_id()):
        with pytest.raises(NotFound):
            await shop.payments.buy_package(robin, package_id)
    assert await shop.rows(robin) == []


async def test_somebody_elses_checkout_is_not_ours(shop: Shop) -> None:
    """The same account at Stripe may sell other things."""
    robin = await shop.person()
    await shop.buys_tokens(robin)
    session = shop.counter.row("sessions")
    foreign = session | {"id": "cs_test_foreign", "metadata": {}}
    stolen = session | {"id": "cs_test_stolen"}
    await shop.hears()
    for other in (foreign, stolen):
        shop.counter.till.shop.put("sessions", other)
        shop.counter.till.shop.happened("checkout.session.completed", other)
        assert (await shop.hears())[-1] is Outcome.NOT_OURS
    assert await shop.free(robin) == await whole(shop)


async def test_what_is_gone_is_done_with(shop: Shop) -> None:
    shop.counter.till.shop.happened("checkout.session.completed", {"id": "cs_test_gone"})
    assert await shop.hears() == [Outcome.GONE]
    assert await shop.hears() == [Outcome.KNOWN]


async def test_nothing_is_written_when_the_till_cannot_be_asked(shop: Shop) -> None:
    robin = await shop.person()
    await shop.buys_tokens(robin)
    notices = shop.notices()
    real = shop.till.seen_checkout

    async def away(checkout_id: str):
        raise TillUnreachable("away")

    shop.till.seen_checkout = away  # type: ignore[method-assign]
    for notice in notices:
        if notice.kind.startswith("checkout"):
            with pytest.raises(TillUnreachable):
                await shop.told.take(notice)
    assert await shop.free(robin) == 0
    shop.till.seen_checkout = real  # type: ignore[method-assign]
    await shop.hears()
    assert await shop.free(robin) == await whole(shop)


# ---------------------------------------------------------------------------------------------------- money back


async def test_a_refund_takes_its_tokens_back(shop: Shop) -> None:
    robin, admin = await shop.person(), await shop.person("Ada", is_admin=True)
    await shop.buys_tokens(robin)
    await shop.hears()
    (row,) = await shop.rows(robin)
    seen = await shop.payments.refund(admin, row.id, why="asked for it")
    assert (seen.state, seen.refunded_cents, seen.tokens_back) == (
        PaymentState.REFUNDED,
        row.amount_cents,
        await whole(shop),
    )
    assert await shop.free(robin) == 0
    # The till tells of it as well, later.
    await shop.hears()
    assert await shop.free(robin) == 0
    with pytest.raises(NotAllowed):
        await shop.payments.refund(admin, row.id, why="again")
    await shop.assert_sound()


async def test_a_part_of_the_money_takes_a_part_of_the_tokens(shop: Shop) -> None:
    robin, admin = await shop.person(), await shop.person("Ada", is_admin=True)
    await shop.buys_tokens(robin)
    await shop.hears()
    (row,) = await shop.rows(robin)
    assert row.amount_cents is not None
    total = await whole(shop)
    part = row.amount_cents // 3
    await shop.payments.refund(admin, row.id, part, why="a third")
    assert await shop.free(robin) == total - total * part // row.amount_cents
    seen = await shop.payments.refund(admin, row.id, why="the rest")
    assert (await shop.free(robin), seen.state, seen.tokens_back) == (0, PaymentState.REFUNDED, total)
    await shop.assert_sound()


@pytest.mark.parametrize("amount", [0, -5, 10**30])
async def test_more_than_was_paid_never_goes_back(shop: Shop, amount: int) -> None:
    robin, admin = await shop.person(), await shop.person("Ada", is_admin=True)
    await shop.buys_tokens(robin)
    await shop.hears()
    (row,) = await shop.rows(robin)
    with pytest.raises(InvalidInput):
        await shop.payments.refund(admin, row.id, amount, why="?")
    assert await shop.free(robin) == await whole(shop)
    assert shop.counter.till.shop.all("refunds") == []


async def test_only_admins_give_money_back(shop: Shop) -> None:
    robin, mo = await shop.person(), await shop.person("Mo")
    await shop.as_owner("INSERT INTO standings (user_id, role) VALUES (:person, 'moderator')", person=mo)
    await shop.buys_tokens(robin)
    await shop.hears()
    (row,) = await shop.rows(robin)
    for who in (robin, mo):
        with pytest.raises(NotFound):
            await shop.payments.refund(who, row.id, why="let me")
    assert shop.counter.till.shop.all("refunds") == []


async def test_spent_tokens_are_owed_and_settled_by_the_next(shop: Shop) -> None:
    robin, admin = await shop.person(), await shop.person("Ada", is_admin=True)
    await shop.buys_tokens(robin)
    await shop.hears()
    total = await whole(shop)
    await spend(shop, robin, total - 10)
    (row,) = await shop.rows(robin)
    await shop.payments.refund(admin, row.id, why="spent already")
    assert await shop.free(robin) == 0
    async with shop.database.work(Actor.user(robin)) as work:
        assert await shop.payments.owed(work, robin) == total - 10
    async with shop.database.work(Actor.admin(admin)) as work:
        (debt,) = await shop.payments.debts(work)
    assert (debt.tokens, debt.user_name) == (total - 10, "Robin")
    await shop.buys_tokens(robin)
    await shop.hears()
    assert await shop.free(robin) == 10
    async with shop.database.work(Actor.user(robin)) as work:
        assert await shop.payments.owed(work, robin) == 0
    await shop.assert_sound()


async def test_a_dispute_takes_tokens_and_winning_it_gives_them_again(shop: Shop) -> None:
    robin = await shop.person()
    await shop.buys_tokens(robin)
    await shop.hears()
    total = await whole(shop)
    await spend(shop, robin, 25)
    dispute = await shop.counter.play("dispute", charge=shop.counter.row("charges")["id"])
    await shop.hears()
    assert [row.state for row in await shop.rows(robin)] == [PaymentState.DISPUTED]
    assert await shop.free(robin) == 0
    await shop.counter.play("dispute", dispute=dispute["id"], won=True)
    await shop.hears()
    assert [row.state for row in await shop.rows(robin)] == [PaymentState.COMPLETED]
    async with shop.database.work(Actor.user(robin)) as work:
        assert await shop.payments.owed(work, robin) == 0
    assert await shop.free(robin) == total - 25
    # And a refund after that still finds them.
    admin = await shop.person("Ada", is_admin=True)
    (row,) = await shop.rows(robin)
    await shop.payments.refund(admin, row.id, why="after all")
    assert await shop.free(robin) == 0
    await shop.assert_sound()


async def test_a_dispute_that_is_lost_stays_lost(shop: Shop) -> None:
    robin = await shop.person()
    await shop.buys_tokens(robin)
    await shop.hears()
    dispute = await shop.counter.play("dispute", charge=shop.counter.row("charges")["id"])
    await shop.counter.play("dispute", dispute=dispute["id"], won=False)
    await shop.hears()
    assert (await shop.free(robin), [row.state for row in await shop.rows(robin)]) == (0, [PaymentState.DISPUTED])


async def told_in_order(shop: Shop, name: str, order: tuple[int, ...]) -> None:
    """Paid, half given back at Stripe's own pages, disputed, decided: told in this order, each twice."""
    robin = await shop.person(name)
    await shop.buys_tokens(robin)
    charge = shop.counter.row("charges")
    shop.counter.till.billing.refund(charge, charge["amount"] // 2, None, {})
    dispute = await shop.counter.play("dispute", charge=charge["id"])
    await shop.counter.play("dispute", dispute=dispute["id"], won=True)
    kinds = ("checkout.session.completed", "charge.refunded", "charge.dispute.created", "charge.dispute.closed")
    told = {one.kind: one for one in shop.notices()}
    waiting = [told[kinds[number]] for number in order] * 2
    for _ in range(3):
        # What comes too early is told again, as Stripe does.
        again: list[Notice] = []
        for notice in waiting:
            try:
                await shop.told.take(notice)
            except NotYet:
                again.append(notice)
        waiting = again
    assert waiting == []
    (row,) = await shop.rows(robin)
    assert row.amount_cents is not None
    total = await whole(shop)
    back = total * (row.amount_cents // 2) // row.amount_cents
    assert (row.state, row.refunded_cents, row.tokens_back) == (PaymentState.COMPLETED, row.amount_cents // 2, back)
    assert await shop.free(robin) == total - back


async def test_any_order_ends_the_same(shop: Shop) -> None:
    for number, order in enumerate(itertools.permutations(range(4))):
        await told_in_order(shop, f"Robin{number}", order)
    await shop.assert_sound()


async def test_a_person_writes_no_payment_and_reads_no_others(shop: Shop) -> None:
    robin, sasha = await shop.person(), await shop.person("Sasha")
    await shop.buys_tokens(robin)
    await shop.hears()
    assert await shop.rows(sasha) == []
    (row,) = await shop.rows(robin)
    async with shop.database.work(Actor.user(sasha)) as work:
        with pytest.raises(NotFound):
            await shop.payments.get(work, row.id)
    async with shop.database.work(Actor.user(robin)) as work:
        assert (await shop.payments.history(work, robin)).rows[0].id == row.id


async def test_bought_tokens_only_come_from_a_job(shop: Shop) -> None:
    """The control: what a webhook may do, a person at their own data may not."""
    robin = await shop.person()
    with pytest.raises(Exception, match="for the house"):
        async with shop.database.work(Actor.user(robin)) as work:
            await shop.ledger.issue(work, robin, 1000, TransferKind.PURCHASE, "mine")
    assert await shop.free(robin) == 0
