"""The ways by which words beside a gift come out again: its announcement, a direct message, wallets."""

from __future__ import annotations

from unittest.mock import patch

from bot import limits
from db.models import GiftState, TransferKind
from db.work import Actor
from tests.whole.cafe import slash
from tests.whole.lore_ways import Town, passable


async def in_a_gift(town: Town, number: int) -> None:
    """Robin's words to Sasha, and what both read of them until it is taken back."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    robin, sasha = await town.robin(), await here.cafe.people.arrive(here.caller("sasha"))
    async with here.program.database.work(Actor.job("test")) as work:
        await here.cafe.money.ledger.issue(work, robin, 1, TransferKind.PURCHASE, f"bought:{number}")
    with patch.object(limits, "GIFTS_DAILY", 10**6):
        await slash(here, "robin", tavern, "gift", person="sasha", amount=1, message=line[:300] or "Tea")
    await slash(here, "robin", tavern, "wallet")
    await slash(here, "sasha", tavern, "wallet")
    async with here.program.database.work(Actor.user(sasha)) as work:
        for gift in await here.cafe.money.gifts.open(work, sasha):
            assert (await here.cafe.money.gifts.accept(work, sasha, gift.id)).state is GiftState.ACCEPTED


WAYS = (in_a_gift,)
"""Every mention is taken apart before it is shown; but who is given something is named, and pinged where they take no
direct message."""
