"""A clock for tests: sleeping takes no time, it only moves the hands."""

import asyncio
from datetime import UTC, datetime, timedelta


class HandClock:
    """Sleepers wake in order of their hour, when the test lets time pass with `advance` or `run`."""

    def __init__(self, *, self_winding: bool = False) -> None:
        self._now = 1_000.0
        self._self_winding = self_winding
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._now)

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self._self_winding:
            self._now += seconds
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future

    @property
    def sleepers(self) -> int:
        return sum(not future.done() for _, future in self._sleepers)

    def advance(self, seconds: float) -> None:
        """Move the hands; wake whoever's hour has come."""
        self._now += seconds
        for hour, future in list(self._sleepers):
            if hour <= self._now + 1e-9:
                self._sleepers.remove((hour, future))
                if not future.done():
                    future.set_result(None)

    def skip(self) -> None:
        """Move the hands to the next sleeper's hour."""
        hours = [hour for hour, future in self._sleepers if not future.done()]
        if hours:
            self.advance(min(hours) - self._now)

    def next_hour(self) -> float | None:
        """Seconds until the next sleeper wakes."""
        hours = [hour for hour, future in self._sleepers if not future.done()]
        return max(0.0, min(hours) - self._now) if hours else None
