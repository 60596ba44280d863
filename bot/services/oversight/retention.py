"""Data that is kept for a time only, and goes when it is over. The times are those the models declare."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits
from bot.clock import Clock
from db import functions, functions_lore, functions_oversight
from db.queries import sessions, tokens
from db.queries.oversight.sweeping import remove_job_log, remove_left_places, remove_settled_inbox
from db.queries.wellbeing import limits as self_limits
from db.queries.wellbeing import moods, usage
from db.work import Actor, Database

JOB = "retention"

INBOX_KEPT = timedelta(days=7)
"""The inbox's own declaration: long enough to look into a complaint about an answer that never came."""

JOB_LOG_KEPT = timedelta(days=30)

PROMPT_KEPT = timedelta(days=7)
"""Whole prompts, for /why: long enough to ask about a reply, short enough that they are no second archive."""

PLACES_KEPT = timedelta(days=30)
"""What admins decided for a server that the bot left: an admin who thinks again finds everything as it was."""

LORE_IMPORTS_KEPT = timedelta(days=30)
"""The imports' own declaration: what a file gave, for who wonders about it later."""

TOKENS_KEPT = timedelta(days=30)
"""Tokens of the API that ended: so long their owner sees in the list what they were."""

SIGN_INS_KEPT = timedelta(days=30)
"""Sign-ins and sessions that ended: so long their owner can look at what happened."""

REPORTS_KEPT = timedelta(days=365)
"""The reports' own declaration, after they were closed: long enough to see a pattern."""

USAGE_KEPT = timedelta(days=365)
"""The sums of people's days, their own declaration: a year, so that a season can be set beside the last."""

MINUTES_KEPT = timedelta(days=40)
"""Which minutes these were: as long as limits of a week, and what people ask to be told of some weeks, look back."""

LIMIT_EVENTS_KEPT = timedelta(days=int(limits.LIMIT_EVENT_DAYS))
"""What came of people's own limits: so long they look back."""

LIMIT_VERSIONS_KEPT = timedelta(days=365)
"""What limits held before: so that what held when can be told for a year. What holds stays."""

DELETED_CHARACTER_KEPT = timedelta(hours=int(limits.RESTORE_HOURS))
"""Until then its maker can have it back; a lore book its owner."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What one run of the retention took away, in rows."""

    inbox: int
    job_log: int
    prompts: int
    characters: int
    messages: int
    places: int
    lore: int
    tokens: int
    sign_ins: int
    reports: int
    usage: int
    moods: int
    person_keys: int
    limits: int


class Retention:
    """Removes what has had its time. `lore_log` is how long the log of lore is kept (`LORE_LOG_DAYS`)."""

    def __init__(self, database: Database, clock: Clock, *, lore_log: timedelta = timedelta(days=30)) -> None:
        self._database = database
        self._clock = clock
        self._lore_log = lore_log

    async def run(self) -> Removed:
        """Remove everything that is over. May run at any time and be broken off at any time."""
        now = self._clock.now()
        return Removed(
            inbox=await self._all(remove_settled_inbox, now - INBOX_KEPT),
            job_log=await self._all(remove_job_log, now - JOB_LOG_KEPT),
            prompts=await self._once(lambda session: functions.purge_prompts(session, now - PROMPT_KEPT)),
            characters=await self._once(
                lambda session: functions.purge_deleted_characters(session, now - DELETED_CHARACTER_KEPT)
            ),
            messages=await self._once(functions.purge_old_messages),
            places=await self._all(remove_left_places, now - PLACES_KEPT),
            tokens=await self._once(lambda session: tokens.purge(session, now - TOKENS_KEPT)),
            sign_ins=await self._once(lambda session: sessions.purge(session, now, SIGN_INS_KEPT)),
            reports=await self._once(lambda session: functions_oversight.purge_reports(session, now - REPORTS_KEPT)),
            usage=await self._once(lambda session: usage.purge(session, (now - USAGE_KEPT).date(), now - MINUTES_KEPT)),
            moods=await self._once(lambda session: moods.purge(session, now)),
            person_keys=await self._once(moods.purge_keys),
            limits=await self._once(
                lambda session: self_limits.purge(
                    session, events_before=now - LIMIT_EVENTS_KEPT, versions_before=now - LIMIT_VERSIONS_KEPT
                )
            ),
            lore=await self._once(
                lambda session: functions_lore.purge_lore(
                    session,
                    books_before=now - DELETED_CHARACTER_KEPT,
                    runs_before=now - self._lore_log,
                    imports_before=now - LORE_IMPORTS_KEPT,
                )
            ),
        )

    async def _once(self, remove: Callable[[AsyncSession], Awaitable[int]]) -> int:
        async with self._database.work(Actor.job(JOB)) as work:
            return await remove(work.session)

    async def _all(self, remove: Callable[[AsyncSession, datetime], Awaitable[int]], before: datetime) -> int:
        total = 0
        while True:
            async with self._database.work(Actor.job(JOB)) as work:
                removed = await remove(work.session, before)
            total += removed
            if removed == 0:
                return total
