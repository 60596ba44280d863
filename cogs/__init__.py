"""The Discord face: commands and buttons, by area. Parse, authorise, call one service, render."""

from __future__ import annotations

from bot.services.cafe import Cafe
from bot.transport.client import CafeClient
from cogs.characters import CharactersCog, ListButton, SummonButton
from cogs.help import HelpCog
from cogs.talk import MoreButton, StopButton, TalkCog


async def prepare(client: CafeClient, cafe: Cafe) -> None:
    """Give the client every command and every button that survives a restart."""
    await client.add_cog(CharactersCog(cafe))
    await client.add_cog(TalkCog(cafe))
    await client.add_cog(HelpCog(cafe))
    client.add_dynamic_items(ListButton, SummonButton, StopButton, MoreButton)
