"""Lore books on their way out of files and into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import Text, bindparam, func, select, tuple_, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Character,
    ImportState,
    LoreAttachment,
    LoreBook,
    LoreEntry,
    LoreImport,
    LoreScope,
    Mode,
)

_OVER = (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)


async def add(session: AsyncSession, row: LoreImport) -> None:
    """Write down that a file came."""
    session.add(row)
    await session.flush()


async def one(session: AsyncSession, import_id: UUID) -> LoreImport | None:
    """One import, where it is the actor's."""
    return await session.scalar(
        select(LoreImport).where(LoreImport.id == import_id).execution_options(populate_existing=True)
    )


async def recent(session: AsyncSession, user_id: UUID, formats: Sequence[str], *, limit: int) -> Sequence[LoreImport]:
    """A person's newest imports of files of these formats."""
    statement = (
        select(LoreImport)
        .where(LoreImport.user_id == user_id, LoreImport.format.in_(formats))
        .order_by(LoreImport.id.desc())
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def count_waiting(session: AsyncSession, user_id: UUID) -> int:
    """How many files of a person are still kept."""
    waiting = (LoreImport.user_id == user_id, LoreImport.state.not_in(_OVER))
    return await session.scalar(select(func.count()).select_from(LoreImport).where(*waiting)) or 0


async def alone(session: AsyncSession, import_id: UUID) -> None:
    """Wait until nobody else stores this import; held until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lore import {import_id}", 0))))


async def set_state(session: AsyncSession, import_id: UUID, **values: Any) -> bool:
    """Change an import that is not over; whether it was not."""
    statement = update(LoreImport).where(LoreImport.id == import_id, LoreImport.state.not_in(_OVER)).values(**values)
    return (await session.execute(statement.returning(LoreImport.id))).first() is not None


async def book(session: AsyncSession, book_id: UUID) -> LoreBook | None:
    """A book's row."""
    return await session.get(LoreBook, book_id)


_DOCUMENTS = ("rules", "raw")


class EntryRow(Protocol):
    """What goes out of an entry; its documents as text, so that they can be read in a thread."""

    id: UUID
    number: int
    name: str
    content: str
    tokens: int
    is_enabled: bool
    mode: Mode
    folder: str
    tags: list[str]
    place: int
    rules: str
    raw: str


async def entries_after(
    session: AsyncSession, book_id: UUID, after: tuple[int, int] | None, *, limit: int
) -> Sequence[EntryRow]:
    """Entries of a book in order, beyond that place and number."""
    columns = [getattr(LoreEntry, name) for name in EntryRow.__annotations__ if name not in _DOCUMENTS]
    documents = [sql_cast(getattr(LoreEntry, name), Text).label(name) for name in _DOCUMENTS]
    statement = select(*columns, *documents).where(LoreEntry.book_id == book_id)
    if after is not None:
        statement = statement.where(tuple_(LoreEntry.place, LoreEntry.number) > after)
    rows = await session.execute(statement.order_by(LoreEntry.place, LoreEntry.number).limit(limit))
    return cast("Sequence[EntryRow]", rows.all())


async def come_from(session: AsyncSession, raws: Mapping[UUID, Mapping[str, object]]) -> None:
    """Entries that stay as they are came from these objects now."""
    if raws:
        statement = update(LoreEntry).where(LoreEntry.id == bindparam("entry")).values(raw=bindparam("came"))
        connection = await session.connection()
        await connection.execute(statement, [{"entry": key, "came": dict(raw)} for key, raw in raws.items()])


async def put_in_force(session: AsyncSession, user_id: UUID, book_id: UUID, character_id: UUID) -> None:
    """Let a new book count wherever a character of its owner speaks."""
    there = await session.scalar(select(func.count()).where(LoreAttachment.character_id == character_id))
    session.add(
        LoreAttachment(
            book_id=book_id, scope=LoreScope.CHARACTER, character_id=character_id, attached_by=user_id, place=there or 0
        )
    )
    await session.flush()


async def character(session: AsyncSession, character_id: UUID) -> Character | None:
    """A character's row, with the card it came as."""
    return await session.get(Character, character_id)


async def books_of_character(session: AsyncSession, owner_id: UUID, character_id: UUID) -> Sequence[LoreBook]:
    """The owner's books that came with a character, the oldest first."""
    statement = select(LoreBook).where(
        LoreBook.owner_id == owner_id, LoreBook.character_id == character_id, LoreBook.deleted_at.is_(None)
    )
    return list(await session.scalars(statement.order_by(LoreBook.id)))
