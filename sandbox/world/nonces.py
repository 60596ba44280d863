"""Which nonces were used lately, so that a message sent twice is posted once (docs: Create Message, enforce_nonce)."""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.snowflake import made_at
from sandbox.world.models import Message
from sandbox.world.shelf import Shelf

#: "A few minutes", as Discord puts it, in seconds.
HOLDS = 300


class Nonces:
    """Finds a message by channel, author and nonce."""

    def __init__(self, messages: Shelf[Message], clock: Clock) -> None:
        self._messages = messages
        self._clock = clock
        self._ids: dict[tuple[str, str, str], str] = {}

    def note(self, message: Message) -> None:
        """Remember a message's nonce, if it has one; nonces too old are forgotten on the way."""
        if message.nonce is None:
            return
        earliest = self._clock.now() - HOLDS
        while self._ids:
            oldest = next(iter(self._ids))
            if made_at(self._ids[oldest]) >= earliest:
                break
            del self._ids[oldest]
        self._ids[message.channel_id, message.author_id, str(message.nonce)] = message.id

    def find(self, channel_id: str, author_id: str, nonce: str | int) -> Message | None:
        """The message sent with this nonce within the last few minutes."""
        message = self._messages.get(self._ids.get((channel_id, author_id, str(nonce))))
        if message is None or made_at(message.id) < self._clock.now() - HOLDS:
            return None
        return message

    def recall(self) -> None:
        """Learn the nonces of messages that were read from a file."""
        for message in sorted(self._messages, key=lambda one: int(one.id)):
            self.note(message)
