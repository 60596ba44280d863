"""/say: talking where messages cannot be read."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import NotFound, UserError
from bot.ports import Heard, Place, Via
from bot.services.cafe import Cafe
from bot.services.talk.gates import refusal
from bot.services.talk.heed import Present
from bot.services.talk.saying import clean_saying
from bot.texts import Say
from bot.transport import marks
from bot.transport.cards import waiting
from bot.transport.surroundings import around_asked, place_asked
from bot.transport.views import LastingButton, MendableModal, offer_mending
from cogs.asking import (
    Asked,
    bring,
    caller_of,
    is_age_restricted,
    place_of,
    plain,
    present_choices,
    refuse_where_silent,
    rights_of,
    say_for,
)

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


class AnswerButton(LastingButton, template=marks.SAY_TEMPLATE):
    """Under a reply where nothing written is heard: a form for what is said next, in place of typing /say again."""

    def __init__(self, character_id: UUID, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"say:{character_id.hex}"))
        self.character_id = character_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(UUID(match["character"]), "…")

    async def pressed(self, interaction: Asked) -> None:
        """Open the form."""
        form = SayForm(cafe_of(interaction), str(self.character_id), "", say_for(interaction))
        await interaction.response.send_modal(form)


class TalkCog(commands.Cog):
    """/say."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("say"), description=_L("Say something to a character in this channel"))
    @app_commands.rename(character=_L("character"), text=_L("text"))
    @app_commands.describe(character=_L("One of the characters in this channel"), text=_L("What you say"))
    async def say(self, interaction: Asked, character: str, text: str) -> None:
        """The line is shown for everybody, then the character answers."""
        try:
            await speak(self.cafe, interaction, character, text)
        except UserError as error:
            say = say_for(interaction)
            await offer_mending(interaction, SayForm(self.cafe, character, text, say), say.error(error))

    @say.autocomplete("character")
    async def suggest(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """The characters in this channel; where the bot is no member and none is, those that would come."""
        here = present_choices(self.cafe, interaction, typed)
        if here or place_asked(interaction).via is not Via.INTERACTION:
            return here
        try:
            async with (
                asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000),
                self.cafe.people.at_work(caller_of(interaction)) as (user_id, work),
            ):
                adults = is_age_restricted(interaction)
                found = await self.cafe.characters.find(work, user_id, typed, adults=adults)
        except TimeoutError:
            return []
        return [app_commands.Choice(name=one.name[: limits.CHOICE_LABEL_MAX], value=str(one.id)) for one in found]


async def speak(cafe: Cafe, interaction: Asked, character: str, text: str) -> None:
    """Show a person's line and let the character answer it. Needs no database before it answers where it is here."""
    place, words = place_of(interaction), clean_saying(text)
    refuse_where_silent(interaction)
    try:
        chosen = await _listener(cafe, interaction, place, character)
        _pass_gates(cafe, interaction, place, chosen)
    except UserError:
        if interaction.response.is_done():
            # Whatever follows a public answer is public; with that taken back the refusal is for their eyes only.
            await interaction.delete_original_response()
        raise
    message_id, token = await _show(interaction, place, chosen, words)
    heard = Heard(
        message_id=message_id,
        place=place,
        author=caller_of(interaction),
        content=words,
        sent_at=datetime.now(UTC),
        around=around_asked(interaction),
        rights=rights_of(interaction),
    )
    await cafe.turns.hear(heard, to=(chosen.character_id,), token=token)


async def _listener(cafe: Cafe, interaction: Asked, place: Place, typed: str) -> Present:
    """The character meant. Where the bot is no member, one that is not here yet comes; elsewhere that is `NotFound`."""
    me = interaction.user.id
    try:
        return cafe.conversations.present(place, typed, me)
    except NotFound:
        if place.via is not Via.INTERACTION:
            raise
    await interaction.response.defer(thinking=True)
    come = await bring(interaction, cafe, typed)
    return cafe.conversations.present(place, str(come.character_id), me)


def _pass_gates(cafe: Cafe, interaction: Asked, place: Place, chosen: Present) -> None:
    room = cafe.turns.room(place.channel_id, interaction.user.id)
    around = around_asked(interaction)
    held = cafe.turns.gates.verdict(room, chosen, around, place=place, discord_id=interaction.user.id)
    if held:
        raise refusal(held[0])


async def _show(interaction: Asked, place: Place, to: Present, words: str) -> tuple[int, str | None]:
    """Show the line. Returns what it is known by, and the token by which it is answered where nothing else can."""
    say = say_for(interaction)
    line = say("**To {name}:** {words}", name=plain(to.name), words=words)
    if place.via is not Via.INTERACTION:
        shown = await interaction.response.send_message(line, allowed_mentions=NO_PINGS)
        return shown.message_id or interaction.id, None
    view = waiting(line, to.name, "-# " + say("{name} is thinking …", name=plain(to.name)))
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view, allowed_mentions=NO_PINGS)
    else:
        await interaction.response.send_message(view=view, allowed_mentions=NO_PINGS)
    # The answer will stand in the same message: the line goes by the command's id.
    return interaction.id, interaction.token


def cafe_of(interaction: Asked) -> Cafe:
    """The services, for buttons and forms that outlive the cog that made them."""
    cog = interaction.client.get_cog(TalkCog.__cog_name__)
    if not isinstance(cog, TalkCog):
        raise TypeError("the talk cog is not loaded")
    return cog.cafe
