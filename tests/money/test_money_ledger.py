"""Tokens come, are kept back, move and go; nobody moves another's, and asking twice changes nothing."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from bot.errors import Conflict, InvalidInput, NotFound
from bot.services.money.ledger import NotEnoughTokens
from db.ids import new_id
from db.models import HoldKind, HoldState, TransferKind, WalletKind
from db.work import Actor
from tests.money.bankcraft import JOB, Bank, as_owner


async def test_nobody_has_anything_before_there_was_something(bank: Bank) -> None:
    robin = await bank.person()
    assert await bank.balance(robin) == await bank.balance(await bank.person("Ada"))
    assert (await bank.balance(robin)).free == 0
    await bank.assert_sound()


async def test_given_tokens_are_spent_before_bought_ones_and_what_ends_first_before_the_rest(bank: Bank) -> None:
    robin = await bank.person()
    await bank.paid(robin, 100)
    await bank.given(robin, 30)
    await bank.given(robin, 20, days=30)
    await bank.given(robin, 10, days=3)
    before = await bank.balance(robin)
    assert (before.paid, before.promo, before.free, before.expiring) == (100, 60, 160, 10)
    held = await bank.hold(robin, 45)
    now = await bank.balance(robin)
    assert (now.held, now.free, now.paid, now.promo) == (45, 115, 100, 60)
    assert now.expires_at is None, "what ends next is all kept back"
    await bank.post(robin, held.id)
    after = await bank.balance(robin)
    assert (after.paid, after.promo, after.held) == (100, 15, 0)
    async with bank.database.work(Actor.user(robin)) as work:
        rows = (await bank.ledger.history(work, robin, kind=TransferKind.REPLY)).rows
    assert [one.amount for one in reversed(rows)] == [-10, -20, -15]
    await bank.assert_sound()


async def test_what_a_reply_took_less_is_free_again_and_what_it_took_more_is_taken_as_far_as_it_goes(
    bank: Bank,
) -> None:
    robin = await bank.person()
    await bank.paid(robin, 100)
    less = await bank.post(robin, (await bank.hold(robin, 60)).id, 25)
    assert (less.posted, less.short, (await bank.balance(robin)).free) == (25, 0, 75)
    more = await bank.post(robin, (await bank.hold(robin, 20)).id, 50)
    assert (more.posted, more.short, (await bank.balance(robin)).free) == (50, 0, 25)
    beyond = await bank.post(robin, (await bank.hold(robin, 5)).id, 40)
    assert (beyond.posted, beyond.short, (await bank.balance(robin)).free) == (25, 15, 0)
    nothing = await bank.paid(robin, 10) and await bank.post(robin, (await bank.hold(robin, 5)).id, 0)
    assert (nothing.state, nothing.posted, (await bank.balance(robin)).free) == (HoldState.POSTED, 0, 10)
    await bank.assert_sound()


async def test_more_than_is_free_is_refused_with_what_is_free(bank: Bank) -> None:
    robin = await bank.person()
    await bank.paid(robin, 50)
    await bank.hold(robin, 30)
    with pytest.raises(NotEnoughTokens) as refused:
        await bank.hold(robin, 21)
    assert (refused.value.need, refused.value.free) == (21, 20)
    assert (await bank.hold(robin, 20)).amount == 20


@pytest.mark.parametrize("amount", [0, -5, 10**30, 10**12 + 1, 1.5, True, "7"])
async def test_what_is_no_number_of_tokens_is_refused_before_anything_is_asked(bank: Bank, amount: int) -> None:
    robin = await bank.person()
    with pytest.raises(InvalidInput, match="whole number"):
        await bank.paid(robin, amount)
    await bank.paid(robin, 10)
    with pytest.raises(InvalidInput):
        await bank.hold(robin, amount)
    assert (await bank.balance(robin)).free == 10


async def test_a_gift_waits_with_its_giver_and_goes_to_whom_it_is_for_alone(bank: Bank) -> None:
    robin, ada, eve = await bank.person(), await bank.person("Ada"), await bank.person("Eve")
    await bank.given(robin, 30, days=5)
    await bank.paid(robin, 100)
    gift = await bank.hold(robin, 40, to=ada)
    assert (await bank.balance(ada)).free == 0
    assert (await bank.balance(robin)).held == 40
    for somebody in (robin, eve):
        with pytest.raises(NotFound):
            await bank.post(somebody, gift.id)
    with pytest.raises(NotFound):
        await bank.void(eve, gift.id)
    taken = await bank.post(ada, gift.id)
    assert (taken.state, taken.posted) == (HoldState.POSTED, 40)
    got = await bank.balance(ada)
    assert (got.promo, got.paid, got.expiring) == (30, 10, 30), "what is given ends when it would have ended"
    assert (await bank.balance(robin)).paid == 90
    with pytest.raises(Conflict):
        await bank.void(robin, gift.id)
    await bank.assert_sound()


@pytest.mark.parametrize("who", ["Robin", "Ada"])
async def test_a_gift_is_let_go_by_either_and_comes_back_whole(bank: Bank, who: str) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    await bank.paid(robin, 100)
    gift = await bank.hold(robin, 40, to=ada)
    by = await bank.person(who)
    assert (await bank.void(by, gift.id)).state is HoldState.VOIDED
    assert (await bank.void(by, gift.id)).is_replay
    assert (await bank.balance(robin)).free == 100
    with pytest.raises(Conflict):
        await bank.post(ada, gift.id)
    await bank.assert_sound()


async def test_only_bought_tokens_can_be_asked_for(bank: Bank) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    await bank.given(robin, 500)
    await bank.paid(robin, 30)
    with pytest.raises(NotEnoughTokens) as refused:
        await bank.hold(robin, 31, to=ada, only=WalletKind.PAID)
    assert refused.value.free == 30
    gift = await bank.hold(robin, 30, to=ada, only=WalletKind.PAID)
    await bank.post(ada, gift.id)
    assert (await bank.balance(ada)).paid == 30


async def test_a_hold_that_is_over_before_it_begins_keeps_nothing(bank: Bank) -> None:
    robin = await bank.person()
    await bank.paid(robin, 100)
    with pytest.raises(Conflict, match="its time is over"):
        await bank.hold(robin, 10, hours=-1)
    assert (await bank.balance(robin)).held == 0


async def test_a_gift_goes_to_somebody_else_or_nowhere(bank: Bank) -> None:
    robin = await bank.person()
    await bank.paid(robin, 100)
    with pytest.raises(DBAPIError, match="not held so"):
        await bank.hold(robin, 10, to=robin)


async def test_the_same_key_is_carried_out_once_and_answers_the_same(bank: Bank) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    first = await bank.paid(robin, 100, "stripe:1")
    again = await bank.paid(robin, 100, "stripe:1")
    assert (again.transfer_ids, again.amount, again.is_replay) == (first.transfer_ids, 100, True)
    for other in (bank.paid(robin, 101, "stripe:1"), bank.given(robin, 100, key="stripe:1")):
        with pytest.raises(Conflict, match="same key"):
            await other
    held = await bank.hold(robin, 10, "interaction:1")
    assert (await bank.hold(robin, 10, "interaction:1")).id == held.id
    with pytest.raises(Conflict, match="same key"):
        await bank.hold(robin, 11, "interaction:1")
    with pytest.raises(Conflict, match="same key"):
        await bank.hold(robin, 10, "interaction:1", to=ada)
    await bank.post(robin, held.id, 7)
    again = await bank.post(robin, held.id, 7)
    assert (again.posted, again.is_replay) == (7, True)
    with pytest.raises(Conflict):
        await bank.post(robin, held.id, 8)
    assert (await bank.balance(robin)).free == 93
    await bank.assert_sound()


async def test_somebody_elses_key_is_no_way_to_their_answer(bank: Bank) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    await bank.paid(robin, 100, "stripe:1")
    with pytest.raises(Conflict, match="same key"):
        await bank.paid(ada, 100, "stripe:1")
    assert (await bank.balance(ada)).free == 0


async def test_an_allowance_is_given_once_whatever_it_is_by_then(bank: Bank) -> None:
    robin = await bank.person()
    ends = bank.clock.now() + timedelta(days=20)
    for amount, is_again in ((1_000, False), (5_000, True)):
        async with bank.database.work(JOB) as work:
            given = await bank.ledger.allow(work, robin, amount, "2026-05", ends)
        assert (given.amount, given.is_replay) == (1_000, is_again)
    async with bank.database.work(JOB) as work:
        await bank.ledger.allow(work, robin, 2_000, "2026-06", ends + timedelta(days=30))
    assert (await bank.balance(robin)).promo == 3_000
    await bank.assert_sound()


async def test_nobody_gives_themselves_tokens_or_moves_anothers(bank: Bank) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    await bank.paid(ada, 100)
    held = await bank.hold(ada, 10)
    for actor in (Actor.user(robin), Actor.admin(robin), Actor.turn(new_id(), robin), Actor.turn(new_id())):
        with pytest.raises(DBAPIError, match="for the house"):
            async with bank.database.work(actor) as work:
                await bank.ledger.issue(work, robin, 10, TransferKind.PURCHASE, "mine")
        with pytest.raises(DBAPIError, match="for the house"):
            async with bank.database.work(actor) as work:
                await bank.ledger.take(work, ada, 10, "theirs")
        with pytest.raises(DBAPIError, match="for one's own"):
            async with bank.database.work(actor) as work:
                await bank.ledger.allow(work, ada, 10, "2026-05", bank.clock.now() + timedelta(days=1))
        with pytest.raises(DBAPIError, match="for one's own"):
            async with bank.database.work(actor) as work:
                await bank.ledger.hold(
                    work, ada, 10, "theirs", bank.clock.now() + timedelta(days=1), kind=HoldKind.SPEND
                )
        for deed in (bank.ledger.post, bank.ledger.void):
            with pytest.raises(NotFound):
                async with bank.database.work(actor) as work:
                    await deed(work, held.id)
        async with bank.database.work(actor) as work:
            assert (await bank.ledger.balance(work, ada)).free == 0
            assert not (await bank.ledger.history(work, ada)).rows
            assert not await bank.ledger.holds(work, ada)
            assert not (await bank.ledger.search(work))[0]
            assert (await bank.ledger.house(work)).issued == 0
    assert (await bank.balance(ada)).free == 90


async def test_an_admin_gives_and_takes(bank: Bank, owner_url: str) -> None:
    robin, boss = await bank.person(), await bank.person("Boss")
    await as_owner(owner_url, "INSERT INTO standings (user_id, role, status) VALUES (:id, 'admin', 'active')", id=boss)
    async with bank.database.work(Actor.admin(boss)) as work:
        await bank.ledger.issue(work, robin, 80, TransferKind.ADJUSTMENT, "admin:1")
        await bank.ledger.issue(work, robin, 20, TransferKind.ADJUSTMENT, "admin:2", pocket=WalletKind.PAID)
        taken = await bank.ledger.take(work, robin, 90, "admin:3")
        assert (taken.amount, len(taken.transfer_ids)) == (90, 2)
        assert (await bank.ledger.take(work, robin, 90, "admin:3")).is_replay
        with pytest.raises(NotEnoughTokens):
            await bank.ledger.take(work, robin, 11, "admin:4")
        assert (await bank.ledger.balance(work, robin)).free == 10
        totals = await bank.ledger.house(work)
        assert (totals.issued, totals.paid, totals.people) == (10, 10, 1)
        rows, _ = await bank.ledger.search(work, user_id=robin)
        assert [one.amount for one in rows] == [10, 80, 20, 80]
        with pytest.raises(DBAPIError, match="not issued so"):
            await bank.ledger.issue(work, robin, 5, TransferKind.PURCHASE, "admin:5")
    await bank.assert_sound()


# ------------------------------------------------------------------------------------------------ refunds


async def test_a_reply_is_given_back_into_the_wallet_it_came_from(bank: Bank) -> None:
    robin = await bank.person()
    await bank.given(robin, 10)
    await bank.paid(robin, 50)
    held = await bank.hold(robin, 25)
    await bank.post(robin, held.id)
    async with bank.database.work(JOB) as work:
        rows = await bank.ledger.receipt(work, f"hold:{held.id}")
        assert rows == (), "a job sees nothing of people"
    async with bank.database.work(Actor.user(robin)) as work:
        given, bought = await bank.ledger.receipt(work, f"hold:{held.id}")
    async with bank.database.work(JOB) as work:
        first = await bank.ledger.refund(work, bought.transfer_id, "refund:1", 10)
        rest = await bank.ledger.refund(work, bought.transfer_id, "refund:2")
        whole = await bank.ledger.refund(work, given.transfer_id, "refund:3")
        assert (first.amount, rest.amount, whole.amount) == (10, 5, 10)
        assert (await bank.ledger.refund(work, bought.transfer_id, "refund:1", 10)).is_replay
        with pytest.raises(Conflict, match="0 tokens are left"):
            await bank.ledger.refund(work, bought.transfer_id, "refund:4", 1)
    now = await bank.balance(robin)
    assert (now.paid, now.promo) == (50, 10)
    await bank.assert_sound()


async def test_what_was_bought_is_taken_back_as_far_as_it_is_there(bank: Bank) -> None:
    robin = await bank.person()
    bought = await bank.paid(robin, 100)
    await bank.post(robin, (await bank.hold(robin, 70)).id)
    await bank.hold(robin, 10)
    async with bank.database.work(JOB) as work:
        with pytest.raises(NotEnoughTokens) as refused:
            await bank.ledger.refund(work, bought.transfer_id, "back:1")
        assert (refused.value.need, refused.value.free) == (100, 20)
    for is_again in (False, True):
        async with bank.database.work(JOB) as work:
            back = await bank.ledger.refund(work, bought.transfer_id, "back:1", partial=True)
        assert (back.amount, back.short, back.is_replay) == (20, 80, is_again)
    async with bank.database.work(JOB) as work:
        nothing = await bank.ledger.refund(work, bought.transfer_id, "back:2", 5, partial=True)
    assert (nothing.amount, nothing.short, nothing.transfer_id) == (0, 5, None)
    await bank.assert_sound()


async def test_gifts_and_refunds_are_for_good_and_what_nobody_knows_is_nowhere(bank: Bank) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    bought = await bank.paid(robin, 100)
    gift = await bank.hold(robin, 40, to=ada)
    await bank.post(ada, gift.id)
    async with bank.database.work(Actor.user(ada)) as work:
        (given,) = await bank.ledger.receipt(work, f"hold:{gift.id}")
    async with bank.database.work(JOB) as work:
        back = await bank.ledger.refund(work, bought.transfer_id, "back", 5)
        for one in (given.transfer_id, back.transfer_id, new_id()):
            assert one is not None
            with pytest.raises(NotFound):
                await bank.ledger.refund(work, one, f"no:{one}")
    await bank.assert_sound()


# ------------------------------------------------------------------------------------------------ time


async def test_what_is_over_is_let_go_and_given_tokens_end(bank: Bank) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    await bank.paid(robin, 10)
    await bank.given(robin, 20, days=2)
    gift = await bank.hold(robin, 25, to=ada, hours=24)
    kept = await bank.hold(robin, 4, hours=24 * 10)
    assert await bank.sweep() == type(await bank.sweep())(0, 0, 0)
    bank.clock._elapsed += 25 * 3600
    with pytest.raises(Conflict):
        await bank.post(ada, gift.id)
    assert (await bank.sweep()).holds == 1
    assert (await bank.balance(robin)).free == 26
    bank.clock._elapsed += 24 * 3600
    before = await bank.balance(robin)
    assert (before.promo, before.free) == (0, 6), "what has ended cannot be spent, swept or not"
    with pytest.raises(NotEnoughTokens):
        await bank.hold(robin, 7)
    swept = await bank.sweep()
    assert (swept.pockets, swept.tokens) == (1, 20)
    after = await bank.balance(robin)
    assert (after.promo, after.paid, after.held, after.free) == (0, 10, 4, 6)
    await bank.post(robin, kept.id, 3)
    await bank.assert_sound()


async def test_given_tokens_that_are_kept_back_may_still_be_paid_with_after_their_end(bank: Bank) -> None:
    robin = await bank.person()
    await bank.given(robin, 20, days=1)
    held = await bank.hold(robin, 15, hours=48)
    bank.clock._elapsed += 30 * 3600
    assert (await bank.sweep()).tokens == 5
    assert (await bank.post(robin, held.id, 10)).posted == 10
    assert (await bank.sweep()).tokens == 5
    await bank.assert_sound()


async def test_an_erased_account_leaves_nothing_but_numbers(bank: Bank, owner_url: str) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    await bank.paid(robin, 100)
    await bank.given(robin, 7)
    await bank.paid(ada, 50)
    await bank.hold(robin, 30, to=ada)
    waiting = await bank.hold(ada, 20, to=robin)
    await as_owner(owner_url, "DELETE FROM users WHERE id = :id", id=robin)
    swept = await bank.sweep()
    assert swept.holds == 1
    assert (await bank.sweep()).tokens + swept.tokens == 107
    await bank.void(ada, waiting.id)
    assert (await bank.balance(ada)).free == 50
    async with bank.database.work(JOB) as work:
        totals = await bank.ledger.house(work)
    assert (totals.issued, totals.paid, totals.expired) == (157, 50, 107)
    await bank.assert_sound()


# ------------------------------------------------------------------------------------------------ many at once


async def test_sixteen_at_once_spend_what_is_there_and_no_more(bank: Bank) -> None:
    robin = await bank.person()
    await bank.paid(robin, 8)

    async def spend() -> bool:
        try:
            held = await bank.hold(robin, 1)
        except NotEnoughTokens:
            return False
        await bank.post(robin, held.id)
        return True

    assert sum(await asyncio.gather(*(spend() for _ in range(16)))) == 8
    assert (await bank.balance(robin)).free == 0
    await bank.assert_sound()


async def test_gifts_both_ways_at_once_meet_no_deadlock(bank: Bank) -> None:
    robin, ada = await bank.person(), await bank.person("Ada")
    for one in (robin, ada):
        await bank.paid(one, 1_000)
    there = await asyncio.gather(*(bank.hold(robin, 1, to=ada) for _ in range(20)))
    back = await asyncio.gather(*(bank.hold(ada, 1, to=robin) for _ in range(20)))
    await asyncio.gather(
        *(bank.post(ada, one.id) for one in there), *(bank.post(robin, one.id) for one in back), bank.sweep()
    )
    assert (await bank.balance(robin)).free == (await bank.balance(ada)).free == 1_000
    await bank.assert_sound()


async def test_the_same_request_at_once_is_carried_out_once(bank: Bank) -> None:
    robin = await bank.person()
    receipts = await asyncio.gather(*(bank.paid(robin, 10, "stripe:1") for _ in range(12)))
    assert len({one.transfer_id for one in receipts}) == 1
    assert sum(not one.is_replay for one in receipts) == 1
    holds = await asyncio.gather(*(bank.hold(robin, 6, "interaction:1") for _ in range(12)))
    assert len({one.id for one in holds}) == 1
    posts = await asyncio.gather(*(bank.post(robin, holds[0].id, 5) for _ in range(12)))
    assert sum(not one.is_replay for one in posts) == 1
    assert (await bank.balance(robin)).free == 5
    await bank.assert_sound()


# ------------------------------------------------------------------------------------------------ looking


async def test_the_history_is_turned_page_by_page(bank: Bank) -> None:
    robin = await bank.person()
    for amount in range(1, 8):
        await (bank.paid if amount % 2 else bank.given)(robin, amount)
    seen, after = [], None
    while True:
        async with bank.database.work(Actor.user(robin)) as work:
            page = await bank.ledger.history(work, robin, after, 3)
        seen += [one.amount for one in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    async with bank.database.work(Actor.user(robin)) as work:
        assert [one.amount for one in (await bank.ledger.history(work, robin, kind=TransferKind.BONUS)).rows] == [
            6,
            4,
            2,
        ]
        with pytest.raises(InvalidInput):
            await bank.ledger.history(work, robin, "yesterday")
