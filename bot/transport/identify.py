"""Keeps the number of IDENTIFYs far from where Discord ends all sessions and resets the token.

Discord allows about 1,000 IDENTIFYs in 24 hours ("Gateway", session start limit). A bot that crashes and restarts, or
a network that flaps, can use them up in an hour.
"""

from __future__ import annotations

from collections import deque

import structlog

from bot.clock import Clock

WINDOWS = ((10, 600.0), (30, 3600.0))
"""So many in so many seconds. The second keeps a day of flapping at 720, under nine tenths of Discord's thousand."""

SPACING_SECONDS = 5.0
RESERVED_SHARE = 0.1
LONGEST_WAIT_SECONDS = 30.0
"""discord.py gives a connection a minute to come up; a longer wait must happen outside of it."""

log = structlog.get_logger(__name__)


class IdentifyHeld(OSError):
    """This IDENTIFY would be one too many for now."""


class IdentifyBudget:
    """At most ten IDENTIFYs in ten minutes and thirty in an hour, five seconds apart; Discord's last tenth is kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: deque[float] = deque(maxlen=max(most for most, _ in WINDOWS))

    def seconds_to_wait(self) -> float:
        """How long the next IDENTIFY must wait."""
        if not self._spent:
            return 0.0
        now = self._clock.monotonic()
        waits = [self._spent[-1] + SPACING_SECONDS - now]
        waits.extend(self._spent[-most] + seconds - now for most, seconds in WINDOWS if len(self._spent) >= most)
        return max(0.0, *waits)

    async def spend(self, *, remaining: int | None = None, total: int | None = None) -> None:
        """Take one, waiting a little if need be. Raises `IdentifyHeld` where a little is not enough.

        `remaining` and `total` are Discord's own session start limit, where it is known.
        """
        if remaining is not None and total and remaining < total * RESERVED_SHARE:
            log.error("identify_held", remaining=remaining, total=total)
            raise IdentifyHeld(f"only {remaining} of {total} session starts are left")
        wait = self.seconds_to_wait()
        if wait > LONGEST_WAIT_SECONDS:
            log.error("identify_held", seconds=round(wait))
            raise IdentifyHeld(f"too many session starts; the next one in {wait:.0f} s")
        if wait > 0:
            await self._clock.sleep(wait)
        self._spent.append(self._clock.monotonic())
