"""/lore entry add, edit, show, list, search, move, enable, delete: single entries, and finding them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.lore.fields import ENTRY_FIELDS
from bot.services.lore.shown import May
from bot.texts import Say
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.controls import NOTHING_AROUND
from cogs.lore.entry_list import CARRIED_MAX, Listing, show_entries
from cogs.lore.entry_panel import gone_panel, show_entry
from cogs.lore.forms import FieldsForm, settle, text_of
from cogs.lore.groups import entry as group
from cogs.lore.parts import (
    Suggestions,
    answer,
    cafe_of,
    choice,
    in_time,
    meant,
    of_book,
    show,
    suggest_books,
    suggest_entries,
    suggest_own_books,
    suggest_own_entries,
    within_a_second,
)

_L = app_commands.locale_str
NEW = ("name", "content", "keys", "mode", "folder")
"""What is asked of a new entry; the rest is in its panel."""


async def suggest_folders(interaction: Asked, typed: str) -> Suggestions:
    """Folders of the book already chosen."""
    return await in_time(_labels(interaction, typed, is_tags=False))


async def suggest_tags(interaction: Asked, typed: str) -> Suggestions:
    """Tags in the book already chosen."""
    return await in_time(_labels(interaction, typed, is_tags=True))


async def _labels(interaction: Asked, typed: str, *, is_tags: bool) -> Suggestions:
    cafe, chosen = cafe_of(interaction), getattr(interaction.namespace, "book", None)
    if not chosen:
        return []
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        book_id = await cafe.lore.books.chosen(work, user_id, chosen)
        service = cafe.lore.entries
        found = await (service.tags if is_tags else service.folders)(work, user_id, book_id)
    fitting = [one for one in found if typed.casefold() in one.casefold() and len(one) <= 100]
    return [choice(one, one) for one in fitting[:25]]


class EntryCommands(commands.Cog):
    """The commands that make, find and change entries."""

    cafe: Cafe

    @group.command(name=_L("add"), description=_L("Write a new entry"))
    @app_commands.rename(book=_L("book"), file=_L("file"))
    @app_commands.describe(book=_L("Begin to type its name"), file=_L("Its words as a text file, if they are long"))
    @app_commands.autocomplete(book=suggest_own_books)
    async def entry_add(self, interaction: Asked, book: str, file: discord.Attachment | None = None) -> None:
        """Open the form; what it has no room for comes in the panel after it."""
        book_id = await within_a_second(self._book(interaction, book, May.WRITE))
        await interaction.response.send_modal(new_entry(interaction, self.cafe, book_id, file=file))

    @group.command(name=_L("edit"), description=_L("Change everything about an entry"))
    @of_book
    @app_commands.autocomplete(entry=suggest_own_entries)
    async def entry_edit(self, interaction: Asked, entry: str, book: str | None = None) -> None:
        """Open the panel of an entry one may change."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, entry, book, May.WRITE)

    @group.command(name=_L("show"), description=_L("Look at an entry"))
    @of_book
    @app_commands.autocomplete(entry=suggest_entries)
    async def entry_show(self, interaction: Asked, entry: str, book: str | None = None) -> None:
        """Its panel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, entry, book, May.READ)

    @group.command(name=_L("list"), description=_L("The entries of a book"))
    @app_commands.rename(book=_L("book"), folder=_L("folder"), tag=_L("tag"), off=_L("off"))
    @app_commands.describe(
        book=_L("Begin to type its name"),
        folder=_L("Only of this folder"),
        tag=_L("Only with this tag"),
        off=_L("Only those switched off"),
    )
    @app_commands.autocomplete(book=suggest_books, folder=suggest_folders, tag=suggest_tags)
    async def entry_list(
        self, interaction: Asked, book: str, folder: str = "", tag: str = "", off: bool = False
    ) -> None:
        """Page by page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        book_id = await self._book(interaction, book, May.READ)
        await show_entries(interaction, self.cafe, Listing(book_id, folder=folder, tag=tag, is_off=off))

    @group.command(name=_L("search"), description=_L("Find entries by their words"))
    @app_commands.rename(words=_L("words"), book=_L("book"))
    @app_commands.describe(words=_L("Of names, keys, tags, contents"), book=_L("Only in this book"))
    @app_commands.autocomplete(book=suggest_books)
    async def entry_search(self, interaction: Asked, words: str, book: str | None = None) -> None:
        """Page by page, in all books one may read."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        book_id = None if book is None else await self._book(interaction, book, May.READ)
        await show_entries(interaction, self.cafe, Listing(book_id, words=words[:CARRIED_MAX]))

    @group.command(name=_L("move"), description=_L("Put an entry elsewhere"))
    @app_commands.rename(entry=_L("entry"), before=_L("before"), folder=_L("folder"), book=_L("book"))
    @app_commands.describe(
        entry=_L("Begin to type its name or number"),
        before=_L("The entry it shall stand before"),
        folder=_L("Into this folder; - for none"),
        book=_L("Into this book"),
    )
    @app_commands.autocomplete(
        entry=suggest_own_entries, before=suggest_own_entries, folder=suggest_folders, book=suggest_own_books
    )
    async def entry_move(
        self,
        interaction: Asked,
        entry: str,
        before: str | None = None,
        folder: str | None = None,
        book: str | None = None,
    ) -> None:
        """To another place of the list, folder or book; with nothing said, to the end of its book."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        books, service = self.cafe.lore.books, self.cafe.lore.entries
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry_id = await service.chosen(work, user_id, entry, may=May.WRITE)
            other = None if before is None else await service.chosen(work, user_id, before, may=May.WRITE)
            into = None if book is None else await books.chosen(work, user_id, book, may=May.WRITE)
            shelf = "" if folder == "-" else folder
            moved = await service.move(work, user_id, entry_id, before=other, folder=shelf, book_id=into)
        await show_entry(interaction, self.cafe, moved)

    @group.command(name=_L("enable"), description=_L("Switch an entry on or off"))
    @of_book
    @app_commands.rename(on=_L("on"))
    @app_commands.describe(on=_L("Off: it is kept, and never comes in"))
    @app_commands.autocomplete(entry=suggest_own_entries)
    async def entry_enable(self, interaction: Asked, entry: str, on: bool = True, book: str | None = None) -> None:
        """It holds from the next answer on."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        service = self.cafe.lore.entries
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry_id = await meant(self.cafe, work, user_id, entry, book, May.WRITE)
            changed = await service.enable(work, user_id, entry_id, on)
        say, name = say_for(interaction), plain(changed.name)
        told = say("**#{number} {name}** is on.", number=changed.number, name=name)
        if not on:
            told = say("**#{number} {name}** is off: no character hears of it.", number=changed.number, name=name)
        await answer(interaction, told)

    @group.command(name=_L("delete"), description=_L("Delete an entry; undo brings it back"))
    @of_book
    @app_commands.autocomplete(entry=suggest_own_entries)
    async def entry_delete(self, interaction: Asked, entry: str, book: str | None = None) -> None:
        """At once, since it can be taken back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        service = self.cafe.lore.entries
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry_id = await meant(self.cafe, work, user_id, entry, book, May.WRITE)
            gone = await service.delete(work, user_id, entry_id)
        await show(interaction, gone_panel(gone, say_for(interaction)))

    async def _book(self, interaction: Asked, typed: str, may: May) -> UUID:
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = await self.cafe.lore.books.chosen(work, user_id, typed, may=may)
            return (await self.cafe.lore.books.get(work, user_id, chosen, may=may)).id

    async def _show(self, interaction: Asked, typed: str, book: str | None, may: May) -> None:
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry_id = await meant(self.cafe, work, user_id, typed, book, may)
            entry = await self.cafe.lore.entries.get(work, user_id, entry_id, may=may)
        await show_entry(interaction, self.cafe, entry)


def new_entry(
    interaction: Asked,
    cafe: Cafe,
    book_id: UUID,
    *,
    file: discord.Attachment | None = None,
    typed: dict[str, str] | None = None,
) -> FieldsForm:
    """The form of a new entry; `typed` is what it begins with."""
    say: Say = say_for(interaction)
    shown = {"mode": "keyword", **(typed or {})}
    names = [name for name in NEW if name != "content" or file is None]

    async def save(asked: discord.Interaction[Any], changed: dict[str, str]) -> None:
        await settle(asked)
        given = {**(typed or {}), **changed}
        if file is not None:
            given["content"] = await text_of(file)
        async with cafe.people.at_work(caller_of(asked)) as (user_id, work):
            made = await cafe.lore.entries.add(work, user_id, book_id, given)
        await show_entry(asked, cafe, made)

    return FieldsForm(say("A new entry"), [ENTRY_FIELDS[name] for name in names], shown, say, NOTHING_AROUND, save)
