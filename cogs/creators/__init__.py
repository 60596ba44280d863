"""/creator and /share: who makes characters, their pages and programs, and what is shared with whom."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.people.creators import CreatorSearch, CreatorSort
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.creators import lists, page, profile, programs, share_panels
from cogs.creators.lists import directory, followed, followers
from cogs.creators.page import page_panel
from cogs.creators.parts import Suggestions, answer, choice, in_time, show
from cogs.creators.profile import open_form, own_panel
from cogs.creators.programs import all_programs, one_program
from cogs.creators.share import ShareCog

__all__ = ["ITEMS", "CreatorCog", "ShareCog"]

_L = app_commands.locale_str

ITEMS = (*lists.ITEMS, *page.ITEMS, *profile.ITEMS, *programs.ITEMS, *share_panels.ITEMS)
"""Buttons and menus that survive a restart."""

_BY_ME, _OF_ME = "by_me", "of_me"


class CreatorCog(
    commands.GroupCog, group_name=_L("creator"), group_description=_L("Those who make characters, and your own page")
):
    """The commands of /creator. Every answer is for the asker's eyes only."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    @app_commands.command(name=_L("profile"), description=_L("Make or change your own creator page"))
    async def profile(self, interaction: Asked) -> None:
        """The form; its panel follows."""
        await open_form(interaction, self.cafe)

    @app_commands.command(name=_L("page"), description=_L("Look at a creator's page; yours, unless you choose one"))
    @app_commands.rename(creator=_L("creator"))
    @app_commands.describe(creator=_L("Begin to type a name"))
    async def page(self, interaction: Asked, creator: str = "") -> None:
        """Show the page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        say = say_for(interaction)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            mine = None if creator else await self.cafe.creating.creators.mine(work, user_id)
            shown = await self.cafe.creating.creators.named(work, user_id, creator) if creator else None
        if shown is not None:
            await show(interaction, page_panel(self.cafe, shown, say))
        elif mine is not None:
            await show(interaction, own_panel(self.cafe, mine, say))
        else:
            await answer(interaction, say("You have no creator page yet. Make one with /creator profile."))

    @app_commands.command(name=_L("follow"), description=_L("Follow a creator, or take that back"))
    @app_commands.rename(creator=_L("creator"))
    @app_commands.describe(creator=_L("Begin to type a name"))
    async def follow(self, interaction: Asked, creator: str) -> None:
        """Turn it around."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self.cafe.creating.creators.named(work, user_id, creator)
            card, follows = await self.cafe.creating.follows.turn(work, user_id, meant.card.id)
        say, name = say_for(interaction), plain(card.display_name)
        if follows:
            await answer(
                interaction, say("You follow **{name}** now: /creator followers shows what is new.", name=name)
            )
        else:
            await answer(interaction, say("You follow **{name}** no more.", name=name))

    @app_commands.command(name=_L("followers"), description=_L("Who follows you, and whom you follow"))
    @app_commands.rename(which=_L("which"))
    @app_commands.describe(which=_L("Who follows you, or whom you follow"))
    @app_commands.choices(
        which=[
            app_commands.Choice(name=_L("who follows me"), value=_OF_ME),
            app_commands.Choice(name=_L("whom I follow"), value=_BY_ME),
        ]
    )
    async def followers(self, interaction: Asked, which: str = _BY_ME) -> None:
        """The list."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        listed = followers if which == _OF_ME else followed
        await show(interaction, await listed(interaction, self.cafe))

    @app_commands.command(name=_L("directory"), description=_L("Find creators by words, tag and more"))
    @app_commands.rename(words=_L("words"), tag=_L("tag"), sort=_L("sort"))
    @app_commands.describe(
        words=_L("Words of a name, a tag or what they write of themselves"),
        tag=_L("Begin to type a tag"),
        sort=_L("Which come first"),
    )
    @app_commands.choices(
        sort=[
            app_commands.Choice(name=_L("most followed"), value=CreatorSort.FOLLOWERS.value),
            app_commands.Choice(name=_L("newest"), value=CreatorSort.NEWEST.value),
            app_commands.Choice(name=_L("last active"), value=CreatorSort.ACTIVE.value),
            app_commands.Choice(name=_L("by name"), value=CreatorSort.NAME.value),
        ]
    )
    async def directory(
        self, interaction: Asked, words: str = "", tag: str = "", sort: str = CreatorSort.FOLLOWERS.value
    ) -> None:
        """The first screen of what fits."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        # Tags are words of the search as well: so the button that turns the page carries both.
        search = CreatorSearch(words=f"{words} {tag}".strip(), sort=CreatorSort(sort))
        await show(interaction, await directory(interaction, self.cafe, search))

    @app_commands.command(name=_L("programs"), description=_L("What the house offers creators, and applying for it"))
    @app_commands.rename(program=_L("program"))
    @app_commands.describe(program=_L("Begin to type a name; empty, all of them"))
    async def programs(self, interaction: Asked, program: str = "") -> None:
        """The list, or one."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if program:
            await show(interaction, await one_program(interaction, self.cafe, program))
        else:
            await show(interaction, await all_programs(interaction, self.cafe))

    # ------------------------------------------------------------------------------------------------ suggestions

    @page.autocomplete("creator")
    @follow.autocomplete("creator")
    async def suggest_creators(self, interaction: Asked, typed: str) -> Suggestions:
        """Creators whose names or words begin like this."""
        return await in_time(self._creators(interaction, typed))

    @directory.autocomplete("tag")
    async def suggest_tags(self, interaction: Asked, typed: str) -> Suggestions:
        """Tags in use."""
        return await in_time(self._tags(interaction, typed))

    @programs.autocomplete("program")
    async def suggest_programs(self, interaction: Asked, typed: str) -> Suggestions:
        """Programs by name."""
        return await in_time(self._programs(interaction, typed))

    async def _creators(self, interaction: Asked, typed: str) -> Suggestions:
        async with self.cafe.people.at_work(caller_of(interaction)) as (_, work):
            found = await self.cafe.creating.creators.suggestions(work, typed)
        return [choice(f"{one.display_name} (@{one.username})", one.id) for one in found]

    async def _tags(self, interaction: Asked, typed: str) -> Suggestions:
        async with self.cafe.people.at_work(caller_of(interaction)) as (_, work):
            found = await self.cafe.creating.creators.tags(work, typed, int(limits.CHOICES_MAX))
        return [choice(tag, tag) for tag in found]

    async def _programs(self, interaction: Asked, typed: str) -> Suggestions:
        async with self.cafe.people.at_work(caller_of(interaction)) as (_, work):
            found = await self.cafe.creating.programs.listed(work)
        fitting = [one for one in found if typed.casefold() in one.name.casefold()]
        return [choice(one.name, one.id) for one in fitting[: limits.CHOICES_MAX]]
