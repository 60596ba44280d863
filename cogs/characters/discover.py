"""/discover: find published characters by words and tags."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.characters.directory import Search, Sort
from cogs.asking import Asked, caller_of, is_age_restricted
from cogs.characters.lists import discovered
from cogs.characters.parts import Suggestions, in_time

_L = app_commands.locale_str


class DiscoverCog(commands.Cog):
    """/discover."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("discover"), description=_L("Find characters other people have published"))
    @app_commands.rename(words=_L("words"), tag=_L("tag"), sort=_L("sort"))
    @app_commands.describe(
        words=_L("Words of its name, description or tags"),
        tag=_L("Begin to type a tag"),
        sort=_L("Which come first"),
    )
    @app_commands.choices(
        sort=[
            app_commands.Choice(name=_L("most liked"), value=Sort.POPULAR.value),
            app_commands.Choice(name=_L("newest"), value=Sort.NEWEST.value),
            app_commands.Choice(name=_L("best rated"), value=Sort.RATED.value),
        ]
    )
    async def discover(
        self, interaction: Asked, words: str = "", tag: str = "", sort: str = Sort.POPULAR.value
    ) -> None:
        """The first screen of what fits."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        search = Search(words, tag, Sort(sort), is_age_restricted(interaction))
        embed, view = await discovered(interaction, self.cafe, search)
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)

    @discover.autocomplete("tag")
    async def suggest_tags(self, interaction: Asked, typed: str) -> Suggestions:
        """Tags in use."""
        return await in_time(self._tags(interaction, typed))

    async def _tags(self, interaction: Asked, typed: str) -> Suggestions:
        async with self.cafe.people.at_work(caller_of(interaction)) as (_, work):
            found = await self.cafe.characters.directory.tags(work, typed, adults=is_age_restricted(interaction))
        return [app_commands.Choice(name=tag, value=tag) for tag in found]
