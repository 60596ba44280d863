"""What a performance asks of a way to speak: a webhook, the bot's own messages, an interaction's answers."""

from __future__ import annotations

from collections.abc import Set
from typing import Protocol

from bot.transport.executor import Outcome
from bot.transport.marks import Components


class Gone(Exception):
    """A message that was to be changed is no longer there."""


class Orphaned(Exception):
    """Whoever wrote a message is no longer there, so nobody can edit the message any more."""


class Full(Exception):
    """No further message may be posted this way."""


class Voice(Protocol):
    """One character speaking in one place. Knows its scene; parts are numbered from 0."""

    @property
    def most_parts(self) -> int | None:
        """How many messages a reply may have this way; None for any number."""
        ...

    async def ready(self) -> None:
        """Do what may take a while before the first post (find the face's address)."""
        ...

    async def post(self, number: int, content: str, row: Components) -> Outcome:
        """Post once. Raises `StageClosed` for a refusal and `Full` where there may be no more messages."""
        ...

    async def edit(
        self, number: int, message_id: int, content: str, row: Components, *, patient: bool = True
    ) -> Outcome:
        """Change a message. Raises `Gone`, `Orphaned` or `StageClosed`; impatiently, 429 comes back as `Refused`."""
        ...

    async def delete(self, message_id: int) -> Outcome:
        """Take a message back. Raises `Gone`, `Orphaned` or `StageClosed`."""
        ...

    async def delete_orphan(self, message_id: int) -> bool:
        """Take back what this voice cannot edit any more. True if it is no longer there."""
        ...

    async def parts(self, after: int, wanted: Set[int]) -> dict[int, list[int]]:
        """Part number → ids of the messages with this turn's mark, at least of `wanted`. Raises `StageUnsure`."""
        ...

    async def exists(self, message_id: int) -> bool:
        """Whether a message stands there, whoever wrote it. Raises `StageUnsure` if that cannot be told."""
        ...

    async def leave(self) -> None:
        """Nothing is said after all, and nothing stands there: take away what announced it."""
        ...

    def room(self) -> tuple[int | None, float]:
        """What the limits leave for edits: requests (None: not known yet) and seconds until there are more."""
        ...
