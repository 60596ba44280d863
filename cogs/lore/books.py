"""/lore book create, edit, list, open, share, fork, delete, restore: books as a whole."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.errors import NotFound
from bot.services.cafe import Cafe
from bot.services.lore.shown import LoreBook, May, Shelf
from cogs.asking import Asked, caller_of, say_for
from cogs.lore.book_list import show_books
from cogs.lore.book_panel import asked_in, asked_to_publish, fork, new_book, show_book
from cogs.lore.deciding import ask_to_delete, restored
from cogs.lore.groups import book as group
from cogs.lore.parts import (
    answer,
    suggest_books,
    suggest_deleted_books,
    suggest_owned_books,
    suggest_ruled_books,
)
from cogs.lore.sharing import show_sharing

_L = app_commands.locale_str

_SHELVES = [
    app_commands.Choice(name=_L("yours"), value=Shelf.MINE.value),
    app_commands.Choice(name=_L("shared with you"), value=Shelf.SHARED.value),
    app_commands.Choice(name=_L("for everybody"), value=Shelf.PUBLIC.value),
    app_commands.Choice(name=_L("all"), value=Shelf.ALL.value),
]


class BookCommands(commands.Cog):
    """The commands about books as a whole."""

    cafe: Cafe

    @group.command(name=_L("create"), description=_L("Make a lore book"))
    async def book_create(self, interaction: Asked) -> None:
        """Open the form."""
        await interaction.response.send_modal(new_book(interaction, self.cafe))

    @group.command(name=_L("edit"), description=_L("Change a book, see its state"))
    @app_commands.rename(book=_L("book"))
    @app_commands.describe(book=_L("Begin to type its name"))
    @app_commands.autocomplete(book=suggest_ruled_books)
    async def book_edit(self, interaction: Asked, book: str) -> None:
        """Its panel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book, may=May.ADMIN)
            found = await self.cafe.lore.books.get(work, user_id, book_id, may=May.ADMIN)
        await show_book(interaction, self.cafe, found)

    @group.command(name=_L("list"), description=_L("Lore books, yours and others'"))
    @app_commands.rename(words=_L("words"), show=_L("show"))
    @app_commands.describe(words=_L("Words of its name or tags"), show=_L("Which ones"))
    @app_commands.choices(show=_SHELVES)
    async def book_list(self, interaction: Asked, words: str = "", show: str = Shelf.MINE.value) -> None:
        """Page by page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_books(interaction, self.cafe, Shelf(show), words)

    @group.command(name=_L("open"), description=_L("Look at a book, or open one by its code"))
    @app_commands.rename(book=_L("book"), password=_L("password"))
    @app_commands.describe(book=_L("Its code, or begin to type its name"), password=_L("If it has one"))
    @app_commands.autocomplete(book=suggest_books)
    async def book_open(self, interaction: Asked, book: str, password: str = "") -> None:
        """One that may be read already is shown; else the code opens it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_book(interaction, self.cafe, await self._opened(interaction, book, password))

    @group.command(name=_L("share"), description=_L("Who may read and write a book"))
    @app_commands.rename(book=_L("book"))
    @app_commands.describe(book=_L("Begin to type its name"))
    @app_commands.autocomplete(book=suggest_ruled_books)
    async def book_share(self, interaction: Asked, book: str) -> None:
        """The panel of sharing."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book, may=May.ADMIN)
        await show_sharing(interaction, self.cafe, book_id)

    @group.command(name=_L("ask"), description=_L("Ask to write in a book you can read"))
    @app_commands.rename(book=_L("book"), words=_L("words"))
    @app_commands.describe(book=_L("Begin to type its name"), words=_L("What you want to write in it"))
    @app_commands.autocomplete(book=suggest_books)
    async def book_ask(self, interaction: Asked, book: str, words: str = "") -> None:
        """Whoever looks after it sees that in its panel of sharing."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book)
            name = await self.cafe.lore.sharing.ask(work, user_id, book_id, words)
        await answer(interaction, asked_in(name, say_for(interaction)))

    @group.command(name=_L("publish"), description=_L("Ask staff to let everybody read a book of yours"))
    @app_commands.rename(book=_L("book"), words=_L("words"))
    @app_commands.describe(book=_L("Begin to type its name"), words=_L("What staff should know of it"))
    @app_commands.autocomplete(book=suggest_owned_books)
    async def book_publish(self, interaction: Asked, book: str, words: str = "") -> None:
        """Books become public by staff alone; they read it and answer."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book, may=May.OWN)
            asked = await self.cafe.oversight.publications.ask_for_book(work, user_id, book_id, words)
        await answer(interaction, asked_to_publish(asked.is_new, say_for(interaction)))

    @group.command(name=_L("fork"), description=_L("Make your own copy of a book"))
    @app_commands.rename(book=_L("book"), name=_L("name"))
    @app_commands.describe(book=_L("Begin to type its name"), name=_L("What the copy is called"))
    @app_commands.autocomplete(book=suggest_books)
    async def book_fork(self, interaction: Asked, book: str, name: str = "") -> None:
        """One's own copy."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book)
        await fork(interaction, self.cafe, book_id, name)

    @group.command(name=_L("delete"), description=_L("Delete a book; for a day you can undo it"))
    @app_commands.rename(book=_L("book"))
    @app_commands.describe(book=_L("Begin to type its name"))
    @app_commands.autocomplete(book=suggest_owned_books)
    async def book_delete(self, interaction: Asked, book: str) -> None:
        """Ask first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book, may=May.OWN)
        await ask_to_delete(interaction, self.cafe, book_id)

    @group.command(name=_L("restore"), description=_L("Bring back a book you deleted"))
    @app_commands.rename(book=_L("book"))
    @app_commands.describe(book=_L("One of those you deleted"))
    @app_commands.autocomplete(book=suggest_deleted_books)
    async def book_restore(self, interaction: Asked, book: str) -> None:
        """Take the deletion back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen_deleted(work, user_id, book)
            back = await self.cafe.lore.books.restore(work, user_id, book_id)
        await answer(interaction, restored(back, say_for(interaction)))

    async def _opened(self, interaction: Asked, typed: str, password: str) -> LoreBook:
        books = self.cafe.lore.books
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            try:
                return await books.look(work, user_id, await books.chosen(work, user_id, typed))
            except NotFound:
                return await self.cafe.lore.sharing.open(work, user_id, typed, password)
