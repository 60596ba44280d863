"""What the pieces of /mood share: buttons and menus that outlive restarts, and who asks, with what they said yes to.

Every custom_id under `mood:` gets an answer, whatever somebody writes into it: what is not known, or somebody else's,
is answered as missing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import discord

from bot.errors import NotFound
from bot.services.cafe import Cafe
from bot.services.wellbeing.consent import MoodOptions
from bot.services.wellbeing.entries import zone_info
from bot.services.wellbeing.moods import Work
from bot.texts import N_, Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked
from cogs.panels import redraw

COG = "MoodCog"
Does = Callable[[Asked, Cafe, str], Awaitable[None]]
"""What a button does: with the services, and what its custom_id says after its name."""
Chooses = Callable[[Asked, Cafe, str, list[str]], Awaitable[None]]
"""The same for a menu, with what was chosen."""

_buttons: dict[str, Does] = {}
_menus: dict[str, Chooses] = {}


CONSENT = "consent"
"""The button that shows what a yes means; also what is done in place of everything that needs one."""


class NotYet(NotFound):
    """Who asks keeps no check-ins: they are told what that would mean instead."""

    def __init__(self) -> None:
        super().__init__("no_check_ins", N_("You keep no check-ins here. Begin with /mood checkin."))


def on_button(name: str) -> Callable[[Does], Does]:
    """Let buttons of this name do something."""

    def note(does: Does) -> Does:
        _buttons[name] = does
        return does

    return note


def on_menu(name: str) -> Callable[[Chooses], Chooses]:
    """Let menus of this name do something."""

    def note(chooses: Chooses) -> Chooses:
        _menus[name] = chooses
        return chooses

    return note


class MoodButton(LastingButton, template=r"mood:(?P<name>[a-z]{1,20})(?::(?P<rest>.*))?"):
    """A button of check-ins."""

    def __init__(
        self,
        what: str,
        label: str,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        *,
        is_disabled: bool = False,
    ) -> None:
        """`what` is its name and what it is about: `note:<id>`."""
        button = discord.ui.Button[discord.ui.View](
            label=label[:80], custom_id=f"mood:{what}", style=style, disabled=is_disabled
        )
        super().__init__(button)
        self.what = what

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match.string.partition(":")[2], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do what its name says."""
        name, _, rest = self.what.partition(":")
        does = _buttons.get(name)
        if does is None:
            raise gone()
        cafe = cafe_of(interaction)
        try:
            await does(interaction, cafe, rest)
        except NotYet:
            await _buttons[CONSENT](interaction, cafe, "")


class MoodSelect(LastingSelect, template=r"moods:(?P<name>[a-z]{1,20})(?::(?P<rest>.*))?"):
    """A menu of check-ins."""

    @classmethod
    def of(cls, what: str, hint: str, options: list[discord.SelectOption], *, least: int = 1, most: int = 1) -> Self:
        """A menu; `what` as for a button."""
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"moods:{what}",
            placeholder=hint[:150],
            options=options[:25],
            min_values=least,
            max_values=min(most, len(options), 25),
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Do what its name says with what was chosen."""
        _, _, what = self.item.custom_id.partition(":")
        name, _, rest = what.partition(":")
        chooses = _menus.get(name)
        if chooses is None:
            raise gone()
        cafe = cafe_of(interaction)
        try:
            await chooses(interaction, cafe, rest, list(self.item.values))
        except NotYet:
            await _buttons[CONSENT](interaction, cafe, "")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in their work, with what they said yes to."""

    work: Work
    user_id: UUID
    options: MoodOptions

    @property
    def zone(self) -> ZoneInfo:
        """Where their clock stands."""
        return zone_info(self.options.time_zone)


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the cog of check-ins is not loaded")
    return cafe


def gone() -> NotFound:
    """What a button was about is not there, or not theirs."""
    return NotFound("mood_button_gone", N_("This button is too old, or not yours. Begin again with /mood checkin."))


def id_in(text: str) -> UUID:
    """The id that a custom_id holds. Raises `NotFound`."""
    try:
        return UUID(text)
    except ValueError:
        raise gone() from None


def number_in(text: str, low: int, high: int) -> int:
    """The whole number that a custom_id holds. Raises `NotFound`."""
    if not (text.isascii() and text.lstrip("-").isdigit() and len(text) <= 12 and low <= int(text) <= high):
        raise gone()
    return int(text)


def link(cafe: Cafe, say: Say, path: str = "/mood", label: str = "") -> list[discord.ui.Item[Any]]:
    """A button to the web page, where it is known where that is."""
    site = cafe.site()
    return [discord.ui.Button[Any](label=(label or say("On the web"))[:80], url=f"{site}{path}")] if site else []


def option(label: str, value: str, *, chosen: bool = False) -> discord.SelectOption:
    """One choice of a menu."""
    return discord.SelectOption(label=label[:100] or "…", value=value[:100], default=chosen)


async def begin(interaction: Asked) -> None:
    """Defer: the panel that a button stands in is drawn anew; beside a message of another kind, a new one follows."""
    if interaction.response.is_done():
        return
    message = interaction.message
    if message is not None and message.flags.components_v2:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def draw(interaction: Asked, layout: discord.ui.LayoutView) -> None:
    """Put a panel where the interaction came from, without the pictures that stood there."""
    message = interaction.message
    if message is not None and message.flags.components_v2 and message.attachments:
        await interaction.edit_original_response(view=layout, attachments=[], allowed_mentions=_NO_PINGS)
    else:
        await redraw(interaction, layout)


_NO_PINGS = discord.AllowedMentions.none()


def time_of(moment: object) -> str:
    """A moment as Discord shows it to each reader, by their own clock."""
    return discord.utils.format_dt(moment, "f")  # pyright: ignore[reportArgumentType]


def zone_note(options: MoodOptions, say: Say) -> str:
    """Where the person's clock stands, said aloud where they did not say it."""
    if options.has_zone:
        return "-# " + say("Times are those of {zone}.", zone=options.time_zone)
    return "-# " + say("You set no time zone, so days begin and end by UTC. Set yours with /me edit.")


def zone_button(options: MoodOptions, say: Say) -> list[discord.ui.Item[Any]]:
    """Sets the time zone, where there is none."""
    return [] if options.has_zone else [MoodButton("zone", say("Set my time zone"))]
