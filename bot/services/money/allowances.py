"""The tokens a plan gives each month: granted when a person first talks in it, or by a job every day.

Once for each person and month, whoever asks first. Who changes to a larger plan within the month is granted the
difference, once for each plan. What is not used by the end of the month is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from bot.clock import Clock, SystemClock
from bot.services.money.ledger import Ledger
from bot.services.money.usage import period_of
from db.queries.money import usage as queries
from db.work import Actor, Database, Work

JOB = "allowances"

_AT_ONCE = 200
_COUNTS_KEPT = timedelta(days=395)
"""13 months: the counts' own declaration."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """Tokens of a month that wait to be granted, the period they are granted under, and when they end."""

    tokens: int
    period: str
    ends_at: datetime


class Allowances:
    """Grants them. `is_given`: whether tokens are of any use here (plans are on, or replies cost tokens)."""

    def __init__(
        self, database: Database, ledger: Ledger, clock: Clock | None = None, *, is_given: bool = True
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock or SystemClock()
        self.is_given = is_given

    async def due(self, work: Work, user_id: UUID) -> Due | None:
        """What is due to a person in this month and was not granted yet. Changes nothing."""
        found = await queries.allowance_of(work.session, user_id) if self.is_given else None
        if found is None or found.tokens <= found.granted:
            return None
        period = found.period_key if found.granted == 0 else f"{found.period_key}/{found.plan_code}"
        return Due(found.tokens - found.granted, period, found.resets_at)

    async def grant(self, work: Work, user_id: UUID) -> int:
        """Grant what is due to a person; how many tokens that was."""
        due = await self.due(work, user_id)
        if due is None:
            return 0
        given = await self._ledger.allow(work, user_id, due.tokens, due.period, due.ends_at)
        return 0 if given.is_replay else given.amount

    async def run(self, _: Mapping[str, str] | None = None) -> int:
        """A job: grant everybody who has a wallet what is due to them; how many were granted something.

        Counts of months long gone are forgotten on the way.
        """
        async with self._database.work(Actor.job(JOB)) as work:
            await queries.purge_usage(work.session, period_of(self._clock.now() - _COUNTS_KEPT))
        granted, after = 0, None
        while True:
            async with self._database.work(Actor.job(JOB)) as work:
                people = await queries.allowances_due(work.session, after, _AT_ONCE)
            for user_id in people:
                async with self._database.work(Actor.job(JOB)) as work:
                    granted += 1 if await self.grant(work, user_id) else 0
            if len(people) < _AT_ONCE:
                break
            after = people[-1]
        if granted:
            _log.info("allowances_granted", people=granted)
        return granted
