"""Subscriptions, as people and staff may read them, and which plan is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Plan, Subscription, SubscriptionState


@dataclass(frozen=True, slots=True)
class InForce:
    """The plan somebody is on, and who says so."""

    plan_id: UUID
    source: str
    since: datetime
    until: datetime | None
    grace_until: datetime | None
    is_renewing: bool


async def in_force(session: AsyncSession, user_id: UUID) -> InForce | None:
    """The best subscription in force (`db.security_money`); None: the plan that everybody has."""
    row = (await session.execute(text("SELECT * FROM plan_in_force(:person)"), {"person": user_id})).one_or_none()
    if row is None:
        return None
    return InForce(row.plan_id, row.source, row.since, row.until, row.grace_until, row.is_renewing)


async def of(session: AsyncSession, user_id: UUID) -> Sequence[tuple[Subscription, Plan]]:
    """Every subscription of a person, the newest first."""
    found = (
        select(Subscription, Plan)
        .join(Plan, Plan.id == Subscription.plan_id)
        .where(Subscription.user_id == user_id)
        .order_by(Subscription.started_at.desc(), Subscription.id.desc())
        .limit(50)
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


async def running(session: AsyncSession, user_id: UUID, source: str) -> Subscription | None:
    """The one that runs from this source, if any."""
    found = select(Subscription).where(
        Subscription.user_id == user_id,
        Subscription.source == source,
        Subscription.state.in_((SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE)),
    )
    return (await session.execute(found)).scalar_one_or_none()
