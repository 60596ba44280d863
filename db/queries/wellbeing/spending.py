"""What a person spent in the day and the month of their own time zone, and the caps they set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MINE = text("SELECT * FROM my_spending(:moment)")


@dataclass(frozen=True, slots=True)
class SpendingRow:
    """Tokens; None: no cap."""

    most_of_day: int | None
    of_day: int
    day_ends: datetime
    most_of_month: int | None
    of_month: int
    month_ends: datetime
    zone: str


async def mine(session: AsyncSession, moment: datetime) -> SpendingRow:
    """The actor's own."""
    row: Any = (await session.execute(_MINE, {"moment": moment})).one()
    return SpendingRow(*row)
