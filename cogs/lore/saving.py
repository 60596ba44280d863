"""“Save to lore” on any message: its words become an entry of a lore book."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.lore.fields import ENTRY_FIELDS
from bot.services.lore.shown import BookChoice, EntryOrigin, May
from bot.texts import Say
from bot.transport import cards
from bot.transport.client import CafeClient
from bot.transport.views import MendableModal
from cogs.asking import Asked, caller_of, say_for
from cogs.lore.controls import NOTHING_AROUND, controls
from cogs.lore.entry_panel import show_entry
from cogs.lore.forms import settle
from cogs.lore.parts import NO_PINGS, within_a_second

_L = app_commands.locale_str
_ASKED = ("name", "content", "keys", "mode")


class SavingCog(commands.Cog):
    """The context menu."""

    def __init__(self, client: CafeClient, cafe: Cafe) -> None:
        self._client = client
        self._cafe = cafe
        self._menu = app_commands.ContextMenu(name=_L("Save to lore"), callback=self._save)

    async def cog_load(self) -> None:
        """Hand the menu to the tree: discord.py does not find it on a cog."""
        self._client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it back."""
        self._client.tree.remove_command(self._menu.name, type=self._menu.type)

    async def _save(self, interaction: Asked, message: discord.Message) -> None:
        """Ask into which book, under which keys."""
        books = await within_a_second(self._books(interaction))
        say = say_for(interaction)
        if not books:
            told = say("You have no lore book to save it to. Make one with /lore book create, then try again.")
            await interaction.response.send_message(told, ephemeral=True, allowed_mentions=NO_PINGS)
            return
        await interaction.response.send_modal(SaveForm(self._cafe, books, message, say))

    async def _books(self, interaction: Asked) -> tuple[BookChoice, ...]:
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            return await self._cafe.lore.books.find(work, user_id, "", may=May.WRITE)


class SaveForm(MendableModal):
    """A book and an entry's words."""

    def __init__(self, cafe: Cafe, books: tuple[BookChoice, ...], message: discord.Message, say: Say) -> None:
        super().__init__(title=say("Save to lore"))
        self._cafe = cafe
        speaker = message.author.display_name
        self._origin = EntryOrigin(url=message.jump_url, speaker=speaker, message_id=message.id)
        options = [
            discord.SelectOption(label=one.label[:100], value=str(one.id), default=number == 0)
            for number, one in enumerate(books[: limits.CHOICES_MAX])
        ]
        self.book = discord.ui.Select[Self](custom_id="book", options=options, required=True)
        self.add_item(discord.ui.Label(text=say("Lore book"), component=self.book))
        shown = {"content": said_in(message)[: limits.FORM_FIELD_MAX], "mode": "keyword"}
        self._controls = controls([ENTRY_FIELDS[name] for name in _ASKED], shown, say, NOTHING_AROUND)
        for control in self._controls:
            self.add_item(control.label)

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep the entry and show its panel."""
        typed = {name: value for control in self._controls for name, value in control.written().items()}
        await settle(interaction)
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            made = await self._cafe.lore.entries.add(
                work, user_id, UUID(self.book.values[0]), typed, origin=self._origin
            )
        await show_entry(interaction, self._cafe, made)


def said_in(message: discord.Message) -> str:
    """The words of a message: written, on a card of a character's, or in an embed."""
    if message.content:
        return message.content
    on_card = cards.words_of(message)
    return on_card or next((embed.description for embed in message.embeds if embed.description), "")
