"""/me: what characters know of a person who wears no persona."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.people.profiles import Profile
from cogs.asking import Asked, caller_of, say_for
from cogs.people.asking_first import AskingFirst
from cogs.people.cards import NO_PINGS, profile_card
from cogs.people.panel import profile_shower

_L = app_commands.locale_str


class MeCog(
    commands.GroupCog, group_name=_L("me"), group_description=_L("What characters know of you; only you see it")
):
    """The commands of /me. Every answer is for the asker's eyes only."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    @app_commands.command(name=_L("show"), description=_L("What characters know of you"))
    async def show(self, interaction: Asked) -> None:
        """Everything that was told."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        profile, say = await self._profile(interaction), say_for(interaction)
        await interaction.followup.send(embed=profile_card(profile, say), ephemeral=True, allowed_mentions=NO_PINGS)

    @app_commands.command(name=_L("edit"), description=_L("Tell characters who you are"))
    async def edit(self, interaction: Asked) -> None:
        """Show it with everything that can be changed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await profile_shower(self.cafe)(interaction, await self._profile(interaction))

    @app_commands.command(name=_L("clear"), description=_L("Let characters know nothing but your Discord name"))
    async def clear(self, interaction: Asked) -> None:
        """Ask first."""

        async def do(pressed: discord.Interaction[Any]) -> str:
            async with self.cafe.people.at_work(caller_of(pressed)) as (user_id, work):
                await self.cafe.profiles.clear(work, user_id)
            self.cafe.people.speaks(pressed.user.id, None)
            return say_for(pressed)("It is forgotten. Your personas are kept.")

        say = say_for(interaction)
        asked = say("Forget everything you told characters of yourself here? Your personas are kept.")
        view = AskingFirst(say, say("Forget it"), do)
        await interaction.response.send_message(asked, view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _profile(self, interaction: Asked) -> Profile:
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            return await self.cafe.profiles.get(work, user_id)
