"""The audit log as admins search it, and as a person sees what staff did with their data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.services.oversight.audit import Oversight
from bot.services.oversight.chain import SealingKeys
from bot.services.oversight.checking import Head, Verdict
from bot.services.oversight.verifying import verify
from db.queries.oversight import audit as queries
from db.queries.oversight.audit import LoggedRow, Wanted
from db.work import Database, Work

__all__ = ["AuditLog", "Head", "LogLine", "Verdict", "Wanted"]

Mark = tuple[datetime, UUID]

_MINE_SHOWN = 50
_OF_STAFF = "admin"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. Names are empty where somebody left; `details` is None where they were erased."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor: str
    action: str
    target_kind: str
    target_id: str
    of_user_id: UUID | None
    of: str
    request_id: str
    batch: int | None
    details: Mapping[str, Any] | None

    @property
    def is_by_staff(self) -> bool:
        """Whether somebody did it as staff."""
        return self.actor_kind == _OF_STAFF


class AuditLog:
    """Searching the log, and having its chain checked."""

    def __init__(self, database: Database, oversight: Oversight, keys: SealingKeys) -> None:
        self._database = database
        self._oversight = oversight
        self._keys = keys

    async def search(self, staff: UUID, wanted: Wanted, *, after: Mark | None = None, limit: int) -> Sequence[LogLine]:
        """Lines, the newest first, from after a mark on. For admins."""
        async with self._oversight.at_work(staff, "audit.searched", "list", admin=True) as work:
            asked = {
                "actor": wanted.actor_id,
                "of": wanted.of_user_id,
                "action": wanted.action,
                "target": wanted.target_id,
                "request": wanted.request_id,
                "since": wanted.since,
                "until": wanted.until,
            }
            work.tell(**{name: value for name, value in asked.items() if value})
            return [_shown(row) for row in await queries.search(work.session, wanted, after=after, most=limit)]

    async def about(self, work: Work, user_id: UUID) -> Sequence[LogLine]:
        """What staff did with somebody's data lately, for themselves: what and when, and not who."""
        rows = await queries.search(work.session, Wanted(of_user_id=user_id), after=None, most=_MINE_SHOWN)
        return [line for line in map(_shown, rows) if line.is_by_staff]

    async def verify(self, staff: UUID, *, expected: Head | None = None) -> Verdict:
        """Have every batch and line checked. For admins."""
        async with self._oversight.at_work(staff, "audit.verified", "chain", admin=True) as work:
            verdict = await verify(self._database, self._keys, expected=expected)
            work.tell(batches=verdict.batches, lines=verdict.lines, faults=verdict.fault_count)
            return verdict


def _shown(row: LoggedRow) -> LogLine:
    found = row.record
    return LogLine(
        id=found.id,
        at=found.at,
        actor_kind=found.actor_kind,
        actor_id=found.actor_id,
        actor=row.actor_name or "",
        action=found.action,
        target_kind=found.target_kind,
        target_id=found.target_id,
        of_user_id=found.of_user_id,
        of=row.of_name or "",
        request_id=found.request_id,
        batch=row.batch,
        details=None if row.erased_at is not None else row.details,
    )
