"""The services of money, for buttons that outlive the command that made them."""

from __future__ import annotations

from bot.services.cafe import Cafe
from cogs.asking import Asked

COG = "MoneyCog"


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the money cog is not loaded")
    return cafe
