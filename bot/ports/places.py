"""Where something is said, who says it, and what comes with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Via(StrEnum):
    """By which way characters speak somewhere."""

    WEBHOOK = "webhook"
    """In a server the bot is a member of: with a name and a face of their own."""
    BOT = "bot"
    """In direct messages: the bot's own message, as a card with the character's name and face."""
    INTERACTION = "interaction"
    """Where the bot is only installed by a user: answers to that user's commands, at most five within 15 minutes."""


class Sensitivity(StrEnum):
    """Who could hear what was said in a place: what was said in a narrower one is never shown in a wider one."""

    PUBLIC = "public"
    """Everybody in the server may read there."""
    PRIVATE = "private"
    """Some may: a channel hidden from @everyone, a private thread; also whatever is not known."""
    CONFIDENTIAL = "confidential"
    """Only the person and the character: direct messages."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where words are shown. Discord ids.

    `channel_id` is the channel or thread the reader sees; `webhook_channel_id` is the channel whose webhook speaks
    there (the parent, for a thread). `guild_id` is None in direct messages. `via` says how words get there.
    """

    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    via: Via = Via.WEBHOOK


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a place is like, as far as Discord tells. Unknown is never taken for public or for age-restricted."""

    sensitivity: Sensitivity = Sensitivity.PRIVATE
    is_age_restricted: bool = False
    is_thread: bool = False
    is_forum_post: bool = False
    is_private_thread: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do in the place they ask from, by Discord's permissions there.

    `may_manage` is Manage Messages in the channel, `may_administer` Manage Server, `may_open_threads` whatever Discord
    asks for to open one like this beside it: Create Public Threads, Create Private Threads, in a forum Send Messages.
    """

    role_ids: frozenset[int] = frozenset()
    may_manage: bool = False
    may_administer: bool = False
    may_open_threads: bool = False


NO_RIGHTS = Rights()


@dataclass(frozen=True, slots=True)
class Caller:
    """The person at the other end of a command or message, as Discord describes them."""

    discord_id: int
    username: str
    display_name: str
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class RepliedTo:
    """The message that a heard message answers, as far as the event tells."""

    message_id: int
    author_id: int | None = None
    author_name: str | None = None
    webhook_id: int | None = None
    excerpt: str = ""


class AttachedKind(StrEnum):
    """What came with a message, by how a character can take it in."""

    IMAGE = "image"
    """A picture a model that sees may look at."""
    TEXT = "text"
    """A text file whose words are read in."""
    VOICE = "voice"
    """A voice message; only that there is one, and how long."""
    FILE = "file"
    """Anything else: known by name and size only."""
    STICKER = "sticker"
    """A sticker, by its name."""


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that came with a message. Addresses at Discord expire, so none is kept: `Files` reads by ids.

    `attachment_id` is Discord's (a sticker's own id). `alt` is the description its sender gave. Sizes in bytes, sides
    in pixels.
    """

    attachment_id: int
    kind: AttachedKind
    name: str
    mime: str | None = None
    size_bytes: int = 0
    width: int | None = None
    height: int | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A message somebody wrote, as plain data. `content` is empty where Discord withholds it (`content_withheld`)."""

    message_id: int
    place: Place
    author: Caller
    content: str
    sent_at: datetime
    author_is_bot: bool = False
    webhook_id: int | None = None
    mentions_us: bool = False
    reply_to: RepliedTo | None = None
    content_withheld: bool = False
    attached: tuple[Attached, ...] = ()
    around: Surroundings = Surroundings()
    rights: Rights = NO_RIGHTS

    @property
    def begins_post(self) -> bool:
        """Whether it opens a post in a forum: Discord gives the two one id."""
        return self.around.is_forum_post and self.message_id == self.place.channel_id


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji under a message, or took it away. `emoji` is the character itself or `:name:`."""

    place: Place
    message_id: int
    author: Caller | None
    discord_id: int
    emoji: str
    is_added: bool


class Files(Protocol):
    """Reads what came with messages, by ids."""

    async def read(self, place: Place, message_id: int, attachment_id: int, *, most_bytes: int) -> bytes:
        """The bytes of an attachment. Raises `StageError` where it is gone, too large or cannot be had."""
        ...
