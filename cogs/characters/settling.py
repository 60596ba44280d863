"""/character publish, unpublish, delete, restore: who may meet a character, and whether there is one."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.characters.deciding import asked, explained, restored
from cogs.characters.parts import NO_PINGS, suggest_deleted, suggest_own

_L = app_commands.locale_str


class SettlingCommands(commands.Cog):
    """The commands that show, hide and remove."""

    cafe: Cafe

    @app_commands.command(name=_L("publish"), description=_L("Let everybody find a character of yours"))
    @app_commands.rename(character=_L("character"), adults_only=_L("adults_only"))
    @app_commands.describe(
        character=_L("Begin to type its name"), adults_only=_L("Whether it is for adults: age-restricted channels only")
    )
    @app_commands.autocomplete(character=suggest_own)
    async def publish(self, interaction: Asked, character: str, adults_only: bool | None = None) -> None:
        """Explain what becomes visible, and ask."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            ready = await self.cafe.characters.ready_to_publish(work, user_id, chosen)
        is_adult = ready.is_adult if adults_only is None else adults_only
        text, view = explained(ready, say_for(interaction), is_adult=is_adult)
        await interaction.followup.send(text, view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    @app_commands.command(name=_L("unpublish"), description=_L("Keep a published character of yours to yourself again"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    @app_commands.autocomplete(character=suggest_own)
    async def unpublish(self, interaction: Asked, character: str) -> None:
        """Take it out of the directory."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            hidden = await self.cafe.characters.unpublish(work, user_id, chosen)
        told = say_for(interaction)(
            "Only you can find and summon **{name}** now. Where it was asked in, it stays until somebody dismisses it.",
            name=plain(hidden.name),
        )
        await interaction.followup.send(told, ephemeral=True)

    @app_commands.command(name=_L("delete"), description=_L("Delete a character of yours; for a day you can undo it"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("Begin to type its name"))
    @app_commands.autocomplete(character=suggest_own)
    async def delete(self, interaction: Asked, character: str) -> None:
        """Ask first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
            await self.cafe.characters.draft_of(work, user_id, chosen)
            found = await self.cafe.characters.get(work, chosen)
        text, view = asked(found, say_for(interaction))
        await interaction.followup.send(text, view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    @app_commands.command(name=_L("restore"), description=_L("Bring back a character you deleted within the last day"))
    @app_commands.rename(character=_L("character"))
    @app_commands.describe(character=_L("One of those you deleted"))
    @app_commands.autocomplete(character=suggest_deleted)
    async def restore(self, interaction: Asked, character: str) -> None:
        """Take the deletion back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen_deleted(work, user_id, character)
            back = await self.cafe.characters.restore(work, user_id, chosen)
        await interaction.followup.send(restored(back, say_for(interaction)), ephemeral=True)
