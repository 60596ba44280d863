"""/server limits: what admins set under their members' own limits, counted in their server alone."""

from __future__ import annotations

import discord

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.people.drafts import clean_time_zone
from bot.services.talk.places import PlaceRules, PlaceValues
from bot.services.wellbeing.floor_words import floor_lines
from bot.services.wellbeing.limits import NightWindow
from bot.services.wellbeing.typed_limits import BREAK_AFTER, DAILY, minutes_typed, nights_typed
from bot.texts import N_, Say
from cogs.asking import Asked, caller_of, guild_of, say_for
from cogs.server.levels import place_in

_NO_PINGS = discord.AllowedMentions.none()


def floor_values(minutes: str | None, night: str | None, breaks: str | None, zone: str | None) -> PlaceValues:
    """What was typed, of those that were; "off" lifts one. Raises `InvalidInput`. Pure."""
    values: dict[str, object] = {}
    if minutes is not None:
        values["minutes_a_day"] = minutes_typed(minutes, "minutes", DAILY, int(limits.LIMIT_DAY_MINUTES_MAX))
    if night is not None:
        window = _one(nights_typed(night, "night"))
        values["night_from"] = None if window is None else window.begins
        values["night_to"] = None if window is None else window.ends
    if breaks is not None:
        least, most = int(limits.LIMIT_BREAK_AFTER_MIN), int(limits.LIMIT_BREAK_AFTER_MAX)
        values["break_after"] = minutes_typed(breaks, "breaks", BREAK_AFTER, most, least)
    if zone is not None:
        values["time_zone"] = clean_time_zone(zone)
    return PlaceValues.model_validate(values)


async def set_floors(
    interaction: Asked, cafe: Cafe, minutes: str | None, night: str | None, breaks: str | None, zone: str | None
) -> None:
    """Keep what was given, and say what holds. Raises `UserError`."""
    values = floor_values(minutes, night, breaks, zone)
    await interaction.response.defer(ephemeral=True, thinking=True)
    if values.model_fields_set:
        by = await cafe.people.arrive(caller_of(interaction))
        await cafe.places.change(by, guild_of(interaction), values)
    rules = cafe.places.rules(place_in(interaction, None))
    await interaction.followup.send(told(rules, say_for(interaction)), ephemeral=True, allowed_mentions=_NO_PINGS)


def told(rules: PlaceRules, say: Say) -> str:
    """What holds for members. Pure."""
    lines = floor_lines(rules, say)
    if not lines:
        return say(
            "This server sets its members no limits. /server limits minutes:60 would be one; what members set for "
            "themselves holds anyway."
        )
    also = say(
        "It holds for everybody here, you too, and counts minutes in this server alone. What members set for "
        "themselves nobody sees; where that is stricter, it counts."
    )
    title = say("**For everybody in this server:**")
    return "\n".join((title, *lines, f"-# {also}"))


def _one(windows: tuple[NightWindow, ...]) -> NightWindow | None:
    if len(windows) > 1:
        raise InvalidInput(
            "one_night", N_("A server has one night: write one window, such as 23:00-07:00."), field="night"
        )
    return windows[0] if windows else None
