"""How fast a channel's streamed edits may go: never closer than 1.2 s, slower when Discord says so, then not at all.

Discord's limit for webhooks in one channel is not in its headers, so being refused is the only way to learn of it. Each
refusal doubles the interval for everybody who streams in that channel; it recovers with time.
"""

from __future__ import annotations

from bot.clock import Clock

INTERVAL_SECONDS = 1.2
"""The closest two edits of one reply may follow each other; the issue's number and what peers settled on."""

LONGEST_INTERVAL_SECONDS = 6.0
"""Beyond this a stream looks broken rather than slow: better to show the whole text at its end."""

_RECOVERY_SECONDS = 20.0


class Tempo:
    """The pace of one channel, shared by all who stream there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._level = 0
        self._refused_at = 0.0
        self._hold_until = 0.0

    @property
    def interval(self) -> float:
        """Seconds between two edits, as things stand."""
        recovered = int((self._clock.monotonic() - self._refused_at) / _RECOVERY_SECONDS)
        return INTERVAL_SECONDS * 2 ** max(0, self._level - recovered)

    @property
    def too_slow(self) -> bool:
        """True when streaming is not worth it for now."""
        return self.interval > LONGEST_INTERVAL_SECONDS

    def due_at(self, last: float) -> float:
        """When (monotonic) the next edit may leave after one that left at `last`."""
        return max(last + self.interval, self._hold_until)

    def refused(self, retry_after_seconds: float) -> None:
        """Discord had no room: slow down."""
        now = self._clock.monotonic()
        recovered = int((now - self._refused_at) / _RECOVERY_SECONDS)
        self._level = min(max(0, self._level - recovered) + 1, 6)
        self._refused_at = now
        self._hold_until = max(self._hold_until, now + retry_after_seconds)
