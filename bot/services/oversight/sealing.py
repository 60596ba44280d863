"""The hourly job that seals what was logged: its lines become a batch of the chain."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from bot.services.oversight.chain import Batch, Line, SealingKeys, seal
from bot.services.oversight.checking import Head
from db import functions_oversight as functions
from db.models import AuditBatch, AuditRecord
from db.queries.oversight import audit as queries
from db.work import Actor, Database

JOB = "audit_seal"

LINES_PER_BATCH = 20_000
"""More are sealed in several batches, so that none holds much memory or a long transaction."""

log = structlog.get_logger(__name__)


class Sealing:
    """Seals lines. Runs anywhere, any number of times: one at a time by a lock, and each line once by its key."""

    def __init__(self, database: Database, keys: SealingKeys) -> None:
        self._database = database
        self._keys = keys

    async def run(self, _: Mapping[str, str] | None = None) -> int:
        """Seal every line that waits; in how many batches. The head goes to the program's log."""
        batches = 0
        while True:
            batch = await self._one()
            if batch is None:
                return batches
            batches += 1
            log.info("audit_sealed", lines=batch.rows, head=str(Head(batch.number, batch.hash)))
            if batch.rows < LINES_PER_BATCH:
                return batches

    async def _one(self) -> Batch | None:
        async with self._database.work(Actor.job(JOB)) as work:
            await queries.hold_chain(work.session)
            rows = await queries.unsealed(work.session, LINES_PER_BATCH)
            if not rows:
                return None
            previous = await queries.newest_batch(work.session)
            lines = [line_of(row) for row in rows]
            before = None if previous is None else batch_of(previous)
            # The database's own time, as the lines': two clocks would disagree about what came before what.
            sealed_at = await queries.now(work.session)
            batch, leaves = await asyncio.to_thread(seal, before, lines, sealed_at=sealed_at, keys=self._keys)
            await functions.audit_seal(
                work.session,
                batch.number,
                sealed_at=batch.sealed_at,
                previous_hash=batch.previous_hash,
                own_hash=batch.hash,
                mac=batch.mac,
                key_id=batch.key_id,
                ids=[line.id for line in lines],
                leaves=leaves,
            )
            return batch


def line_of(row: AuditRecord) -> Line:
    """A row as it is hashed."""
    return Line(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        action=row.action,
        target_kind=row.target_kind,
        target_id=row.target_id,
        of_user_id=row.of_user_id,
        request_id=row.request_id,
        commitment=row.commitment,
    )


def batch_of(row: AuditBatch) -> Batch:
    """A batch as it is checked."""
    return Batch(row.number, row.sealed_at, row.records, row.previous_hash, row.hash, row.mac, row.key_id)
