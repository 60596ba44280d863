"""What the pieces of /lore share: the services, suggestions, answers, panels made of Discord's newer components."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from discord import app_commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.lore.shown import May
from bot.services.talk.conversations import Asking
from cogs.asking import Asked, caller_of, place_of, rights_of
from cogs.panels import (
    COLOUR,
    ID,
    NO_PINGS,
    TEXTS_MAX,
    Suggestions,
    answer,
    choice,
    in_time,
    line,
    panel,
    redraw,
    row,
    short,
    show,
    within_a_second,
    words,
)

_L = app_commands.locale_str
COG = "LoreCog"

__all__ = [
    "COLOUR", "ID", "NO_PINGS", "TEXTS_MAX", "Suggestions", "answer", "asking_of", "cafe_of", "choice", "in_time",
    "line", "meant", "of_book", "panel", "redraw", "row", "short", "show", "suggest_books", "suggest_deleted_books",
    "suggest_entries", "suggest_own_books", "suggest_own_entries", "suggest_owned_books", "suggest_ruled_books",
    "within_a_second", "words",
]  # fmt: skip


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
