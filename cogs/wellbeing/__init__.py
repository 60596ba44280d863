"""Wellbeing in Discord: check-ins, limits people set themselves, what they used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.wellbeing.limits import LimitsCog
from cogs.wellbeing.limits_parts import LimitsButton, LimitsSelect
from cogs.wellbeing.mood import MoodCog
from cogs.wellbeing.mood_parts import MoodButton, MoodSelect
from cogs.wellbeing.stats import StatsCog

if TYPE_CHECKING:
    from bot.services.cafe import Cafe
    from bot.transport.client import CafeClient

ITEMS = (MoodButton, MoodSelect, LimitsButton, LimitsSelect)
"""Buttons and menus that survive a restart."""


async def prepare(client: CafeClient, cafe: Cafe) -> None:
    """Give the client the commands and buttons of wellbeing."""
    await client.add_cog(MoodCog(cafe))
    await client.add_cog(LimitsCog(cafe))
    await client.add_cog(StatsCog(cafe))
    client.add_dynamic_items(*ITEMS)
