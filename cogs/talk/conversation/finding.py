"""/conversation list, show, pin, unpin: one's own conversations, for one's own eyes."""

from __future__ import annotations

import asyncio

from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.talk.conversations.shelf import Search, Which
from cogs.asking import Asked, caller_of, say_for
from cogs.talk.conversation.card import look
from cogs.talk.conversation.listing import listed
from cogs.talk.conversation.parts import NO_PINGS, Suggestions, answer, asking_of, called, which

_L = app_commands.locale_str


class FindingCommands(commands.Cog):
    """The commands that find and look."""

    cafe: Cafe

    @app_commands.command(name=_L("list"), description=_L("Your conversations, here and elsewhere"))
    @app_commands.rename(search=_L("search"), show=_L("show"), tag=_L("tag"))
    @app_commands.describe(
        search=_L("Words of a title, a tag or a character's name"), show=_L("Which ones"), tag=_L("Only with this tag")
    )
    @app_commands.choices(
        show=[
            app_commands.Choice(name=_L("all"), value=Which.ALL.value),
            app_commands.Choice(name=_L("going on"), value=Which.ACTIVE.value),
            app_commands.Choice(name=_L("archived"), value=Which.ARCHIVED.value),
            app_commands.Choice(name=_L("pinned"), value=Which.PINNED.value),
        ]
    )
    async def list(self, interaction: Asked, search: str = "", show: str = Which.ALL.value, tag: str = "") -> None:
        """Page by page, pinned ones first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        embed, view = await listed(interaction, self.cafe, Search(Which(show), search, tag))
        await interaction.followup.send(embed=embed, view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    @list.autocomplete("tag")
    async def suggest_tags(self, interaction: Asked, typed: str) -> Suggestions:
        """The tags of one's own conversations."""
        try:
            async with asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000):
                by = await self.cafe.people.arrive(caller_of(interaction))
                found = await self.cafe.conversations.shelf.tags(by, typed)
        except TimeoutError:
            return []
        return [app_commands.Choice(name=tag, value=tag) for tag in found]

    @app_commands.command(name=_L("show"), description=_L("Who is in this conversation, what it took, how it is kept"))
    @which
    async def show(self, interaction: Asked, conversation: str | None = None) -> None:
        """Its card."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await look(interaction, self.cafe, conversation)

    @app_commands.command(name=_L("pin"), description=_L("Put this conversation at the top of your list"))
    @which
    async def pin(self, interaction: Asked, conversation: str | None = None) -> None:
        """Nobody else's list changes."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        one = await self.cafe.conversations.shelf.pin(
            await asking_of(self.cafe, interaction), conversation, is_pinned=True
        )
        say = say_for(interaction)
        told = say(
            "**{name}** stands at the top of your /conversation list from now on. Only you see that.",
            name=called(one, say),
        )
        await answer(interaction, told)

    @app_commands.command(name=_L("unpin"), description=_L("Let a pinned conversation go back to its place"))
    @which
    async def unpin(self, interaction: Asked, conversation: str | None = None) -> None:
        """No longer at the top."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        one = await self.cafe.conversations.shelf.pin(
            await asking_of(self.cafe, interaction), conversation, is_pinned=False
        )
        say = say_for(interaction)
        await answer(interaction, say("**{name}** is not pinned.", name=called(one, say)))
