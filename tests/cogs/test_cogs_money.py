"""/gift, /wallet and /plan as people use them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import simcord
from simcord.backend.errors import SetupError

from bot.ports import Caller
from bot.services.money.subscriptions import SubscriptionSeen
from bot.texts import Say
from cogs.money.plan import Standing, drawn
from cogs.money.wording import bar, grouped, price
from db.models import Interval, SubscriptionState, TransferKind
from db.work import Actor
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, words
from tests.cogs.test_cogs_lore import controls, panel
from tests.services.test_services_turns import rows

TEXT = 10


async def person(town: Town, who: simcord.MemberActor) -> UUID:
    """Their account, as their own commands find it."""
    return await town.program.people.arrive(Caller(who.user.id, who.user.name, who.user.name))


async def pay(town: Town, who: simcord.MemberActor, amount: int = 1000) -> None:
    user_id = await person(town, who)
    async with town.program.database.work(Actor.job("test")) as work:
        await town.money.ledger.issue(work, user_id, amount, TransferKind.PURCHASE, f"bought:{user_id}:{amount}")


async def free(town: Town, *people: simcord.MemberActor) -> list[int]:
    found: list[int] = []
    for who in people:
        user_id = await person(town, who)
        async with town.program.database.work(Actor.user(user_id)) as work:
            found.append((await town.money.ledger.balance(work, user_id)).free)
    return found


def texts(message: Any) -> str:
    """The words of a panel that everybody can see."""
    return str(message.components)


async def give(town: Town, amount: int = 300, **more: Any) -> tuple[simcord.InteractionResult, Any, Any]:
    given = await town.robin.slash(town.channel, "gift", person=town.sasha, amount=amount, **more)
    private, public = [*([given.response] if given.response else []), *given.followups][-2:]
    assert private.ephemeral
    assert not public.ephemeral
    return given, private, public


async def test_a_gift_is_announced_and_only_its_recipient_accepts_it(town: Town) -> None:
    await pay(town, town.robin)
    _, private, public = await give(town, message="For *you* @everyone")
    assert private.content.startswith("For sasha: 300 tokens. They can accept until")
    shown = texts(public)
    assert "**robin** gives" in shown
    assert "300 tokens" in shown
    assert "@everyone" not in shown
    assert "For \\\\*you" in shown or "For \\*you" in shown
    assert await free(town, town.robin, town.sasha) == [700, 0]
    for other in (town.owner, town.robin):
        refused = await other.click(public, label="Accept")
        assert words(refused).startswith("There is no such gift" if other is town.owner else "This gift is from you")
    assert await free(town, town.robin, town.sasha) == [700, 0]
    accepted = await town.sasha.click(public, label="Accept")
    assert words(accepted) == "You have 300 tokens more, from robin."
    assert await free(town, town.robin, town.sasha) == [700, 300]


async def test_a_giver_takes_it_back(town: Town) -> None:
    await pay(town, town.robin)
    _, private, public = await give(town)
    taken = await town.robin.click(private, label="Take it back")
    assert words(taken) == "Taken back. You have your 300 tokens again."
    assert await free(town, town.robin, town.sasha) == [1000, 0]
    # The announcement tells so, and offers nothing any more.
    with pytest.raises(SetupError, match="No matching component"):
        await town.sasha.click(public, label="Accept")
    assert await free(town, town.robin, town.sasha) == [1000, 0]


async def test_the_recipient_is_told_by_a_direct_message_and_may_answer_there(town: Town) -> None:
    await pay(town, town.robin)
    await give(town)
    told = town.sasha.user.dm_channel.last_message
    assert told is not None
    await town.sasha.user.click(told, label="Accept")
    assert await free(town, town.robin, town.sasha) == [700, 300]


async def test_who_can_be_given_nothing(town: Town) -> None:
    await pay(town, town.robin)
    refused = await town.robin.slash(town.channel, "gift", person=town.robin, amount=5)
    assert "That is you." in words(refused)
    bot = town.guild.add_member(town.env.create_user("beeper", bot=True))
    refused = await town.robin.slash(town.channel, "gift", person=bot, amount=5)
    assert "That is a bot" in words(refused)
    refused = await town.robin.slash(town.channel, "gift", person=town.env.create_user("gone"), amount=5)
    assert "not in this server any more" in words(refused)
    refused = await town.robin.slash(town.channel, "gift", person=town.sasha, amount=1001)
    assert "You have 1000 tokens that can be given" in words(refused)
    refused = await town.robin.slash(town.channel, "gift", person=town.sasha, amount=5, message="\u202eboo")
    assert "turns the reading direction around" in words(refused)
    assert await free(town, town.robin) == [1000]
    assert await rows(town.program, "SELECT * FROM gifts") == []


@pytest.mark.parametrize("amount", [0, -5, 5_000_001])
async def test_an_amount_out_of_range_does_not_leave_discord(town: Town, amount: int) -> None:
    with pytest.raises(SetupError):
        await town.robin.slash(town.channel, "gift", person=town.sasha, amount=amount)


async def test_a_wallet_shows_what_there_is_and_what_waits(town: Town) -> None:
    empty = panel(await town.sasha.slash(town.channel, "wallet"))
    assert "You can spend 0 tokens" in empty
    assert "Replies cost no tokens in this house now." in empty
    await pay(town, town.robin, 5000)
    await give(town, 300, message="One")
    await give(town, 200)
    mine = await town.robin.slash(town.channel, "wallet")
    shown = panel(mine)
    assert "You can spend 4\u202f500 tokens" in shown
    assert "4\u202f500 of them can be given on" in shown
    assert "500 tokens kept back" in shown
    assert "300 tokens for sasha" in shown
    assert {"Take one back…", "History", "Your plan"} <= controls(mine)
    theirs = await town.sasha.slash(town.channel, "wallet")
    assert "300 tokens from robin" in panel(theirs)
    gift = next(one for one in await rows(town.program, "SELECT id FROM gifts WHERE amount = 300"))[0]
    await town.sasha.select(last(theirs), [f"accept:{gift}"], custom_id="wallet:gifts:theirs")
    assert await free(town, town.sasha) == [300]
    other = next(one for one in await rows(town.program, "SELECT id FROM gifts WHERE amount = 200"))[0]
    await town.sasha.select(last(theirs), [f"decline:{other}"], custom_id="wallet:gifts:theirs")
    assert await free(town, town.robin, town.sasha) == [4700, 300]


async def test_nobody_settles_another_s_gift_by_a_menu_of_their_own(town: Town) -> None:
    await pay(town, town.robin, 5000)
    await give(town, 300)
    await pay(town, town.owner, 100)
    given = await town.owner.slash(town.channel, "gift", person=town.robin, amount=10)
    assert given
    ((gift,),) = await rows(town.program, "SELECT id FROM gifts WHERE amount = 300")
    wallet = await town.robin.slash(town.channel, "wallet")
    with pytest.raises(SetupError):
        await town.robin.select(last(wallet), [f"accept:{gift}"], custom_id="wallet:gifts:theirs")
    assert await free(town, town.sasha) == [0]


async def test_history_is_turned_page_by_page(town: Town) -> None:
    for amount in range(1, 14):
        await pay(town, town.robin, amount)
    wallet = await town.robin.slash(town.channel, "wallet")
    await town.robin.click(last(wallet), label="History")
    assert "**+13** bought" in panel(wallet)
    assert "**+3** bought" not in panel(wallet)
    await town.robin.click(last(wallet), label="Older")
    assert "**+3** bought" in panel(wallet)
    await town.robin.click(last(wallet), label="Newest")
    assert "**+13** bought" in panel(wallet)


async def test_without_plans_everything_is_included(town: Town) -> None:
    assert "everything is included" in panel(await town.robin.slash(town.channel, "plan"))


async def test_a_plan_tells_what_is_used_and_what_others_have(town: Town) -> None:
    town.money.limits.is_on = town.money.allowances.is_given = True
    await create(town, town.robin)
    shown = panel(await town.robin.slash(town.channel, "plan"))
    assert "Your plan: Free" in shown
    assert "1 of 1 characters" in shown
    assert "0 of 100 messages a month" in shown
    assert "**Starter** · $150 a month · $1\u202f500 a year" in shown
    assert "**Enterprise** · at a price agreed on with the house\n-# without limits · 500" in shown
    wallet = panel(await town.robin.slash(town.channel, "wallet"))
    assert "Your plan gives you 250\u202f000 tokens each month" in wallet
    assert "You can spend 250\u202f000 tokens" in wallet


async def test_a_character_too_many_is_refused_by_its_form(town: Town, tmp_path: Path) -> None:
    town.money.limits.is_on = True
    await create(town, town.robin)
    refused = await create(town, town.robin, name="Juno", examples="")
    assert "Characters: your plan Free has room for 1, and you have 1." in words(refused)
    ((count,),) = await rows(town.program, "SELECT count(*) FROM characters")
    assert count == 1


async def test_what_is_out_of_reach_after_a_downgrade_is_named_and_stays(town: Town) -> None:
    await create(town, town.robin)
    await create(town, town.robin, name="Juno", examples="")
    town.money.limits.is_on = True
    shown = panel(await town.robin.slash(town.channel, "plan"))
    assert "1 character is out of reach: Juno. Nothing of it is lost." in shown
    refused = await town.robin.slash(town.channel, "character summon", character="Juno")
    assert "Juno is beyond what its maker's plan has room for" in words(refused)
    edited = await town.robin.slash(town.channel, "character tags", character="Juno", tags="sea")
    assert "so it rests" in words(edited)
    exported = await town.robin.slash(town.channel, "character show", character="Juno")
    assert last(exported).ephemeral
    assert "Mira" in words(await town.robin.slash(town.channel, "character summon", character="Mira"))


async def test_what_was_paid_until_when_is_said(town: Town) -> None:
    robin, now = await person(town, town.robin), datetime(2026, 11, 1, tzinfo=UTC)
    town.money.limits.is_on = True
    async with town.program.database.work(Actor.user(robin)) as work:
        allowed = await town.money.limits.allowed(work, robin)
        plans = await town.money.plans.list(work)
    usual = SubscriptionSeen(
        robin, robin, "Starter", "stripe", SubscriptionState.ACTIVE, Interval.MONTH, 15000, "usd", now, now, None, True
    )

    def shown(current: SubscriptionSeen | None) -> str:
        return str(drawn(Standing(allowed, current, plans, ()), [], Say("en")).to_components())

    assert "Paid until <t:1793491200:D>, then renewed by itself" in shown(usual)
    assert "Until <t:1793491200:D>; after that you have the free plan" in shown(replace(usual, is_renewing=False))
    late = replace(usual, state=SubscriptionState.PAST_DUE, grace_until=now)
    assert "Your last payment failed: the plan goes on until <t:1793491200:D>" in shown(late)
    assert "until" not in shown(replace(usual, until=None)).casefold()


def test_numbers_and_prices_in_words() -> None:
    assert grouped(1234567) == "1\u202f234\u202f567"
    assert [price(15000, "usd"), price(499, "eur"), price(1050000, "jpy")] == ["$150", "€4.99", "10\u202f500 JPY"]
    assert [bar(0, 10).count("▰"), bar(1, 100).count("▰"), bar(10, 10).count("▰"), bar(3, 0).count("▰")] == [
        0,
        1,
        10,
        10,
    ]
