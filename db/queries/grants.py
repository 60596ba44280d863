"""Who may do what with a character of another's, and who asks to; and what of both kinds a person decides about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Character, Grant, GrantStatus, LoreBook, Permission, Visibility

_THERE = Character.deleted_at.is_(None)
_UNEXPIRED = or_(Grant.expires_at.is_(None), Grant.expires_at > func.now())


@dataclass(frozen=True, slots=True)
class CharacterGrant:
    """A character with what a person was granted of it: None where they own it, or where it is public."""

    character: Character
    permission: Permission | None


@dataclass(frozen=True, slots=True)
class SharedThing:
    """A character one decides about: how many people have a part in it, and how many ask for one."""

    id: UUID
    name: str
    owner_id: UUID
    visibility: Visibility
    guests: int
    requests: int


def _mine(user_id: UUID) -> ColumnElement[bool]:
    return and_(
        Grant.character_id == Character.id,
        Grant.user_id == user_id,
        Grant.status == GrantStatus.ACTIVE,
        _UNEXPIRED,
        Character.visibility != Visibility.PRIVATE,
    )


async def by_id(session: AsyncSession, user_id: UUID, character_id: UUID) -> CharacterGrant | None:
    """One character, where the actor may see it."""
    statement = select(Character, Grant.permission).outerjoin(Grant, _mine(user_id)).where(_THERE)
    found = await session.execute(
        statement.where(Character.id == character_id).execution_options(populate_existing=True)
    )
    row = found.one_or_none()
    return None if row is None else CharacterGrant(row[0], row[1])


async def granted(session: AsyncSession, user_id: UUID) -> Sequence[CharacterGrant]:
    """The characters others shared with a person, by name."""
    statement = select(Character, Grant.permission).join(Grant, _mine(user_id)).where(_THERE)
    rows = await session.execute(statement.order_by(Character.name, Character.id))
    return [CharacterGrant(row[0], row[1]) for row in rows]


async def ruled(session: AsyncSession, user_id: UUID) -> Sequence[SharedThing]:
    """The characters a person decides about, by name: their own, and those they are an admin of."""
    guests = (
        select(func.count())
        .where(Grant.character_id == Character.id, Grant.status == GrantStatus.ACTIVE)
        .correlate(Character)
        .scalar_subquery()
    )
    asking = select(func.count()).where(Grant.character_id == Character.id, Grant.is_asking).correlate(Character)
    columns = (Character.id, Character.name, Character.owner_id, Character.visibility)
    statement = (
        select(*columns, guests, asking.scalar_subquery())
        .where(_THERE, or_(Character.owner_id == user_id, Character.id.in_(select(func.ruled_characters()))))
        .order_by(Character.name, Character.id)
    )
    return [SharedThing(row[0], row[1], row[2], row[3], row[4], row[5]) for row in await session.execute(statement)]


async def ruled_books(session: AsyncSession, user_id: UUID) -> Sequence[SharedThing]:
    """The lore books a person decides about, by name: their own, and those they are an admin of."""
    guests = (
        select(func.count())
        .where(Grant.book_id == LoreBook.id, Grant.status == GrantStatus.ACTIVE)
        .correlate(LoreBook)
        .scalar_subquery()
    )
    asking = select(func.count()).where(Grant.book_id == LoreBook.id, Grant.is_asking).correlate(LoreBook)
    columns = (LoreBook.id, LoreBook.name, LoreBook.owner_id, LoreBook.visibility)
    statement = (
        select(*columns, guests, asking.scalar_subquery())
        .where(LoreBook.deleted_at.is_(None), LoreBook.id.in_(select(func.ruled_lore_books())))
        .order_by(LoreBook.name, LoreBook.id)
    )
    return [SharedThing(row[0], row[1], row[2], row[3], row[4], row[5]) for row in await session.execute(statement)]


async def granted_books(session: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    """The ids of the lore books others shared with a person, by name."""
    statement = (
        select(LoreBook.id)
        .join(Grant, Grant.book_id == LoreBook.id)
        .where(Grant.user_id == user_id, Grant.status == GrantStatus.ACTIVE, _UNEXPIRED)
        .where(LoreBook.deleted_at.is_(None), LoreBook.owner_id != user_id)
        .where(LoreBook.id.in_(select(func.readable_lore_books())))
    )
    return list(await session.scalars(statement.order_by(LoreBook.name, LoreBook.id)))


async def locked(session: AsyncSession, character_id: UUID) -> Character | None:
    """A character the actor may change, locked until the end of this work."""
    statement = select(Character).where(Character.id == character_id, _THERE).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))
