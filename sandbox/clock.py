"""The time as the sandbox sees it; tests may move it forward instead of waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Unix time plus an offset that a test can raise."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Unix time in seconds."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._offset += seconds

    def iso(self) -> str:
        """Now, in the ISO 8601 form of Discord's timestamps."""
        return iso(self.now())


def iso(seconds: float) -> str:
    """A Unix time in the ISO 8601 form of Discord's timestamps."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
