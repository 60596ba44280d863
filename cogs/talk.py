"""Talking where messages cannot be read, and the buttons under replies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import UserError
from bot.ports import Heard
from bot.services.cafe import Cafe
from bot.services.talk.heed import Present
from bot.services.talk.replies import About, Took
from bot.services.talk.saying import clean_saying
from bot.texts import Say
from bot.transport import marks
from bot.transport.views import CafeView, MendableModal, TurnButton, offer_mending
from cogs.asking import Asked, caller_of, may_manage, place_of, plain, present_choices, refuse_where_silent, say_for

_L = app_commands.locale_str
NO_PINGS = discord.AllowedMentions.none()
NOTHING_KNOWN = Took(None, None, None, None, None)
"""A reply that was stopped: its provider never came to count. Five times “unknown” would tell nobody anything."""


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


class StopButton(TurnButton, template=marks.STOP_TEMPLATE):
    """Breaks an answer off; what was said so far stays."""

    async def pressed(self, interaction: Asked) -> None:
        """Stop."""
        await interaction.response.defer()
        cafe = _cafe(interaction)
        user_id = await cafe.people.arrive(caller_of(interaction))
        await cafe.turns.stop(self.mark.turn_id, user_id, may_manage=may_manage(interaction))


class MoreButton(TurnButton, template=marks.MORE_TEMPLATE):
    """Tells who is behind a reply, and lets those who may take it back."""

    async def pressed(self, interaction: Asked) -> None:
        """Show it to who asked only."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        cafe = _cafe(interaction)
        user_id = await cafe.people.arrive(caller_of(interaction))
        about = await cafe.replies.about(self.mark.turn_id, user_id, may_manage=may_manage(interaction))
        say = say_for(interaction)
        view = _Removal(cafe, self.mark.turn_id, say) if about.may_delete else discord.utils.MISSING
        await interaction.followup.send(told(about, say), view=view, ephemeral=True, allowed_mentions=NO_PINGS)


class _Removal(CafeView):
    """Under the ephemeral answer of `MoreButton`: take the reply back."""

    def __init__(self, cafe: Cafe, turn_id: UUID, say: Say) -> None:
        super().__init__(timeout=600)
        self._cafe = cafe
        self._turn_id = turn_id
        button = discord.ui.Button[_Removal](label=say("Delete this reply"), style=discord.ButtonStyle.danger)
        button.callback = self._delete
        self.add_item(button)

    async def _delete(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        user_id = await self._cafe.people.arrive(caller_of(interaction))
        await self._cafe.replies.delete(self._turn_id, user_id, may_manage=may_manage(interaction))
        await interaction.edit_original_response(content=say_for(interaction)("The reply is deleted."), view=None)


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
    shown = await interaction.response.send_message(
        _line(chosen, words, say_for(interaction)), allowed_mentions=NO_PINGS
    )
    heard = Heard(
        message_id=shown.message_id or interaction.id,
        place=place,
        author=caller_of(interaction),
        content=words,
        sent_at=datetime.now(UTC),
    )
    await cafe.turns.hear(heard, to=(chosen.character_id,))


def _line(to: Present, words: str, say: Say) -> str:
    return say("**To {name}:** {words}", name=plain(to.name), words=words)


def told(about: About, say: Say) -> str:
    """What the button under a reply tells of it."""
    lines = [say("**{name}** is a character: its words are written by a program.", name=plain(about.character))]
    if about.maker is not None:
        lines.append(say("Made by {person}.", person=f"<@{about.maker}>"))
    if about.asker is not None:
        lines.append(say("Asked by {person}.", person=f"<@{about.asker}>"))
    if about.model is not None:
        lines.append(say("Worded by {model} ({provider}).", model=plain(about.model), provider=about.provider))
    if about.took is not None and about.took != NOTHING_KNOWN:
        lines.append(_taken(about.took, say))
    if about.was_stopped:
        lines.append(say("Somebody stopped it before it was finished."))
    return "\n".join(lines)


def _taken(took: Took, say: Say) -> str:
    """What a reply took; what is not known is said to be unknown."""
    unknown = say("unknown")
    return say(
        "It took {tokens_in} tokens in and {tokens_out} out, {first} s to the first word and {total} s in all. "
        "Cost: {cost}.",
        tokens_in=unknown if took.tokens_in is None else took.tokens_in,
        tokens_out=unknown if took.tokens_out is None else took.tokens_out,
        first=unknown if took.first_token_ms is None else f"{took.first_token_ms / 1000:.1f}",
        total=unknown if took.total_ms is None else f"{took.total_ms / 1000:.1f}",
        cost=unknown if took.cost_micros is None else f"${took.cost_micros / 1_000_000:.4f}",
    )


def _cafe(interaction: Asked) -> Cafe:
    cog = interaction.client.get_cog(TalkCog.__cog_name__)
    if not isinstance(cog, TalkCog):
        raise TypeError("the talk cog is not loaded")
    return cog.cafe
