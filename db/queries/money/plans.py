"""Plans and packages: read by everybody, written by admins and by the seed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Plan, Subscription, TokenPackage

_SEED = "seed of plans"


async def plans(session: AsyncSession, *, only_active: bool = True) -> Sequence[Plan]:
    """Every plan, the smallest first."""
    statement = select(Plan).order_by(Plan.place, Plan.code)
    return (await session.scalars(statement.where(Plan.is_active) if only_active else statement)).all()


async def plan(session: AsyncSession, plan_id: UUID) -> Plan | None:
    """One plan."""
    return await session.get(Plan, plan_id)


async def plan_coded(session: AsyncSession, code: str) -> Plan | None:
    """One plan by its code."""
    return await session.scalar(select(Plan).where(Plan.code == code))


async def subscribers(session: AsyncSession, plan_id: UUID) -> int:
    """How many subscriptions, running or over, name a plan; as far as the actor sees them."""
    statement = select(func.count()).select_from(Subscription).where(Subscription.plan_id == plan_id)
    return await session.scalar(statement) or 0


async def take_default(session: AsyncSession) -> None:
    """No plan is the one for everybody any more."""
    await session.execute(update(Plan).where(Plan.is_default).values(is_default=False))


async def packages(session: AsyncSession, *, only_active: bool = True) -> Sequence[TokenPackage]:
    """Every package, in the order they are shown."""
    statement = select(TokenPackage).order_by(TokenPackage.place, TokenPackage.code)
    return (await session.scalars(statement.where(TokenPackage.is_active) if only_active else statement)).all()


async def package(session: AsyncSession, package_id: UUID) -> TokenPackage | None:
    """One package."""
    return await session.get(TokenPackage, package_id)


async def package_coded(session: AsyncSession, code: str) -> TokenPackage | None:
    """One package by its code."""
    return await session.scalar(select(TokenPackage).where(TokenPackage.code == code))


async def add(session: AsyncSession, made: Plan | TokenPackage) -> None:
    """Write a new one."""
    session.add(made)
    await session.flush()


async def remove(session: AsyncSession, gone: Plan | TokenPackage) -> None:
    """Take one away for good."""
    await session.delete(gone)
    await session.flush()


async def seed(session: AsyncSession, plans_: Sequence[Plan], packages_: Sequence[TokenPackage]) -> bool:
    """Write these where the house has none of either kind at all; says whether it did. Two at once write once."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": _SEED})
    has_plans = await session.scalar(select(Plan.id).limit(1)) is not None
    has_packages = await session.scalar(select(TokenPackage.id).limit(1)) is not None
    session.add_all(() if has_plans else plans_)
    session.add_all(() if has_packages else packages_)
    await session.flush()
    return not has_plans or not has_packages


async def has_skus(session: AsyncSession) -> bool:
    """Whether anything active names what Discord sells it as."""
    plan_sku = select(Plan.id).where(Plan.is_active, Plan.discord_sku_id.is_not(None))
    package_sku = select(TokenPackage.id).where(TokenPackage.is_active, TokenPackage.discord_sku_id.is_not(None))
    return bool(await session.scalar(select(or_(plan_sku.exists(), package_sku.exists()))))
