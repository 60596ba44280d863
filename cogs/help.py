"""/help: what to do here, in six lines, and who is here."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.ports import Via
from bot.services.cafe import Cafe
from bot.texts import Say
from bot.transport.surroundings import place_asked
from cogs.asking import Asked, plain, say_for

_L = app_commands.locale_str


class HelpCog(commands.Cog):
    """/help."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("help"), description=_L("How to talk with characters, and who is here"))
    async def help(self, interaction: Asked) -> None:
        """Six lines for a newcomer."""
        say = say_for(interaction)
        listening = self.cafe.turns.listeners(interaction.channel_id or 0, interaction.user.id)
        lines = _lines(say, [plain(one.name) for one in listening], _talk(interaction, say))
        embed = discord.Embed(
            title=say("Welcome to the café"),
            description="\n".join(lines),
            colour=discord.Colour.from_str("#c8763a"),
        )
        await interaction.response.send_message(embed=embed, ephemeral=True)


def _talk(interaction: Asked, say: Say) -> str:
    via = place_asked(interaction).via
    if via is Via.BOT:
        return say("Talk: whatever you write here is for the character that is here.")
    if via is Via.INTERACTION:
        return say("Talk: use /say. I cannot read along here, and Discord takes six messages for an answer.")
    if interaction.client.reads_messages:
        return say("Talk: write a character's name in a message, or reply to what it said.")
    return say("Talk: use /say, mention me, or reply to what a character said.")


def _lines(say: Say, here: list[str], talk: str) -> list[str]:
    names = ", ".join(f"**{name}**" for name in here)
    who = say("Here now: {names}.", names=names) if here else say("Nobody is in this channel yet.")
    return [
        who,
        talk,
        say("Ask one in: /character summon. Send it away: /character dismiss."),
        say("Find them all: /character list. Make your own: /character create."),
        say("Begin afresh: /conversation new. Find what was said before: /conversation list."),
        say("Under a reply, Stop ends it early and ⋯ tells who is behind it."),
    ]
