"""discord.py's memory of servers, without what nobody here looks at."""

from __future__ import annotations

import sys
from typing import Any

from discord.state import ConnectionState

_UNREAD = (
    "emojis",
    "stickers",
    "soundboard_sounds",
    "voice_states",
    "presences",
    "stage_instances",
    "guild_scheduled_events",
)


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
        channel["name"] = sys.intern(channel["name"])


class LeanState(ConnectionState[Any]):
    """Takes servers in slim: some fifth less memory at 2,500 servers."""

    def parse_guild_create(self, data: Any) -> None:
        """A server is there."""
        slim(data, self.self_id)
        super().parse_guild_create(data)
