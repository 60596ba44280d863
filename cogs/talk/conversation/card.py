"""/conversation show: all there is to know of a conversation, with buttons for what may be done with it."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Self

import discord

from bot import limits
from bot.errors import Conflict
from bot.services.cafe import Cafe
from bot.services.talk.conversations import Asking, Deed
from bot.services.talk.conversations.shelf import Card
from bot.texts import N_, Say
from bot.transport.views import CafeView, LastingButton, MendableModal
from cogs.asking import Asked, plain, say_for
from cogs.talk.conversation.parts import COLOUR, ID, NO_PINGS, asking_of, cafe_of, called
from cogs.talk.conversation.settings import show_settings
from cogs.talk.conversation.words import (
    KINDS,
    characters_of,
    people_of,
    recap_of,
    settings_in_words,
    state_of,
    sums_in_words,
)


class DeedButton(
    LastingButton,
    template=f"talk:{ID}:(?P<deed>pin|unpin|mute|unmute|archive|label|settings)",
):
    """Does one thing with a conversation, and shows its card anew."""

    def __init__(self, conversation_id: str, deed: str, label: str, *, row: int | None = None) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"talk:{conversation_id}:{deed}", row=row))
        self.conversation_id = conversation_id
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it."""
        cafe = cafe_of(interaction)
        if self.deed == "label":
            await interaction.response.send_modal(await _label_form(cafe, interaction, self.conversation_id))
            return
        if self.deed == "settings":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show_settings(interaction, cafe, self.conversation_id)
            return
        await interaction.response.defer()
        asking = await asking_of(cafe, interaction)
        await _do(cafe, asking, self.conversation_id, self.deed)
        await _redraw(interaction, cafe, asking, self.conversation_id)


class LabelForm(MendableModal):
    """Title and tags."""

    def __init__(self, cafe: Cafe, card: Card, say: Say) -> None:
        super().__init__(title=say("Title and tags"))
        self._cafe = cafe
        self._which = str(card.named.id)
        self.text = _field("title", card.named.title)
        self.tags = _field("tags", ", ".join(card.tags))
        self.add_item(discord.ui.Label(text=say("Title"), component=self.text))
        self.add_item(discord.ui.Label(text=say("Tags, between commas"), component=self.tags))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep both, or say what is wrong with either."""
        self._cafe.conversations.arrangements.check(self.text.value, self.tags.value)
        await interaction.response.defer()
        asking = await asking_of(self._cafe, interaction)
        await self._cafe.conversations.arrangements.entitle(asking, self.text.value, self._which)
        await self._cafe.conversations.arrangements.tag(asking, self.tags.value, self._which)
        await _redraw(interaction, self._cafe, asking, self._which)


def _field(name: str, value: str) -> discord.ui.TextInput[LabelForm]:
    # Longer than is kept: what is too long is refused with a sentence, and nothing that was typed is lost.
    most = int(limits.FORM_FIELD_MAX)
    return discord.ui.TextInput[LabelForm](custom_id=name, default=value, max_length=most, required=False)


async def look(interaction: Asked, cafe: Cafe, which: str | None) -> None:
    """Answer a deferred interaction with the card, for who asked only."""
    card = await cafe.conversations.shelf.card(await asking_of(cafe, interaction), which)
    embed, view = drawn(card, say_for(interaction))
    await interaction.followup.send(embed=embed, view=view, ephemeral=True, allowed_mentions=NO_PINGS)


def drawn(card: Card, say: Say) -> tuple[discord.Embed, CafeView]:
    """The card as who looks may see it."""
    embed = discord.Embed(title=called(card.named, say)[:256], description=state_of(card, say), colour=COLOUR)
    if told := characters_of(card, say):
        embed.add_field(name=say("Characters"), value=told[:1024], inline=False)
    if told := people_of(card, say):
        embed.add_field(name=say("People"), value=told[:1024], inline=False)
    if card.tags:
        embed.add_field(name=say("Tags"), value=" ".join(f"#{plain(tag)}" for tag in card.tags), inline=False)
    if card.summary:
        embed.add_field(name=say("Recap"), value=recap_of(card), inline=False)
    embed.add_field(name=say("How it is kept"), value=settings_in_words(card.settings, say), inline=False)
    embed.add_field(name=say("So far"), value=sums_in_words(card.sums, say), inline=False)
    began, active = int(card.started_at.timestamp()), int(card.last_activity_at.timestamp())
    when = say("Began {began}, last active {active}.", began=f"<t:{began}:D>", active=f"<t:{active}:R>")
    embed.add_field(name=say("When"), value=when, inline=False)
    embed.set_footer(text=say(KINDS[card.kind]))
    return embed, _buttons(card, say)


def _buttons(card: Card, say: Say) -> CafeView:
    view, which = CafeView(timeout=None), str(card.named.id)
    if card.seat.is_owner or card.seat.takes_part:
        deed, label = ("unpin", say("Unpin")) if card.is_pinned else ("pin", say("Pin"))
        view.add_item(DeedButton(which, deed, label))
    if not card.seat.may(Deed.ARRANGE):
        return view
    view.add_item(DeedButton(which, "label", say("Title and tags")))
    if card.is_active:
        deed, label = ("unmute", say("Unmute")) if card.is_muted else ("mute", say("Mute"))
        view.add_item(DeedButton(which, deed, label))
        view.add_item(DeedButton(which, "archive", say("Archive")))
    view.add_item(DeedButton(which, "settings", say("Settings")))
    return view


async def _do(cafe: Cafe, asking: Asking, which: str, deed: str) -> None:
    if deed in {"pin", "unpin"}:
        await cafe.conversations.shelf.pin(asking, which, is_pinned=deed == "pin")
    elif deed in {"mute", "unmute"}:
        await cafe.conversations.arrangements.mute(asking, which, is_muted=deed == "mute")
    else:
        await cafe.conversations.lives.archive(asking, which)


async def _label_form(cafe: Cafe, interaction: Asked, which: str) -> LabelForm:
    """A form cannot be deferred: what it shows is read within a second, or not at all."""
    try:
        async with asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000):
            card = await cafe.conversations.shelf.card(await asking_of(cafe, interaction), which)
    except TimeoutError as error:
        raise Conflict("too_slow", N_("That took too long, and nothing was changed. Try again in a moment.")) from error
    return LabelForm(cafe, card, say_for(interaction))


async def _redraw(interaction: Asked, cafe: Cafe, asking: Asking, which: str) -> None:
    card = await cafe.conversations.shelf.card(asking, which)
    embed, view = drawn(card, say_for(interaction))
    await interaction.edit_original_response(embed=embed, view=view, allowed_mentions=NO_PINGS)


ITEMS = (DeedButton,)
