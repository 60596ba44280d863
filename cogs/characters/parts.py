"""What the pieces of /character share: the cafe, buttons that know their character, suggestions, small renderings."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import Any, Self, TypeVar
from uuid import UUID

import discord
from discord import app_commands

from bot import limits
from bot.errors import Conflict, InvalidInput, NotFound
from bot.services.cafe import Cafe
from bot.services.characters import Choice, Picture
from bot.texts import N_
from bot.transport.views import CafeView
from cogs.asking import Asked, caller_of, is_age_restricted, say_for

T = TypeVar("T")
NO_PINGS = discord.AllowedMentions.none()
COLOUR = discord.Colour.from_str("#c8763a")
COG = "CharactersCog"
BUTTON = r"character:(?P<id>[0-9a-f]{8}-[0-9a-f-]{27}):"
"""How the custom_ids of this room begin: they carry the character's id, so that buttons survive restarts."""


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the characters' cog is not loaded")
    return cafe


class CharacterButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"character:never"):
    """A button about one character. Subclass it with a template that begins as `BUTTON`; override `pressed`."""

    verb = "never"
    style = discord.ButtonStyle.secondary

    def __init__(self, character_id: UUID | str, label: str, *, more: str = "", row: int | None = None) -> None:
        custom_id = f"character:{character_id}:{self.verb}{more}"
        super().__init__(discord.ui.Button(label=label[:80], style=self.style, custom_id=custom_id, row=row))
        self.character_id = UUID(str(character_id))
        self.more = more

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        label = item.label if isinstance(item, discord.ui.Button) else None
        return cls(match["id"], label or "…", more=match.groupdict().get("more") or "")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Run `pressed` inside the border."""
        try:
            await self.pressed(interaction, cafe_of(interaction))
        except Exception as error:  # a border: discord.py would swallow it and leave the person waiting
            await interaction.client.border.answer(interaction, error)

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """What the button does."""
        raise NotImplementedError


def view_of(*items: discord.ui.Item[Any]) -> CafeView:
    """A view that survives restarts, since its items do."""
    view = CafeView(timeout=None)
    for item in items:
        view.add_item(item)
    return view


async def prepared(cafe: Cafe, attachment: discord.Attachment) -> Picture:
    """The picture of an attachment, ready to be kept. Raises `InvalidInput`."""
    try:
        data = await attachment.read()
    except (discord.HTTPException, OSError) as error:
        raise InvalidInput(
            "picture_not_fetched",
            N_("The picture could not be fetched from Discord. Choose it again."),
            field="picture",
        ) from error
    return await cafe.characters.pictures.prepare(data)


# ------------------------------------------------------------------------------------------------ suggestions

Suggestions = list[app_commands.Choice[str]]
Numbers = list[app_commands.Choice[int]]


async def in_time(reading: Awaitable[list[T]]) -> list[T]:
    """Suggestions, or none where they would come too late."""
    try:
        async with asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000):
            return await reading
    except TimeoutError:
        return []


def choices(found: tuple[Choice, ...]) -> Suggestions:
    """Characters as Discord shows them under an option; their ids are the values."""
    return [app_commands.Choice(name=one.name[: limits.CHOICE_LABEL_MAX], value=str(one.id)) for one in found]


async def suggest_visible(interaction: Asked, typed: str) -> Suggestions:
    """Characters one may summon whose names begin like this."""
    return await in_time(_found(interaction, typed, own=False))


async def suggest_own(interaction: Asked, typed: str) -> Suggestions:
    """One's own characters whose names begin like this."""
    return await in_time(_found(interaction, typed, own=True))


async def _found(interaction: Asked, typed: str, *, own: bool) -> Suggestions:
    cafe = cafe_of(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        adults = is_age_restricted(interaction)
        return choices(await cafe.characters.find(work, user_id, typed, adults=adults, only_own=own))


async def suggest_deleted(interaction: Asked, typed: str) -> Suggestions:
    """One's characters that can still be had back."""
    cafe = cafe_of(interaction)

    async def read() -> Suggestions:
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            gone = await cafe.characters.deleted(work, user_id)
        fitting = [one for one in gone if typed.casefold() in one.name.casefold()]
        return [app_commands.Choice(name=one.name, value=str(one.id)) for one in fitting[: limits.CHOICES_MAX]]

    return await in_time(read())


async def suggest_greetings(interaction: Asked, typed: str) -> Numbers:
    """How each greeting of the character chosen so far begins."""
    return await in_time(_greetings(interaction, typed))


async def _greetings(interaction: Asked, typed: str) -> Numbers:
    cafe, say = cafe_of(interaction), say_for(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        try:
            chosen = await cafe.characters.chosen(work, user_id, str(interaction.namespace.character or ""))
        except NotFound:
            return []
        adults = is_age_restricted(interaction)
        found = await cafe.characters.directory.greetings(work, user_id, chosen, adults=adults)
    labels = [say("any of them"), *(f"{number}: {' '.join(one.split())}" for number, one in enumerate(found, 1))]
    fitting = [(number, label) for number, label in enumerate(labels) if typed.casefold() in label.casefold()]
    most = int(limits.CHOICES_MAX)
    return [
        app_commands.Choice(name=short(label, int(limits.CHOICE_LABEL_MAX)), value=n) for n, label in fitting[:most]
    ]


async def within_a_second(reading: Awaitable[T]) -> T:
    """What must be read before a form opens, which cannot be deferred. Raises `Conflict` where it takes too long."""
    try:
        async with asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000):
            return await reading
    except TimeoutError as error:
        raise Conflict("too_slow", N_("That took too long, and nothing was changed. Try again in a moment.")) from error


def short(text: str, most: int = 200) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
