"""How a job gets into the durable queue, whose tables are PgQueuer's.

One statement, here rather than the library's own: it weighs megabytes, and most processes that queue jobs run none. A
test holds both to the same rows. What the library needs besides is in `db.pgq`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from db.raw import RawConnection

TABLES = ("pgqueuer", "pgqueuer_log", "pgqueuer_statistics", "pgqueuer_schedules")
SEQUENCES = ("pgqueuer_id_seq", "pgqueuer_log_id_seq", "pgqueuer_statistics_id_seq", "pgqueuer_schedules_id_seq")
"""PgQueuer's own tables and sequences; a test holds both lists to what it installs."""


# The predicate is the unique index's own, so that Postgres knows which one is meant.
_ENQUEUE = """
WITH queued AS (
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, headers, status)
    VALUES ($1, $2, $3, now() + $4::interval, $5, 'null', 'queued')
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
    RETURNING id, entrypoint, priority
), logged AS (
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT id, 'queued', entrypoint, priority FROM queued
)
SELECT id FROM queued
"""


async def enqueue(
    connection: RawConnection,
    job: str,
    payload: Mapping[str, str],
    *,
    after: timedelta | None = None,
    priority: int = 0,
    once: str | None = None,
) -> bool:
    """Queue a job in the connection's current transaction. False where `once` names one that waits or runs already."""
    body = json.dumps(dict(payload), separators=(",", ":")).encode()
    return await connection.fetchval(_ENQUEUE, priority, job, body, after or timedelta(0), once) is not None
