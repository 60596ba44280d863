"""Where a page of a list by time begins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from web.lists import Asked


def mark_of(asked: Asked) -> tuple[datetime, UUID] | None:
    """The time and id after which a page begins; None for the first page, or a cursor that was made up."""
    if asked.after is None or asked.after.value is None:
        return None
    try:
        moment = datetime.fromisoformat(asked.after.value)
    except ValueError:
        return None
    return None if moment.tzinfo is None else (moment, asked.after.id)
