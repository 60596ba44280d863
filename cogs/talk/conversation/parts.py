"""What the pieces of /conversation share: who asks from where, what a conversation is called, suggestions."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.talk.conversations import Asking, Named
from bot.services.talk.conversations.shelf import Found, Which
from bot.texts import Say
from cogs.asking import Asked, caller_of, place_of, plain, rights_of, say_for

_L = app_commands.locale_str
Suggestions = list[app_commands.Choice[str]]
COLOUR = discord.Colour.from_str("#c8763a")
NO_PINGS = discord.AllowedMentions.none()
COG = "ConversationCog"
ID = "(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})"
"""The conversation in a custom_id, so that buttons survive restarts."""

_NAMES_SHOWN = 3


async def asking_of(cafe: Cafe, interaction: Asked) -> Asking:
    """Who asks, from where, and what Discord lets them do there. Touches the database: defer before."""
    place = place_of(interaction)
    return Asking(await cafe.people.arrive(caller_of(interaction)), place, rights_of(interaction))


def called(one: Named, say: Say) -> str:
    """What people call a conversation: its title, else who speaks in it. Nothing in it is formatted by Discord."""
    if one.title:
        return plain(one.title)
    names = [plain(name) for name in one.characters[:_NAMES_SHOWN]]
    if len(one.characters) > _NAMES_SHOWN:
        names.append("…")
    return say("Conversation with {names}", names=", ".join(names)) if names else say("Conversation with nobody")


async def answer(interaction: Asked, text: str) -> None:
    """Answer a deferred interaction, for who asked only."""
    await interaction.followup.send(text, ephemeral=True, allowed_mentions=NO_PINGS)


def which(command: Any) -> Any:
    """Name, describe and complete the option that names a conversation other than the one here."""
    command = app_commands.rename(conversation=_L("conversation"))(command)
    command = app_commands.describe(conversation=_L("Another one than that here: begin to type its title"))(command)
    return app_commands.autocomplete(conversation=suggest_own)(command)


async def suggest_own(interaction: Asked, typed: str) -> Suggestions:
    """One's own conversations by title, tag or character."""
    return await suggested(interaction, typed)


async def suggested(
    interaction: Asked, typed: str, only: Which = Which.ALL, *, channel_id: int | None = None
) -> Suggestions:
    """Some of one's own conversations, their ids as values; none where they would come too late."""
    cafe, say = cafe_of(interaction), say_for(interaction)
    try:
        async with asyncio.timeout(limits.AUTOCOMPLETE_MS / 1000):
            by = await cafe.people.arrive(caller_of(interaction))
            found = await cafe.conversations.shelf.find(by, typed, only, channel_id=channel_id)
    except TimeoutError:
        return []
    return [app_commands.Choice(name=_label(one, say)[: limits.CHOICE_LABEL_MAX], value=str(one.id)) for one in found]


def _label(one: Found, say: Say) -> str:
    """As Discord shows it under an option, where nothing is formatted."""
    names = ", ".join(one.characters)
    label = f"{one.title} ({names})" if one.title and names else one.title or names or say("Conversation with nobody")
    return label if one.is_active else say("{conversation} · archived", conversation=label)


def cafe_of(interaction: Asked) -> Cafe:
    """The services, as the loaded cog holds them."""
    cafe = getattr(interaction.client.get_cog(COG), "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the conversations' cog is not loaded")
    return cafe
