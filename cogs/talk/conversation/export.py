"""/conversation export: a copy to keep."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.talk.exports import Exported
from bot.texts import Say
from cogs.asking import Asked, say_for
from cogs.talk.conversation.parts import NO_PINGS, asking_of, called, which

_L = app_commands.locale_str


class ExportCommands(commands.Cog):
    """The command that hands over a copy."""

    cafe: Cafe

    @app_commands.command(name=_L("export"), description=_L("Get a copy of this conversation as files"))
    @app_commands.rename(lines=_L("lines"))
    @app_commands.describe(lines=_L("Only so many of its newest lines"))
    @which
    async def export(self, interaction: Asked, lines: int | None = None, conversation: str | None = None) -> None:
        """A page to read and everything as data, for the eyes of who asks."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking, say = await asking_of(self.cafe, interaction), say_for(interaction)
        made = await self.cafe.exports.export(asking, say("A conversation"), say, conversation, most=lines)
        file = discord.File(io.BytesIO(made.data), filename=made.file_name)
        await interaction.followup.send(told(made, say), file=file, ephemeral=True, allowed_mentions=NO_PINGS)


def told(made: Exported, say: Say) -> str:
    """What the copy holds, and what it does not."""
    count = say.plural("{n} line", "{n} lines", made.lines)
    lines = [
        say(
            "A copy of **{name}** with {count}: conversation.md to read, conversation.json with everything. Only you "
            "see this; what others told of themselves in private is not in it.",
            name=called(made.named, say),
            count=count,
        )
    ]
    if made.older:
        lines.append(say.plural("{n} older line is not in it.", "{n} older lines are not in it.", made.older))
    if made.beyond:
        lines.append(
            say.plural(
                "{n} of those is older than your plan reaches back (/plan); it is kept.",
                "{n} of those are older than your plan reaches back (/plan); they are kept.",
                made.beyond,
            )
        )
    if made.withheld:
        lines.append(
            say.plural(
                "{n} line was said before you took part, where not everybody could hear: it is not in it.",
                "{n} lines were said before you took part, where not everybody could hear: they are not in it.",
                made.withheld,
            )
        )
    return "\n".join(lines)
