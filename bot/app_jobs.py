"""Registers the durable jobs and what comes round by the clock: a part of `bot.app`, which alone calls it.

Imported only where jobs run: their libraries weigh some 10 MB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta

from apscheduler.triggers.cron import CronTrigger

from bot import limits
from bot.app_lore import LoreParts
from bot.app_money import MoneyParts
from bot.app_oversight import OversightParts
from bot.app_till import TillParts
from bot.app_wellbeing import WellbeingParts
from bot.clock import Clock
from bot.jobs import Jobs, Recurring
from bot.services.characters.pictures import Pictures
from bot.services.characters.unworn import UnwornPictures
from bot.services.lore.meanings.chunks import JOB as LORE_CHUNKS
from bot.services.lore.meanings.chunks import SWEEP as LORE_SWEEP
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.transfer.importing import JOB as LORE_IMPORT
from bot.services.money.allowances import JOB as ALLOWANCES
from bot.services.money.entitlements import SYNC as SYNC_PREMIUM
from bot.services.money.gifts import JOB as GIFTS
from bot.services.money.holds import JOB as LEDGER
from bot.services.money.holds import sweep_all
from bot.services.money.renewal import LAPSE, RECONCILE
from bot.services.money.subscriptions_told import DOUBLE
from bot.services.oversight.figures import JOB as DAILY_FIGURES
from bot.services.oversight.retention import JOB as RETENTION
from bot.services.oversight.retention import Retention
from bot.services.oversight.sealing import JOB as AUDIT_SEAL
from bot.services.people.creators import JOB as CREATORS
from bot.services.people.creators import Creators
from bot.services.people.grants import JOB as SHARES
from bot.services.people.grants import Shares
from bot.services.talk.recaps import Recaps
from bot.services.talk.retelling import JOB as RECAP
from bot.services.wellbeing.reminders import JOB as REMINDERS
from bot.services.wellbeing.triggers import JOB as TRIGGERS_OF
from bot.services.wellbeing.triggers import ROUND as TRIGGERS
from bot.services.wellbeing.usage import JOB as FORGET_USAGE
from bot.services.wellbeing.usage import ForgetMinutes
from bot.settings import Settings
from db.work import Actor, Database


def jobs_of(
    database: Database,
    clock: Clock,
    *,
    settings: Settings,
    pictures: Pictures,
    recaps: Recaps,
    lore: LoreParts,
    money: MoneyParts,
    till: TillParts,
    oversight: OversightParts,
    wellbeing: WellbeingParts,
) -> tuple[Jobs, Sequence[Recurring]]:
    """Every job there is, and which of them come round by themselves."""
    jobs = Jobs(database)
    sweep = Retention(database, clock, lore_log=timedelta(days=settings.lore_log_days))
    unworn = UnwornPictures(database, pictures, clock)

    async def remove_what_is_over(_: Mapping[str, str]) -> None:
        await sweep.run()
        await unworn.run()

    async def end_gifts(_: Mapping[str, str]) -> None:
        await money.gifts.expire()

    async def sweep_ledger(_: Mapping[str, str]) -> None:
        await sweep_all(database, money.ledger)

    async def grant_allowances(_: Mapping[str, str]) -> None:
        await money.allowances.run()

    async def lapse_plans(_: Mapping[str, str]) -> None:
        await till.renewal.lapse()

    async def sync_premium(_: Mapping[str, str]) -> None:
        await till.entitlements.sync()

    async def seal_the_log(_: Mapping[str, str]) -> None:
        await oversight.sealing.run()

    async def add_up_days(_: Mapping[str, str]) -> None:
        await oversight.rules.figures.run()

    creators, shares = Creators(pictures), Shares(database, lore.books, LoreSharing(clock), clock)

    async def tidy_creators(_: Mapping[str, str]) -> None:
        async with database.work(Actor.job(CREATORS)) as work:
            await creators.tidy(work)

    jobs.register(CREATORS, tidy_creators, at_most=1)
    jobs.register(SHARES, shares.end_run_out, at_most=1)
    jobs.register(AUDIT_SEAL, seal_the_log, at_most=1)
    jobs.register(DAILY_FIGURES, add_up_days, at_most=1)
    jobs.register(RETENTION, remove_what_is_over)
    jobs.register(FORGET_USAGE, ForgetMinutes(database).run)
    jobs.register(REMINDERS, wellbeing.reminding().run, at_most=1)
    jobs.register(TRIGGERS_OF, wellbeing.telling.look_after)
    jobs.register(TRIGGERS, wellbeing.telling.go_round, at_most=1)
    jobs.register(RECAP, recaps.run, at_most=int(limits.RECAPS_AT_ONCE))
    # One at a time: each takes a few entries only, and a model here has one thread anyway.
    jobs.register(LORE_CHUNKS, lore.chunks.run, at_most=1)
    jobs.register(LORE_SWEEP, lore.chunks.sweep)
    jobs.register(LORE_IMPORT, lore.imports.run, at_most=int(limits.LORE_IMPORTS_AT_ONCE))
    jobs.register(GIFTS, end_gifts, at_most=1)
    jobs.register(ALLOWANCES, grant_allowances, at_most=1)
    jobs.register(LEDGER, sweep_ledger, at_most=1)
    jobs.register(LAPSE, lapse_plans, at_most=1)
    jobs.register(SYNC_PREMIUM, sync_premium, at_most=1)
    jobs.register(RECONCILE, till.renewal.reconcile, at_most=1)
    jobs.register(DOUBLE, till.renewal.settle_double, at_most=1)
    return jobs, [
        Recurring(RETENTION, CronTrigger(hour=3, minute=17, timezone=UTC)),
        Recurring(CREATORS, CronTrigger(hour=4, minute=31, timezone=UTC)),
        Recurring(SHARES, CronTrigger(minute="*/5", timezone=UTC)),
        # People's mornings come at every hour somewhere.
        Recurring(TRIGGERS, CronTrigger(minute=43, timezone=UTC)),
        Recurring(AUDIT_SEAL, CronTrigger(minute=2, timezone=UTC)),
        Recurring(DAILY_FIGURES, CronTrigger(hour=0, minute=23, timezone=UTC)),
        Recurring(LORE_SWEEP, CronTrigger(hour=4, minute=7, timezone=UTC)),
        Recurring(GIFTS, CronTrigger(minute="*/15", timezone=UTC)),
        Recurring(REMINDERS, CronTrigger(second=0, timezone=UTC)),
        Recurring(LEDGER, CronTrigger(second="*/30", timezone=UTC)),
        Recurring(ALLOWANCES, CronTrigger(hour=0, minute=11, timezone=UTC)),
        Recurring(LAPSE, CronTrigger(minute=36, timezone=UTC)),
        Recurring(SYNC_PREMIUM, CronTrigger(hour=2, minute=23, timezone=UTC)),
        Recurring(RECONCILE, CronTrigger(hour=2, minute=41, timezone=UTC)),
    ]
