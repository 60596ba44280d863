"""The job queue as staff see it: what waits, what failed for good, trying it again or giving it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from bot.clock import Clock
from bot.errors import InvalidInput, NotFound
from bot.services.oversight.audit import Oversight
from bot.texts import N_
from db.queries.oversight import jobs as queries
from db.queries.oversight.jobs import JobCount, JobRow, JobsDone

__all__ = ["AT_ONCE", "JobQueue", "JobRow", "QueueState"]

AT_ONCE = 200
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class QueueState:
    """What stands in the queue, what ended within a day, and the jobs that are held, waiting and running."""

    counts: tuple[JobCount, ...]
    done: tuple[JobsDone, ...]
    held: tuple[JobRow, ...]
    running: tuple[JobRow, ...]
    waiting: tuple[JobRow, ...]


class JobQueue:
    """Everything admins do with jobs."""

    def __init__(self, oversight: Oversight, clock: Clock) -> None:
        self._oversight = oversight
        self._clock = clock

    async def look(self, staff: UUID, *, held_before: int | None = None) -> QueueState:
        """How the queue stands. Held jobs are those that failed in all their attempts."""
        async with self._oversight.at_work(staff, "job.listed", "list", admin=True) as work:
            session = work.session
            return QueueState(
                counts=tuple(await queries.counts(session)),
                done=tuple(await queries.done_since(session, self._clock.now() - timedelta(days=1))),
                held=tuple(await queries.jobs(session, "failed", before=held_before, most=_SHOWN)),
                running=tuple(await queries.jobs(session, "picked", before=None, most=_SHOWN)),
                waiting=tuple(await queries.jobs(session, "queued", before=None, most=_SHOWN)),
            )

    async def release(self, staff: UUID, ids: Sequence[int]) -> int:
        """Have held jobs tried again, with all their attempts before them; how many. Raises `UserError`."""
        _check(ids)
        async with self._oversight.at_work(staff, "job.released", "job", ids[0], admin=True) as work:
            done = await queries.release(work.session, ids)
            _refuse_nothing(done)
            work.tell(jobs=list(done))
            return len(done)

    async def remove(self, staff: UUID, ids: Sequence[int]) -> int:
        """Give held jobs up; how many. Raises `UserError`."""
        _check(ids)
        async with self._oversight.at_work(staff, "job.removed", "job", ids[0], admin=True) as work:
            done = await queries.remove(work.session, ids)
            _refuse_nothing(done)
            work.tell(jobs=list(done))
            return len(done)


def _check(ids: Sequence[int]) -> None:
    if not ids:
        raise InvalidInput("no_jobs", N_("Choose at least one job."), field="job")
    if len(ids) > AT_ONCE:
        raise InvalidInput("too_many_jobs", N_("Choose at most {maximum} jobs."), field="job", maximum=AT_ONCE)


def _refuse_nothing(done: Sequence[int]) -> None:
    if not done:
        raise NotFound(
            "jobs_not_held",
            N_("None of these jobs is held any more, or the same job is queued anew already. Nothing was changed."),
        )
