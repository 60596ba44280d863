"""Lore books. Deleted ones are found by `deleted` and `owned(with_deleted=True)` alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    any_,
    cast,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Grant, GrantStatus, LoreAttachment, LoreBook, Permission, Visibility

_THERE = LoreBook.deleted_at.is_(None)
_PUBLIC = (LoreBook.visibility == literal_column(f"'{Visibility.PUBLIC.value}'")) & _THERE


def _shared_still(book: type[LoreBook]) -> ColumnElement[bool]:
    return or_(book.shared_until.is_(None), book.shared_until > func.now())


_SHARED_STILL = _shared_still(LoreBook)


@dataclass(frozen=True, slots=True)
class BookRow:
    """A book with what a person was granted of it: None where they own it, or where it is public."""

    book: LoreBook
    permission: Permission | None


@dataclass(frozen=True, slots=True)
class BookName:
    """What autocomplete needs of a book."""

    id: UUID
    name: str
    code: str
    is_own: bool
    permission: Permission | None
    allow_collaboration: bool


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which books: one's own, those others let one read, those everybody may read."""

    own: bool = True
    shared: bool = True
    public: bool = True


def _grant_of(user_id: UUID, book: type[LoreBook] = LoreBook) -> ColumnElement[bool]:
    return and_(
        Grant.book_id == book.id,
        Grant.user_id == user_id,
        Grant.status == GrantStatus.ACTIVE,
        or_(Grant.expires_at.is_(None), Grant.expires_at > func.now()),
        # Who opened it by its code reads it as long as it is shared so.
        or_(Grant.granted_by.is_distinct_from(Grant.user_id), _shared_still(book)),
    )


def _seen(user_id: UUID) -> Select[LoreBook, Permission]:
    return select(LoreBook, Grant.permission).outerjoin(Grant, _grant_of(user_id)).where(_THERE)


async def by_id(session: AsyncSession, user_id: UUID, book_id: UUID) -> BookRow | None:
    """One book, where the actor may read it."""
    statement = _seen(user_id).where(LoreBook.id == book_id).execution_options(populate_existing=True)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else BookRow(row[0], row[1])


async def by_ids(session: AsyncSession, user_id: UUID, book_ids: Sequence[UUID]) -> dict[UUID, BookRow]:
    """Those of these books that the actor may read."""
    rows = await session.execute(_seen(user_id).where(LoreBook.id.in_(book_ids)))
    return {row[0].id: BookRow(row[0], row[1]) for row in rows}


async def owned(session: AsyncSession, owner_id: UUID, book_id: UUID, *, with_deleted: bool = False) -> LoreBook | None:
    """The owner's book, locked until the end of this work."""
    statement = select(LoreBook).where(LoreBook.id == book_id, LoreBook.owner_id == owner_id)
    if not with_deleted:
        statement = statement.where(_THERE)
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def ruled(session: AsyncSession, book_id: UUID) -> LoreBook | None:
    """A book the actor owns or is an admin of, locked until the end of this work."""
    statement = select(LoreBook).where(LoreBook.id == book_id, _THERE).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def add(session: AsyncSession, book: LoreBook) -> None:
    """Write a new book. Raises `IntegrityError` where its code is taken."""
    session.add(book)
    await session.flush()


async def count_owned(session: AsyncSession, owner_id: UUID) -> int:
    """How many books a person has."""
    return await session.scalar(select(func.count()).where(LoreBook.owner_id == owner_id, _THERE)) or 0


async def deleted(session: AsyncSession, owner_id: UUID, since: datetime) -> Sequence[LoreBook]:
    """A person's books deleted since that moment, the last one first."""
    statement = select(LoreBook).where(LoreBook.owner_id == owner_id, LoreBook.deleted_at > since)
    return list(await session.scalars(statement.order_by(LoreBook.deleted_at.desc())))


def _of(user_id: UUID, kinds: Kinds) -> ColumnElement[bool]:
    book = aliased(LoreBook)
    granted = select(Grant.book_id).join(book, _grant_of(user_id, book))
    wanted: list[ColumnElement[bool]] = []
    if kinds.own:
        wanted.append(LoreBook.owner_id == user_id)
    if kinds.shared:
        wanted.append(and_(LoreBook.id.in_(granted), LoreBook.owner_id != user_id))
    if kinds.public:
        wanted.append(and_(_PUBLIC, LoreBook.owner_id != user_id, _SHARED_STILL))
    return or_(false(), *wanted)


async def names(session: AsyncSession, user_id: UUID, *, most_public: int) -> Sequence[BookName]:
    """A person's own books and those shared with them, by name, then public ones. Three ranges, for three indexes."""
    columns = (LoreBook.id, LoreBook.name, LoreBook.code, LoreBook.owner_id, LoreBook.allow_collaboration)
    nothing = cast(null(), Grant.permission.type).label("permission")
    own = select(*columns, nothing).where(LoreBook.owner_id == user_id, _THERE)
    granted = (
        select(*columns, Grant.permission).join(Grant, _grant_of(user_id)).where(LoreBook.owner_id != user_id, _THERE)
    )
    public = (
        select(*columns, nothing).where(_PUBLIC, LoreBook.owner_id != user_id, _SHARED_STILL).order_by(LoreBook.name)
    ).limit(most_public)
    both = union_all(own, granted, public.subquery().select())
    found: dict[UUID, BookName] = {}
    for row in await session.execute(both):
        name = BookName(row.id, row.name, row.code, row.owner_id == user_id, row.permission, row.allow_collaboration)
        if row.id not in found or found[row.id].permission is None:
            found[row.id] = name
    return sorted(found.values(), key=lambda one: (not one.is_own, one.name.casefold(), one.id))


async def recent(session: AsyncSession, user_id: UUID, limit: int) -> Sequence[BookName]:
    """The books of a person's own, and of those they were let into, that were changed last."""
    statement = (
        _seen(user_id)
        .where(_of(user_id, Kinds(public=False)))
        .order_by(LoreBook.updated_at.desc(), LoreBook.id)
        .limit(limit)
    )
    return [
        BookName(row[0].id, row[0].name, row[0].code, row[0].owner_id == user_id, row[1], row[0].allow_collaboration)
        for row in await session.execute(statement)
    ]


async def names_of(session: AsyncSession, book_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of books that the actor may read."""
    rows = await session.execute(select(LoreBook.id, LoreBook.name).where(LoreBook.id.in_(book_ids)))
    return {row.id: row.name for row in rows}


def matching(user_id: UUID, kinds: Kinds, text: str) -> Select[LoreBook, Permission]:
    """The books of these kinds that a person may read; `text` stands in name, description or tags, or is a code."""
    return _seen(user_id).where(_of(user_id, kinds), _named(text))


async def page(
    session: AsyncSession, user_id: UUID, kinds: Kinds, *, text: str, offset: int, limit: int
) -> tuple[Sequence[BookRow], int, int]:
    """One page of books by name, one's own first; how many there are in all, and their tokens."""
    wanted = and_(_THERE, _of(user_id, kinds), _named(text))
    statement = (
        _seen(user_id)
        .where(_of(user_id, kinds), _named(text))
        .order_by(
            (LoreBook.owner_id == user_id).desc(), LoreBook.is_featured.desc(), func.lower(LoreBook.name), LoreBook.id
        )
        .offset(offset)
        .limit(limit)
    )
    rows = [BookRow(row[0], row[1]) for row in await session.execute(statement)]
    total, tokens = (
        await session.execute(
            select(func.count(), func.coalesce(func.sum(LoreBook.token_count), 0)).select_from(LoreBook).where(wanted)
        )
    ).one()
    return rows, total, tokens


def _named(text: str) -> ColumnElement[bool]:
    if not text:
        return true()
    return or_(
        func.strpos(func.lower(LoreBook.name), text.lower()) > 0,
        func.strpos(func.lower(LoreBook.description), text.lower()) > 0,
        literal(text.lower()) == any_(LoreBook.tags),
        LoreBook.code == text.lower(),
    )


async def attachments_of(session: AsyncSession, book_ids: Sequence[UUID]) -> dict[UUID, int]:
    """In how many places these books are attached, as far as the actor sees them."""
    statement = (
        select(LoreAttachment.book_id, func.count())
        .where(LoreAttachment.book_id.in_(book_ids))
        .group_by(LoreAttachment.book_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def requests_of(session: AsyncSession, book_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many people ask to write in these books, where the actor may answer them."""
    statement = (
        select(Grant.book_id, func.count()).where(Grant.book_id.in_(book_ids), Grant.is_asking).group_by(Grant.book_id)
    )
    return {book: row[1] for row in await session.execute(statement) if (book := row[0]) is not None}
