"""How a subscription stands at the till, brought to its row, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from bot import limits
from bot.ports.till import SubscriptionSeen
from bot.services.money.allowances import Allowances
from bot.services.oversight import audit
from db import functions_payments as functions
from db.functions_payments import SubscriptionRow
from db.ids import new_id
from db.models import Interval, SubscriptionState
from db.queries.money import payments as queries
from db.work import Work

WARE = "botcafe_plan_"
"""Before a plan's id: its code at the till."""

DOUBLE = "settle_double_subscription"
"""The job that finds out which of two subscriptions of one person stays."""

GRACE = timedelta(days=int(limits.GRACE_DAYS))

_STATES = {
    "active": SubscriptionState.ACTIVE,
    "trialing": SubscriptionState.ACTIVE,
    "past_due": SubscriptionState.PAST_DUE,
    "unpaid": SubscriptionState.EXPIRED,
    "paused": SubscriptionState.EXPIRED,
    "canceled": SubscriptionState.CANCELED,
    "incomplete_expired": SubscriptionState.CANCELED,
}
"""The till's words for how it stands. `incomplete` is missing: nothing was paid yet, so there is nothing."""

log = structlog.get_logger(__name__)


def ware_of(plan_id: UUID) -> str:
    """What a plan is called at the till."""
    return f"{WARE}{plan_id.hex}"


def plan_of(ware: str) -> UUID | None:
    """The plan a ware is; None where it is none of ours."""
    try:
        return UUID(ware.removeprefix(WARE)) if ware.startswith(WARE) else None
    except ValueError:
        return None


class SubscriptionsTold:
    """Writes subscriptions as the till tells them, in a job's work."""

    def __init__(self, allowances: Allowances | None = None) -> None:
        self._allowances = allowances

    async def put(self, work: Work, user_id: UUID, seen: SubscriptionSeen, at: datetime) -> SubscriptionRow | None:
        """The row as it stands afterwards; None where it is not about a plan of ours."""
        found = await functions.subscriptions_found(work.session, "stripe", seen.id)
        before = found[0] if found else None
        if before is not None and before.seen_at is not None and before.seen_at > at:
            return before
        plan_id, state = plan_of(seen.ware), _STATES.get(seen.status)
        if plan_id is None or await queries.plan_of_ware(work.session, plan_id) is None:
            return None
        if state is None:
            return before
        row = _row(before, user_id, plan_id, state, seen, at)
        if row.is_live and not await self._is_alone(work, row):
            # The till was paid twice. Neither is thrown away here: a job asks how the other one stands.
            await work.enqueue(DOUBLE, {"subscription_id": seen.id}, once=f"double:{seen.id}")
            row = replace(row, state=SubscriptionState.CANCELED, period_end=at, auto_renew=False, grace_until=None)
        await functions.put(work.session, row)
        await self._tell(work, before, row)
        return row

    async def _is_alone(self, work: Work, row: SubscriptionRow) -> bool:
        live = await functions.subscriptions_found(work.session, "live", row.user_id)
        return all(other.id == row.id or other.source != row.source for other in live)

    async def _tell(self, work: Work, before: SubscriptionRow | None, row: SubscriptionRow) -> None:
        changed = {
            name: [None if before is None else _said(getattr(before, name)), _said(getattr(row, name))]
            for name in ("plan_id", "state", "interval", "auto_renew")
            if before is None or getattr(before, name) != getattr(row, name)
        }
        if not changed:
            return
        await audit.record(work, "subscription.changed", "subscription", row.id, of=row.user_id, details=changed)
        log.info("subscription_changed", source=row.source, state=row.state.value)
        if self._allowances is not None and row.is_live:
            await self._allowances.grant(work, row.user_id)


def _row(
    before: SubscriptionRow | None,
    user_id: UUID,
    plan_id: UUID,
    state: SubscriptionState,
    seen: SubscriptionSeen,
    at: datetime,
) -> SubscriptionRow:
    grace_until = None
    if state is SubscriptionState.PAST_DUE:
        # From the first time we hear of it; hearing again grants no more of it, and once over it stays over.
        grace_until = (before.grace_until if before is not None else None) or at + GRACE
        if grace_until <= at:
            state = SubscriptionState.EXPIRED
    is_over = state in (SubscriptionState.CANCELED, SubscriptionState.EXPIRED)
    return SubscriptionRow(
        id=new_id() if before is None else before.id,
        user_id=user_id if before is None else before.user_id,
        plan_id=plan_id,
        source="stripe",
        state=state,
        interval=Interval(seen.every),
        started_at=seen.started_at,
        period_start=seen.period_start,
        period_end=_end(before, seen, at) if is_over else _paid_until(seen, state),
        grace_until=grace_until,
        auto_renew=seen.renews and not is_over,
        canceled_at=seen.canceled_at,
        price_cents=seen.amount_cents,
        currency=seen.currency,
        stripe_subscription_id=seen.id,
        seen_at=at,
    )


def _paid_until(seen: SubscriptionSeen, state: SubscriptionState) -> datetime:
    """The end of what is paid. The till begins the next period whether that is paid or not."""
    return seen.period_start if state is SubscriptionState.PAST_DUE else seen.period_end


def _end(before: SubscriptionRow | None, seen: SubscriptionSeen, at: datetime) -> datetime:
    """When it was over: never later than now, whatever period had been begun."""
    if seen.ended_at is not None:
        return min(seen.ended_at, at)
    if before is not None and not before.is_live and before.period_end is not None:
        return before.period_end
    return at


def _said(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value
