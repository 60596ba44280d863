"""Who asks, where, and what they may do there: what every command needs to know of an interaction."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import discord
from discord import app_commands

from bot import limits
from bot.errors import InvalidInput, NotAllowed, StageClosed
from bot.ports import Caller, Place, Rights, Via
from bot.services.cafe import Cafe
from bot.services.characters import Character
from bot.services.talk.conversations import Summoned
from bot.texts import N_, Say
from bot.transport import heard
from bot.transport.client import CafeClient
from bot.transport.surroundings import around_asked, place_asked
from cogs.naming import names_taken

Asked = discord.Interaction[CafeClient]
Command = TypeVar("Command")
_MESSAGE = re.compile(r"(?:https?://\S+/)?(?P<id>[0-9]{15,19})/?")
_LARGEST = 2**63 - 1
"""What a database keeps of an id; Discord's stay below it for decades."""


def say_for(interaction: Asked) -> Say:
    """The language of who asks: the one they chose for themselves, else their Discord's."""
    return interaction.client.border.say_for(interaction)


def caller_of(interaction: Asked) -> Caller:
    """Who asks, with the language of their Discord."""
    return replace(heard.caller(interaction.user), locale=str(interaction.locale))


def in_our_servers(command: Command) -> Command:
    """Offer a command only in servers that the bot is a member of; every other one can be used anywhere."""
    command = app_commands.allowed_installs(guilds=True, users=False)(command)
    return app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)(command)


def place_of(interaction: Asked) -> Place:
    """Where it was asked. Raises `NotAllowed` where nobody can write."""
    if not isinstance(interaction.channel, discord.abc.Messageable):
        raise NotAllowed("not_a_channel", N_("Nobody can write here. Try it in a channel, a thread or a conversation."))
    return place_asked(interaction)


def guild_of(interaction: Asked) -> int:
    """The server asked in. Raises `NotAllowed` elsewhere."""
    if interaction.guild_id is None or interaction.client.get_guild(interaction.guild_id) is None:
        raise NotAllowed(
            "only_where_a_member", N_("This works only in a server that I am a member of. Ask its admin to add me.")
        )
    return interaction.guild_id


def may_manage(interaction: Asked) -> bool:
    """Whether who asks may manage other people's messages here."""
    return interaction.permissions.manage_messages


def is_age_restricted(interaction: Asked) -> bool:
    """Whether Discord says that only adults read here. What it does not say is not so."""
    channel = interaction.channel
    return isinstance(channel, discord.TextChannel | discord.Thread | discord.VoiceChannel) and channel.is_nsfw()


def rights_of(interaction: Asked) -> Rights:
    """What who asks may do here, as Discord says with the interaction itself."""
    user, may = interaction.user, interaction.permissions
    roles = frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset[int]()
    in_server = interaction.guild_id is not None
    around = around_asked(interaction)
    opens = may.create_private_threads if around.is_private_thread else may.create_public_threads
    return Rights(
        roles,
        in_server and may.manage_messages,
        in_server and may.manage_guild,
        in_server and (may.send_messages if around.is_forum_post else opens),
    )


def refuse_where_silent(interaction: Asked) -> None:
    """Raise where who asks may not write here, or where the bot lacks what it needs to speak as somebody."""
    if place_asked(interaction).via is not Via.WEBHOOK:
        return  # no webhook is needed: the bot writes itself, or answers a command
    in_thread = isinstance(interaction.channel, discord.Thread)
    permissions = interaction.permissions
    if not (permissions.send_messages_in_threads if in_thread else permissions.send_messages):
        raise NotAllowed(
            "may_not_write", N_("You may not write in this channel, so characters cannot answer you here.")
        )
    ours = interaction.app_permissions
    missing = tuple(name for name in ("view_channel", "manage_webhooks") if not getattr(ours, name))
    if missing:
        raise StageClosed("missing_permissions", permissions=missing)


async def summon(interaction: Asked, cafe: Cafe, typed: str, greeting: int | None = None) -> None:
    """Ask a character into this channel; what the command and the button under a character do."""
    place = place_of(interaction)
    refuse_where_silent(interaction)
    await interaction.response.defer(ephemeral=True, thinking=True)
    come = await bring(interaction, cafe, typed, greeting)
    hint = _how_to_talk(interaction, place.via, say_for(interaction), plain(come.name))
    await interaction.followup.send(hint, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


async def bring(interaction: Asked, cafe: Cafe, typed: str, greeting: int | None = None) -> Summoned:
    """Let the character meant come here, if it may, saying the greeting of this number, 0 any.

    The interaction is deferred already. Raises `UserError`.
    """
    place, adults = place_of(interaction), is_age_restricted(interaction)
    by, character = await admitted(interaction, cafe, typed, place, is_age_restricted=adults)
    return await cafe.conversations.summon(by, place, character.id, interaction_id=interaction.id, greeting=greeting)


async def admitted(
    interaction: Asked, cafe: Cafe, typed: str, place: Place, *, is_age_restricted: bool
) -> tuple[UUID, Character]:
    """Who asks, and the character meant, if it may come to a place. Defer before. Raises `UserError`."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        character = await cafe.characters.get(work, await cafe.characters.chosen(work, user_id, typed))
    cafe.places.admit(place, character.id, rights_of(interaction))
    taken = (*await names_taken(interaction, character.name), *cafe.turns.names_elsewhere(place, character.id))
    cafe.characters.refuse_entry(character, taken=taken, is_age_restricted=is_age_restricted)
    return user_id, character


def _how_to_talk(interaction: Asked, via: Via, say: Say, name: str) -> str:
    if via is Via.INTERACTION:
        return say(
            "**{name}** is here for you. Use /say: I cannot read along here. Others see what you say.", name=name
        )
    if via is Via.BOT:
        return say("**{name}** is here. Whatever you write is for it.", name=name)
    if interaction.client.reads_messages:
        return say("**{name}** is here. Write its name in a message, or reply to it.", name=name)
    return say("**{name}** is here. Use /say, mention me, or reply to it.", name=name)


def present_choices(cafe: Cafe, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
    """The characters in this channel whose names hold what was typed; from memory."""
    here = cafe.turns.listeners(interaction.channel_id or 0, interaction.user.id)
    fitting = [one for one in here if typed.casefold() in one.name.casefold()]
    return [app_commands.Choice(name=one.name, value=str(one.character_id)) for one in fitting[: limits.CHOICES_MAX]]


def plain(text: str) -> str:
    """A person's words with nothing in them that Discord would format or ping."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text))


def message_named(typed: str) -> int:
    """The id in a message's link, or the id itself. Raises `InvalidInput`."""
    found = _MESSAGE.fullmatch(typed.strip())
    if found is None or int(found["id"]) > _LARGEST:
        raise InvalidInput(
            "not_a_message_link",
            N_("That is no link of a message. Right-click a character's message, choose Copy Message Link, paste it."),
            field="message",
        )
    return int(found["id"])
