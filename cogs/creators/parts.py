"""What the pieces of /creator and /share share: the services, and panels as everywhere."""

from __future__ import annotations

from typing import Any

import discord

from bot.services.cafe import Cafe
from cogs.asking import Asked
from cogs.panels import (
    ID,
    NO_PINGS,
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

COG = "CreatorCog"


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the creators' cog is not loaded")
    return cafe


async def settle(interaction: Asked) -> None:
    """Defer a form: what it came from is drawn anew, or a new answer follows."""
    if interaction.response.is_done():
        return
    message = interaction.message
    if message is not None and message.flags.components_v2:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


def link(label: str, url: str) -> discord.ui.Button[Any]:
    """A button that opens a page."""
    return discord.ui.Button[Any](label=label[:80], url=url)


__all__ = [
    "COG",
    "ID",
    "NO_PINGS",
    "Suggestions",
    "answer",
    "cafe_of",
    "choice",
    "in_time",
    "line",
    "link",
    "panel",
    "redraw",
    "row",
    "settle",
    "short",
    "show",
    "within_a_second",
    "words",
]
