"""The reviewed SQL functions of payments (`db.security_payments`), typed for callers.

A row is read whole, under a lock that lasts until the end of the work, changed as a plain value, and written whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Interval, PaymentSource, PaymentState, SubscriptionState

PaymentWay = Literal["id", "reference", "checkout", "invoice", "entitlement", "waiting"]
SubscriptionWay = Literal["id", "stripe", "discord", "live", "running"]
EntitlementWay = Literal["id", "present", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A payment as it stands in the table."""

    id: UUID
    user_id: UUID | None
    plan_id: UUID | None = None
    package_id: UUID | None = None
    subscription_id: UUID | None = None
    source: PaymentSource
    reference: str | None = None
    checkout_reference: str | None = None
    invoice_reference: str | None = None
    interval: Interval | None = None
    amount_cents: int | None = None
    refunded_cents: int = 0
    currency: str | None = None
    tokens: int = 0
    bonus_tokens: int = 0
    tokens_back: int = 0
    failure: str = ""
    state: PaymentState = PaymentState.PENDING
    period_start: datetime | None = None
    period_end: datetime | None = None
    completed_at: datetime | None = None
    seen_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """A subscription as it stands in the table."""

    id: UUID
    user_id: UUID
    plan_id: UUID
    source: str
    state: SubscriptionState
    interval: Interval | None = None
    started_at: datetime
    period_start: datetime | None = None
    period_end: datetime | None = None
    grace_until: datetime | None = None
    auto_renew: bool = True
    canceled_at: datetime | None = None
    price_cents: int | None = None
    currency: str | None = None
    stripe_subscription_id: str | None = None
    discord_entitlement_id: int | None = None
    seen_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it runs, or is waited for."""
        return self.state in (SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementRow:
    """What Discord says somebody bought, as it stands in the table."""

    id: int
    sku_id: int
    user_id: UUID | None = None
    discord_user_id: int | None = None
    guild_id: int | None = None
    type: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_consumed: bool = False
    deleted_at: datetime | None = None
    granted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DebtRow:
    """Tokens somebody owes."""

    payment_id: UUID
    tokens: int


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A subscription that is over now."""

    subscription_id: UUID
    user_id: UUID
    plan_id: UUID
    stripe_subscription_id: str | None


async def begin_payment(
    session: AsyncSession, new_id: UUID, *, plan_id: UUID | None, package_id: UUID | None, interval: Interval | None
) -> PaymentRow | None:
    """Begin to pay for what is on sale, at its price; None where that is not for sale. For the acting person."""
    values = {
        "new_id": new_id,
        "plan": plan_id,
        "package": package_id,
        "every": None if interval is None else interval.value,
    }
    rows = await session.execute(text("SELECT * FROM begin_payment(:new_id, :plan, :package, :every)"), values)
    row = rows.one_or_none()
    return None if row is None else _payment(row)


async def note_checkout(session: AsyncSession, payment_id: UUID, page: str) -> bool:
    """Where the acting person pays; whether that payment was theirs, open, and had no page yet."""
    values = {"payment": payment_id, "page": page}
    return bool(await session.scalar(text("SELECT note_checkout(:payment, :page)"), values))


async def arrange_plan(
    session: AsyncSession, new_id: UUID, user_id: UUID, plan_id: UUID | None, until: datetime | None
) -> None:
    """Give a person a plan by hand, in place of one given so before; None takes that away. For admins only."""
    values = {"new_id": new_id, "person": user_id, "plan": plan_id, "until": until}
    await session.execute(text("SELECT arrange_plan(:new_id, :person, :plan, :until)"), values)


async def payer_of(session: AsyncSession, customer_id: str) -> UUID | None:
    """Whose id at Stripe this is. For jobs only."""
    found = await session.scalar(text("SELECT payer_of(:customer)"), {"customer": customer_id})
    return cast("UUID | None", found)


async def payments_found(session: AsyncSession, way: PaymentWay, value: object) -> Sequence[PaymentRow]:
    """Payments by one of their names; a single one is locked. For jobs only."""
    return [_payment(row) for row in await _found(session, "payments_found", way, value)]


async def subscriptions_found(session: AsyncSession, way: SubscriptionWay, value: object) -> Sequence[SubscriptionRow]:
    """Subscriptions by one of their names; a single one is locked. For jobs only."""
    return [_subscription(row) for row in await _found(session, "subscriptions_found", way, value)]


async def entitlements_found(session: AsyncSession, way: EntitlementWay, value: object) -> Sequence[EntitlementRow]:
    """What was bought at Discord; a single one is locked. For jobs only."""
    rows = await _found(session, "entitlements_found", way, value)
    names = EntitlementRow.__dataclass_fields__
    return [EntitlementRow(**{name: getattr(row, name) for name in names}) for row in rows]


async def debts_found(session: AsyncSession, user_id: UUID) -> Sequence[DebtRow]:
    """What somebody owes, oldest first, locked. For jobs only."""
    rows = await _found(session, "debts_found", "open", user_id)
    return [DebtRow(row.payment_id, row.tokens) for row in rows]


async def put(session: AsyncSession, row: PaymentRow | SubscriptionRow | EntitlementRow) -> None:
    """Write a row: a new one, or over the one with its id. For jobs only."""
    name = _PUTS[type(row)]
    await session.execute(text(f"SELECT {name}(CAST(:given AS jsonb))"), {"given": _json(_given(row))})


async def owe_tokens(
    session: AsyncSession, payment_id: UUID, user_id: UUID, tokens: int, settled_at: datetime | None = None
) -> None:
    """What is owed of a payment from now on, or that it is settled. For jobs only."""
    values = {"payment": payment_id, "person": user_id, "owed": tokens, "at_end": settled_at}
    await session.execute(text("SELECT owe_tokens(:payment, :person, :owed, :at_end)"), values)


async def lapse_subscriptions(session: AsyncSession, moment: datetime) -> Sequence[Lapsed]:
    """End what ran past its grace or its time. For jobs only."""
    rows = await session.execute(text("SELECT * FROM lapse_subscriptions(:moment)"), {"moment": moment})
    return [Lapsed(row.subscription_id, row.user_id, row.plan_id, row.stripe_subscription_id) for row in rows]


async def one_at_a_time(session: AsyncSession, name: str) -> None:
    """Wait until nobody else works under this name, until the end of the work."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 5))"), {"name": name})


_PUTS = {
    PaymentRow: "put_payment",
    SubscriptionRow: "put_subscription",
    EntitlementRow: "put_entitlement",
}


def _given(row: PaymentRow | SubscriptionRow | EntitlementRow) -> Mapping[str, object]:
    """The row's values; the database says when a new one was made."""
    return {name: value for name, value in asdict(row).items() if name != "created_at"}


async def _found(session: AsyncSession, name: str, way: str, value: object) -> Sequence[Row[tuple[object, ...]]]:
    said = value.isoformat() if isinstance(value, datetime) else str(value)
    rows = await session.execute(text(f"SELECT * FROM {name}(:way, :value)"), {"way": way, "value": said})  # noqa: S608
    return cast("Sequence[Row[tuple[object, ...]]]", rows.all())


def _json(values: Mapping[str, object]) -> str:
    def plain(value: object) -> object:
        if isinstance(value, Enum):
            return value.value
        return value.isoformat() if isinstance(value, datetime) else str(value)

    return json.dumps(dict(values), default=plain)


def _interval(row: Row[tuple[object, ...]]) -> Interval | None:
    return None if row.interval is None else Interval(row.interval)


def _payment(row: Row[tuple[object, ...]]) -> PaymentRow:
    values = {name: getattr(row, name) for name in PaymentRow.__dataclass_fields__}
    values |= {"source": PaymentSource(row.source), "state": PaymentState(row.state), "interval": _interval(row)}
    return PaymentRow(**values)


def _subscription(row: Row[tuple[object, ...]]) -> SubscriptionRow:
    values = {name: getattr(row, name) for name in SubscriptionRow.__dataclass_fields__}
    values |= {"state": SubscriptionState(row.state), "interval": _interval(row)}
    return SubscriptionRow(**values)
