"""Reads the whole audit log and says whether its chain holds: `python -m bot audit verify`, and a button for admins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.services.oversight.chain import SealingKeys
from bot.services.oversight.checking import Beside, Checker, Head, Sealed, Verdict
from bot.services.oversight.sealing import batch_of, line_of
from db.models import AuditBatch, AuditDetail
from db.queries.oversight import audit as queries
from db.queries.oversight.audit import LineRow
from db.work import Actor, Database

JOB = "audit_verify"

LATE = timedelta(hours=3)
"""By when a line is in a batch: one is made every hour, and a program that was away makes it when it is back."""

_AT_ONCE = 50


async def verify(database: Database, keys: SealingKeys, *, expected: Head | None = None) -> Verdict:
    """Check every batch and every line. `expected` is a head that was noted elsewhere. Reads batch by batch."""
    checker = Checker(keys, expected=expected)
    number = 0
    while True:
        async with database.work(Actor.job(JOB)) as work:
            batches = await queries.batches_after(work.session, number, _AT_ONCE)
            for batch in batches:
                rows = await queries.lines_of(work.session, batch.number)
                await asyncio.to_thread(_take, checker, batch, rows)
                work.session.expunge_all()
        if not batches:
            break
        number = batches[-1].number
    async with database.work(Actor.job(JOB)) as work:
        waiting = [(line_of(row.record), _beside(row.detail)) for row in await queries.waiting_lines(work.session)]
        now = await queries.now(work.session)
    return await asyncio.to_thread(checker.rest, waiting, now=now, late=LATE)


def _take(checker: Checker, batch: AuditBatch, rows: Sequence[LineRow]) -> None:
    checker.take(
        batch_of(batch),
        [Sealed(line_of(row.record), row.place or 0, row.leaf or b"", _beside(row.detail)) for row in rows],
    )


def _beside(detail: AuditDetail | None) -> Beside | None:
    if detail is None:
        return None
    return Beside(detail.salt, detail.details, is_erased=detail.erased_at is not None)
