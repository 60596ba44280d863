"""Entries of lore books, one or a page of them. What changes many at once is in `entries_bulk`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, and_, any_, case, delete, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Chunk, EntryRules, LoreBook, LoreEntry, LoreEntryUse, Mode

_FIRST_WORDS = 80


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with how often it came in."""

    entry: LoreEntry
    uses: int
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """An entry as lists need it. `name` is the beginning of its content where it has none."""

    id: UUID
    book_id: UUID
    number: int
    place: int
    name: str
    folder: str
    tags: Sequence[str]
    mode: Mode
    is_enabled: bool
    tokens: int
    rules: EntryRules


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries of a book; None asks for any."""

    folder: str | None = None
    tag: str | None = None
    is_enabled: bool | None = None
    mode: Mode | None = None
    ids: Sequence[UUID] | None = None

    def of(self, book_id: UUID) -> ColumnElement[bool]:
        """The condition over entries."""
        wanted: list[ColumnElement[bool]] = [LoreEntry.book_id == book_id]
        if self.folder is not None:
            wanted.append(LoreEntry.folder == self.folder)
        if self.tag is not None:
            wanted.append(literal(self.tag) == any_(LoreEntry.tags))
        if self.is_enabled is not None:
            wanted.append(LoreEntry.is_enabled.is_(self.is_enabled))
        if self.mode is not None:
            wanted.append(LoreEntry.mode == self.mode)
        if self.ids is not None:
            wanted.append(LoreEntry.id.in_(self.ids))
        return and_(*wanted)


EVERY = Filter()


async def by_id(session: AsyncSession, entry_id: UUID) -> EntryRow | None:
    """One entry of a book that is not deleted, where the actor may read it."""
    statement = (
        select(LoreEntry, func.coalesce(LoreEntryUse.activated_count, 0), LoreEntryUse.last_activated_at)
        .join(LoreBook, and_(LoreBook.id == LoreEntry.book_id, LoreBook.deleted_at.is_(None)))
        .outerjoin(LoreEntryUse, LoreEntryUse.entry_id == LoreEntry.id)
        .where(LoreEntry.id == entry_id)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else EntryRow(row[0], row[1], row[2])


async def lock(session: AsyncSession, entry_id: UUID) -> LoreEntry | None:
    """The entry, where the actor may change it, locked until the end of this work."""
    statement = select(LoreEntry).where(LoreEntry.id == entry_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def ids_of(session: AsyncSession, book_id: UUID, numbers: Sequence[int]) -> dict[int, UUID]:
    """The ids of a book's entries by their numbers."""
    statement = select(LoreEntry.number, LoreEntry.id).where(
        LoreEntry.book_id == book_id, LoreEntry.number.in_(numbers)
    )
    return {row.number: row.id for row in await session.execute(statement)}


async def id_named(session: AsyncSession, book_id: UUID, name: str) -> UUID | None:
    """The id of a book's first entry of this name, however it is capitalised."""
    statement = (
        select(LoreEntry.id)
        .where(LoreEntry.book_id == book_id, func.lower(LoreEntry.name) == name.lower())
        .order_by(LoreEntry.place, LoreEntry.number)
        .limit(1)
    )
    return await session.scalar(statement)


async def locked(session: AsyncSession, book_id: UUID, ids: Sequence[UUID]) -> dict[UUID, LoreEntry]:
    """These entries of a book, where the actor may change them, locked until the end of this work."""
    statement = select(LoreEntry).where(LoreEntry.book_id == book_id, LoreEntry.id.in_(ids)).with_for_update()
    rows = await session.scalars(statement.order_by(LoreEntry.id).execution_options(populate_existing=True))
    return {row.id: row for row in rows}


async def follow(session: AsyncSession, entry_id: UUID, book_id: UUID) -> None:
    """Let what hangs on an entry follow it into another book; its meanings are learnt anew there."""
    await session.execute(delete(Chunk).where(Chunk.entry_id == entry_id))
    await session.execute(update(LoreEntryUse).where(LoreEntryUse.entry_id == entry_id).values(book_id=book_id))


async def numbers_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The numbers of entries by their ids."""
    rows = await session.execute(select(LoreEntry.id, LoreEntry.number).where(LoreEntry.id.in_(ids)))
    return {row.id: row.number for row in rows}


async def page(
    session: AsyncSession,
    book_id: UUID,
    which: Filter,
    *,
    mark: tuple[int, int] | None = None,
    is_back: bool = False,
    limit: int,
) -> Sequence[LineRow]:
    """Entries of a book in the order of lists, beyond the mark (place and number), or before it if `is_back`."""
    order = tuple_(LoreEntry.place, LoreEntry.number)
    statement = _lines().where(which.of(book_id))
    if mark is not None:
        bound = tuple_(*(literal(part) for part in mark))
        statement = statement.where(order < bound if is_back else order > bound)
    places = (LoreEntry.place, LoreEntry.number)
    statement = statement.order_by(*(one.desc() if is_back else one for one in places)).limit(limit)
    rows = [_line(row) for row in await session.execute(statement)]
    return rows[::-1] if is_back else rows


async def named_like(session: AsyncSession, book_id: UUID, typed: str, limit: int) -> Sequence[LineRow]:
    """Entries of a book in whose names, or first words, this stands; those whose names begin with it first."""
    where = func.strpos(func.lower(_shown_name()), typed.lower())
    statement = (
        _lines()
        .where(LoreEntry.book_id == book_id, where > 0)
        .order_by((where > 1), LoreEntry.place, LoreEntry.number)
        .limit(limit)
    )
    return [_line(row) for row in await session.execute(statement)]


async def lines(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[LineRow]:
    """These entries as lists show them, in the order of the ids."""
    found = {row.id: _line(row) for row in await session.execute(_lines().where(LoreEntry.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


async def count(session: AsyncSession, book_id: UUID, which: Filter) -> tuple[int, int]:
    """How many entries of a book these are, and their tokens."""
    statement = select(func.count(), func.coalesce(func.sum(LoreEntry.tokens), 0)).where(which.of(book_id))
    row = (await session.execute(statement)).one()
    return row[0], row[1]


async def ids_that_fit(session: AsyncSession, book_id: UUID, which: Filter) -> Sequence[UUID]:
    """The ids of these entries, in the order of lists."""
    # As one value: twenty thousand rows take their time to unpack, and everybody else waits.
    ordered = aggregate_order_by(LoreEntry.id, LoreEntry.place, LoreEntry.number)
    statement = select(func.array_agg(ordered, type_=ARRAY(Uuid()))).where(which.of(book_id))
    return await session.scalar(statement) or ()


async def add(session: AsyncSession, entry: LoreEntry) -> None:
    """Write a new entry."""
    session.add(entry)
    await session.flush()


async def remove(session: AsyncSession, entry: LoreEntry) -> None:
    """Remove an entry with all that hangs on it but its history."""
    await session.delete(entry)
    await session.flush()


async def last_place(session: AsyncSession, book_id: UUID) -> int:
    """The place of the last entry of a book; 0 where there is none."""
    return await session.scalar(select(func.max(LoreEntry.place)).where(LoreEntry.book_id == book_id)) or 0


async def place_before(session: AsyncSession, book_id: UUID, place: int, number: int) -> int:
    """The place of the entry that stands before another one; 0 where none does."""
    statement = (
        select(LoreEntry.place)
        .where(LoreEntry.book_id == book_id, tuple_(LoreEntry.place, LoreEntry.number) < tuple_(place, number))
        .order_by(LoreEntry.place.desc(), LoreEntry.number.desc())
        .limit(1)
    )
    return await session.scalar(statement) or 0


async def spread_out(session: AsyncSession, book_id: UUID, step: int) -> None:
    """Give a book's entries places with room between them, in the order they have."""
    ranked = (
        select(
            LoreEntry.id,
            (func.row_number().over(order_by=(LoreEntry.place, LoreEntry.number)) * step).label("place"),
        )
        .where(LoreEntry.book_id == book_id)
        .subquery()
    )
    await session.execute(
        update(LoreEntry)
        .where(LoreEntry.id == ranked.c.id)
        .values(place=ranked.c.place, updated_at=LoreEntry.updated_at)
        .execution_options(synchronize_session=False)
    )


async def folders(session: AsyncSession, book_id: UUID) -> Sequence[tuple[str, int, int]]:
    """The folders of a book, with how many entries lie there and their tokens."""
    statement = (
        select(LoreEntry.folder, func.count(), func.sum(LoreEntry.tokens))
        .where(LoreEntry.book_id == book_id)
        .group_by(LoreEntry.folder)
        .order_by(LoreEntry.folder)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def tags(session: AsyncSession, book_id: UUID) -> Sequence[tuple[str, int, int]]:
    """The tags of a book's entries, the most used first, with how many entries have each and their tokens."""
    tag = func.unnest(LoreEntry.tags).label("tag")
    tagged = select(tag, LoreEntry.tokens).where(LoreEntry.book_id == book_id).subquery()
    statement = (
        select(tagged.c.tag, func.count(), func.sum(tagged.c.tokens))
        .group_by(tagged.c.tag)
        .order_by(func.count().desc(), tagged.c.tag)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def modes(session: AsyncSession, book_id: UUID) -> Sequence[tuple[Mode, bool, int, int]]:
    """For each mode, switched on or off: how many entries, and their tokens."""
    statement = (
        select(LoreEntry.mode, LoreEntry.is_enabled, func.count(), func.sum(LoreEntry.tokens))
        .where(LoreEntry.book_id == book_id)
        .group_by(LoreEntry.mode, LoreEntry.is_enabled)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)]


def _shown_name() -> ColumnElement[str]:
    # The content is not carried along: a page of lists needs its first words at most.
    return case((LoreEntry.name != "", LoreEntry.name), else_=func.left(LoreEntry.content, _FIRST_WORDS))


def _lines() -> Any:
    return select(
        LoreEntry.id,
        LoreEntry.book_id,
        LoreEntry.number,
        LoreEntry.place,
        _shown_name().label("shown"),
        LoreEntry.folder,
        LoreEntry.tags,
        LoreEntry.mode,
        LoreEntry.is_enabled,
        LoreEntry.tokens,
        LoreEntry.rules,
    )


def _line(row: Row[Any]) -> LineRow:
    return LineRow(
        row.id, row.book_id, row.number, row.place, row.shown, row.folder, row.tags, row.mode, row.is_enabled,
        row.tokens, row.rules,
    )  # fmt: skip
