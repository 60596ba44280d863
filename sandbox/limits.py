"""Rate limits: buckets per route and place, the global limit, and a limit that no header tells of.

Sizes are not documented by Discord ("do not hard code"); those here are what its API commonly answers, except where a
test sets others. The 30 per minute for all webhooks of a channel is shared and in no header, as on Discord.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cache

from sandbox.clock import Clock


@dataclass(frozen=True)
class Limit:
    """So many calls in so many seconds."""

    count: int
    seconds: float


@dataclass
class _Window:
    left: int
    ends: float


@dataclass(frozen=True)
class Verdict:
    """Headers for the answer, and how long to wait when the call is refused (None: go on)."""

    headers: dict[str, str]
    retry_after: float | None = None
    everywhere: bool = False


DEFAULT = Limit(50, 1.0)
#: docs: Rate Limits, Global Rate Limit.
GLOBAL = Limit(50, 1.0)
BY_ROUTE: dict[str, Limit] = {
    "POST /channels/{channel_id}/messages": Limit(5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": Limit(5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": Limit(5, 1.0),
    "POST /webhooks/{webhook_id}/{webhook_token}": Limit(5, 2.0),
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": Limit(5, 2.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/{user_id}": Limit(4, 1.0),
    "POST /channels/{channel_id}/typing": Limit(5, 5.0),
}
#: discord-api-docs#367: all webhooks of a channel together.
WEBHOOKS_OF_A_CHANNEL = Limit(30, 60.0)

#: Discord answers through a proxy that sets this; discord.py takes a 429 without it for a ban by the proxy.
VIA = "1.1 sandbox"


@cache
def _bucket(route: str) -> str:
    return hashlib.sha256(route.encode()).hexdigest()[:32]


class Limits:
    """Counts calls. `set` and `relax` are for tests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_route = dict(BY_ROUTE)
        self._default = DEFAULT
        self._global: Limit | None = GLOBAL
        self._webhooks: Limit | None = WEBHOOKS_OF_A_CHANNEL
        self._windows: dict[str, _Window] = {}

    def set(self, route: str, limit: Limit) -> None:
        """Set a route's limit ("POST /channels/{channel_id}/messages"), or "global", "webhooks", "default"."""
        if route == "global":
            self._global = limit
        elif route == "webhooks":
            self._webhooks = limit
        elif route == "default":
            self._default = limit
        else:
            self._by_route[route] = limit
        self._windows.clear()

    def relax(self) -> None:
        """Limit nothing any more, for tests of other things."""
        self._by_route.clear()
        self._windows.clear()
        self._default = Limit(1_000_000, 1.0)
        self._global = self._webhooks = None

    def check(self, route: str, place: str, caller: str | None) -> Verdict:
        """Count one call of `route` at `place` (channel, server, webhook); `caller` counts towards the global limit."""
        limit = self._by_route.get(route, self._default)
        window = self._window(f"{route}|{place}|{caller}", limit)
        headers = {
            "X-RateLimit-Limit": str(limit.count),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, window.ends - self._clock.now()):.3f}",
            "X-RateLimit-Bucket": _bucket(route),
            "Via": VIA,
        }
        if caller is not None and self._global is not None:
            overall = self._window(f"global|{caller}", self._global)
            if overall.left <= 0:
                return self._refused(overall, headers | {"X-RateLimit-Remaining": str(window.left)}, "global")
            overall.left -= 1
        if window.left <= 0:
            return self._refused(window, headers | {"X-RateLimit-Remaining": "0"}, "user")
        window.left -= 1
        return Verdict(headers | {"X-RateLimit-Remaining": str(window.left)})

    def check_webhooks_of(self, channel_id: str) -> Verdict:
        """Count one message by any webhook of a channel, against the limit that no header tells of."""
        if self._webhooks is None:
            return Verdict({})
        window = self._window(f"webhooks|{channel_id}", self._webhooks)
        if window.left <= 0:
            return self._refused(window, {"Via": VIA}, "shared")
        window.left -= 1
        return Verdict({})

    def _window(self, key: str, limit: Limit) -> _Window:
        now = self._clock.now()
        window = self._windows.get(key)
        if window is None or now >= window.ends:
            window = self._windows[key] = _Window(limit.count, now + limit.seconds)
        return window

    def _refused(self, window: _Window, headers: dict[str, str], scope: str) -> Verdict:
        wait = max(0.001, window.ends - self._clock.now())
        told = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": scope}
        if scope == "global":
            told["X-RateLimit-Global"] = "true"
        return Verdict(headers | told, wait, scope == "global")
