"""What Discord lets us send, as far as its headers tell: buckets, the global limit, and requests that count against us.

No bucket size is written down here; they are learnt from each answer (Discord's "Rate Limits" page asks for that).
Only the two numbers that headers never carry are ours: 50 requests a second for a bot, of which we use at most 45, and
10,000 invalid requests (401, 403, 429 except shared) in ten minutes, after which an address is banned for a while.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock

REQUESTS_PER_SECOND = 45
KEPT_FOR_WORDS = 15
"""Of these, requests that those who can wait (streamed edits, buttons to be taken away) leave to others."""
INVALID_WINDOW_SECONDS = 600.0
INVALID_CEILING = 9_000
_KEPT_BUCKETS = 2_000
_GUESSED_WINDOW_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a bucket: requests, and seconds until it is full again. Unknown buckets have room."""

    remaining: int | None
    seconds_to_reset: float


@dataclass(slots=True)
class _Bucket:
    limit: int
    remaining: int
    resets_at: float
    in_flight: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """What shares a bucket: the method and shape of a path, and the ids that Discord counts separately."""

    shape: str
    major: str = ""


class Allowance:
    """Keeps count for one process. Times are the clock's monotonic seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hashes: dict[str, str] = {}  # route shape -> Discord's name of the bucket
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._sent: deque[float] = deque()
        self._invalid: deque[float] = deque()
        self._stopped_until = 0.0
        self._queue = asyncio.Lock()

    @property
    def invalid_requests(self) -> int:
        """Requests of the last ten minutes that count towards a ban."""
        horizon = self._clock.monotonic() - INVALID_WINDOW_SECONDS
        while self._invalid and self._invalid[0] < horizon:
            self._invalid.popleft()
        return len(self._invalid)

    @property
    def exhausted(self) -> bool:
        """True when another refused request could get this address banned: send nothing."""
        return self.invalid_requests >= INVALID_CEILING

    def room(self, route: Route) -> Room:
        """What this route's bucket still holds, for who can wait: nothing while all routes together are short."""
        bucket = self._bucket(route)
        now = self._clock.monotonic()
        pause = self._pause(REQUESTS_PER_SECOND - KEPT_FOR_WORDS)
        if bucket is None or bucket.resets_at <= now:
            return Room(0 if pause else None, pause)
        return Room(0 if pause else bucket.remaining, max(pause, bucket.resets_at - now))

    async def take(self, route: Route) -> None:
        """Wait until a request on this route may leave, and count it as left. Who waits longest goes first."""
        while True:
            while (wait := self._bucket_pause(route)) > 0:
                await self._clock.sleep(wait)
            async with self._queue:
                while (wait := self._pause(REQUESTS_PER_SECOND)) > 0:
                    await self._clock.sleep(wait)
                if self._bucket_pause(route) <= 0:
                    self._count(route)
                    return

    def _count(self, route: Route) -> None:
        self._sent.append(self._clock.monotonic())
        bucket = self._bucket(route)
        if bucket is not None:
            if bucket.resets_at <= self._clock.monotonic():
                # A new window whose end we do not know yet: the next answer tells. Meanwhile no more than it can hold.
                bucket.remaining = bucket.limit - bucket.in_flight
                bucket.resets_at = self._clock.monotonic() + _GUESSED_WINDOW_SECONDS
            bucket.in_flight += 1
            bucket.remaining -= 1

    def settle(self, route: Route, headers: Mapping[str, str] | None) -> None:
        """A request counted by `take` is over; learn from its headers, if it was answered."""
        taken = self._bucket(route)
        if taken is not None:
            taken.in_flight = max(0, taken.in_flight - 1)
        if headers is None or "X-RateLimit-Bucket" not in headers:
            return
        remaining = _number(headers.get("X-RateLimit-Remaining"))
        reset_after = _number(headers.get("X-RateLimit-Reset-After"))
        if remaining is None or reset_after is None:
            return
        limit = _number(headers.get("X-RateLimit-Limit")) or 1
        self._learn(route, headers["X-RateLimit-Bucket"], int(limit), int(remaining), reset_after)

    def refuse(self, route: Route, seconds: float, *, everywhere: bool) -> None:
        """Discord said 429: nothing on this route, or at all, for so many seconds."""
        until = self._clock.monotonic() + seconds
        if everywhere:
            self._stopped_until = max(self._stopped_until, until)
            return
        bucket = self._bucket(route)
        if bucket is None:
            self._learn(route, f"unnamed {route.shape}", 1, 0, seconds)
        else:
            bucket.remaining, bucket.resets_at = 0, max(bucket.resets_at, until)

    def count_invalid(self) -> None:
        """One more request that Discord counts towards a ban."""
        self._invalid.append(self._clock.monotonic())

    def _pause(self, most: int) -> float:
        """Seconds until fewer than `most` requests left within a second, and none is forbidden everywhere."""
        now = self._clock.monotonic()
        if self._stopped_until > now:
            return self._stopped_until - now
        while self._sent and self._sent[0] <= now - 1:
            self._sent.popleft()
        return max(self._sent[-most] + 1 - now, 0.001) if len(self._sent) >= most else 0.0

    def _bucket_pause(self, route: Route) -> float:
        bucket, now = self._bucket(route), self._clock.monotonic()
        return (
            bucket.resets_at - now if bucket is not None and bucket.remaining <= 0 and bucket.resets_at > now else 0.0
        )

    def _bucket(self, route: Route) -> _Bucket | None:
        name = self._hashes.get(route.shape)
        return None if name is None else self._buckets.get((name, route.major))

    def _learn(self, route: Route, name: str, limit: int, remaining: int, reset_after: float) -> None:
        now = self._clock.monotonic()
        self._hashes[route.shape] = name
        bucket = self._buckets.get((name, route.major))
        if bucket is None:
            if len(self._buckets) >= _KEPT_BUCKETS:
                self._drop_stale(now)
            self._buckets[name, route.major] = _Bucket(limit, remaining, now + reset_after)
            return
        stale = bucket.resets_at <= now
        bucket.limit = limit
        # What is still in flight counts against a new window too, and answers may overtake each other in an old one.
        bucket.remaining = remaining - bucket.in_flight if stale else min(bucket.remaining, remaining)
        bucket.resets_at = now + reset_after

    def _drop_stale(self, now: float) -> None:
        stale = [key for key, bucket in self._buckets.items() if bucket.resets_at <= now and not bucket.in_flight]
        for key in stale:
            del self._buckets[key]


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
