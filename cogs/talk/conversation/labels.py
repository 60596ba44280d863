"""/conversation title, tags, mute, unmute: what a conversation is called, and whether it speaks."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from cogs.asking import Asked, plain, say_for
from cogs.talk.conversation.parts import answer, asking_of, called, which

_L = app_commands.locale_str


class LabelCommands(commands.Cog):
    """The commands that name a conversation and keep it quiet."""

    cafe: Cafe

    @app_commands.command(name=_L("title"), description=_L("Give this conversation a title"))
    @app_commands.rename(title=_L("title"))
    @app_commands.describe(title=_L("Up to 100 characters; leave out to take the title away"))
    @which
    async def title(self, interaction: Asked, title: str = "", conversation: str | None = None) -> None:
        """What it is called in lists."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        one = await self.cafe.conversations.arrangements.entitle(asking, title, conversation)
        say = say_for(interaction)
        if one.title:
            told = say("It is called **{title}** from now on.", title=plain(one.title))
        else:
            told = say("It has no title any more; lists name its characters instead.")
        await answer(interaction, told)

    @app_commands.command(name=_L("tags"), description=_L("Tag this conversation, to find it again"))
    @app_commands.rename(tags=_L("tags"))
    @app_commands.describe(tags=_L("Up to 8, between commas; leave out to take all away"))
    @which
    async def tags(self, interaction: Asked, tags: str = "", conversation: str | None = None) -> None:
        """The words it is found by."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        one, kept = await self.cafe.conversations.arrangements.tag(asking, tags, conversation)
        say = say_for(interaction)
        if kept:
            shown = " ".join(f"#{plain(tag)}" for tag in kept)
            told = say("**{name}** has these tags now: {tags}", name=called(one, say), tags=shown)
        else:
            told = say("**{name}** has no tags.", name=called(one, say))
        await answer(interaction, told)

    @app_commands.command(name=_L("mute"), description=_L("Let nobody answer in this conversation until you unmute it"))
    @which
    async def mute(self, interaction: Asked, conversation: str | None = None) -> None:
        """Quiet."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        one = await self.cafe.conversations.arrangements.mute(asking, conversation, is_muted=True)
        say = say_for(interaction)
        told = say(
            "**{name}** is muted: its characters stay, and answer nobody until /conversation unmute. What is said "
            "meanwhile they do not hear.",
            name=called(one, say),
        )
        await answer(interaction, told)

    @app_commands.command(name=_L("unmute"), description=_L("Let a muted conversation speak again"))
    @which
    async def unmute(self, interaction: Asked, conversation: str | None = None) -> None:
        """Speak again."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        one = await self.cafe.conversations.arrangements.mute(asking, conversation, is_muted=False)
        say = say_for(interaction)
        await answer(interaction, say("**{name}** may speak again.", name=called(one, say)))
