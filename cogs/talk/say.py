"""/say: talking where messages cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import UserError
from bot.ports import Heard
from bot.services.cafe import Cafe
from bot.services.talk.gates import refusal
from bot.services.talk.heed import Present
from bot.services.talk.saying import clean_saying
from bot.texts import Say
from bot.transport.surroundings import around_asked
from bot.transport.views import MendableModal, offer_mending
from cogs.asking import Asked, caller_of, place_of, plain, present_choices, refuse_where_silent, say_for

_L = app_commands.locale_str
NO_PINGS = discord.AllowedMentions.none()


class SayForm(MendableModal):
    """A line that could not be said as it was typed, to be mended."""

    def __init__(self, cafe: Cafe, character: str, text: str, say: Say) -> None:
        super().__init__(title=say("Say something"))
        self._cafe = cafe
        self._character = character
        self.text = discord.ui.TextInput[SayForm](
            custom_id="text",
            style=discord.TextStyle.paragraph,
            default=text[: limits.FORM_FIELD_MAX],
            max_length=int(limits.FORM_FIELD_MAX),
        )
        self._was_submitted = False
        self.add_item(discord.ui.Label(text=say("What you say"), component=self.text))

    def keep_typed(self) -> None:
        """Before it is first submitted the form holds what was typed into the command."""
        if self._was_submitted:
            super().keep_typed()

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Say it, or say what is wrong."""
        self._was_submitted = True
        await speak(self._cafe, interaction, self._character, self.text.value)


class TalkCog(commands.Cog):
    """/say."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("say"), description=_L("Say something to a character in this channel"))
    @app_commands.rename(character=_L("character"), text=_L("text"))
    @app_commands.describe(character=_L("One of the characters in this channel"), text=_L("What you say"))
    @app_commands.guild_only()
    async def say(self, interaction: Asked, character: str, text: str) -> None:
        """The line is shown for everybody, then the character answers."""
        try:
            await speak(self.cafe, interaction, character, text)
        except UserError as error:
            say = say_for(interaction)
            await offer_mending(interaction, SayForm(self.cafe, character, text, say), say.error(error))

    @say.autocomplete("character")
    async def suggest(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """The characters in this channel."""
        return present_choices(self.cafe, interaction, typed)


async def speak(cafe: Cafe, interaction: Asked, character: str, text: str) -> None:
    """Show a person's line in the channel and let the character answer it. Needs no database before it answers."""
    place = place_of(interaction)
    refuse_where_silent(interaction)
    chosen = cafe.conversations.present(place, character)
    words = clean_saying(text)
    around = around_asked(interaction)
    room = cafe.turns.room(place.channel_id)
    held = cafe.turns.gates.verdict(room, chosen, around, place=place, discord_id=interaction.user.id)
    if held:
        raise refusal(held[0])
    shown = await interaction.response.send_message(
        _line(chosen, words, say_for(interaction)), allowed_mentions=NO_PINGS
    )
    heard = Heard(
        message_id=shown.message_id or interaction.id,
        place=place,
        author=caller_of(interaction),
        content=words,
        sent_at=datetime.now(UTC),
        around=around,
    )
    await cafe.turns.hear(heard, to=(chosen.character_id,))


def _line(to: Present, words: str, say: Say) -> str:
    return say("**To {name}:** {words}", name=plain(to.name), words=words)


def cafe_of(interaction: Asked) -> Cafe:
    """The services, for buttons and forms that outlive the cog that made them."""
    cog = interaction.client.get_cog(TalkCog.__cog_name__)
    if not isinstance(cog, TalkCog):
        raise TypeError("the talk cog is not loaded")
    return cog.cafe
