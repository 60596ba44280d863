"""Who joins in by chance. Pure, and the same each time it is asked about the same message."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from uuid import UUID

_SIDES = 1 << 32


def joins_in(message_id: int, chances: Sequence[tuple[UUID, int]]) -> UUID | None:
    """Who joins in after a message, or nobody. `chances` are characters with their percentages (0 to 100).

    Somebody does as often as the most talkative one would, and who it is is weighted by the same numbers; more
    characters do not make a noisier channel. The die is thrown with the message's id, so a message that Discord
    delivers twice, or that is heard again after a restart, decides the same.
    """
    weights = [(who, min(max(percent, 0), 100)) for who, percent in chances]
    highest = max((percent for _, percent in weights), default=0)
    throw = blake2b(message_id.to_bytes(8, "big", signed=False), digest_size=8, person=b"joins in").digest()
    if int.from_bytes(throw[:4], "big") * 100 >= highest * _SIDES:
        return None
    point = int.from_bytes(throw[4:], "big") * sum(percent for _, percent in weights) // _SIDES
    for who, percent in weights:
        if point < percent:
            return who
        point -= percent
    return None
