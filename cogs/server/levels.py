"""The level of a server's settings that a command means: the server's own, a channel's, or a character's there."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from uuid import UUID

import discord
from discord import app_commands

from bot import limits
from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.ports import Place
from bot.services.cafe import Cafe
from bot.services.characters.names import fold
from bot.texts import N_, Say
from bot.transport.surroundings import place_asked
from cogs.asking import Asked, caller_of, guild_of, plain

CHANNEL_KINDS = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
)
"""Where characters can be: everything with messages in it."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or thread that was chosen. `parent_id` is the channel a thread belongs to."""

    id: int
    parent_id: int | None = None


class AnyChannel(app_commands.Transformer):
    """An option that takes any channel or thread with messages, whether it is in memory or not."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """What Discord offers."""
        return list(CHANNEL_KINDS)

    async def transform(self, interaction: discord.Interaction, value: object, /) -> Channel:
        """The channel's ids. Discord checks that the person sees it."""
        if isinstance(value, app_commands.AppCommandThread):
            return Channel(value.id, value.parent_id)
        if isinstance(value, app_commands.AppCommandChannel):
            return Channel(value.id)
        raise TypeError(f"not a channel: {value!r}")


ChannelOption = app_commands.Transform[Channel, AnyChannel]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a server's settings, and how it is called in a sentence."""

    guild_id: int
    channel_id: int | None
    character_id: UUID | None
    called: str


async def level_of(interaction: Asked, cafe: Cafe, say: Say, channel: Channel | None, character: str | None) -> Level:
    """The level these options mean. Raises `InvalidInput` for both at once, or `NotFound` for no such character."""
    guild_id = guild_of(interaction)
    if channel is not None and character is not None:
        raise InvalidInput(
            "two_levels",
            N_("Choose a channel or a character, not both: each has settings of its own. Nothing was changed."),
            field="channel",
        )
    if channel is not None:
        return Level(guild_id, channel.id, None, f"<#{channel.id}>")
    if character is not None:
        character_id, name = await known_character(interaction, cafe, character)
        return Level(guild_id, None, character_id, f"**{plain(name)}**")
    return Level(guild_id, None, None, say("this server"))


def require_admin(interaction: Asked) -> None:
    """Raise `NotAllowed` for whoever may not manage the server, whatever Discord's own settings let them see."""
    guild_of(interaction)
    if not interaction.permissions.manage_guild:
        raise NotAllowed(
            "not_an_admin",
            N_("Only who may manage this server can decide that. Ask one of its admins. Nothing was changed."),
        )


def place_in(interaction: Asked, channel: Channel | None) -> Place:
    """The place a command asks about: the chosen channel, else where it was asked."""
    guild_id = guild_of(interaction)
    if channel is not None:
        return Place(guild_id, channel.id, channel.parent_id or channel.id)
    return place_asked(interaction)


async def known_character(interaction: Asked, cafe: Cafe, typed: str) -> tuple[UUID, str]:
    """The id and name of a character that is here, or that who asks may know of. Raises `NotFound`."""
    here = cafe.turns.listeners(interaction.channel_id or 0)
    present = next((one for one in here if typed == str(one.character_id) or fold(one.name) == fold(typed)), None)
    if present is not None:
        return present.character_id, present.name
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        chosen = await cafe.characters.chosen(work, user_id, typed)
        return chosen, (await cafe.characters.get(work, chosen)).name


async def name_of(interaction: Asked, cafe: Cafe, character_id: UUID, say: Say) -> str:
    """A character's name, where who asks may know it."""
    with contextlib.suppress(NotFound):
        return (await known_character(interaction, cafe, str(character_id)))[1]
    return say("a private character")


async def suggested(interaction: Asked, cafe: Cafe, typed: str) -> list[app_commands.Choice[str]]:
    """Characters to choose from: those here first, then those who asks could summon."""
    here = cafe.turns.listeners(interaction.channel_id or 0)
    found = {one.character_id: one.name for one in here if typed.casefold() in one.name.casefold()}
    with contextlib.suppress(TimeoutError):
        async with (
            asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000),
            cafe.people.at_work(caller_of(interaction)) as (user_id, work),
        ):
            for one in await cafe.characters.find(work, user_id, typed):
                found.setdefault(one.id, one.name)
    choices = [app_commands.Choice(name=name[: limits.CHOICE_LABEL_MAX], value=str(one)) for one, name in found.items()]
    return choices[: limits.CHOICES_MAX]
