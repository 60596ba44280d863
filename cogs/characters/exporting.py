"""/character export: a character of one's own as a card, for other programs or a friend."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.characters.exporting import CardFormat
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.characters.parts import NO_PINGS, suggest_own

_L = app_commands.locale_str
_FORMATS = [
    app_commands.Choice(name=_L("Picture with the card in it (PNG)"), value=CardFormat.PNG.value),
    app_commands.Choice(name=_L("Card V3 (JSON)"), value=CardFormat.JSON_V3.value),
    app_commands.Choice(name=_L("Card V2 (JSON)"), value=CardFormat.JSON_V2.value),
]


class ExportingCommands(commands.Cog):
    """The command that writes cards."""

    cafe: Cafe

    @app_commands.command(name=_L("export"), description=_L("Get a character of yours as a card"))
    @app_commands.rename(character=_L("character"), format=_L("format"))
    @app_commands.describe(character=_L("Begin to type its name"), format=_L("A picture, if you choose none"))
    @app_commands.choices(format=_FORMATS)
    @app_commands.autocomplete(character=suggest_own)
    async def export_card(self, interaction: Asked, character: str, format: str = CardFormat.PNG.value) -> None:
        """Send the card."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.characters.chosen(work, user_id, character)
        made = await self.cafe.card_exports.export(user_id, chosen, CardFormat(format))
        say, name = say_for(interaction), plain(made.name)
        told = say("**{name}** as a card.", name=name)
        if made.entries:
            told = say.plural(
                "**{name}** as a card, its lore book in it ({n} entry).",
                "**{name}** as a card, its lore book in it ({n} entries).",
                made.entries,
                name=name,
            )
        file = discord.File(io.BytesIO(made.data), made.file_name)
        await interaction.followup.send(told, file=file, ephemeral=True, allowed_mentions=NO_PINGS)
