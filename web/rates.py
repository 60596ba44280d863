"""How often one person may do what: counted in this process's memory, so that counting costs nothing and keeps nothing.

A bucket fills evenly and holds a burst. Where several processes serve the web, each counts for itself.
Sources of the numbers: ASVS 5.0, 2.4.1 and 6.3.1; see `LIMITS`.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from web.pages import Rate

_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """`times` in `seconds`; all of them may come at once."""

    times: int
    seconds: float


LIMITS: Mapping[Rate, Allowance] = {
    # A person reads a page a second at most; a page may fetch a few pictures that count for themselves.
    Rate.READ: Allowance(600, 60),
    Rate.WRITE: Allowance(60, 60),
    Rate.LOGIN: Allowance(10, 60),
    Rate.UPLOAD: Allowance(10, 3600),
    Rate.LIST_FILE: Allowance(30, 3600),
    Rate.HOOK: Allowance(1200, 60),
    Rate.EXPORT: Allowance(2, 86_400),
}


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """Who has done what how often lately."""

    def __init__(self, clock: Clock, limits: Mapping[Rate, Allowance] = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._buckets: OrderedDict[tuple[Rate, str], _Bucket] = OrderedDict()

    def take(self, rate: Rate, who: str) -> int:
        """Count one. 0 where it may go on, else in how many seconds to try again."""
        allowance, now = self._limits[rate], self._clock.monotonic()
        per_second = allowance.times / allowance.seconds
        bucket = self._buckets.get((rate, who))
        if bucket is None:
            bucket = self._buckets[rate, who] = _Bucket(float(allowance.times), now)
            self._forget(now)
        else:
            self._buckets.move_to_end((rate, who))
        bucket.left = min(float(allowance.times), bucket.left + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return math.ceil((1 - bucket.left) / per_second)

    def _forget(self, now: float) -> None:
        """Drop who has been away so long that their bucket is full again anyway, oldest first, within bounds."""
        while self._buckets:
            (rate, who), oldest = next(iter(self._buckets.items()))
            if len(self._buckets) <= _KEPT and now - oldest.at < self._limits[rate].seconds:
                return
            del self._buckets[rate, who]
