"""How often one token's owner may call: an allowance that fills up again evenly, told with every answer.

The headers are those of the IETF's draft "RateLimit header fields for HTTP" (httpapi working group): `RateLimit-Policy`
names what there is in which time, `RateLimit` what is left of it and in how many seconds it is whole again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from bot import limits
from bot.clock import Clock
from web.api.kinds import Rate

_PERIOD = 60
_KNOWN = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a call. `wait` is 0, or in how many seconds the next one is answered."""

    name: str
    most: int
    left: int
    whole_in: int
    wait: int = 0

    def headers(self) -> dict[str, str]:
        """As an answer tells it."""
        told = {
            "RateLimit-Policy": f'"{self.name}";q={self.most};w={_PERIOD}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.whole_in}',
        }
        return told | ({"Retry-After": str(self.wait)} if self.wait else {})


USUAL: Mapping[Rate, int] = {Rate.READ: int(limits.API_READS_PER_MINUTE), Rate.WRITE: int(limits.API_WRITES_PER_MINUTE)}
FAILURES = int(limits.API_FAILURES_PER_MINUTE)


class Allowances:
    """Of everybody, in memory: a process that starts anew forgives."""

    def __init__(self, clock: Clock, most: Mapping[Rate, int] = USUAL, *, failures: int = FAILURES) -> None:
        self._clock = clock
        self._most = {rate.value: number for rate, number in most.items()} | {"failure": failures}
        self._used: OrderedDict[tuple[str, object], tuple[float, float]] = OrderedDict()

    def take(self, rate: Rate, whose: object) -> Allowance:
        """Count one call, unless there is nothing left."""
        return self._take(rate.value, whose)

    def failed(self, address: str) -> None:
        """Count a token that was none, against the address it came from."""
        self._take("failure", address)

    def bars(self, address: str) -> int:
        """For how many seconds no token from this address is looked at any more, 0: it is."""
        most = self._most["failure"]
        used, _ = self._now("failure", address)
        return 0 if used + 1 <= most else max(1, ceil((used + 1 - most) * _PERIOD / most))

    def _now(self, name: str, whose: object) -> tuple[float, float]:
        """How much of an allowance is used up, and now."""
        now = self._clock.monotonic()
        used, at = self._used.get((name, whose), (0.0, now))
        return max(0.0, used - (now - at) * self._most[name] / _PERIOD), now

    def _take(self, name: str, whose: object) -> Allowance:
        most = self._most[name]
        used, now = self._now(name, whose)
        wait = 0
        if used + 1 <= most:
            used += 1
        else:
            wait = max(1, ceil((used + 1 - most) * _PERIOD / most))
        self._used[(name, whose)] = (used, now)
        self._used.move_to_end((name, whose))
        if len(self._used) > _KNOWN:
            self._used.popitem(last=False)
        return Allowance(name, most, int(most - used), ceil(used * _PERIOD / most), wait)
