"""What the till tells, brought to the rows it concerns.

A notice only says where to look: the object is asked for anew, so that it does not matter in which order notices come,
how often, or how late. A notice's id is written in the transaction that does its work; where that fails, nothing is
written and the till sends it again. An answer that was asked for earlier never overwrites one asked for later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import structlog

from bot.clock import Clock
from bot.ports.till import (
    ChargeSeen,
    CheckoutSeen,
    DisputeSeen,
    InvoiceSeen,
    Notice,
    SubscriptionSeen,
    Till,
    TillRefused,
    TillUnreachable,
)
from bot.services.money.paid_tokens import PaidTokens
from bot.services.money.subscriptions_told import SubscriptionsTold
from bot.services.oversight import audit
from db import functions_payments as functions
from db.functions_payments import PaymentRow, SubscriptionRow
from db.ids import new_id
from db.models import PaymentSource, PaymentState
from db.queries.money import payments as queries
from db.work import Actor, Database, Work

JOB = "payments"

ASYNC_FAILED = "checkout.session.async_payment_failed"

_UNPAID = (PaymentState.PENDING, PaymentState.EXPIRED, PaymentState.FAILED)

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What came of a notice."""

    APPLIED = "applied"
    NOTHING = "nothing"
    """It says what was known, or what nobody needs."""
    NOT_OURS = "not_ours"
    """About something another program sells under the same account."""
    GONE = "gone"
    """The object is no longer there."""
    KNOWN = "known"
    """The notice came before."""


class NotYet(TillUnreachable):
    """It is about a payment whose own notice is still to come: to be told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the till said when it was asked, and when that was."""

    at: datetime
    kind: str = ""
    checkout: CheckoutSeen | None = None
    subscription: SubscriptionSeen | None = None
    invoices: tuple[InvoiceSeen, ...] = ()
    charge: ChargeSeen | None = None
    dispute: DisputeSeen | None = None

    @property
    def customer_id(self) -> str:
        """Whose it is; one person's notices are worked one after the other."""
        for one in (self.subscription, self.checkout, self.charge):
            if one is not None and one.customer_id:
                return one.customer_id
        return self.invoices[0].customer_id if self.invoices else ""


class PaymentsTold:
    """Works what the till tells. Raises `TillUnreachable` where it cannot be asked: then it is to be told again."""

    def __init__(
        self, database: Database, till: Till, *, tokens: PaidTokens, subscriptions: SubscriptionsTold, clock: Clock
    ) -> None:
        self._database = database
        self._till = till
        self._tokens = tokens
        self._subscriptions = subscriptions
        self._clock = clock

    async def take(self, notice: Notice) -> Outcome:
        """Work one notice."""
        async with self._database.work(Actor.job(JOB)) as work:
            if await queries.is_known(work.session, notice.id):
                return Outcome.KNOWN
        seen = await self._seen(notice.kind, notice.object_id)
        async with self._database.work(Actor.job(JOB)) as work:
            if not await queries.take_notice(work.session, notice.id, notice.kind, notice.object_id):
                return Outcome.KNOWN
            outcome = Outcome.GONE if seen is None else await self._apply(work, seen)
            await queries.end_notice(work.session, notice.id, outcome.value)
        log.info("payment_notice", kind=notice.kind, outcome=outcome.value)
        return outcome

    async def look_at_checkout(self, checkout_id: str) -> Outcome:
        """Ask how a page stands, without having been told."""
        return await self._look("checkout.session.completed", checkout_id)

    async def look_at_subscription(self, subscription_id: str) -> Outcome:
        """Ask how a subscription and its bills stand, without having been told."""
        return await self._look("subscription", subscription_id)

    async def look_at_charge(self, charge: ChargeSeen) -> Outcome:
        """Work what became of money that moved, as the till just said."""
        async with self._database.work(Actor.job(JOB)) as work:
            return await self._apply(work, Seen(at=self._clock.now(), charge=charge))

    async def _look(self, kind: str, object_id: str) -> Outcome:
        seen = await self._seen(kind, object_id)
        if seen is None:
            return Outcome.GONE
        async with self._database.work(Actor.job(JOB)) as work:
            return await self._apply(work, seen)

    # ----------------------------------------------------------------------------------------------------- asking

    async def _seen(self, kind: str, object_id: str) -> Seen | None:
        """What the till says of it now; None where it is gone."""
        at = self._clock.now()
        try:
            if kind.startswith("checkout.session."):
                return await self._seen_checkout(kind, object_id, at)
            if kind.startswith("customer.subscription."):
                return Seen(at=at, subscription=await self._till.seen_subscription(object_id))
            if kind == "subscription":
                bills = await self._till.invoices(object_id)
                return Seen(at=at, subscription=await self._till.seen_subscription(object_id), invoices=bills)
            if kind.startswith("invoice."):
                return await self._seen_invoice(object_id, at)
            if kind.startswith("charge.dispute."):
                dispute = await self._till.seen_dispute(object_id)
                return Seen(at=at, dispute=dispute, charge=await self._till.seen_charge(dispute.charge_id))
            if kind == "charge.refunded":
                return Seen(at=at, charge=await self._till.seen_charge(object_id))
        except TillRefused as refused:
            if refused.is_gone:
                return None
            raise
        return Seen(at=at)

    async def _seen_checkout(self, kind: str, checkout_id: str, at: datetime) -> Seen:
        checkout = await self._till.seen_checkout(checkout_id)
        if checkout.payment_id is None or checkout.subscription_id is None:
            return Seen(at=at, kind=kind, checkout=checkout)
        subscription = await self._till.seen_subscription(checkout.subscription_id)
        bills = await self._till.invoices(checkout.subscription_id)
        return Seen(at=at, kind=kind, checkout=checkout, subscription=subscription, invoices=bills)

    async def _seen_invoice(self, invoice_id: str, at: datetime) -> Seen:
        bill = await self._till.seen_invoice(invoice_id)
        if bill.subscription_id is None:
            return Seen(at=at)
        return Seen(at=at, subscription=await self._till.seen_subscription(bill.subscription_id), invoices=(bill,))

    # ---------------------------------------------------------------------------------------------------- writing

    async def _apply(self, work: Work, seen: Seen) -> Outcome:
        if seen.customer_id:
            await functions.one_at_a_time(work.session, f"till:{seen.customer_id}")
        if seen.charge is not None:
            return await self._charge(work, seen.charge, seen)
        outcome = Outcome.NOTHING
        if seen.checkout is not None:
            outcome = await self._checkout(work, seen.checkout, seen)
        if seen.subscription is not None:
            outcome = await self._subscription(work, seen.subscription, seen)
        return outcome

    async def _checkout(self, work: Work, checkout: CheckoutSeen, seen: Seen) -> Outcome:
        row = await _one(work, "id", checkout.payment_id) if checkout.payment_id else None
        if row is None or row.user_id is None or row.checkout_reference not in (None, checkout.id):
            return Outcome.NOT_OURS
        user_id = row.user_id
        if row.state not in _UNPAID or _is_older(row, seen):
            return Outcome.NOTHING
        row = replace(row, checkout_reference=checkout.id, seen_at=seen.at)
        if row.plan_id is not None:
            # Its first bill says whether it is paid.
            is_over = checkout.status == "expired" and row.state is PaymentState.PENDING
            await functions.put(work.session, replace(row, state=PaymentState.EXPIRED) if is_over else row)
            return Outcome.APPLIED
        if checkout.is_paid:
            await self._package_paid(work, row, user_id, checkout)
            return Outcome.APPLIED
        if checkout.status == "expired":
            row = replace(row, state=PaymentState.EXPIRED)
        elif seen.kind == ASYNC_FAILED:
            row = replace(row, state=PaymentState.FAILED, failure="bank", reference=checkout.intent_id)
        await functions.put(work.session, row)
        return Outcome.APPLIED

    async def _package_paid(self, work: Work, row: PaymentRow, user_id: UUID, checkout: CheckoutSeen) -> None:
        row = replace(
            row,
            state=PaymentState.COMPLETED,
            failure="",
            reference=checkout.intent_id,
            amount_cents=checkout.amount_cents,
            currency=checkout.currency,
            completed_at=row.seen_at,
        )
        await functions.put(work.session, row)
        await self._tokens.give(work, row, user_id)
        details = {"amount_cents": row.amount_cents, "currency": row.currency, "tokens": row.tokens + row.bonus_tokens}
        await audit.record(work, "payment.completed", "payment", row.id, of=user_id, details=details)

    async def _subscription(self, work: Work, subscription: SubscriptionSeen, seen: Seen) -> Outcome:
        user_id = await functions.payer_of(work.session, subscription.customer_id)
        if user_id is None:
            return Outcome.NOT_OURS
        row = await self._subscriptions.put(work, user_id, subscription, seen.at)
        if row is None:
            return Outcome.NOT_OURS
        # Oldest first: the first bill belongs to the payment that began it all.
        for bill in reversed(seen.invoices):
            await self._invoice(work, user_id, bill, row, subscription.payment_id, seen.at)
        return Outcome.APPLIED

    async def _invoice(
        self,
        work: Work,
        user_id: UUID,
        bill: InvoiceSeen,
        subscription: SubscriptionRow,
        begun_by: UUID | None,
        at: datetime,
    ) -> None:
        if bill.status == "draft" or not bill.amount_cents:
            return
        row = await _one(work, "invoice", bill.id) or await self._begun(work, begun_by, user_id)
        if row is None:
            row = PaymentRow(id=new_id(), user_id=user_id, source=PaymentSource.STRIPE, plan_id=subscription.plan_id)
        elif row.seen_at is not None and row.invoice_reference is not None and row.seen_at > at:
            return
        was = row.state
        row = replace(
            row,
            subscription_id=subscription.id,
            invoice_reference=bill.id,
            reference=bill.intent_id or row.reference,
            interval=row.interval or subscription.interval,
            amount_cents=bill.amount_cents,
            currency=bill.currency,
            period_start=bill.period_start,
            period_end=bill.period_end,
            seen_at=at,
        )
        row = _billed(row, bill, at)
        await functions.put(work.session, row)
        if row.state is PaymentState.COMPLETED and was is not PaymentState.COMPLETED:
            details = {"amount_cents": row.amount_cents, "currency": row.currency}
            await audit.record(work, "payment.completed", "payment", row.id, of=user_id, details=details)

    async def _begun(self, work: Work, begun_by: UUID | None, user_id: UUID) -> PaymentRow | None:
        """The payment that began a subscription, until its first bill is known."""
        row = None if begun_by is None else await _one(work, "id", begun_by)
        if row is None or row.user_id != user_id or row.plan_id is None or row.invoice_reference is not None:
            return None
        return row

    async def _charge(self, work: Work, charge: ChargeSeen, seen: Seen) -> Outcome:
        row = None if charge.intent_id is None else await _one(work, "reference", charge.intent_id)
        if row is None or row.user_id is None:
            if charge.customer_id and await functions.payer_of(work.session, charge.customer_id):
                raise NotYet("the payment this is about is not known to be paid")
            return Outcome.NOT_OURS
        if _is_older(row, seen):
            return Outcome.NOTHING
        before, user_id = row, row.user_id
        row = replace(row, refunded_cents=min(charge.refunded_cents, row.amount_cents or 0), seen_at=seen.at)
        row = replace(row, state=_after(row, seen.dispute))
        row = await self._tokens.square(work, row, user_id)
        await functions.put(work.session, row)
        await _tell(work, before, row)
        return Outcome.APPLIED


def _after(row: PaymentRow, dispute: DisputeSeen | None) -> PaymentState:
    """How a payment stands after money went back, or is wanted back."""
    if dispute is not None and not dispute.is_won:
        return PaymentState.DISPUTED
    if dispute is None and row.state is PaymentState.DISPUTED:
        return PaymentState.DISPUTED
    return PaymentState.REFUNDED if row.refunded_cents == row.amount_cents else PaymentState.COMPLETED


def _billed(row: PaymentRow, bill: InvoiceSeen, at: datetime) -> PaymentRow:
    """How a payment stands by its bill; what went back since stays gone."""
    if bill.status == "paid":
        if row.state in _UNPAID:
            return replace(row, state=PaymentState.COMPLETED, failure="", completed_at=at)
        return row
    if row.state not in _UNPAID:
        return row
    if bill.status in ("void", "uncollectible"):
        return replace(row, state=PaymentState.EXPIRED)
    return replace(row, state=PaymentState.FAILED, failure="card") if bill.tries else row


def _is_older(row: PaymentRow, seen: Seen) -> bool:
    return row.seen_at is not None and row.seen_at > seen.at


async def _one(work: Work, way: functions.PaymentWay, value: object) -> PaymentRow | None:
    found = await functions.payments_found(work.session, way, value)
    return found[0] if found else None


async def _tell(work: Work, before: PaymentRow, after: PaymentRow) -> None:
    """Write down what became of a payment."""
    changed: Mapping[str, object] = {
        "state": [before.state.value, after.state.value],
        "refunded_cents": [before.refunded_cents, after.refunded_cents],
        "tokens_back": [before.tokens_back, after.tokens_back],
    }
    if before.state is not after.state and PaymentState.DISPUTED in (before.state, after.state):
        action = "payment.disputed" if after.state is PaymentState.DISPUTED else "payment.dispute_over"
    elif after.refunded_cents != before.refunded_cents:
        action = "payment.money_returned"
    else:
        return
    await audit.record(work, action, "payment", after.id, of=after.user_id, details=changed)
