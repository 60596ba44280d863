"""What panels made of Discord's newer components are built from, and answers that show them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot import limits
from bot.errors import Conflict, UserError
from bot.services.people.zones import zones_like
from bot.texts import N_
from cogs.asking import Asked

T = TypeVar("T")
Suggestions = list[app_commands.Choice[str]]
NO_PINGS = discord.AllowedMentions.none()
COLOUR = discord.Colour.from_str("#c8763a")
ID = "(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})"
"""A row's id in a custom_id, so that buttons survive restarts."""

_BAR = 10

TEXTS_MAX = 4000
"""Discord's bound for all texts of one message of the newer components together (Component Reference)."""


def short(text: str, most: int = 200) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def grouped(number: int) -> str:
    """A number with thin spaces between its thousands: the same in every language (ISO 80000-1)."""
    return f"{number:,}".replace(",", "\u202f")


def bar(used: int, most: int) -> str:
    """How much of something is used, at a glance."""
    full = _BAR if most <= 0 else min(_BAR, -(-used * _BAR // most))
    return "▰" * full + "▱" * (_BAR - full)


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


def suggested_zones(typed: str) -> Suggestions:
    """Time zones whose names hold what was typed."""
    return [choice(one.replace("_", " "), one) for one in zones_like(typed, int(limits.CHOICES_MAX))]
