"""What comes round by itself: what missed its notice is looked for, what ran past its grace ends."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot import limits
from bot.clock import Clock
from bot.ports.till import Notice, Till, TillError
from bot.services.money.payments_told import JOB as PAYMENTS
from bot.services.money.payments_told import PaymentsTold
from bot.services.oversight import audit
from db import functions_payments as functions
from db.models import PaymentState
from db.queries.money import payments as queries
from db.work import Actor, Database

LAPSE = "lapse_plans"
"""Every hour: end what ran past its grace."""
RECONCILE = "reconcile_payments"
"""Every night: ask the till for what we may have missed."""

_LOOK_BACK = timedelta(days=4)
"""Longer than the till keeps repeating a notice."""
_NEVER_OPENED = timedelta(days=2)
_AT_ONCE = 100

log = structlog.get_logger(__name__)


class Renewal:
    """Keeps payments and plans true. `till` is None where there is none: plans still end."""

    def __init__(self, database: Database, till: Till | None, told: PaymentsTold | None, clock: Clock) -> None:
        self._database = database
        self._till = till
        self._told = told
        self._clock = clock

    async def lapse(self, _: Mapping[str, str] | None = None) -> int:
        """A job: end plans whose grace, or whose time, is over; how many."""
        async with self._database.work(Actor.job(PAYMENTS)) as work:
            over = await functions.lapse_subscriptions(work.session, self._clock.now())
            for one in over:
                details = {"plan_id": [str(one.plan_id), None], "state": "expired"}
                await audit.record(
                    work, "subscription.changed", "subscription", one.subscription_id, of=one.user_id, details=details
                )
        if over:
            log.info("plans_lapsed", count=len(over))
        return len(over)

    async def reconcile(self, _: Mapping[str, str] | None = None) -> None:
        """A job: look at whatever may have been missed. What the till refuses is left for the next night."""
        async with self._database.work(Actor.job(PAYMENTS)) as work:
            await queries.forget_notices(
                work.session, self._clock.now() - timedelta(days=int(limits.PAYMENT_NOTICE_DAYS))
            )
        if self._till is None or self._told is None:
            return
        missed = await self._missed(self._till)
        for notice in missed:
            await self._try(self._told.take(notice), notice.kind)
        await self._payments(self._told)
        await self._subscriptions(self._told)
        log.info("payments_reconciled", missed=len(missed))

    async def settle_double(self, payload: Mapping[str, str]) -> None:
        """A job: somebody has two subscriptions at the till. The older one stays; of the other the money goes back."""
        if self._till is None or self._told is None:
            return
        newer = payload["subscription_id"]
        async with self._database.work(Actor.job(PAYMENTS)) as work:
            found = await functions.subscriptions_found(work.session, "stripe", newer)
            live = await functions.subscriptions_found(work.session, "live", found[0].user_id) if found else ()
        others = [one.stripe_subscription_id for one in live if one.stripe_subscription_id not in (None, newer)]
        for other in others:
            # What we know of it may be old: its end may only not have been told yet.
            await self._told.look_at_subscription(other or "")
        seen = await self._till.seen_subscription(newer)
        if not seen.is_live:
            return
        async with self._database.work(Actor.job(PAYMENTS)) as work:
            live = await functions.subscriptions_found(work.session, "live", found[0].user_id)
        if not any(one.source == "stripe" for one in live):
            await self._told.look_at_subscription(newer)
            return
        await self._till.end(newer)
        for bill in await self._till.invoices(newer):
            if bill.intent_id is not None and bill.status == "paid":
                charge = await self._till.refund(bill.intent_id, None, key=f"double:{bill.id}")
                await self._told.look_at_subscription(newer)
                await self._told.look_at_charge(charge)
        log.warning("double_subscription_refunded")

    async def _missed(self, till: Till) -> list[Notice]:
        """Notices of the last days that never came, oldest first."""
        told: list[Notice] = []
        try:
            told.extend([notice async for notice in till.notices(self._clock.now() - _LOOK_BACK)])
        except TillError as error:
            log.warning("reconcile_failed", what="notices", error=str(error))
        missed: list[Notice] = []
        for start in range(0, len(told), _AT_ONCE):
            some = told[start : start + _AT_ONCE]
            async with self._database.work(Actor.job(PAYMENTS)) as work:
                known = await queries.known_of(work.session, [notice.id for notice in some])
            missed.extend(notice for notice in some if notice.id not in known)
        return missed[::-1]

    async def _payments(self, told: PaymentsTold) -> None:
        """Payments that were begun long enough ago to be paid, or over."""
        now = self._clock.now()
        async with self._database.work(Actor.job(PAYMENTS)) as work:
            waiting = await functions.payments_found(work.session, "waiting", now - timedelta(hours=1))
            for row in waiting:
                # Its page was never remembered, and nobody was sent to it: by now it is closed.
                if row.checkout_reference is None and (row.created_at or now) < now - _NEVER_OPENED:
                    await functions.put(work.session, replace(row, state=PaymentState.EXPIRED))
        for row in waiting:
            if row.checkout_reference is not None:
                await self._try(told.look_at_checkout(row.checkout_reference), "checkout")

    async def _subscriptions(self, told: PaymentsTold) -> None:
        async with self._database.work(Actor.job(PAYMENTS)) as work:
            running = await functions.subscriptions_found(work.session, "running", "stripe")
        for row in running:
            if row.stripe_subscription_id is not None:
                await self._try(told.look_at_subscription(row.stripe_subscription_id), "subscription")

    async def _try(self, look: Awaitable[object], what: str) -> None:
        try:
            await look
        except TillError as error:
            log.warning("reconcile_failed", what=what, error=str(error))
