"""/lore book list: a screen of books at a time. What is looked for stands in the buttons, so that they survive."""

from __future__ import annotations

import re
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.lore.shown import BookPage, LoreBook, Shelf
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.book_panel import show_book
from cogs.lore.parts import cafe_of, panel, redraw, row, short, show, words
from cogs.lore.words import entries, tokens

CARRIED_MAX = 50
_DESCRIPTION_SHOWN = 120
_PAGE = r"lorebooks:(?P<shelf>[a-z]{1,10}):(?P<number>[0-9]{1,6}):(?P<text>.{0,50})"


class BooksButton(LastingButton, template=_PAGE):
    """Turns a page of books."""

    def __init__(self, custom_id: str, label: str, *, disabled: bool = False) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, disabled=disabled))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match.string, "…")

    async def pressed(self, interaction: Asked) -> None:
        """Show the page in place of this one."""
        match = re.fullmatch(_PAGE, self.custom_id)
        assert match is not None
        await interaction.response.defer()
        cafe = cafe_of(interaction)
        layout = await listed(interaction, cafe, Shelf(match["shelf"]), match["text"], int(match["number"]))
        await redraw(interaction, layout)


class BookSelect(LastingSelect, template=r"lorebooks:look"):
    """Opens the panel of one book of a list."""

    @classmethod
    def of(cls, books: tuple[LoreBook, ...], say: Say) -> Self:
        """The menu under a page."""
        options = [discord.SelectOption(label=one.name[:100], value=str(one.id)) for one in books]
        menu = discord.ui.Select[discord.ui.View](
            custom_id="lorebooks:look", options=options, placeholder=say("Look at one of them")
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Show it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        cafe = cafe_of(interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book = await cafe.lore.books.look(work, user_id, UUID(self.item.values[0]))
        await show_book(interaction, cafe, book)


ITEMS = (BooksButton, BookSelect)


async def show_books(interaction: Asked, cafe: Cafe, shelf: Shelf, text: str) -> None:
    """Answer a deferred interaction with the first page, for who asked only."""
    await show(interaction, await listed(interaction, cafe, shelf, text[:CARRIED_MAX], 0))


async def listed(interaction: Asked, cafe: Cafe, shelf: Shelf, text: str, number: int) -> discord.ui.LayoutView:
    """A screen of books."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        page = await cafe.lore.books.page(work, user_id, number, which=shelf, text=text)
    return drawn(page, shelf, text, say_for(interaction))


def drawn(page: BookPage, shelf: Shelf, text: str, say: Say) -> discord.ui.LayoutView:
    """The screen. Pure."""
    titles = {
        Shelf.MINE: say("Your lore books"),
        Shelf.SHARED: say("Lore books shared with you"),
        Shelf.PUBLIC: say("Lore books for everybody"),
        Shelf.ALL: say("Lore books you can read"),
    }
    items: list[discord.ui.Item[Any]] = [words(f"### {titles[shelf]}")]
    if not page.books:
        items.append(words(_nothing(shelf, text, say)))
        return panel(*items)
    items.append(words("\n".join(_line(one, say) for one in page.books)))
    items.append(row(BookSelect.of(page.books, say)))
    if page.last:
        to = [f"lorebooks:{shelf.value}:{number}:{text}" for number in (max(0, page.number - 1), page.number + 1)]
        back = BooksButton(to[0], say("Back"), disabled=page.number == 0)
        items.append(row(back, BooksButton(to[1], say("Next"), disabled=page.number == page.last)))
    total = say.plural("{n} book", "{n} books", page.total)
    items.append(words(f"-# {total} · {tokens(page.tokens, say)}"))
    return panel(*items)


def _nothing(shelf: Shelf, text: str, say: Say) -> str:
    if text:
        return say("None fits “{words}”. Try fewer or other words.", words=plain(text))
    if shelf is Shelf.SHARED:
        return say("Nobody shares one with you yet. A code opens one: /lore book open.")
    if shelf is Shelf.PUBLIC:
        return say("The house has published none yet.")
    return say("There is none yet. Make one with /lore book create, or bring one in with /lore book import.")


def _line(one: LoreBook, say: Say) -> str:
    about = [entries(one.entry_count, say), tokens(one.token_count, say)]
    about.append(say("in force in {n} places", n=one.attached) if one.attached > 1 else "")
    about.append(say("in force in one place") if one.attached == 1 else "")
    if one.requests:
        about.append(say.plural("{n} asks to write in it", "{n} ask to write in it", one.requests))
    mark = "★ " if one.is_featured else ""
    text = f"**{mark}{plain(short(one.name, 100))}**\n-# {' · '.join(filter(None, about))}"
    return f"{text}\n{plain(short(one.description, _DESCRIPTION_SHOWN))}" if one.description else text
