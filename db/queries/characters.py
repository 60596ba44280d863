"""Characters, the pictures they wear, and what people think of them. Deleted ones are found by `deleted` alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, literal, literal_column, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import Character, CharacterReaction, Media, Persona, Visibility

_LAST_CHARACTER = "\U0010ffff"
"""Sorts behind every slug with the same beginning, in the code point order slugs are indexed by."""

_THERE = Character.deleted_at.is_(None)


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


@dataclass(frozen=True, slots=True)
class Namesake:
    """A character of the same owner and slug."""

    id: UUID
    deleted_at: datetime | None


_SHARED = select(func.readable_characters())
"""What others shared with the actor."""


def _with_picture() -> Select[Character, str]:
    return select(Character, Media.sha256).outerjoin(Media, Media.id == Character.picture_id).where(_THERE)


async def by_id(session: AsyncSession, character_id: UUID) -> CharacterRow | None:
    """One character, where the actor may see it."""
    row = (await session.execute(_with_picture().where(Character.id == character_id))).one_or_none()
    return None if row is None else CharacterRow(row[0], row[1])


async def locked(session: AsyncSession, character_id: UUID) -> Character | None:
    """One character, where the actor may change it, locked until the end of this work."""
    statement = select(Character).where(Character.id == character_id, _THERE).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def by_ids(session: AsyncSession, character_ids: Sequence[UUID]) -> Sequence[CharacterRow]:
    """Those of these characters the actor may see, in the order of the ids."""
    found = {
        row[0].id: CharacterRow(row[0], row[1])
        for row in await session.execute(_with_picture().where(Character.id.in_(character_ids)))
    }
    return [found[one] for one in character_ids if one in found]


async def by_slug(session: AsyncSession, owner_id: UUID, slug: str) -> UUID | None:
    """The id of an owner's character with this slug."""
    return await session.scalar(
        select(Character.id).where(Character.owner_id == owner_id, Character.slug == slug, _THERE)
    )


async def namesake(session: AsyncSession, owner_id: UUID, slug: str) -> Namesake | None:
    """The owner's character with this slug, deleted or not: a slug is free again when it is gone for good."""
    statement = select(Character.id, Character.deleted_at).where(Character.owner_id == owner_id, Character.slug == slug)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Namesake(row.id, row.deleted_at)


async def count_owned(session: AsyncSession, owner_id: UUID) -> int:
    """How many characters a person has."""
    return await session.scalar(select(func.count()).where(Character.owner_id == owner_id, _THERE)) or 0


async def owned(session: AsyncSession, owner_id: UUID) -> Sequence[CharacterRow]:
    """All of a person's characters, by name."""
    statement = _with_picture().where(Character.owner_id == owner_id).order_by(Character.name, Character.id)
    return [CharacterRow(row[0], row[1]) for row in await session.execute(statement)]


async def favorites(session: AsyncSession, user_id: UUID) -> Sequence[CharacterRow]:
    """The characters a person keeps among their favourites and may still see, by name."""
    kept = select(CharacterReaction.character_id).where(
        CharacterReaction.user_id == user_id, CharacterReaction.favorited
    )
    statement = _with_picture().where(Character.id.in_(kept)).order_by(Character.name, Character.id)
    return [CharacterRow(row[0], row[1]) for row in await session.execute(statement)]


async def deleted(session: AsyncSession, owner_id: UUID, since: datetime) -> Sequence[Character]:
    """A person's characters deleted since that moment, the last one first."""
    statement = select(Character).where(Character.owner_id == owner_id, Character.deleted_at > since)
    return list(await session.scalars(statement.order_by(Character.deleted_at.desc())))


async def visible(
    session: AsyncSession, user_id: UUID, *, offset: int, limit: int, adults: bool = True
) -> Sequence[CharacterRow]:
    """Characters a person may summon: their own first, then the public ones, the demo's last; each by name."""
    statement = (
        _with_picture()
        .where(_summonable(user_id, adults))
        .order_by((Character.owner_id == user_id).desc(), Character.is_demo, Character.name, Character.id)
        .offset(offset)
        .limit(limit)
    )
    return [CharacterRow(row[0], row[1]) for row in await session.execute(statement)]


async def count_visible(session: AsyncSession, user_id: UUID, *, adults: bool = True) -> int:
    """How many characters a person may summon."""
    statement = select(func.count()).select_from(Character).where(_THERE, _summonable(user_id, adults))
    return await session.scalar(statement) or 0


def _summonable(user_id: UUID, adults: bool) -> ColumnElement[bool]:
    others = or_(Character.visibility == Visibility.PUBLIC, Character.id.in_(_SHARED))
    return or_(Character.owner_id == user_id, others if adults else others & ~Character.is_adult)


async def suggestions(
    session: AsyncSession, user_id: UUID, prefix: str, *, limit: int, adults: bool = True
) -> Sequence[Suggestion]:
    """Characters a person may summon whose slug begins with `prefix`: their own first, then public ones, by name."""
    rows = await session.execute(suggestions_statement(user_id, prefix, limit=limit, adults=adults))
    return [Suggestion(row.id, row.name, row.is_own) for row in rows]


async def own_suggestions(session: AsyncSession, owner_id: UUID, prefix: str, *, limit: int) -> Sequence[Suggestion]:
    """A person's own characters whose slug begins with `prefix`, by name."""
    statement = select(Character.id, Character.name).where(
        Character.owner_id == owner_id, Character.slug >= prefix, Character.slug < prefix + _LAST_CHARACTER, _THERE
    )
    rows = await session.execute(statement.order_by(Character.slug).limit(limit))
    return [Suggestion(row.id, row.name, True) for row in rows]


def suggestions_statement(user_id: UUID, prefix: str, *, limit: int, adults: bool = True) -> Select[UUID, str, bool]:
    """The statement behind `suggestions`.

    Written for the index: ranges rather than one OR; comparisons, since LIKE is not leakproof and would wait behind
    the row security of every row; and the visibility spelt out, as a partial index wants it.
    """
    begins = (Character.slug >= prefix) & (Character.slug < prefix + _LAST_CHARACTER) & _THERE
    own = select(Character.id, Character.name, literal(True).label("is_own")).where(
        Character.owner_id == user_id, begins
    )
    public = select(Character.id, Character.name, literal(False).label("is_own")).where(
        Character.visibility == literal_column(f"'{Visibility.PUBLIC.value}'"), Character.owner_id != user_id, begins
    )
    shared = select(Character.id, Character.name, literal(False).label("is_own")).where(
        Character.id.in_(_SHARED), Character.visibility != literal_column(f"'{Visibility.PUBLIC.value}'"), begins
    )
    if not adults:
        public, shared = public.where(~Character.is_adult), shared.where(~Character.is_adult)
    each = (own, shared, public)
    both = union_all(*(one.order_by(Character.slug).limit(limit).subquery().select() for one in each)).subquery()
    return select(both).order_by(both.c.is_own.desc(), both.c.name).limit(limit)


async def add(session: AsyncSession, character: Character) -> None:
    """Write a new character. Raises `IntegrityError` where its owner has one with the same slug."""
    session.add(character)
    await session.flush()


async def owned_by(
    session: AsyncSession, owner_id: UUID, character_id: UUID, *, with_deleted: bool = False
) -> Character | None:
    """The owner's character, locked until the end of this work, so that two changes do not undo each other."""
    statement = select(Character).where(Character.id == character_id, Character.owner_id == owner_id)
    if not with_deleted:
        statement = statement.where(_THERE)
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def editable_by(session: AsyncSession, user_id: UUID, character_id: UUID) -> Character | None:
    """A character of a person's own, or shared with them to be changed, locked until the end of this work."""
    mine = or_(Character.owner_id == user_id, Character.id.in_(select(func.writable_characters())))
    statement = select(Character).where(Character.id == character_id, _THERE, mine)
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def is_editable(session: AsyncSession, character_id: UUID) -> bool:
    """Whether somebody else's character was shared with the actor to be changed."""
    return bool(await session.scalar(select(literal(character_id).in_(select(func.writable_characters())))))


async def shared_with(session: AsyncSession) -> Sequence[CharacterRow]:
    """The characters others shared with the actor, by name."""
    statement = _with_picture().where(Character.id.in_(_SHARED)).order_by(Character.name, Character.id)
    return [CharacterRow(row[0], row[1]) for row in await session.execute(statement)]


async def keep_media(
    session: AsyncSession, owner_id: UUID, sha256: str, *, mime: str, size: int, side: int, height: int | None = None
) -> UUID:
    """The id of the owner's row for a picture (square, where no height is given), made where it is missing."""
    values = {"id": new_id(), "owner_id": owner_id, "sha256": sha256, "mime": mime, "size_bytes": size}
    statement = insert(Media).values(**values, width=side, height=height or side)
    # The row is returned whether it is new or not, and is as good as new: what nobody wears goes by its age.
    statement = statement.on_conflict_do_update(
        index_elements=[Media.owner_id, Media.sha256], set_={"created_at": func.now()}
    )
    return (await session.execute(statement.returning(Media.id))).scalar_one()


async def remove_unworn_media(session: AsyncSession, owner_id: UUID, before: datetime) -> None:
    """Remove the owner's pictures uploaded before that moment which none of their characters and personas wears."""
    personas = select(Persona.picture_id).where(Persona.picture_id == Media.id).exists()
    # Also by a character somebody else made, which they let this person draw.
    unworn = ~personas & Media.id.not_in(select(func.media_of_mine_worn()))
    await session.execute(delete(Media).where(Media.owner_id == owner_id, Media.created_at < before, unworn))


async def reaction(session: AsyncSession, user_id: UUID, character_id: UUID) -> tuple[bool, bool]:
    """Whether a person likes a character, and keeps it among their favourites."""
    statement = select(CharacterReaction.liked, CharacterReaction.favorited).where(
        CharacterReaction.user_id == user_id, CharacterReaction.character_id == character_id
    )
    row = (await session.execute(statement)).one_or_none()
    return (False, False) if row is None else (row.liked, row.favorited)


async def react(
    session: AsyncSession,
    user_id: UUID,
    character_id: UUID,
    *,
    liked: bool | None = None,
    favorited: bool | None = None,
) -> None:
    """Write what a person thinks of a character; None leaves that half as it is. Nothing thought, nothing kept."""
    changed = {name: value for name, value in (("liked", liked), ("favorited", favorited)) if value is not None}
    mine = (CharacterReaction.user_id == user_id, CharacterReaction.character_id == character_id)
    if any(changed.values()):
        statement = insert(CharacterReaction).values(user_id=user_id, character_id=character_id, **changed)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[CharacterReaction.user_id, CharacterReaction.character_id],
                set_={**changed, "updated_at": func.now()},
            )
        )
        return
    row = await session.scalar(select(CharacterReaction).where(*mine).with_for_update())
    if row is None:
        return
    if any(getattr(row, name) for name in {"liked", "favorited"} - set(changed)):
        for name, value in changed.items():
            setattr(row, name, value)
        await session.flush()
    else:
        await session.execute(delete(CharacterReaction).where(*mine))
