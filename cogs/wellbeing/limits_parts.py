"""What the pieces of /limits share: buttons and menus that outlive restarts, and small words."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.errors import NotFound
from bot.services.cafe import Cafe
from bot.texts import N_
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked
from cogs.panels import redraw

COG = "LimitsCog"
Does = Callable[[Asked, Cafe, str], Awaitable[None]]
"""What a button or a menu does: with the services, and what was chosen or stands in its custom_id."""

_deeds: dict[str, Does] = {}


def on(name: str) -> Callable[[Does], Does]:
    """Let buttons, or a menu, of this name do something."""

    def note(does: Does) -> Does:
        _deeds[name] = does
        return does

    return note


class LimitsButton(LastingButton, template=r"limits:(?P<name>[a-z]{1,20})(?::(?P<rest>.*))?"):
    """A button of one's own limits."""

    def __init__(
        self, name: str, label: str, rest: str = "", style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> None:
        custom_id = f"limits:{name}:{rest}" if rest else f"limits:{name}"
        super().__init__(discord.ui.Button(label=label[:80], custom_id=custom_id, style=style))
        self.name = name
        self.rest = rest

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["name"], "…", match["rest"] or "")

    async def pressed(self, interaction: Asked) -> None:
        """Do what its name says."""
        await _done(interaction, self.name, self.rest)


class LimitsSelect(LastingSelect, template=r"limited:(?P<name>[a-z]{1,20})"):
    """A menu of one's own limits, of which one thing is chosen."""

    @classmethod
    def of(cls, name: str, hint: str, options: list[discord.SelectOption]) -> Self:
        """The menu."""
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"limited:{name}", placeholder=hint[:150], options=options[: int(limits.CHOICES_MAX)]
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Do what its name says with what was chosen."""
        await _done(interaction, self.item.custom_id.partition(":")[2], self.item.values[0])


async def _done(interaction: Asked, name: str, rest: str) -> None:
    deed = _deeds.get(name)
    if deed is None:
        raise gone()
    await deed(interaction, cafe_of(interaction), rest)


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the cog of limits is not loaded")
    return cafe


def gone() -> NotFound:
    """What a button was about is not there any more."""
    return NotFound("limits_button_gone", N_("This button is too old. Begin again with /limits show."))


def id_in(text: str) -> UUID:
    """The id that was chosen. Raises `NotFound`."""
    try:
        return UUID(text)
    except ValueError:
        raise gone() from None


async def begin(interaction: Asked) -> None:
    """Defer: a panel is drawn anew where the button stands in one, else beside it."""
    if interaction.response.is_done():
        return
    message = interaction.message
    if message is not None and message.flags.components_v2:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def draw(interaction: Asked, layout: discord.ui.LayoutView) -> None:
    """Show a panel to a deferred interaction."""
    await redraw(interaction, layout)


def option(label: str, value: object) -> discord.SelectOption:
    """One choice of a menu."""
    return discord.SelectOption(label=label[:100] or "…", value=str(value)[:100])
