"""discord.py's memory of servers, without what nobody here looks at, and with what is seldom looked at packed away.

A program in 2,500 servers knows 75,000 channels and 27,000 roles. As discord.py's objects they take 32 MB, and people
speak in few of them. So they are kept as they came, compressed (some 1.5 KB a server), and a channel or role becomes an
object when somebody asks for it.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import Any, Generic, TypeVar, cast

import orjson
from discord import Guild, Role, User
from discord.abc import GuildChannel
from discord.channel import _guild_channel_factory  # pyright: ignore[reportPrivateUsage]
from discord.state import ConnectionState

from bot.requests import requested

_UNREAD = (
    "emojis",
    "stickers",
    "soundboard_sounds",
    "voice_states",
    "presences",
    "stage_instances",
    "guild_scheduled_events",
)
_FASTEST = 1

Kind = TypeVar("Kind", GuildChannel, Role)


class _Packed(MutableMapping[int, Kind], Generic[Kind]):
    """Channels or roles of one server by id, in discord.py's place for them: packed until somebody asks.

    Asking for one makes that one; going through them, or taking one out, makes all.
    """

    __slots__ = ("_awake", "_guild", "_ids", "_rows")

    def __init__(self, guild: Guild, rows: Sequence[dict[str, Any]]) -> None:
        self._guild: Any = guild  # its `_state` is private
        self._awake: dict[int, Kind] = {}
        self._ids = array("Q", (int(row["id"]) for row in rows))
        self._rows = zlib.compress(orjson.dumps(rows), _FASTEST)

    def _made(self, row: dict[str, Any]) -> Kind | None:
        raise NotImplementedError

    def __getitem__(self, key: int) -> Kind:
        found = self._awake.get(key)
        if found is None and key in self._ids:
            found = self._woken(self._unpacked()[self._ids.index(key)])
        if found is None:
            raise KeyError(key)
        return found

    def __setitem__(self, key: int, value: Kind) -> None:
        self._awake[key] = value

    def __delitem__(self, key: int) -> None:
        self._wake()
        del self._awake[key]

    def __iter__(self) -> Iterator[int]:
        self._wake()
        return iter(self._awake)

    def __len__(self) -> int:
        self._wake()
        return len(self._awake)

    def _wake(self) -> None:
        """From now on an ordinary mapping."""
        for row in self._unpacked():
            if int(row["id"]) not in self._awake:
                self._woken(row)
        self._ids, self._rows = array("Q"), b""

    def _woken(self, row: dict[str, Any]) -> Kind | None:
        made = self._made(row)
        if made is not None:
            self._awake[made.id] = made
        return made

    def _unpacked(self) -> list[dict[str, Any]]:
        return orjson.loads(zlib.decompress(self._rows)) if self._rows else []


class PackedChannels(_Packed[GuildChannel]):
    """A server's channels."""

    __slots__ = ()

    def _made(self, row: dict[str, Any]) -> GuildChannel | None:
        factory, _ = _guild_channel_factory(row["type"])
        # None: a kind that this discord.py does not know and would not have kept either.
        make = cast(Any, factory)
        return make(guild=self._guild, state=self._guild._state, data=row) if make else None


class PackedRoles(_Packed[Role]):
    """A server's roles."""

    __slots__ = ()

    def _made(self, row: dict[str, Any]) -> Role:
        return Role(guild=self._guild, state=self._guild._state, data=cast(Any, row))


def slim(guild: dict[str, Any], us: int | None) -> None:
    """A GUILD_CREATE's body, changed in place: without what BotCafé never reads. `us` is our own user id.

    Kept are channels, threads, roles and our own membership: what permissions and names are told from.
    """
    for name in _UNREAD:
        if guild.get(name):
            guild[name] = []
    guild["members"] = [one for one in guild.get("members", ()) if int(one["user"]["id"]) == us]
    for channel in guild.get("channels", ()):
        channel["topic"] = channel["last_message_id"] = None


class LeanState(ConnectionState[Any]):
    """Takes servers in slim. `turned_away` may answer an interaction itself, before anything of ours sees it."""

    turned_away: Callable[[Any], bool] | None = None

    def parse_interaction_create(self, data: Any) -> None:
        """Somebody used a command, a button, a form."""
        if self.turned_away is None or not self.turned_away(data):
            # What is begun in here works for this interaction, and says so in logs.
            with requested(f"discord-{data['id']}"):
                super().parse_interaction_create(data)

    def clear(self, *, views: bool = True) -> None:
        """Forget everything: a new session begins."""
        self._ourselves: User | None = None
        super().clear(views=views)

    def parse_guild_create(self, data: Any) -> None:
        """A server is there."""
        slim(data, self.self_id)
        channels, roles = data.pop("channels", []), data.pop("roles", [])
        super().parse_guild_create(data)
        guild: Any = self._get_guild(int(data["id"]))
        if guild is not None and not guild.unavailable:
            guild._channels, guild._roles = PackedChannels(guild, channels), PackedRoles(guild, roles)

    def store_user_no_intents(self, data: Any, *, cache: bool = True) -> User:
        """A person. We are a member of every server, with one object for us in all of them."""
        if int(data["id"]) != self.self_id:
            return super().store_user_no_intents(data, cache=cache)
        if self._ourselves is None:
            self._ourselves = super().store_user_no_intents(data, cache=cache)
        return self._ourselves
