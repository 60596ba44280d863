"""The Discord face: commands and buttons, by area. Parse, authorise, call one service, render."""

from __future__ import annotations

from bot.services.cafe import Cafe
from bot.transport.client import CafeClient
from cogs import lore, money, oversight, talk, wellbeing
from cogs.characters import ITEMS as CHARACTER_ITEMS
from cogs.characters import CharactersCog, DiscoverCog
from cogs.creators import ITEMS as CREATOR_ITEMS
from cogs.creators import CreatorCog, ShareCog
from cogs.help import HelpCog
from cogs.people import MeCog, PersonasButton, PersonasCog
from cogs.server import DoctorCog, MembershipCog, RolesMenu, ServerCog


async def prepare(client: CafeClient, cafe: Cafe) -> None:
    """Give the client every command and every button that survives a restart."""
    client.border.chosen_language = cafe.people.language
    await client.add_cog(CharactersCog(cafe))
    await client.add_cog(DiscoverCog(cafe))
    await talk.prepare(client, cafe)
    await lore.prepare(client, cafe)
    await money.prepare(client, cafe)
    await oversight.prepare(client, cafe)
    await wellbeing.prepare(client, cafe)
    await client.add_cog(CreatorCog(cafe))
    await client.add_cog(ShareCog(cafe))
    await client.add_cog(HelpCog(cafe))
    await client.add_cog(MeCog(cafe))
    await client.add_cog(PersonasCog(cafe))
    await client.add_cog(ServerCog(cafe))
    await client.add_cog(DoctorCog(cafe))
    await client.add_cog(MembershipCog(client, cafe))
    client.add_dynamic_items(RolesMenu, PersonasButton)
    client.add_dynamic_items(*CHARACTER_ITEMS)
    client.add_dynamic_items(*CREATOR_ITEMS)
