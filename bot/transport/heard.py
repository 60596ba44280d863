"""Turns a Discord message into a `Heard`: plain data, names where Discord has ids."""

from __future__ import annotations

import re

import discord

from bot.ports import Caller, Heard, Place, RepliedTo

EXCERPT_LENGTH = 80
_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)
_REFERENCE = re.compile(r"<(?:@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|a?:(?P<emoji>\w+):\d+)>")


def heard(message: discord.Message, *, us: int, reads_content: bool, place: Place | None = None) -> Heard | None:
    """The message as the rules know it; None for what nobody said (joins, pins, command answers, our own notices).

    `us` is the application's user id. Without `reads_content` Discord blanks messages that do not concern us. `place`
    is where it was fetched from, where the message itself does not know its channel well.
    """
    if message.type not in _SPOKEN or message.author.id == us:
        return None
    mentions_us = _mentions(message, us)
    blank = not (message.content or message.attachments or message.embeds or message.stickers)
    return Heard(
        message_id=message.id,
        place=place or place_of(message.channel, message.guild),
        author=caller(message.author),
        content=_readable(message),
        sent_at=message.created_at,
        author_is_bot=message.author.bot,
        webhook_id=message.webhook_id,
        mentions_us=mentions_us,
        reply_to=_replied_to(message),
        content_withheld=blank and not reads_content and message.guild is not None and not mentions_us,
    )


def place_of(channel: discord.abc.MessageableChannel, guild: discord.Guild | None) -> Place:
    """Where a channel's words are shown, and whose webhook speaks there."""
    parent = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
    return Place(guild.id if guild else None, channel.id, parent)


def caller(author: discord.User | discord.Member) -> Caller:
    """A person as the rules know them. A message does not tell its author's language."""
    return Caller(author.id, author.name, author.display_name)


def _mentions(message: discord.Message, us: int) -> bool:
    """Whether the words name us: a mention, or our own role's. The ping that comes with a reply is not one."""
    if f"<@{us}>" in message.content or f"<@!{us}>" in message.content:
        return True
    return any(role.tags is not None and role.tags.bot_id == us for role in message.role_mentions)


def _readable(message: discord.Message) -> str:
    """The words with names in place of ids. Unlike `clean_content` it changes nothing else."""
    names = {user.id: user.display_name for user in message.mentions}
    roles = {role.id: role.name for role in message.role_mentions}
    guild = message.guild

    def name(match: re.Match[str]) -> str:
        if match["emoji"]:
            return f":{match['emoji']}:"
        if match["user"]:
            return f"@{names.get(int(match['user']), 'someone')}"
        if match["role"]:
            return f"@{roles.get(int(match['role']), 'a role')}"
        channel = guild.get_channel_or_thread(int(match["channel"])) if guild else None
        return f"#{channel.name}" if channel else "#a-channel"

    return _REFERENCE.sub(name, message.content)


def _replied_to(message: discord.Message) -> RepliedTo | None:
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None or reference.message_id is None:
        return None
    original = reference.resolved
    if not isinstance(original, discord.Message):
        return RepliedTo(reference.message_id)
    excerpt = " ".join(_readable(original).split())
    return RepliedTo(
        message_id=original.id,
        author_id=original.author.id,
        author_name=original.author.display_name,
        webhook_id=original.webhook_id,
        excerpt=excerpt if len(excerpt) <= EXCERPT_LENGTH else f"{excerpt[: EXCERPT_LENGTH - 1]}…",
    )
