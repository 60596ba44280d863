"""Entries called in by hand, and which may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db import functions_lore
from db.functions_lore import Sought
from db.ids import new_id
from db.models import LoreBook, LoreCall, LoreEntry, Message, MessageKind, Turn, TurnState


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry as people know it."""

    entry_id: UUID
    book_id: UUID
    number: int
    name: str
    book_name: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """An entry that was called in after the message at `after`, for so many replies."""

    entry: NamedEntry
    user_id: UUID
    replies: int
    after: int


def _named(*more: Any) -> Any:
    return select(
        LoreEntry.id, LoreEntry.book_id, LoreEntry.number, LoreEntry.name, LoreBook.name.label("book_name"), *more
    ).join(LoreBook, and_(LoreBook.id == LoreEntry.book_id, LoreBook.deleted_at.is_(None)))


def _entry(row: Any) -> NamedEntry:
    return NamedEntry(row.id, row.book_id, row.number, row.name, row.book_name)


async def books_in_force(session: AsyncSession) -> Sequence[UUID]:
    """Books in force in the acting turn's conversation, for any of its characters or for whom the turn works."""
    return list(await session.scalars(select(func.lore_books_here())))


async def readable(session: AsyncSession, books: Sequence[UUID], ids: Sequence[UUID]) -> dict[UUID, NamedEntry]:
    """Those of these entries that are in these books and that the actor may read."""
    statement = _named().where(LoreEntry.id.in_(ids), LoreEntry.book_id.in_(books))
    return {row.id: _entry(row) for row in await session.execute(statement)}


async def suggested(
    session: AsyncSession, books: Sequence[UUID], *, words: str, number: int | None, most: int
) -> Sequence[NamedEntry]:
    """Entries of these books that the actor may read: by their words (a tsquery) or number, else the first."""
    if number is not None:
        statement = _named().where(LoreEntry.book_id.in_(books), LoreEntry.number == number)
    elif words:
        ids: list[UUID] = []
        for book_id in books:
            ids += (await functions_lore.search(session, Sought(words, book_id), most - len(ids))).ids
            if len(ids) >= most:
                break
        statement = _named().where(LoreEntry.id.in_(ids))
    else:
        statement = _named().where(LoreEntry.book_id.in_(books))
    statement = statement.order_by(LoreEntry.book_id, LoreEntry.number).limit(most)
    return [_entry(row) for row in await session.execute(statement)]


async def all_of(session: AsyncSession, conversation_id: UUID) -> Sequence[CallRow]:
    """Every call of a conversation whose entry the actor may read, oldest first."""
    statement = (
        _named(LoreCall.user_id, LoreCall.replies, LoreCall.after)
        .join(LoreCall, LoreCall.entry_id == LoreEntry.id)
        .where(LoreCall.conversation_id == conversation_id)
        .order_by(LoreCall.id)
    )
    return [CallRow(_entry(row), row.user_id, row.replies, row.after) for row in await session.execute(statement)]


async def put(
    session: AsyncSession, *, conversation_id: UUID, entry_id: UUID, user_id: UUID, replies: int, after: int
) -> None:
    """Write a call down, in place of an earlier one of the same entry."""
    values = {"user_id": user_id, "replies": replies, "after": after}
    statement = insert(LoreCall).values(id=new_id(), conversation_id=conversation_id, entry_id=entry_id, **values)
    statement = statement.on_conflict_do_update(
        index_elements=[LoreCall.conversation_id, LoreCall.entry_id], set_={**values, "created_at": func.now()}
    )
    await (await session.connection()).execute(statement)


async def remove(session: AsyncSession, conversation_id: UUID, entry_id: UUID) -> None:
    """Take a call back."""
    await session.execute(
        delete(LoreCall).where(LoreCall.conversation_id == conversation_id, LoreCall.entry_id == entry_id)
    )


async def newest_said(session: AsyncSession, conversation_id: UUID, most: int) -> Sequence[tuple[UUID, bool]]:
    """The newest messages, newest first: the id, and whether a character said it in answer to the one before."""
    statement = (
        select(Message.id, Message.kind)
        .outerjoin(Turn, Turn.id == Message.turn_id)
        .where(
            Message.conversation_id == conversation_id,
            or_(Message.turn_id.is_(None), and_(Turn.state != TurnState.FAILED, Turn.state != TurnState.CANCELLED)),
        )
        .order_by(Message.id.desc())
        .limit(most)
    )
    return [(row.id, row.kind is MessageKind.CHARACTER) for row in await session.execute(statement)]
