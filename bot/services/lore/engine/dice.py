"""One die per turn and entry, so that a reply worded anew keeps its luck."""

from __future__ import annotations

import math
from hashlib import blake2b
from uuid import UUID


def rolled(turn: UUID, entry: UUID, salt: bytes = b"") -> float:
    """A number from 0 up to, not including, 1; always the same for the same turn, entry and salt (8 bytes or fewer)."""
    digest = blake2b(turn.bytes + entry.bytes, digest_size=8, salt=salt).digest()
    return int.from_bytes(digest) / 2**64


def arrival(turn: UUID, entry: UUID, weight: float) -> float:
    """When this entry comes in a race that a weight of 2 wins twice as often as a weight of 1; never, without weight.

    Ordering by it draws without replacement in proportion to the weights (exponential clocks).
    """
    if weight <= 0:
        return math.inf
    return -math.log1p(-rolled(turn, entry, b"race")) / weight
