"""/help: what to do here, in five lines, and who is here."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.texts import Say
from cogs.asking import Asked, plain, say_for

_L = app_commands.locale_str


class HelpCog(commands.Cog):
    """/help."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("help"), description=_L("How to talk with characters, and who is here"))
    async def help(self, interaction: Asked) -> None:
        """Five lines for a newcomer."""
        say = say_for(interaction)
        here = [plain(one.name) for one in self.cafe.turns.listeners(interaction.channel_id or 0)]
        embed = discord.Embed(
            title=say("Welcome to the café"),
            description="\n".join(_lines(say, here, interaction.client.reads_messages)),
            colour=discord.Colour.from_str("#c8763a"),
        )
        await interaction.response.send_message(embed=embed, ephemeral=True)


def _lines(say: Say, here: list[str], reads_messages: bool) -> list[str]:
    names = ", ".join(f"**{name}**" for name in here)
    who = say("Here now: {names}.", names=names) if here else say("Nobody is in this channel yet.")
    if reads_messages:
        talk = say("Talk: write a character's name in a message, or reply to what it said.")
    else:
        talk = say("Talk: use /say, mention me, or reply to what a character said.")
    return [
        who,
        talk,
        say("Ask one in: /character summon. Send it away: /character dismiss."),
        say("Find them all: /character list. Make your own: /character create."),
        say("Under a reply, Stop ends it early and ⋯ tells who is behind it."),
    ]
