"""The job queue as staff see it: PgQueuer's own tables, read without its library, which only workers load."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class JobCount:
    """How many jobs of a name stand in a state, and since when the oldest."""

    name: str
    status: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job. `told` is the kind of its last error and the id under which the program's log has all of it."""

    id: int
    name: str
    status: str
    payload: Mapping[str, str]
    attempts: int
    created_at: datetime
    updated_at: datetime
    execute_after: datetime
    told: str


@dataclass(frozen=True, slots=True)
class JobsDone:
    """How many jobs of a name ended how within a time."""

    name: str
    succeeded: int
    failed: int
    last_at: datetime | None


async def counts(session: AsyncSession) -> Sequence[JobCount]:
    """What stands in the queue, by name and state."""
    rows = await session.execute(
        text(
            "SELECT entrypoint, status::text AS status, count(*) AS jobs, min(created) AS oldest FROM pgqueuer"
            " GROUP BY entrypoint, status ORDER BY entrypoint, status"
        )
    )
    return [JobCount(row.entrypoint, row.status, row.jobs, row.oldest) for row in rows]


_JOBS = """
SELECT j.id, j.entrypoint, j.status::text AS status, j.payload, j.attempts, j.created, j.updated, j.execute_after,
       l.traceback
FROM pgqueuer AS j
LEFT JOIN LATERAL (
    SELECT g.traceback FROM pgqueuer_log AS g
    WHERE g.job_id = j.id AND g.traceback IS NOT NULL ORDER BY g.created DESC LIMIT 1
) AS l ON true
WHERE j.status::text = :status AND (CAST(:before AS bigint) IS NULL OR j.id < :before)
ORDER BY j.id DESC LIMIT :most
"""


async def jobs(session: AsyncSession, status: str, *, before: int | None, most: int) -> Sequence[JobRow]:
    """Jobs in a state, the newest first."""
    rows = await session.execute(text(_JOBS), {"status": status, "before": before, "most": most})
    return [
        JobRow(
            row.id,
            row.entrypoint,
            row.status,
            cast(Mapping[str, str], json.loads(row.payload or b"{}")),
            row.attempts,
            row.created,
            row.updated,
            row.execute_after,
            _told(row.traceback),
        )
        for row in rows
    ]


async def done_since(session: AsyncSession, since: datetime) -> Sequence[JobsDone]:
    """What ended since a moment, by name."""
    rows = await session.execute(
        text(
            "SELECT entrypoint, count(*) FILTER (WHERE status = 'successful') AS well,"
            " count(*) FILTER (WHERE status IN ('exception', 'failed')) AS badly, max(created) AS last"
            " FROM pgqueuer_log WHERE created >= :since AND status IN ('successful', 'exception', 'failed')"
            " GROUP BY entrypoint ORDER BY entrypoint"
        ),
        {"since": since},
    )
    return [JobsDone(row.entrypoint, row.well, row.badly, row.last) for row in rows]


_RELEASE = """
WITH requeued AS (
    UPDATE pgqueuer AS j
    SET status = 'queued', execute_after = now(), updated = now(), attempts = 0, queue_manager_id = NULL
    WHERE j.id = ANY(:ids) AND j.status = 'failed'
      -- Where the same is queued anew already, this one would only do it twice.
      AND (j.dedupe_key IS NULL OR NOT EXISTS (
          SELECT 1 FROM pgqueuer AS o WHERE o.dedupe_key = j.dedupe_key AND o.status IN ('queued', 'picked')))
    RETURNING j.id, j.entrypoint, j.priority
), logged AS (
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT r.id, 'queued', r.entrypoint, r.priority FROM requeued AS r
)
SELECT id FROM requeued
"""


async def release(session: AsyncSession, ids: Sequence[int]) -> Sequence[int]:
    """Queue held jobs again, with all their attempts before them; which were."""
    return list((await session.scalars(text(_RELEASE), {"ids": list(ids)})).all())


_REMOVE = """
WITH gone AS (
    DELETE FROM pgqueuer AS j WHERE j.id = ANY(:ids) AND j.status = 'failed' RETURNING j.id, j.entrypoint, j.priority
), logged AS (
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT g.id, 'deleted', g.entrypoint, g.priority FROM gone AS g
)
SELECT id FROM gone
"""


async def remove(session: AsyncSession, ids: Sequence[int]) -> Sequence[int]:
    """Give held jobs up; which were."""
    return list((await session.scalars(text(_REMOVE), {"ids": list(ids)})).all())


async def last_heartbeat(session: AsyncSession) -> datetime | None:
    """When a worker last showed itself by finishing or picking a job."""
    return (
        await session.execute(
            text("SELECT greatest((SELECT max(created) FROM pgqueuer_log), (SELECT max(heartbeat) FROM pgqueuer))")
        )
    ).scalar_one()


def _told(traceback: Any) -> str:
    """What our own executor wrote: a kind of error and an id. Nothing else of a traceback is shown."""
    if not isinstance(traceback, dict):
        return ""
    found = cast("dict[str, Any]", traceback)
    return str(found.get("exception_message") or found.get("exception_type") or "")[:200]
