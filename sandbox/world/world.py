"""The world: every shelf, the lookups that cross them, and the ids and time they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, TypeVar

import orjson

from sandbox.clock import Clock
from sandbox.errors import unknown
from sandbox.snowflake import Snowflakes
from sandbox.world.blobs import Blobs
from sandbox.world.models import (
    Address,
    Application,
    Ban,
    Channel,
    ChannelType,
    Command,
    CommandPermissions,
    Emoji,
    Grant,
    Guild,
    Interaction,
    Json,
    Member,
    Message,
    Role,
    Sticker,
    StoredFile,
    User,
    Webhook,
)
from sandbox.world.nonces import Nonces
from sandbox.world.shelf import Shelf
from sandbox.world.store import Store
from sandbox.world.wares import Entitlement, Sku

Row = TypeVar("Row")

PICTURE_EXTENSIONS = (".png", ".webp", ".jpg", ".jpeg", ".gif")


def pair(guild_id: str, user_id: str) -> str:
    """The key of a membership or ban."""
    return f"{guild_id}:{user_id}"


#: The group of channels that belong to no server.
DIRECT = "direct"


class _HasId(Protocol):
    id: str


class _InGuild(Protocol):
    guild_id: str


class _InChannel(Protocol):
    channel_id: str


def _id(row: _HasId) -> str:
    return row.id


def _guild(row: _InGuild) -> str:
    return row.guild_id


def _channel(row: _InChannel) -> str:
    return row.channel_id


def _pair(row: Member | Ban) -> str:
    return pair(row.guild_id, row.user_id)


class World:
    """Everything there is. Reading goes through the shelves; whoever changes a row puts it back."""

    def __init__(self, path: Path | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        #: Where we are reached, such as "http://127.0.0.1:3900"; known once the server listens.
        self.origin = ""
        self.snowflakes = Snowflakes()
        self.store = store = Store(path)
        self.blobs = Blobs(None if path is None else path.with_name(path.name + ".blobs"))
        self.users = Shelf("users", User, store, key=_id)
        self.applications = Shelf("applications", Application, store, key=_id)
        self.guilds = Shelf("guilds", Guild, store, key=_id)
        self.roles = Shelf("roles", Role, store, key=_id, group=_guild)
        self.members = Shelf("members", Member, store, key=_pair, group=_guild)
        self.bans = Shelf("bans", Ban, store, key=_pair, group=_guild)
        self.channels = Shelf("channels", Channel, store, key=_id, group=lambda row: row.guild_id or DIRECT)
        self.messages = Shelf("messages", Message, store, key=_id, group=_channel)
        #: Ephemeral messages, which stand in no channel's history.
        self.whispers = Shelf("whispers", Message, store, key=_id, group=_channel)
        self.webhooks = Shelf("webhooks", Webhook, store, key=_id, group=_channel)
        self.commands = Shelf("commands", Command, store, key=_id, group=lambda row: row.application_id)
        self.command_permissions = Shelf(
            "command_permissions", CommandPermissions, store, key=lambda row: pair(row.guild_id, row.id), group=_guild
        )
        self.emojis = Shelf("emojis", Emoji, store, key=_id, group=lambda row: row.guild_id or row.application_id or "")
        self.stickers = Shelf("stickers", Sticker, store, key=_id, group=_guild)
        self.files = Shelf("files", StoredFile, store, key=lambda row: row.path)
        self.grants = Shelf("grants", Grant, store, key=_id)
        self.interactions = Shelf("interactions", Interaction, store, key=lambda row: row.token)
        self.addresses = Shelf("addresses", Address, store, key=_id)
        self.skus = Shelf("skus", Sku, store, key=_id, group=lambda row: row.application_id)
        self.entitlements = Shelf("entitlements", Entitlement, store, key=_id, group=lambda row: row.user_id)
        self.nonces = Nonces(self.messages, self.clock)
        self._id_by_token: dict[str, str] = {}

    @property
    def shelves(self) -> dict[str, Shelf[Any]]:
        """Every shelf by name."""
        return {shelf.name: shelf for shelf in vars(self).values() if isinstance(shelf, Shelf)}

    def load(self) -> bool:
        """Read the world's file and begin to write it; says whether there was one."""
        shelves = self.shelves

        def apply(name: str, key: str, row: Any) -> None:
            if name in shelves:
                shelves[name].restore(key, row)

        found = self.store.load(apply)
        for shelf in shelves.values():
            for key in shelf.keys():  # noqa: SIM118 - a shelf is not a dict
                if key.isdecimal():
                    self.snowflakes.seen(key)
        self.nonces.recall()
        self.store.open(self.dump)
        return found

    def settle(self) -> None:
        """Remember where the world is served now, and let what it shows from its own CDN follow it there."""
        known = self.addresses.get("address")
        if known is not None and known.origin != self.origin:
            for shelf in (self.messages, self.whispers):
                for message in shelf:
                    if message.attachments:
                        message.embeds = _moved(message.embeds, known.origin, self.origin)
                        message.components = _moved(message.components, known.origin, self.origin)
                        shelf.put(message)
        self.addresses.put(Address(self.origin))

    def dump(self) -> dict[str, Any]:
        """Every row of every shelf, as JSON."""
        return {name: shelf.dump() for name, shelf in self.shelves.items()}

    def new_id(self) -> str:
        """A fresh snowflake."""
        return self.snowflakes.next(self.clock.now())

    # ---------------------------------------------------------------------------------- lookups that must succeed

    def user(self, user_id: str) -> User:
        """The user, or 10013."""
        return _found(self.users.get(user_id), "user")

    def application(self, application_id: str) -> Application:
        """The application, or 10002."""
        return _found(self.applications.get(application_id), "application")

    def guild(self, guild_id: str) -> Guild:
        """The server, or 10004."""
        return _found(self.guilds.get(guild_id), "guild")

    def channel(self, channel_id: str) -> Channel:
        """The channel, thread or direct conversation, or 10003."""
        return _found(self.channels.get(channel_id), "channel")

    def role(self, guild_id: str, role_id: str) -> Role:
        """The role of that server, or 10011."""
        role = self.roles.get(role_id)
        return _found(role if role and role.guild_id == guild_id else None, "role")

    def member(self, guild_id: str, user_id: str) -> Member:
        """The membership, or 10007."""
        return _found(self.members.get(pair(guild_id, user_id)), "member")

    def message(self, channel_id: str, message_id: str) -> Message:
        """A message of the channel's history, or 10008."""
        message = self.messages.get(message_id)
        return _found(message if message and message.channel_id == channel_id else None, "message")

    def webhook(self, webhook_id: str) -> Webhook:
        """The webhook, or 10015."""
        return _found(self.webhooks.get(webhook_id), "webhook")

    # ---------------------------------------------------------------------------------- lookups that may fail

    def membership(self, guild_id: str | None, user_id: str) -> Member | None:
        """The membership, or None."""
        return None if guild_id is None else self.members.get(pair(guild_id, user_id))

    def user_by_token(self, token: str) -> User | None:
        """Whose token this is."""
        known = self.users.get(self._id_by_token.get(token))
        if known is not None and known.token == token:
            return known
        found = next((user for user in self.users if user.token == token), None)
        if found is not None:
            self._id_by_token[token] = found.id
        return found

    def guilds_of(self, user_id: str) -> list[Guild]:
        """The servers somebody is a member of, oldest first."""
        return [guild for guild in self.guilds if pair(guild.id, user_id) in self.members]

    def direct_channels_of(self, user_id: str) -> list[Channel]:
        """Somebody's direct conversations."""
        return [channel for channel in self.channels.of(DIRECT) if user_id in channel.recipients]

    def channels_of(self, guild_id: str) -> list[Channel]:
        """A server's channels, without its threads."""
        return [channel for channel in self.channels.of(guild_id) if not channel.is_thread]

    def threads_of(self, guild_id: str) -> list[Channel]:
        """A server's threads, archived ones too."""
        return [channel for channel in self.channels.of(guild_id) if channel.is_thread]

    def history(self, channel_id: str) -> list[Message]:
        """A channel's messages, oldest first."""
        return sorted(self.messages.of(channel_id), key=lambda message: int(message.id))

    def parent(self, channel: Channel) -> Channel:
        """The channel a thread hangs on, or the channel itself: where permissions and webhooks live."""
        if not channel.is_thread:
            return channel
        return _found(self.channels.get(channel.parent_id), "channel")

    def is_direct(self, channel: Channel) -> bool:
        """Whether this is a direct conversation."""
        return channel.type in (ChannelType.DM, ChannelType.GROUP_DM)

    # ---------------------------------------------------------------------------------- files

    def keep_picture(self, place: str, data: bytes, mime: str) -> str:
        """Store an avatar or icon under `place` ("avatars/1") and answer its hash; animated ones begin with "a_"."""
        digest = self.blobs.put(data)
        name = ("a_" if mime == "image/gif" else "") + digest[:32]
        self.files.put(StoredFile(f"{place}/{name}", digest, mime))
        return name

    def file(self, path: str) -> StoredFile | None:
        """The file at a path of the CDN; pictures are found under any extension, since they are served as they came."""
        path = path.lstrip("/")
        known = self.files.get(path)
        if known is not None:
            return known
        stem, dot, extension = path.rpartition(".")
        return self.files.get(stem) if f"{dot}{extension}" in PICTURE_EXTENSIONS else None


def _moved(part: list[Json], before: str, after: str) -> list[Json]:
    return orjson.loads(orjson.dumps(part).replace(f'"{before}/'.encode(), f'"{after}/'.encode()))


def _found(row: Row | None, thing: str) -> Row:
    if row is None:
        raise unknown(thing)
    return row
