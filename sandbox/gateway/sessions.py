"""Sessions: what one client has been told, kept so that it can resume after a lost connection."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from sandbox.journal import Actor, Journal
from sandbox.world.models import Json

#: How many events a session keeps for a client that comes back.
BUFFERED = 1000
#: How long a session without a connection may still be resumed, in seconds.
RESUMABLE = 300


class Line(Protocol):
    """The connection a session currently speaks through."""

    def put(self, payload: bytes) -> None:
        """Queue one payload."""
        ...

    def hang_up(self, code: int) -> None:
        """Close with a code; the session can be resumed."""
        ...

    def deafen(self) -> None:
        """Answer no heartbeats any more."""
        ...

    async def written(self, left: int) -> None:
        """Wait until at most `left` payloads are still to be written, or the connection is gone."""
        ...


@dataclass(eq=False)
class Session:
    """One identified client. Events are encoded when they happen, so a replay tells what was true then."""

    user_id: str
    bot: bool
    journal: Journal
    intents: int = 0
    shard: tuple[int, int] | None = None
    presence: Json = field(default_factory=lambda: {"status": "online", "activities": []})
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    line: Line | None = None
    #: By server: the channels it cannot see, as far as it was told.
    hidden: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    lost_at: float | None = None
    _buffer: deque[tuple[int, bytes]] = field(default_factory=lambda: deque[tuple[int, bytes]](maxlen=BUFFERED))

    @property
    def actor(self) -> Actor:
        """Who this is, for the journal."""
        return Actor("bot" if self.bot else "user", self.user_id)

    def holds(self, guild_id: str | None) -> bool:
        """Whether this shard is the one for the server; direct events belong to shard 0."""
        if self.shard is None:
            return True
        number, count = self.shard
        return number == ((int(guild_id) >> 22) % count if guild_id else 0)

    def dispatch(self, event: str, data: Json, *, quietly: bool = False) -> None:
        """Tell the client of an event, now or when it resumes; `quietly` leaves it out of the journal."""
        self.sequence += 1
        payload = orjson.dumps({"op": 0, "t": event, "s": self.sequence, "d": data})
        self._buffer.append((self.sequence, payload))
        if not quietly:
            self.journal.write(actor=self.actor, transport="gateway", method=event, path="out", response=data)
        if self.line is not None:
            self.line.put(payload)

    def command(self, opcode: int, data: Any, name: str) -> None:
        """Send something that is no event and has no sequence number (op 7, op 9)."""
        if self.line is not None:
            self.journal.write(actor=self.actor, transport="gateway", method=name, path="out", response=data)
            self.line.put(orjson.dumps({"op": opcode, "d": data, "s": None, "t": None}))

    def can_resume_from(self, sequence: int) -> bool:
        """Whether every event after `sequence` is still here."""
        if sequence > self.sequence:
            return False
        return not self._buffer or sequence >= self._buffer[0][0] - 1

    def replay(self, sequence: int) -> None:
        """Send again what came after `sequence`, then RESUMED."""
        assert self.line is not None
        for number, payload in list(self._buffer):
            if number > sequence:
                self.line.put(payload)
        self.dispatch("RESUMED", {"_trace": []})
