"""The grants of one thing, a character or a lore book: `about` says of which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Grant, GrantStatus

About = ColumnElement[bool]
"""Which thing a grant is about."""

_IS_ACTIVE = Grant.status == GrantStatus.ACTIVE


def characters(ids: Iterable[UUID]) -> About:
    """These characters."""
    return Grant.character_id.in_(tuple(ids))


def books(ids: Iterable[UUID]) -> About:
    """These lore books."""
    return Grant.book_id.in_(tuple(ids))


async def active(session: AsyncSession, about: About) -> Sequence[Grant]:
    """Its active grants, those that ran out among them, the oldest first; for who rules over it."""
    return list(await session.scalars(select(Grant).where(about, _IS_ACTIVE).order_by(Grant.created_at, Grant.id)))


async def of_guest(session: AsyncSession, about: About, user_id: UUID) -> Grant | None:
    """Somebody's grant of it, however it stands, locked until the end of this work; for who rules over it."""
    statement = select(Grant).where(about, Grant.user_id == user_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def count(session: AsyncSession, about: About) -> int:
    """How many people were let into it."""
    return await session.scalar(select(func.count()).where(about, _IS_ACTIVE)) or 0


async def add(session: AsyncSession, grant: Grant) -> None:
    """Write a new grant."""
    session.add(grant)
    await session.flush()


async def leave(session: AsyncSession, about: About, user_id: UUID) -> bool:
    """Give back one's own grant of it, and what was asked for; whether there was one that counts."""
    counts = or_(_IS_ACTIVE, Grant.status == GrantStatus.ASKED)
    statement = delete(Grant).where(about, Grant.user_id == user_id, counts)
    gone = await session.scalars(statement.returning(Grant.id).execution_options(synchronize_session=False))
    return gone.first() is not None


async def requests(session: AsyncSession, about: About) -> Sequence[Grant]:
    """What is asked for of it, the oldest first; for who rules over it."""
    return list(await session.scalars(select(Grant).where(about, Grant.is_asking).order_by(Grant.updated_at, Grant.id)))
