"""Marks of tables: where a screen ends, as an address can carry it. What is no mark begins at the first row. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from db.queries.keyset import Beyond

Mark = tuple[str, UUID]
"""What the last row seen is ordered by, as text, and its id."""

_LONGEST = 500


def mark_of(value: object, row_id: UUID) -> Mark:
    """The mark of a row."""
    return (value.isoformat() if isinstance(value, datetime) else str(value)), row_id


def beyond(mark: Mark | None, read: Callable[[str], Any]) -> Beyond | None:
    """What a mark says; `read` makes the value of its text, or raises ValueError."""
    if mark is None or len(mark[0]) > _LONGEST:
        return None
    try:
        return Beyond(read(mark[0]), mark[1])
    except ValueError:
        return None


def words(text: str) -> str:
    """A text as a mark's value."""
    return text.replace("\0", "")


def number(text: str) -> int:
    """A whole number that a column can hold. Raises ValueError."""
    found = int(text)
    if abs(found) >= 1 << 63:
        raise ValueError(text)
    return found


def small_number(text: str) -> int:
    """The same for columns of 32 bits."""
    found = int(text)
    if abs(found) >= 1 << 31:
        raise ValueError(text)
    return found


def moment(text: str) -> datetime:
    """A moment with its time zone. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found
