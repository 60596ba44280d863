"""Characters and the pictures they wear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, literal, literal_column, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import Character, Media, Visibility

_LAST_CHARACTER = "\U0010ffff"
"""Sorts behind every slug with the same beginning, in the code point order slugs are indexed by."""


@dataclass(frozen=True, slots=True)
class CharacterRow:
    """A character with the SHA-256 of its picture."""

    character: Character
    picture_sha256: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What autocomplete needs of a character."""

    id: UUID
    name: str
    is_own: bool


def _with_picture() -> Select[Character, str]:
    return select(Character, Media.sha256).outerjoin(Media, Media.id == Character.picture_id)


async def by_id(session: AsyncSession, character_id: UUID) -> CharacterRow | None:
    """One character, where the actor may see it."""
    row = (await session.execute(_with_picture().where(Character.id == character_id))).one_or_none()
    return None if row is None else CharacterRow(row[0], row[1])


async def by_slug(session: AsyncSession, owner_id: UUID, slug: str) -> UUID | None:
    """The id of an owner's character with this slug."""
    return await session.scalar(select(Character.id).where(Character.owner_id == owner_id, Character.slug == slug))


async def count_owned(session: AsyncSession, owner_id: UUID) -> int:
    """How many characters a person has."""
    return await session.scalar(select(func.count()).where(Character.owner_id == owner_id)) or 0


async def visible(session: AsyncSession, user_id: UUID, *, offset: int, limit: int) -> Sequence[CharacterRow]:
    """Characters a person may summon: their own first, then the public ones, the demo's last; each by name."""
    statement = (
        _with_picture()
        .where(or_(Character.owner_id == user_id, Character.visibility == Visibility.PUBLIC))
        .order_by((Character.owner_id == user_id).desc(), Character.is_demo, Character.name, Character.id)
        .offset(offset)
        .limit(limit)
    )
    return [CharacterRow(row[0], row[1]) for row in await session.execute(statement)]


async def count_visible(session: AsyncSession, user_id: UUID) -> int:
    """How many characters a person may summon."""
    condition = or_(Character.owner_id == user_id, Character.visibility == Visibility.PUBLIC)
    return await session.scalar(select(func.count()).select_from(Character).where(condition)) or 0


async def suggestions(session: AsyncSession, user_id: UUID, prefix: str, *, limit: int) -> Sequence[Suggestion]:
    """Characters a person may summon whose slug begins with `prefix`: their own first, then public ones, by name."""
    rows = await session.execute(suggestions_statement(user_id, prefix, limit=limit))
    return [Suggestion(row.id, row.name, row.is_own) for row in rows]


def suggestions_statement(user_id: UUID, prefix: str, *, limit: int) -> Select[UUID, str, bool]:
    """The statement behind `suggestions`.

    Written for the index: two ranges rather than one OR; comparisons, since LIKE is not leakproof and would wait behind
    the row security of every row; and the visibility spelt out, as a partial index wants it.
    """
    begins = (Character.slug >= prefix) & (Character.slug < prefix + _LAST_CHARACTER)
    own = select(Character.id, Character.name, literal(True).label("is_own")).where(
        Character.owner_id == user_id, begins
    )
    public = select(Character.id, Character.name, literal(False).label("is_own")).where(
        Character.visibility == literal_column(f"'{Visibility.PUBLIC.value}'"), Character.owner_id != user_id, begins
    )
    both = union_all(
        own.order_by(Character.slug).limit(limit).subquery().select(),
        public.order_by(Character.slug).limit(limit).subquery().select(),
    ).subquery()
    return select(both).order_by(both.c.is_own.desc(), both.c.name).limit(limit)


async def add(session: AsyncSession, character: Character) -> None:
    """Write a new character. Raises `IntegrityError` where its owner has one with the same slug."""
    session.add(character)
    await session.flush()


async def keep_media(session: AsyncSession, owner_id: UUID, sha256: str, *, mime: str, size: int, side: int) -> UUID:
    """The id of the owner's row for a square picture, made where it is missing."""
    values = {"id": new_id(), "owner_id": owner_id, "sha256": sha256, "mime": mime, "size_bytes": size}
    statement = insert(Media).values(**values, width=side, height=side)
    # An update that changes nothing, so that the row is returned whether it is new or not.
    statement = statement.on_conflict_do_update(
        index_elements=[Media.owner_id, Media.sha256], set_={"mime": statement.excluded.mime}
    )
    return (await session.execute(statement.returning(Media.id))).scalar_one()
