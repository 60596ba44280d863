"""Discord's ids: milliseconds since 2015 in the upper 42 bits, a counter below (docs: Reference, Snowflakes)."""

from __future__ import annotations

from typing import Any

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Makes ids that only ever grow, also when many are asked for within one millisecond."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, now_seconds: float) -> str:
        """A new id for the moment `now_seconds` (Unix time)."""
        fresh = (int(now_seconds * 1000) - EPOCH_MS) << 22
        self._last = max(fresh, self._last + 1)
        return str(self._last)

    def seen(self, snowflake: str) -> None:
        """Never again make an id at or below this one (ids read from a file)."""
        if int(snowflake) < (1 << 63):
            self._last = max(self._last, int(snowflake))


def made_at(snowflake: str) -> float:
    """The Unix time, in seconds, at which an id was made."""
    return ((int(snowflake) >> 22) + EPOCH_MS) / 1000


def as_id(value: Any) -> str | None:
    """An id as Discord answers it, a string, from either form it may arrive in; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and value >= 0:
        return str(value)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 20:
        return value
    return None
