"""What the client hears, handed to the rules."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports import Heard, Place, Reacted
from bot.services.talk.cursors import Missed
from bot.services.talk.turns import Turns


class Ears:
    """What the client hears, handed to the turns. What earlier runs began comes before what was missed."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._resumed = False

    async def hear(self, heard: Heard) -> None:
        """A message was written."""
        await self._turns.hear(heard)

    async def trigger_deleted(self, message_id: int, channel_id: int) -> None:
        """A message is gone."""
        await self._turns.trigger_deleted(message_id, channel_id)

    async def trigger_edited(self, message_id: int, content: str, channel_id: int) -> None:
        """A message was changed."""
        await self._turns.trigger_edited(message_id, content, channel_id)

    def follows(self, channel_id: int) -> bool:
        """Whether what becomes of messages in a channel can matter."""
        return self._turns.follows(channel_id)

    def concerns(self, channel_id: int, author_is_bot: bool) -> bool:
        """Whether a message there can matter."""
        return self._turns.concerns(channel_id, author_is_bot)

    async def reacted(self, reacted: Reacted) -> None:
        """Somebody put an emoji under a message, or took it away."""
        await self._turns.reacted(reacted)

    async def place_gone(self, guild_id: int | None, channel_id: int | None) -> None:
        """A channel or a server is gone."""
        await self._turns.place_gone(guild_id, channel_id)

    async def place_changed(self, place: Place) -> None:
        """A channel was opened again, or its permissions are others."""
        await self._turns.place_changed(place)

    async def member_left(self, guild_id: int, discord_id: int) -> None:
        """A person left a server."""
        await self._turns.member_left(guild_id, discord_id)

    async def cursors(self) -> Sequence[Missed]:
        """Where to read on in each channel, once what earlier runs began is taken up."""
        if not self._resumed:
            await self._turns.resume()
            self._resumed = True
        return await self._turns.cursors()
