"""The list of one's personas, page by page."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.services.cafe import Cafe
from bot.services.people.personas import PersonaPage
from bot.texts import Say
from bot.transport.views import CafeView
from cogs.asking import Asked, caller_of, say_for
from cogs.people.cards import NO_PINGS, listed


class PersonasButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"personas:page:(?P<number>[0-9]{1,6})"
):
    """Turns a page of the list. Survives restarts."""

    def __init__(self, number: int, label: str, *, disabled: bool = False) -> None:
        button = discord.ui.Button[discord.ui.View](label=label, custom_id=f"personas:page:{number}", disabled=disabled)
        super().__init__(button)
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(int(match["number"]), "…")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of this one: the presser's own list, whoever it was first shown to."""
        try:
            await interaction.response.defer()
            page, say = await page_of(_cafe(interaction), interaction, self.number), say_for(interaction)
            await interaction.edit_original_response(
                embed=listed(page, say), view=turning(page, say), allowed_mentions=NO_PINGS
            )
        except Exception as error:  # a border: discord.py would swallow it and leave the person waiting
            await interaction.client.border.answer(interaction, error)


async def page_of(cafe: Cafe, interaction: Asked, number: int) -> PersonaPage:
    """One screen of the personas of who asks."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        return await cafe.personas.page(work, user_id, number, channel_id=interaction.channel_id)


def turning(page: PersonaPage, say: Say) -> discord.ui.View:
    """The buttons that turn the page."""
    view = CafeView(timeout=None)
    if page.last:
        view.add_item(PersonasButton(max(0, page.number - 1), say("Back"), disabled=page.number == 0))
        view.add_item(PersonasButton(page.number + 1, say("Next"), disabled=page.number == page.last))
    return view


def _cafe(interaction: Asked) -> Cafe:
    cafe = getattr(interaction.client.get_cog("PersonasCog"), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the personas' cog is not loaded")
    return cafe
