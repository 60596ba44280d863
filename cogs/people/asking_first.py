"""A question before something is gone for good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.texts import Say
from bot.transport.views import CafeView
from cogs.asking import say_for
from cogs.people.cards import NO_PINGS

ASKED_SECONDS = 300.0


class AskingFirst(CafeView):
    """Two buttons: do it, or leave it. `does` returns what to say afterwards."""

    def __init__(self, say: Say, label: str, does: Callable[[discord.Interaction[Any]], Awaitable[str]]) -> None:
        super().__init__(timeout=ASKED_SECONDS)
        self._does = does
        yes = discord.ui.Button[Any](label=label[:80], style=discord.ButtonStyle.danger)
        yes.callback = self._yes
        no = discord.ui.Button[Any](label=say("Keep"))
        no.callback = self._no
        self.add_item(yes)
        self.add_item(no)

    async def _yes(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        told = await self._does(interaction)
        await interaction.edit_original_response(content=told, view=None, allowed_mentions=NO_PINGS)

    async def _no(self, interaction: discord.Interaction[Any]) -> None:
        told = say_for(interaction)("Nothing was changed.")
        await interaction.response.edit_message(content=told, view=None, allowed_mentions=NO_PINGS)
