"""Turns a Discord message into a `Heard`: plain data, names where Discord has ids."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import discord

from bot.ports import Attached, AttachedKind, Caller, Heard, Place, RepliedTo, Rights, Surroundings
from bot.transport.cards import words_of
from bot.transport.graphemes import cut_at_or_before
from bot.transport.surroundings import place_of, rights, surroundings

__all__ = ["attached", "caller", "heard", "place_of"]

EXCERPT_LENGTH = 80
_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)
_REFERENCE = re.compile(r"<(?:@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|a?:(?P<emoji>\w+):\d+)>")
_PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_WORDS = frozenset(
    {"application/json", "application/xml", "application/yaml", "application/x-yaml", "application/toml"}
)
_WORD_ENDINGS = frozenset(
    """.txt .md .markdown .rst .csv .tsv .json .jsonl .yaml .yml .toml .ini .cfg .xml .html .css .py .js .ts .tsx .jsx
    .java .kt .c .h .cpp .hpp .cs .go .rs .rb .php .sh .sql .lua .swift .tex .log .diff .patch""".split()  # noqa: SIM905 - a list of forty quoted words reads worse
)


def heard(
    message: discord.Message,
    *,
    us: int,
    reads_content: bool,
    place: Place | None = None,
    around: Surroundings | None = None,
) -> Heard | None:
    """The message as the rules know it; None for what nobody said (joins, pins, command answers, our own notices).

    `us` is the application's user id. Without `reads_content` Discord blanks messages that do not concern us. `place`
    is where it was fetched from, where the message itself does not know its channel well, and `around` what is known
    of it.
    """
    if message.type not in _SPOKEN or message.author.id == us:
        return None
    mentions_us = mentions(message, us)
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
        attached=attached(message) if message.attachments or message.stickers else (),
        around=around or surroundings(message.channel, message.guild),
        rights=Rights() if message.webhook_id is not None else rights(message.author, message.channel),
    )


def caller(author: discord.User | discord.Member) -> Caller:
    """A person as the rules know them. A message does not tell its author's language."""
    return Caller(author.id, author.name, author.display_name)


def attached(message: discord.Message) -> tuple[Attached, ...]:
    """What came with a message, in order; stickers last."""
    files = tuple(
        Attached(
            attachment_id=one.id,
            kind=_kind(one),
            name=one.filename,
            mime=_mime(one),
            size_bytes=one.size,
            width=one.width,
            height=one.height,
            alt=one.description or None,
        )
        for one in message.attachments
    )
    stickers = tuple(Attached(one.id, AttachedKind.STICKER, one.name) for one in message.stickers)
    return files + stickers


def _kind(one: discord.Attachment) -> AttachedKind:
    mime = _mime(one) or ""
    if one.is_voice_message():
        return AttachedKind.VOICE
    if mime in _PICTURES:
        return AttachedKind.IMAGE
    if mime.startswith("text/") or mime in _WORDS or PurePosixPath(one.filename.lower()).suffix in _WORD_ENDINGS:
        return AttachedKind.TEXT
    return AttachedKind.FILE


def _mime(one: discord.Attachment) -> str | None:
    return one.content_type.partition(";")[0].strip().lower() if one.content_type else None


def mentions(message: discord.Message, us: int) -> bool:
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
    words = _readable(original) or words_of(original) or ", ".join(one.name for one in attached(original))
    excerpt = " ".join(words.split())
    return RepliedTo(
        message_id=original.id,
        author_id=original.author.id,
        author_name=original.author.display_name,
        webhook_id=original.webhook_id,
        excerpt=_shortened(excerpt),
    )


def _shortened(text: str) -> str:
    if len(text) <= EXCERPT_LENGTH:
        return text
    at = cut_at_or_before(text, EXCERPT_LENGTH - 1, floor=EXCERPT_LENGTH - 20)
    return f"{text[: min(at, EXCERPT_LENGTH - 1)]}…"
