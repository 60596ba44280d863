"""Payments, what Stripe told, and who is known there: as people and staff may read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Entitlement,
    Interval,
    Payment,
    PaymentEvent,
    PaymentSource,
    PaymentState,
    Plan,
    StripeCustomer,
    Subscription,
    SubscriptionState,
    TokenDebt,
    TokenPackage,
    User,
)

Mark = tuple[datetime, UUID]


async def customer(session: AsyncSession, user_id: UUID) -> str | None:
    """The acting person's id at Stripe."""
    found = select(StripeCustomer.customer_id).where(StripeCustomer.user_id == user_id)
    return (await session.execute(found)).scalar_one_or_none()


async def add_customer(session: AsyncSession, user_id: UUID, customer_id: str) -> None:
    """Remember the acting person's id at Stripe; the first stays."""
    row = insert(StripeCustomer).values(user_id=user_id, customer_id=customer_id)
    await session.execute(row.on_conflict_do_nothing())


async def open_payment(
    session: AsyncSession,
    user_id: UUID,
    *,
    plan_id: UUID | None,
    package_id: UUID | None,
    interval: Interval | None,
    since: datetime,
) -> Payment | None:
    """The newest payment for the same thing that has a page and is not paid, begun since then."""
    same = [
        Payment.user_id == user_id,
        Payment.state == PaymentState.PENDING,
        Payment.source == PaymentSource.STRIPE,
        Payment.checkout_reference.is_not(None),
        Payment.created_at > since,
        Payment.plan_id == plan_id if plan_id else Payment.package_id == package_id,
    ]
    if interval is not None:
        same.append(Payment.interval == interval)
    found = select(Payment).where(*same).order_by(Payment.created_at.desc()).limit(1)
    return (await session.execute(found)).scalar_one_or_none()


async def begun_since(session: AsyncSession, user_id: UUID, since: datetime) -> int:
    """How many payments a person began at Stripe since then."""
    found = select(func.count()).where(
        Payment.user_id == user_id, Payment.source == PaymentSource.STRIPE, Payment.created_at > since
    )
    return int(await session.scalar(found) or 0)


async def price(
    session: AsyncSession, *, plan_id: UUID | None, package_id: UUID | None, interval: Interval | None
) -> tuple[int | None, str] | None:
    """What this costs now, and in which currency; None where it is not for sale."""
    if package_id is not None:
        package = await session.get(TokenPackage, package_id)
        return None if package is None or not package.is_active else (package.price_cents, package.currency)
    plan = None if plan_id is None else await session.get(Plan, plan_id)
    if plan is None or not plan.is_active:
        return None
    cents = plan.price_yearly_cents if interval is Interval.YEAR else plan.price_monthly_cents
    return cents, plan.currency


async def open_plan_payments(session: AsyncSession, user_id: UUID) -> Sequence[Payment]:
    """Every payment for a plan that has a page and is not paid."""
    found = select(Payment).where(
        Payment.user_id == user_id,
        Payment.state == PaymentState.PENDING,
        Payment.plan_id.is_not(None),
        Payment.checkout_reference.is_not(None),
        Payment.invoice_reference.is_(None),
    )
    return (await session.execute(found)).scalars().all()


async def own(session: AsyncSession, user_id: UUID, checkout_reference: str) -> Payment | None:
    """The person's payment that is made on this page."""
    found = select(Payment).where(Payment.user_id == user_id, Payment.checkout_reference == checkout_reference)
    return (await session.execute(found)).scalar_one_or_none()


async def page(
    session: AsyncSession,
    *,
    user_id: UUID | None,
    after: Mark | None,
    most: int,
    state: PaymentState | None = None,
    with_pending: bool = True,
    payment_id: UUID | None = None,
) -> Sequence[tuple[Payment, str | None, str | None, str | None]]:
    """Payments, newest first, with the names of plan, package and person; one person's, or all an admin may see."""
    wanted: list[ColumnElement[bool]] = []
    if user_id is not None:
        wanted.append(Payment.user_id == user_id)
    if payment_id is not None:
        wanted.append(Payment.id == payment_id)
    if state is not None:
        wanted.append(Payment.state == state)
    elif not with_pending:
        wanted.append(Payment.state.not_in((PaymentState.PENDING, PaymentState.EXPIRED)))
    if after is not None:
        at, last = after
        wanted.append(or_(Payment.created_at < at, and_(Payment.created_at == at, Payment.id < last)))
    found = (
        select(Payment, Plan.name, TokenPackage.name, User.display_name)
        .outerjoin(Plan, Plan.id == Payment.plan_id)
        .outerjoin(TokenPackage, TokenPackage.id == Payment.package_id)
        .outerjoin(User, User.id == Payment.user_id)
        .where(*wanted)
        .order_by(Payment.created_at.desc(), Payment.id.desc())
        .limit(most)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(found)]


async def payment(session: AsyncSession, payment_id: UUID) -> Payment | None:
    """One payment, as far as the actor may see it."""
    return await session.get(Payment, payment_id)


async def stripe_subscription(session: AsyncSession, row: Payment) -> str | None:
    """The subscription at Stripe whose newest bill this payment is, while it runs."""
    if row.subscription_id is None:
        return None
    newest = (
        select(Payment.id)
        .where(Payment.subscription_id == row.subscription_id)
        .order_by(Payment.period_start.desc().nulls_last(), Payment.created_at.desc())
        .limit(1)
    )
    if await session.scalar(newest) != row.id:
        return None
    found = select(Subscription.stripe_subscription_id).where(
        Subscription.id == row.subscription_id,
        Subscription.state.in_((SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE)),
    )
    return (await session.execute(found)).scalar_one_or_none()


async def owed(session: AsyncSession, user_id: UUID) -> int:
    """The tokens a person owes."""
    found = select(func.coalesce(func.sum(TokenDebt.tokens), 0))
    return int(await session.scalar(found.where(TokenDebt.user_id == user_id, TokenDebt.settled_at.is_(None))) or 0)


async def debts(session: AsyncSession, most: int) -> Sequence[tuple[TokenDebt, str]]:
    """What is owed, newest first, with names: for admins."""
    found = (
        select(TokenDebt, User.display_name)
        .join(User, User.id == TokenDebt.user_id)
        .where(TokenDebt.settled_at.is_(None))
        .order_by(TokenDebt.created_at.desc())
        .limit(most)
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


async def plan_of_ware(session: AsyncSession, plan_id: UUID) -> Plan | None:
    """A plan, whether it is still on sale or not."""
    return await session.get(Plan, plan_id)


async def package(session: AsyncSession, package_id: UUID) -> TokenPackage | None:
    """A package, whether it is still on sale or not."""
    return await session.get(TokenPackage, package_id)


# ------------------------------------------------------------------------------------------------------- for jobs


async def is_known(session: AsyncSession, notice_id: str) -> bool:
    """Whether a notice was worked already. For jobs only."""
    return await session.scalar(select(PaymentEvent.id).where(PaymentEvent.id == notice_id)) is not None


async def known_of(session: AsyncSession, notice_ids: Sequence[str]) -> set[str]:
    """Those that were. For jobs only."""
    return set((await session.execute(select(PaymentEvent.id).where(PaymentEvent.id.in_(notice_ids)))).scalars())


async def take_notice(session: AsyncSession, notice_id: str, kind: str, object_id: str) -> bool:
    """Write a notice down; False where it was. A second at the same time waits for the first. For jobs only."""
    row = insert(PaymentEvent).values(id=notice_id, kind=kind, object_id=object_id)
    added = await session.execute(row.on_conflict_do_nothing().returning(PaymentEvent.id))
    return added.scalar_one_or_none() is not None


async def end_notice(session: AsyncSession, notice_id: str, outcome: str) -> None:
    """What came of a notice. For jobs only."""
    await session.execute(update(PaymentEvent).where(PaymentEvent.id == notice_id).values(outcome=outcome))


async def forget_notices(session: AsyncSession, before: datetime) -> int:
    """Remove what was told before then; how many. For jobs only."""
    gone = await session.execute(
        delete(PaymentEvent).where(PaymentEvent.received_at < before).returning(PaymentEvent.id)
    )
    return len(gone.all())


# --------------------------------------------------------------------------------------------------------- Discord


async def skus(session: AsyncSession) -> Sequence[tuple[int, UUID | None, UUID | None]]:
    """What is sold at Discord: a SKU, and the plan or the package it stands for."""
    plans = select(Plan.discord_sku_id, Plan.id).where(Plan.discord_sku_id.is_not(None))
    packages = select(TokenPackage.discord_sku_id, TokenPackage.id).where(TokenPackage.discord_sku_id.is_not(None))
    found: list[tuple[int, UUID | None, UUID | None]] = []
    for sku_id, plan_id in await session.execute(plans):
        if sku_id is not None:
            found.append((sku_id, plan_id, None))
    for sku_id, package_id in await session.execute(packages):
        if sku_id is not None:
            found.append((sku_id, None, package_id))
    return found


async def plan_of_sku(session: AsyncSession, sku_id: int) -> Plan | None:
    """The plan that a SKU stands for."""
    return (await session.execute(select(Plan).where(Plan.discord_sku_id == sku_id))).scalar_one_or_none()


async def package_of_sku(session: AsyncSession, sku_id: int) -> TokenPackage | None:
    """The package that a SKU stands for."""
    found = select(TokenPackage).where(TokenPackage.discord_sku_id == sku_id)
    return (await session.execute(found)).scalar_one_or_none()


async def entitlements(session: AsyncSession, user_id: UUID) -> Sequence[Entitlement]:
    """What a person bought at Discord and still has."""
    found = select(Entitlement).where(Entitlement.user_id == user_id, Entitlement.deleted_at.is_(None))
    return (await session.execute(found.order_by(Entitlement.id))).scalars().all()
