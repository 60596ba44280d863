"""/gift, /wallet, /plan: tokens given, what one has, and what one's plan includes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.money import gift_panel, plan, wallet
from cogs.money.giving import MoneyCog

if TYPE_CHECKING:
    from bot.services.cafe import Cafe
    from bot.transport.client import CafeClient

__all__ = ["MoneyCog", "prepare"]

ITEMS = (*gift_panel.ITEMS, *wallet.ITEMS, *plan.ITEMS)
"""Buttons and menus that survive a restart."""


async def prepare(client: CafeClient, cafe: Cafe) -> None:
    """Give the client the commands and buttons of money."""
    await client.add_cog(MoneyCog(cafe))
    client.add_dynamic_items(*ITEMS)
