"""What the pieces of /creator and /share share: the services, suggestions, panels."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot import limits
from bot.errors import Conflict, UserError
from bot.services.cafe import Cafe
from bot.texts import N_
from cogs.asking import Asked

T = TypeVar("T")
Suggestions = list[app_commands.Choice[str]]
NO_PINGS = discord.AllowedMentions.none()
COLOUR = discord.Colour.from_str("#c8763a")
COG = "CreatorCog"
ID = "(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})"
"""The row in a custom_id, so that buttons survive restarts."""

TEXTS_MAX = 4000
"""Discord's bound for all texts of one message of the newer components together (Component Reference)."""


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the creators' cog is not loaded")
    return cafe


def short(text: str, most: int = 200) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


# ------------------------------------------------------------------------------------------------ answers


async def answer(interaction: Asked, text: str) -> None:
    """Answer a deferred interaction in words, for who asked only."""
    await interaction.followup.send(text, ephemeral=True, allowed_mentions=NO_PINGS)


async def show(interaction: Asked, layout: discord.ui.LayoutView) -> None:
    """Answer a deferred interaction with a panel, for who asked only."""
    await interaction.followup.send(view=layout, ephemeral=True, allowed_mentions=NO_PINGS)


async def redraw(interaction: Asked, layout: discord.ui.LayoutView) -> None:
    """Put a panel in place of the one a deferred interaction came from; beside it, where that was no panel."""
    message = interaction.message
    if message is not None and message.flags.components_v2:
        await interaction.edit_original_response(view=layout, allowed_mentions=NO_PINGS)
    else:
        await show(interaction, layout)


async def settle(interaction: Asked) -> None:
    """Defer a form: what it came from is drawn anew, or a new answer follows."""
    if interaction.response.is_done():
        return
    message = interaction.message
    if message is not None and message.flags.components_v2:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


def panel(*items: discord.ui.Item[Any]) -> discord.ui.LayoutView:
    """A framed panel. It survives restarts where its items do. Texts that would be too much together are cut."""
    layout, left = discord.ui.LayoutView(timeout=None), TEXTS_MAX
    for item in items:
        if isinstance(item, discord.ui.TextDisplay):
            item.content = short(item.content, max(left, 1))
            left -= len(item.content)
    return layout.add_item(discord.ui.Container[Any](*items, accent_colour=COLOUR))


def words(text: str) -> discord.ui.TextDisplay[Any]:
    """Words in a panel."""
    return discord.ui.TextDisplay[Any](text)


def row(*items: discord.ui.Item[Any]) -> discord.ui.ActionRow[Any]:
    """Buttons, or one menu, in a panel."""
    return discord.ui.ActionRow[Any](*items)


def line() -> discord.ui.Separator[Any]:
    """A line between two parts of a panel."""
    return discord.ui.Separator[Any]()


def link(label: str, url: str) -> discord.ui.Button[Any]:
    """A button that opens a page."""
    return discord.ui.Button[Any](label=label[:80], url=url)


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
