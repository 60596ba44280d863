"""Row ids: UUID version 7, made by the program, so that a row has its id before it is written.

Layout after RFC 9562 section 5.7: 48 bits of Unix milliseconds, version, 12 bits, variant, 62 bits. The 12 bits after
the version count up within one millisecond (method 1 of section 6.2), so ids made by one process sort in the order they
were made.
"""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

_COUNTER_BITS = 12
_COUNTER_MAX = (1 << _COUNTER_BITS) - 1


class _Generator:
    """Remembers the last millisecond and counter; safe to call from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def next(self) -> UUID:
        now_ms = time.time_ns() // 1_000_000
        with self._lock:
            if now_ms > self._last_ms:
                self._last_ms = now_ms
                # Starting in the lower half leaves room to count up before the millisecond must be borrowed.
                self._counter = secrets.randbits(_COUNTER_BITS - 1)
            elif self._counter < _COUNTER_MAX:
                self._counter += 1
            else:
                # The clock stood still or went back and the counter is full: borrow the next millisecond.
                self._last_ms += 1
                self._counter = 0
            milliseconds, counter = self._last_ms, self._counter
        value = milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62)
        return UUID(int=value)


_generator = _Generator()


def new_id() -> UUID:
    """A fresh UUIDv7, greater than every one this process made before."""
    return _generator.next()
