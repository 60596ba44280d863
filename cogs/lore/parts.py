"""What the pieces of /lore share: the services, suggestions, answers, panels made of Discord's newer components."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar
from uuid import UUID

import discord
from discord import app_commands

from bot import limits
from bot.errors import Conflict, UserError
from bot.services.cafe import Cafe
from bot.services.lore.shown import May
from bot.services.talk.conversations import Asking
from bot.texts import N_
from cogs.asking import Asked, caller_of, place_of, rights_of

T = TypeVar("T")
_L = app_commands.locale_str
Suggestions = list[app_commands.Choice[str]]
NO_PINGS = discord.AllowedMentions.none()
COLOUR = discord.Colour.from_str("#c8763a")
COG = "LoreCog"
ID = "(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})"
"""The book or entry in a custom_id, so that buttons survive restarts."""

TEXTS_MAX = 4000
"""Discord's bound for all texts of one message of the newer components together (Component Reference)."""


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the lore cog is not loaded")
    return cafe


async def asking_of(cafe: Cafe, interaction: Asked) -> Asking:
    """Who asks, from where, and what Discord lets them do there. Touches the database: defer before."""
    place = place_of(interaction)
    return Asking(await cafe.people.arrive(caller_of(interaction)), place, rights_of(interaction))


def short(text: str, most: int = 200) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


# ------------------------------------------------------------------------------------------------ answers


async def answer(interaction: Asked, text: str, view: discord.ui.View | None = None) -> None:
    """Answer a deferred interaction in words, for who asked only."""
    shown = discord.utils.MISSING if view is None else view
    await interaction.followup.send(text, view=shown, ephemeral=True, allowed_mentions=NO_PINGS)


async def show(interaction: Asked, layout: discord.ui.LayoutView, *, file: discord.File | None = None) -> None:
    """Answer a deferred interaction with a panel, for who asked only."""
    attached = discord.utils.MISSING if file is None else file
    await interaction.followup.send(view=layout, file=attached, ephemeral=True, allowed_mentions=NO_PINGS)


async def redraw(interaction: Asked, layout: discord.ui.LayoutView) -> None:
    """Put a panel in place of the one a deferred interaction came from; beside it, where that was no panel."""
    message = interaction.message
    if message is not None and message.flags.components_v2:
        await interaction.edit_original_response(view=layout, allowed_mentions=NO_PINGS)
    else:
        await show(interaction, layout)


def panel(*items: discord.ui.Item[Any]) -> discord.ui.LayoutView:
    """A framed panel. It survives restarts where its items do. Texts that would be too much together are cut."""
    layout, left = discord.ui.LayoutView(timeout=None), TEXTS_MAX
    for item in items:
        if isinstance(item, discord.ui.TextDisplay):
            item.content = short(item.content, max(left, 1))
            left -= len(item.content)
    frame = discord.ui.Container[Any](*items, accent_colour=COLOUR)
    return layout.add_item(frame)


def words(text: str) -> discord.ui.TextDisplay[Any]:
    """Words in a panel."""
    return discord.ui.TextDisplay[Any](text)


def row(*items: discord.ui.Item[Any]) -> discord.ui.ActionRow[Any]:
    """Buttons, or one menu, in a panel."""
    return discord.ui.ActionRow[Any](*items)


def line() -> discord.ui.Separator[Any]:
    """A line between two parts of a panel."""
    return discord.ui.Separator[Any]()


# ------------------------------------------------------------------------------------------------ in time


async def within_a_second(reading: Awaitable[T]) -> T:
    """What must be read before a form opens, which cannot be deferred. Raises `Conflict` where it takes too long."""
    try:
        async with asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000):
            return await reading
    except TimeoutError as error:
        raise Conflict("too_slow", N_("That took too long, and nothing was changed. Try again in a moment.")) from error


async def in_time(reading: Awaitable[Suggestions]) -> Suggestions:
    """Suggestions, or none where they would come too late, or what was typed before them is not there."""
    try:
        async with asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000):
            return await reading
    except (TimeoutError, UserError):
        return []


def choice(label: str, value: object) -> app_commands.Choice[str]:
    """One suggestion: what is shown, and the id behind it."""
    return app_commands.Choice(name=label[: limits.CHOICE_LABEL_MAX] or "—", value=str(value))


async def suggest_books(interaction: Asked, typed: str) -> Suggestions:
    """Books one may read."""
    return await in_time(_books(interaction, typed, May.READ))


async def suggest_own_books(interaction: Asked, typed: str) -> Suggestions:
    """Books one may write in."""
    return await in_time(_books(interaction, typed, May.WRITE))


async def suggest_owned_books(interaction: Asked, typed: str) -> Suggestions:
    """Books that are one's own."""
    return await in_time(_books(interaction, typed, May.OWN))


async def suggest_ruled_books(interaction: Asked, typed: str) -> Suggestions:
    """Books of which one decides who else may read and write."""
    return await in_time(_books(interaction, typed, May.ADMIN))


async def _books(interaction: Asked, typed: str, may: May) -> Suggestions:
    cafe = cafe_of(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        found = await cafe.lore.books.find(work, user_id, typed, may=may)
    return [choice(one.label, one.id) for one in found]


async def suggest_deleted_books(interaction: Asked, typed: str) -> Suggestions:
    """One's books that can still be had back."""
    cafe = cafe_of(interaction)

    async def read() -> Suggestions:
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            gone = await cafe.lore.books.deleted(work, user_id)
        fitting = [one for one in gone if typed.casefold() in one.name.casefold()]
        return [choice(one.name, one.id) for one in fitting[: limits.CHOICES_MAX]]

    return await in_time(read())


def of_book(command: Any) -> Any:
    """Name and describe the options that name an entry, and the book without which a number means nothing."""
    command = app_commands.rename(entry=_L("entry"), book=_L("book"))(command)
    command = app_commands.describe(
        entry=_L("Begin to type its name or number"), book=_L("Its book, to choose or number within it")
    )(command)
    return app_commands.autocomplete(book=suggest_books)(command)


async def meant(
    cafe: Cafe, work: Any, user_id: UUID, typed: str, book: str | None, may: May, *, deleted: bool = False
) -> UUID:
    """The entry meant by the two options. Raises `NotFound`."""
    book_id = None if book is None else await cafe.lore.books.chosen(work, user_id, book, may=may)
    return await cafe.lore.entries.chosen(work, user_id, typed, book_id=book_id, may=may, deleted=deleted)


async def suggest_entries(interaction: Asked, typed: str) -> Suggestions:
    """Entries one may read: of the book already chosen, else of all."""
    return await in_time(_entries(interaction, typed, May.READ))


async def suggest_own_entries(interaction: Asked, typed: str) -> Suggestions:
    """Entries one may change: of the book already chosen, else of all."""
    return await in_time(_entries(interaction, typed, May.WRITE))


async def _entries(interaction: Asked, typed: str, may: May) -> Suggestions:
    cafe = cafe_of(interaction)
    chosen = getattr(interaction.namespace, "book", None)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        if chosen:
            book_id = await cafe.lore.books.chosen(work, user_id, chosen, may=may)
        elif typed.strip():
            book_id = None
        else:
            first = await cafe.lore.books.find(work, user_id, "", may=may)
            book_id = first[0].id if first else None
        found = await cafe.lore.entries.find(work, user_id, typed, book_id=book_id, may=may)
    return [choice(one.label, one.id) for one in found]
