"""What exists in the sandbox: plain rows, each kept on a shelf of its own. Ids are strings, as on Discord's wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

#: A JSON object that the sandbox stores and hands back without knowing its inside.
Json = dict[str, Any]


class ChannelType(IntEnum):
    """Channel types the sandbox knows (docs: Channel, Channel Types)."""

    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP_DM = 3
    CATEGORY = 4
    NEWS = 5
    NEWS_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15


class ChannelFlag(IntEnum):
    """Channel flags the sandbox knows (docs: Channel, Channel Flags)."""

    PINNED = 1 << 1
    REQUIRE_TAG = 1 << 4


THREADS = frozenset({ChannelType.NEWS_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})


class MessageType(IntEnum):
    """Message types the sandbox makes (docs: Message, Message Types)."""

    DEFAULT = 0
    PIN = 6
    JOIN = 7
    THREAD_CREATED = 18
    REPLY = 19
    COMMAND = 20
    THREAD_STARTER = 21
    CONTEXT_MENU = 23


class MessageFlag(IntEnum):
    """Message flags the sandbox knows (docs: Message, Message Flags)."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    VOICE_MESSAGE = 1 << 13
    HAS_SNAPSHOT = 1 << 14
    COMPONENTS_V2 = 1 << 15


@dataclass
class User:
    """A person or a bot's account. `standing` says for whom a person stands in the demo: member, creator or admin."""

    id: str
    username: str
    token: str
    global_name: str | None = None
    bot: bool = False
    avatar: str | None = None
    banner: str | None = None
    discriminator: str = "0"
    locale: str = "en-US"
    standing: str = "member"
    #: Takes no direct messages, except from friends: everybody here is a stranger to the bot.
    closed_to_direct: bool = False


@dataclass
class Application:
    """A Discord application; its bot user has the same id."""

    id: str
    name: str
    owner_id: str
    client_secret: str
    description: str = ""
    icon: str | None = None
    flags: int = 0
    #: Privileged intents its owner switched on, as a bit set; asking for more closes the gateway with 4014.
    approved_intents: int = 0
    redirect_uris: list[str] = field(default_factory=list[str])
    tags: list[str] = field(default_factory=list[str])
    public: bool = True
    #: People who installed it for themselves.
    installed_by: list[str] = field(default_factory=list[str])


@dataclass
class Role:
    """A role of a server. The role whose id is the server's id is @everyone."""

    id: str
    guild_id: str
    name: str
    permissions: int = 0
    position: int = 0
    color: int = 0
    secondary_color: int | None = None
    tertiary_color: int | None = None
    hoist: bool = False
    managed: bool = False
    mentionable: bool = False
    unicode_emoji: str | None = None
    bot_id: str | None = None


@dataclass
class Guild:
    """A server."""

    id: str
    name: str
    owner_id: str
    icon: str | None = None
    description: str | None = None
    preferred_locale: str = "en-US"
    features: list[str] = field(default_factory=list[str])
    system_channel_id: str | None = None


@dataclass
class Member:
    """Somebody's membership in a server."""

    guild_id: str
    user_id: str
    joined_at: str
    nick: str | None = None
    avatar: str | None = None
    roles: list[str] = field(default_factory=list[str])
    timed_out_until: str | None = None
    mute: bool = False
    deaf: bool = False
    flags: int = 0


@dataclass
class Ban:
    """A person kept out of a server."""

    guild_id: str
    user_id: str
    reason: str | None = None


@dataclass
class Overwrite:
    """What a role (type 0) or member (type 1) may do otherwise in one channel."""

    id: str
    type: int
    allow: int = 0
    deny: int = 0


@dataclass
class ThreadMember:
    """Somebody who follows a thread."""

    user_id: str
    joined_at: str


@dataclass
class Channel:
    """A channel, thread or direct conversation, told apart by `type`. Fields that a type lacks keep their defaults."""

    id: str
    type: int
    guild_id: str | None = None
    name: str = ""
    position: int = 0
    parent_id: str | None = None
    topic: str | None = None
    nsfw: bool = False
    slowmode: int = 0
    last_message_id: str | None = None
    last_pin_at: str | None = None
    overwrites: list[Overwrite] = field(default_factory=list[Overwrite])
    bitrate: int = 64_000
    user_limit: int = 0
    default_auto_archive: int | None = None
    default_thread_slowmode: int = 0
    flags: int = 0
    recipients: list[str] = field(default_factory=list[str])
    #: When somebody last spoke here, per user, for slowmode (Unix seconds).
    spoke_at: dict[str, float] = field(default_factory=dict[str, float])
    # -- forums only
    available_tags: list[Json] = field(default_factory=list[Json])
    default_reaction: Json | None = None
    default_sort_order: int | None = None
    default_layout: int = 0
    # -- threads and group conversations: who began it
    owner_id: str | None = None
    # -- threads only
    #: The tags of a forum's post; None in threads that are none.
    applied_tags: list[str] | None = None
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive: int = 1440
    archive_changed_at: str | None = None
    made_at: str | None = None
    message_count: int = 0
    total_sent: int = 0
    followers: list[ThreadMember] = field(default_factory=list[ThreadMember])

    @property
    def is_thread(self) -> bool:
        """Whether this is a thread."""
        return self.type in THREADS

    def followed_by(self, user_id: str) -> bool:
        """Whether somebody follows this thread."""
        return any(one.user_id == user_id for one in self.followers)


@dataclass
class Attachment:
    """A file of a message; its bytes lie in the blobs under `sha256`."""

    id: str
    filename: str
    size: int
    content_type: str
    sha256: str
    description: str | None = None
    width: int | None = None
    height: int | None = None
    ephemeral: bool = False
    #: Shown inside an embed or a component, and therefore not among the message's own attachments.
    embedded: bool = False
    #: Voice messages only: how long it plays, and its shape (base64).
    duration_secs: float | None = None
    waveform: str | None = None


@dataclass
class Reaction:
    """One emoji under a message and who put it there, in order."""

    emoji_id: str | None
    name: str
    animated: bool = False
    user_ids: list[str] = field(default_factory=list[str])


@dataclass
class Message:
    """A message. Ephemeral ones (flag 64) are kept on a shelf of their own, out of the channel's history."""

    id: str
    channel_id: str
    author_id: str
    made_at: str
    content: str = ""
    type: int = MessageType.DEFAULT
    flags: int = 0
    guild_id: str | None = None
    edited_at: str | None = None
    tts: bool = False
    mention_everyone: bool = False
    mentions: list[str] = field(default_factory=list[str])
    mention_roles: list[str] = field(default_factory=list[str])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    reactions: list[Reaction] = field(default_factory=list[Reaction])
    sticker_ids: list[str] = field(default_factory=list[str])
    pinned_at: str | None = None
    nonce: str | int | None = None
    reference: Json | None = None
    thread_id: str | None = None
    #: A webhook's message carries its own name and face.
    webhook_id: str | None = None
    webhook_name: str | None = None
    webhook_avatar: str | None = None
    application_id: str | None = None
    interaction: Json | None = None
    #: For an ephemeral message: the only person who sees it.
    only_for: str | None = None


@dataclass
class Webhook:
    """An incoming webhook (type 1)."""

    id: str
    guild_id: str
    channel_id: str
    name: str
    token: str
    user_id: str
    avatar: str | None = None
    application_id: str | None = None


@dataclass
class Command:
    """An application command; `body` is its definition as registered (name, options, …)."""

    id: str
    application_id: str
    version: str
    guild_id: str | None
    body: Json


@dataclass
class CommandPermissions:
    """Who may use a command (or, with the application's id, all its commands) in one server, as an admin set it."""

    id: str
    application_id: str
    guild_id: str
    permissions: list[Json] = field(default_factory=list[Json])


@dataclass
class Emoji:
    """A custom emoji, of a server or of an application (exactly one owner)."""

    id: str
    name: str
    user_id: str
    animated: bool = False
    guild_id: str | None = None
    application_id: str | None = None
    roles: list[str] = field(default_factory=list[str])


@dataclass
class Sticker:
    """A sticker of a server; its picture lies at "stickers/{id}"."""

    id: str
    guild_id: str
    name: str
    #: The emoji it stands for.
    tags: str
    user_id: str
    description: str | None = None
    format_type: int = 1


@dataclass
class StoredFile:
    """A file the CDN serves; `path` has no extension for pictures that exist in several."""

    path: str
    sha256: str
    content_type: str


@dataclass
class Address:
    """Where the world was served last (one row); files in embeds and components are named by it."""

    origin: str
    id: str = "address"


@dataclass
class Grant:
    """What a person allowed an application by OAuth2: a code to exchange, or a pair of tokens."""

    id: str
    application_id: str
    user_id: str
    scopes: list[str]
    redirect_uri: str
    expires_at: float
    #: PKCE: the S256 challenge that the exchange must answer.
    challenge: str | None = None
    access_token: str | None = None
    refresh_token: str | None = None


@dataclass
class Interaction:
    """An interaction while its token lives. Times are Unix seconds."""

    id: str
    token: str
    type: int
    application_id: str
    user_id: str
    channel_id: str
    guild_id: str | None
    made_at: float
    nonce: str | int | None = None
    command_name: str | None = None
    command_type: int = 1
    locale: str = "en-US"
    #: For autocomplete: the type of the option that is being typed.
    focused_type: int = 3
    custom_id: str | None = None
    #: The message whose component was used.
    message_id: str | None = None
    target_id: str | None = None
    acknowledged: bool = False
    #: Nobody answered within three seconds.
    lost: bool = False
    deferred: bool = False
    original_id: str | None = None
    message_ids: list[str] = field(default_factory=list[str])
    followups: int = 0
    #: The modal that was opened in answer, kept to check what is submitted.
    modal: Json | None = None
    #: For a submitted modal: the metadata of the interaction that opened it.
    opened_by: Json | None = None
    owners: dict[str, str] = field(default_factory=dict[str, str])
