"""How long we wait for a model's server. The bars are those of the project's reliability plan (M5)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from bot.clock import Clock
from bot.errors import Slow
from bot.providers import failures

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: to connect, to the first token (from the request on), between tokens, and for the whole answer."""

    connect: float = 5.0
    first_token: float = 20.0
    idle: float = 10.0
    total: float = 90.0


class Stopwatch:
    """One request's time: what has passed, and how long the next step may take."""

    def __init__(self, deadlines: Deadlines, clock: Clock, provider: str) -> None:
        self._deadlines = deadlines
        self._clock = clock
        self._provider = provider
        self._started = clock.monotonic()
        self._first: float | None = None

    def passed(self) -> float:
        """Seconds since the request."""
        return self._clock.monotonic() - self._started

    def token_came(self) -> None:
        """The model has begun to speak, or to think aloud."""
        if self._first is None:
            self._first = self.passed()

    @property
    def first_token_ms(self) -> int:
        """Milliseconds to the first token; to now, while there is none."""
        return round((self.passed() if self._first is None else self._first) * 1000)

    @property
    def total_ms(self) -> int:
        """Milliseconds to now."""
        return round(self.passed() * 1000)

    async def within(self, step: Awaitable[T], *, at_most: float | None = None) -> T:
        """Wait for a step as long as the deadlines allow. Raises `Slow`."""
        what, seconds = self._next()
        try:
            async with asyncio.timeout(seconds if at_most is None else min(seconds, at_most)):
                return await step
        except TimeoutError:
            pass
        # Outside of the handler, so that nothing of the server's hangs on the error.
        raise failures.failure(Slow, self._provider, what)

    def _next(self) -> tuple[str, float]:
        left = self._deadlines.total - self.passed()
        if self._first is None:
            what, step = "no first token in time", self._deadlines.first_token - self.passed()
        else:
            what, step = "fell silent", self._deadlines.idle
        return (what, max(step, 0.0)) if step < left else ("the whole answer took too long", max(left, 0.0))
