"""A deleted character, and for how long it can be had back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot import limits
from bot.errors import NotFound
from bot.texts import N_
from db.models import Character

KEPT = timedelta(hours=int(limits.RESTORE_HOURS))


@dataclass(frozen=True, slots=True)
class Deleted:
    """A character on its way out. After `until` it is gone for good."""

    id: UUID
    name: str
    until: datetime


def deleted_of(row: Character, deleted_at: datetime) -> Deleted:
    """A deleted row as it is shown."""
    return Deleted(row.id, row.name, deleted_at + KEPT)


def since_when(now: datetime) -> datetime:
    """What was deleted after this can be had back."""
    return now - KEPT


def refuse_late(deleted_at: datetime | None, is_known: bool, now: datetime) -> None:
    """Raise `NotFound` for what is not there, or was deleted too long ago."""
    if not is_known or (deleted_at is not None and deleted_at <= since_when(now)):
        raise NotFound(
            "nothing_to_restore",
            N_("There is nothing to bring back: a deleted character is kept for {hours} hours, for its maker only."),
            hours=int(limits.RESTORE_HOURS),
        )
