"""/conversation recap: what was said so far in few words, to be read, changed by hand, or made afresh."""

from __future__ import annotations

from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.talk.recaps import Told
from bot.services.talk.replies import Took
from bot.texts import Say
from bot.transport.harmless import harmless
from bot.transport.views import CafeView, MendableModal
from cogs.asking import Asked, plain, say_for
from cogs.talk.conversation.parts import COLOUR, NO_PINGS, asking_of, which

_L = app_commands.locale_str
_PANEL_SECONDS = 840.0
"""Discord takes changes of an ephemeral answer for 15 minutes."""


class RecapCommands(commands.Cog):
    """The command that sums up."""

    cafe: Cafe

    @app_commands.command(name=_L("recap"), description=_L("Sum up this conversation in a few sentences"))
    @which
    async def recap(self, interaction: Asked, conversation: str | None = None) -> None:
        """The recap, brought up to date."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asking = await asking_of(self.cafe, interaction)
        told = await self.cafe.recaps.make(asking, conversation)
        say = say_for(interaction)
        await interaction.followup.send(
            embed=drawn(told, say), view=RecapPanel(self.cafe, told, say), ephemeral=True, allowed_mentions=NO_PINGS
        )


class RecapPanel(CafeView):
    """What may be done with a recap."""

    def __init__(self, cafe: Cafe, told: Told, say: Say) -> None:
        super().__init__(timeout=_PANEL_SECONDS)
        self.cafe = cafe
        self.told = told
        if not told.may_change:
            return
        for label, press in ((say("Change it by hand"), self._edit), (say("Make it afresh"), self._afresh)):
            button = discord.ui.Button[RecapPanel](label=label)
            button.callback = press
            self.add_item(button)

    async def _edit(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(RecapForm(self, say_for(interaction)))

    async def _afresh(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        asking = await asking_of(self.cafe, interaction)
        told = await self.cafe.recaps.make(asking, str(self.told.conversation_id), afresh=True)
        await self.redraw(interaction, told)

    async def redraw(self, interaction: Asked, told: Told) -> None:
        """Show the recap as it is now."""
        say = say_for(interaction)
        view = RecapPanel(self.cafe, told, say)
        await interaction.edit_original_response(embed=drawn(told, say), view=view, allowed_mentions=NO_PINGS)


class RecapForm(MendableModal):
    """The recap's words."""

    def __init__(self, panel: RecapPanel, say: Say) -> None:
        super().__init__(title=say("Change the recap"))
        self._panel = panel
        self.text = discord.ui.TextInput[Self](
            custom_id="text",
            style=discord.TextStyle.paragraph,
            default=panel.told.text,
            required=False,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        hint = say("The characters remember what stands here; empty: nothing")
        self.add_item(discord.ui.Label(text=say("What was said so far"), description=hint[:100], component=self.text))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it."""
        panel = self._panel
        panel.cafe.recaps.check(self.text.value)
        await interaction.response.defer()
        asking = await asking_of(panel.cafe, interaction)
        await panel.redraw(
            interaction, await panel.cafe.recaps.edit(asking, self.text.value, str(panel.told.conversation_id))
        )


def drawn(told: Told, say: Say) -> discord.Embed:
    """The recap, and how it came to be."""
    if not told.text:
        return discord.Embed(description=say("This conversation has no recap."), colour=COLOUR)
    embed = discord.Embed(title=say("What was said so far"), description=harmless(told.text)[:4096], colour=COLOUR)
    about = [_made(told, say)]
    if told.since:
        about.append(say.plural("{n} line was said since.", "{n} lines were said since.", told.since))
    if told.took is not None:
        about.append(_taken(told.took, say))
    embed.add_field(name=say("About this recap"), value="\n".join(about)[:1024], inline=False)
    embed.set_footer(text=say("Characters remember it beside the last lines. Words of a program: it may be mistaken."))
    return embed


def _taken(took: Took, say: Say) -> str:
    """As of a reply, but for the first word: nobody watched it come."""
    unknown = say("unknown")
    return say(
        "It took {tokens_in} tokens in and {tokens_out} out. Cost: {cost}.",
        tokens_in=unknown if took.tokens_in is None else took.tokens_in,
        tokens_out=unknown if took.tokens_out is None else took.tokens_out,
        cost=unknown if took.cost_micros is None else f"${took.cost_micros / 1_000_000:.4f}",
    )


def _made(told: Told, say: Say) -> str:
    at = f"<t:{int(told.made_at.timestamp())}:R>" if told.made_at else say("unknown")
    person = f"<@{told.by}>" if told.by is not None else say("somebody")
    if told.is_taken_along:
        return say("From the conversation this one branched off, {at}.", at=at)
    if told.model is None:
        return say("Written by {person}, {at}.", person=person, at=at)
    words = {"model": plain(told.model), "provider": plain(told.provider or ""), "at": at}
    if told.by is None:
        return say("Made by itself, {at}, worded by {model} ({provider}).", **words)
    return say("Made for {person}, {at}, worded by {model} ({provider}).", person=person, **words)
