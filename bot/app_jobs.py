"""Registers the durable jobs and what comes round by the clock: a part of `bot.app`, which alone calls it.

Imported only where jobs run: their libraries weigh some 10 MB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta

from apscheduler.triggers.cron import CronTrigger

from bot import limits
from bot.app_lore import LoreParts
from bot.clock import Clock
from bot.jobs import Jobs, Recurring
from bot.services.characters.pictures import Pictures
from bot.services.characters.unworn import UnwornPictures
from bot.services.lore.meanings.chunks import JOB as LORE_CHUNKS
from bot.services.lore.meanings.chunks import SWEEP as LORE_SWEEP
from bot.services.lore.transfer.importing import JOB as LORE_IMPORT
from bot.services.oversight.retention import JOB as RETENTION
from bot.services.oversight.retention import Retention
from bot.services.talk.recaps import Recaps
from bot.services.talk.retelling import JOB as RECAP
from bot.settings import Settings
from db.work import Database


def jobs_of(
    database: Database, clock: Clock, *, settings: Settings, pictures: Pictures, recaps: Recaps, lore: LoreParts
) -> tuple[Jobs, Sequence[Recurring]]:
    """Every job there is, and which of them come round by themselves."""
    jobs = Jobs(database)
    sweep = Retention(database, clock, lore_log=timedelta(days=settings.lore_log_days))
    unworn = UnwornPictures(database, pictures, clock)

    async def remove_what_is_over(_: Mapping[str, str]) -> None:
        await sweep.run()
        await unworn.run()

    jobs.register(RETENTION, remove_what_is_over)
    jobs.register(RECAP, recaps.run, at_most=int(limits.RECAPS_AT_ONCE))
    # One at a time: each takes a few entries only, and a model here has one thread anyway.
    jobs.register(LORE_CHUNKS, lore.chunks.run, at_most=1)
    jobs.register(LORE_SWEEP, lore.chunks.sweep)
    jobs.register(LORE_IMPORT, lore.imports.run, at_most=int(limits.LORE_IMPORTS_AT_ONCE))
    return jobs, [
        Recurring(RETENTION, CronTrigger(hour=3, minute=17, timezone=UTC)),
        Recurring(LORE_SWEEP, CronTrigger(hour=4, minute=7, timezone=UTC)),
    ]
