"""/conversation role, moderator, settings: who does what in a conversation, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.talk.conversations.arrangements import ParticipantRole
from bot.texts import N_, Text
from cogs.asking import Asked, plain, present_choices, say_for
from cogs.talk.conversation.parts import Suggestions, answer, asking_of, which
from cogs.talk.conversation.settings import show_settings

_L = app_commands.locale_str
_NOW: Mapping[ParticipantRole, Text] = {
    ParticipantRole.PRIMARY: N_("**{name}** answers from now on when nobody in particular is spoken to."),
    ParticipantRole.SECONDARY: N_("**{name}** answers from now on when it is spoken to."),
    ParticipantRole.MODERATOR: N_(
        "**{name}** moderates from now on: it answers last, and joins in by itself where two others answer."
    ),
}


class RoleCommands(commands.Cog):
    """The commands that arrange."""

    cafe: Cafe

    @app_commands.command(name=_L("role"), description=_L("Choose which character answers first, and which moderates"))
    @app_commands.rename(character=_L("character"), role=_L("role"))
    @app_commands.describe(character=_L("One of the characters in this channel"), role=_L("What it is from now on"))
    @app_commands.choices(
        role=[
            app_commands.Choice(name=_L("answers first"), value=ParticipantRole.PRIMARY.value),
            app_commands.Choice(name=_L("joins in"), value=ParticipantRole.SECONDARY.value),
            app_commands.Choice(name=_L("moderates"), value=ParticipantRole.MODERATOR.value),
        ]
    )
    async def role(self, interaction: Asked, character: str, role: str) -> None:
        """A character's part."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        name, now = await self.cafe.conversations.arrangements.cast(asking, character, ParticipantRole(role))
        await answer(interaction, say_for(interaction)(_NOW[now], name=plain(name)))

    @role.autocomplete("character")
    async def suggest_present(self, interaction: Asked, typed: str) -> Suggestions:
        """The characters in this channel."""
        return present_choices(self.cafe, interaction, typed)

    @app_commands.command(
        name=_L("moderator"), description=_L("Let somebody else arrange this conversation as you do, or no longer")
    )
    @app_commands.rename(person=_L("person"), allowed=_L("allowed"))
    @app_commands.describe(person=_L("Somebody who takes part"), allowed=_L("Leave out to allow it"))
    @app_commands.choices(
        allowed=[app_commands.Choice(name=_L("yes"), value="yes"), app_commands.Choice(name=_L("no"), value="no")]
    )
    @which
    async def moderator(
        self, interaction: Asked, person: discord.User, allowed: str = "yes", conversation: str | None = None
    ) -> None:
        """Trust a person with it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking, moderates = await asking_of(self.cafe, interaction), allowed == "yes"
        await self.cafe.conversations.arrangements.appoint(asking, person.id, conversation, moderates=moderates)
        say, mention = say_for(interaction), f"<@{person.id}>"
        if moderates:
            told = say(
                "{person} moderates this conversation: title, tags, quiet, roles, settings, its end, and every reply.",
                person=mention,
            )
        else:
            told = say("{person} does not moderate this conversation.", person=mention)
        await answer(interaction, told)

    @app_commands.command(name=_L("settings"), description=_L("Model, files, and how long messages are kept"))
    @which
    async def settings(self, interaction: Asked, conversation: str | None = None) -> None:
        """The panel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_settings(interaction, self.cafe, conversation)
