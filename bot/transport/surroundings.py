"""What a place is like: who could hear what is said there, and whether it is for adults."""

from __future__ import annotations

from collections import OrderedDict

import discord

from bot.ports import Place, Rights, Sensitivity, Surroundings, Via

_KEPT = 10_000
_FORUMS = (discord.ChannelType.forum, discord.ChannelType.media)


class SurroundingsKept:
    """Surroundings by channel, worked out once: permissions of @everyone are the dearest thing to know of a message.

    Whoever hears of a change of a channel, a thread or a server's roles calls `forget`.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Surroundings] = OrderedDict()

    def of(self, channel: discord.abc.MessageableChannel, guild: discord.Guild | None) -> Surroundings:
        """What the channel is like."""
        known = self._kept.get(channel.id)
        if known is None:
            known = self._kept[channel.id] = surroundings(channel, guild)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return known

    def forget(self, guild: discord.Guild | None = None) -> None:
        """Something changed in a server (or anywhere): look again."""
        if guild is None:
            self._kept.clear()
            return
        for one in (*guild.channels, *guild.threads):
            self._kept.pop(one.id, None)

    def forget_one(self, channel_id: int) -> None:
        """Something changed in a channel or thread."""
        self._kept.pop(channel_id, None)


def surroundings(channel: object, guild: discord.Guild | None) -> Surroundings:
    """What Discord tells of a place. Unknown is private and not for adults."""
    if guild is None:
        return Surroundings(Sensitivity.CONFIDENTIAL if isinstance(channel, discord.DMChannel) else Sensitivity.PRIVATE)
    parent = channel.parent if isinstance(channel, discord.Thread) else channel
    hidden = isinstance(channel, discord.Thread) and channel.is_private()
    return Surroundings(
        sensitivity=Sensitivity.PUBLIC if not hidden and _is_open(parent, guild) else Sensitivity.PRIVATE,
        is_age_restricted=_is_age_restricted(parent, guild),
        is_thread=isinstance(channel, discord.Thread),
        is_forum_post=isinstance(channel, discord.Thread) and getattr(parent, "type", None) in _FORUMS,
        is_private_thread=hidden,
    )


def place_of(channel: discord.abc.MessageableChannel, guild: discord.Guild | None) -> Place:
    """Where a channel's words are shown, who speaks there, and through which channel's webhook."""
    parent = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
    if guild is None:
        return Place(None, channel.id, parent, Via.BOT)
    return Place(guild.id, channel.id, parent)


def place_asked(interaction: discord.Interaction) -> Place:
    """Where a command was used, and how it can be answered in a character's name.

    By webhook in servers the bot is a member of, by the bot's own messages in direct messages with it, else (only
    installed by the user) by the interaction's answers.
    """
    channel_id = interaction.channel_id or 0
    guild = None if interaction.guild_id is None else interaction.client.get_guild(interaction.guild_id)
    if guild is not None and interaction.channel is not None:
        parent = getattr(interaction.channel, "parent_id", None) if _is_thread(interaction.channel) else channel_id
        return Place(guild.id, channel_id, parent or channel_id)
    if interaction.guild_id is None and isinstance(interaction.channel, discord.DMChannel):
        context = interaction.context
        if context.dm_channel or not (context.guild or context.private_channel):
            return Place(None, channel_id, channel_id, Via.BOT)
    return Place(interaction.guild_id, channel_id, channel_id, Via.INTERACTION)


def around_asked(interaction: discord.Interaction) -> Surroundings:
    """What the place is like where a command was used."""
    channel = interaction.channel
    if place_asked(interaction).via is Via.BOT:
        return Surroundings(Sensitivity.CONFIDENTIAL)
    guild = None if interaction.guild_id is None else interaction.client.get_guild(interaction.guild_id)
    if guild is None:
        return Surroundings(is_age_restricted=_is_age_restricted(channel, None), is_thread=_is_thread(channel))
    return surroundings(guild.get_channel_or_thread(interaction.channel_id or 0) or channel, guild)


def _is_thread(channel: object) -> bool:
    return isinstance(channel, discord.Thread)


def rights(author: discord.User | discord.Member, channel: object) -> Rights:
    """What a person may do in a channel; nothing where the server does not tell."""
    if not isinstance(author, discord.Member):
        return Rights()
    place = channel.parent if isinstance(channel, discord.Thread) else channel
    guild = author.guild_permissions
    may = place.permissions_for(author) if isinstance(place, discord.abc.GuildChannel) else guild
    roles = frozenset(role.id for role in author.roles if not role.is_default())
    return Rights(roles, may.manage_messages, guild.manage_guild)


def _is_open(channel: object, guild: discord.Guild) -> bool:
    if not isinstance(channel, discord.abc.GuildChannel) or guild.get_role(guild.id) is None:
        return False
    everyone = channel.permissions_for(guild.default_role)
    return everyone.view_channel and everyone.read_message_history


def _is_age_restricted(channel: object, guild: discord.Guild | None) -> bool:
    if guild is not None and guild.nsfw_level is discord.NSFWLevel.age_restricted:
        return True
    is_nsfw = getattr(channel, "is_nsfw", None)
    return bool(is_nsfw()) if callable(is_nsfw) else False
