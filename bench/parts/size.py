"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """One run's measure. `per_second` replies are asked for during `seconds`."""

    rounds: int
    messages: int
    per_second: float
    seconds: float
    servers: int
    channels: int = 120
    """Discord lets a webhook make 5 calls in two seconds, and all webhooks of a channel say 30 messages a minute. A
    reply makes about three calls. So 25 replies a second take 60 channels and more, or the figures are those of the
    limits."""


FULL = Size(rounds=5, messages=30_000, per_second=25, seconds=60, servers=2500)
QUICK = Size(rounds=3, messages=4_000, per_second=25, seconds=5, servers=2500, channels=80)
SLICE = Size(rounds=1, messages=400, per_second=10, seconds=1, servers=5, channels=4)
"""What the tests run: it shows that everything is measured, not how much."""
