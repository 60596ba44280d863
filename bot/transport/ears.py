"""Who wants to know what is said and what happens: the other side of the client, as a Protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.ports import Heard, Place, Reacted


class Missed(Protocol):
    """A channel where something may have been said while we were away."""

    @property
    def place(self) -> Place:
        """Which channel."""
        ...

    @property
    def after_message_id(self) -> int:
        """The last message we know there."""
        ...


class Ears(Protocol):
    """Who wants to know what is said. `hear` returns once a message is safe; the same one may come twice.

    Everything but `hear` and `cursors` comes for whatever happens in any server: it must cost nothing where nobody of
    ours is concerned.
    """

    def concerns(self, channel_id: int, author_is_bot: bool) -> bool:
        """Whether a message there, that does not mention us, could be of interest. Asked of every single one.

        `author_is_bot` is true of webhooks too.
        """
        ...

    async def hear(self, heard: Heard) -> object:
        """Somebody said something."""
        ...

    def follows(self, channel_id: int) -> bool:
        """Whether it could be of interest what becomes of messages there, however old. Asked of every change."""
        ...

    async def trigger_deleted(self, message_id: int, channel_id: int) -> None:
        """A message was taken back."""
        ...

    async def trigger_edited(self, message_id: int, content: str, channel_id: int) -> None:
        """A message now says something else."""
        ...

    async def cursors(self) -> Sequence[Missed]:
        """Where to read on after an absence."""
        ...

    async def reacted(self, reacted: Reacted) -> object:
        """Somebody put an emoji under a message, or took theirs away."""
        ...

    async def place_gone(self, guild_id: int | None, channel_id: int | None) -> object:
        """A channel or thread was deleted; without `channel_id`, we are no longer in the server."""
        ...

    async def place_changed(self, place: Place) -> object:
        """A channel's permissions or settings, or a thread's being archived or locked, are not what they were."""
        ...

    async def member_left(self, guild_id: int, discord_id: int) -> object:
        """A person left a server, as far as Discord tells (a ban; leaving only with the privileged Members intent)."""
        ...
