"""A lore book deleted, and had back: asked first, with a button to undo it."""

from __future__ import annotations

import re
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.lore.shown import LoreBook, May
from bot.texts import Say
from bot.transport.views import CafeView, LastingButton
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.parts import ID, NO_PINGS, answer, cafe_of
from cogs.lore.words import entries


class DecideButton(LastingButton, template=rf"lore:decide:{ID}:(?P<deed>delete|keep|restore)"):
    """Deletes the book that was named above, leaves it, or brings it back."""

    def __init__(self, book_id: str, deed: str, label: str) -> None:
        style = discord.ButtonStyle.danger if deed == "delete" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"lore:decide:{book_id}:{deed}", style=style))
        self.book_id = UUID(book_id)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it and say so."""
        await interaction.response.defer()
        cafe, say = cafe_of(interaction), say_for(interaction)
        view: CafeView | None = None
        if self.deed == "keep":
            told = say("Nothing was changed.")
        elif self.deed == "restore":
            async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                told = restored(await cafe.lore.books.restore(work, user_id, self.book_id), say)
        else:
            async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                gone = await cafe.lore.books.delete(work, user_id, self.book_id)
            told = say(
                "**{name}** is deleted. You can have it back until {until}, with the button or /lore book restore.",
                name=plain(gone.name),
                until=f"<t:{int(gone.until.timestamp())}:f>",
            )
            view = _view(DecideButton(str(self.book_id), "restore", say("Undo")))
        await interaction.edit_original_response(content=told, view=view, allowed_mentions=NO_PINGS)


ITEMS = (DecideButton,)


async def ask_to_delete(interaction: Asked, cafe: Cafe, book_id: UUID) -> None:
    """Answer a deferred interaction with the question."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        book = await cafe.lore.books.get(work, user_id, book_id, may=May.OWN)
    say = say_for(interaction)
    question = say(
        "Delete **{name}** with {entries}? No character hears of it any more, and nobody you share it with can read "
        "it. For a day you can have it back, then it is gone for good.",
        name=plain(book.name),
        entries=entries(book.entry_count, say),
    )
    delete = DecideButton(str(book_id), "delete", say("Delete {name}", name=book.name))
    await answer(interaction, question, _view(delete, DecideButton(str(book_id), "keep", say("Keep it"))))


def restored(book: LoreBook, say: Say) -> str:
    """What is said when a book is back."""
    return say(
        "**{name}** is back as it was, with {entries}.", name=plain(book.name), entries=entries(book.entry_count, say)
    )


def _view(*items: DecideButton) -> CafeView:
    view = CafeView(timeout=None)
    for item in items:
        view.add_item(item)
    return view
