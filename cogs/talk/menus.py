"""The context menus on messages."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.transport.client import CafeClient
from cogs.asking import Asked
from cogs.talk.panel import open_panel
from cogs.talk.why import explain

_L = app_commands.locale_str


class MenusCog(commands.Cog):
    """“Character…” and “Why” on any message."""

    def __init__(self, client: CafeClient, cafe: Cafe) -> None:
        self._client = client
        self._cafe = cafe
        self._menus = (
            app_commands.ContextMenu(name=_L("Character…"), callback=self._character),
            app_commands.ContextMenu(name=_L("Why"), callback=self._why),
        )

    async def cog_load(self) -> None:
        """Hand the menus to the tree: discord.py does not find them on a cog."""
        for menu in self._menus:
            self._client.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take them back."""
        for menu in self._menus:
            self._client.tree.remove_command(menu.name, type=menu.type)

    async def _character(self, interaction: Asked, message: discord.Message) -> None:
        """Who is behind a message, and what may be done with it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        turn_id = await self._cafe.replies.turn_at(message.id)
        await open_panel(self._cafe, interaction, turn_id)

    async def _why(self, interaction: Asked, message: discord.Message) -> None:
        """Why a message came out as it did."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await explain(self._cafe, interaction, await self._cafe.replies.turn_at(message.id))
