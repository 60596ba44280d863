"""The reviewed SQL functions of lore (`db.security_lore`), typed for callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import AttachmentOverrides, LoreScope


@dataclass(frozen=True, slots=True)
class Coded:
    """A shared book, found by its code."""

    book_id: UUID
    owner_id: UUID
    name: str
    password_hash: bytes | None
    accepts_requests: bool


@dataclass(frozen=True, slots=True)
class PersonOfBook:
    """Somebody who has a part in a book."""

    book_id: UUID
    user_id: UUID
    discord_id: int | None
    display_name: str
    is_owner: bool


@dataclass(frozen=True, slots=True)
class AttachedRow:
    """A book in force somewhere. `target_name` is the character's, where it is one."""

    id: UUID
    book_id: UUID
    book_name: str
    owner_id: UUID
    scope: LoreScope
    guild_id: int | None
    channel_id: int | None
    character_id: UUID | None
    persona_id: UUID | None
    conversation_id: UUID | None
    target_name: str
    attached_by: UUID
    is_enabled: bool
    overrides: AttachmentOverrides
    place: int
    entries: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for among entries. `words` is a tsquery; None asks for any. `mark` is book, place and number."""

    words: str
    book_id: UUID | None = None
    folder: str | None = None
    tag: str | None = None
    mode: str | None = None
    is_enabled: bool | None = None
    is_back: bool = False
    mark: tuple[UUID, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids of entries found, in order, with how many there are in all and their tokens."""

    ids: Sequence[UUID]
    total: int
    tokens: int


async def touch(session: AsyncSession, book_id: UUID) -> int | None:
    """Count a book's entries anew and let its version grow; the version, None where the actor may not write in it."""
    return await session.scalar(text("SELECT touch_lore(:book)"), {"book": book_id})


async def numbers(session: AsyncSession, book_id: UUID, many: int) -> int | None:
    """The first of so many new numbers of entries; None where the actor may not write in the book."""
    return await session.scalar(text("SELECT lore_numbers(:book, :many)"), {"book": book_id, "many": many})


async def lock(session: AsyncSession, *book_ids: UUID) -> None:
    """Let one writer at a time into these books, until the end of this work; always taken before their entries."""
    for book_id in sorted(set(book_ids)):
        await numbers(session, book_id, 0)


async def coded(session: AsyncSession, code: str) -> Coded | None:
    """The shared book with this code. For jobs only."""
    row = (await session.execute(text("SELECT * FROM lore_book_coded(:code)"), {"code": code})).one_or_none()
    if row is None:
        return None
    return Coded(_uuid(row.book_id), _uuid(row.owner_id), row.name, row.password_hash, row.accepts_requests)


async def admit(session: AsyncSession, book_id: UUID, user_id: UUID) -> bool:
    """Let somebody read a shared book, who knew its code and password; whether they may now. For jobs only."""
    values = {"new_id": new_id(), "book": book_id, "person": user_id}
    return bool(await session.scalar(text("SELECT admit_to_lore(:new_id, :book, :person)"), values))


async def ask(session: AsyncSession, book_id: UUID, words: str, most: int) -> bool:
    """The acting reader asks to write in a book; whether that was taken. `most` bounds the requests open at once."""
    values = {"new_id": new_id(), "book": book_id, "words": words, "most": most}
    return bool(await session.scalar(text("SELECT ask_for_lore(:new_id, :book, :words, :most)"), values))


async def people(session: AsyncSession, book_ids: Sequence[UUID]) -> Sequence[PersonOfBook]:
    """Whose books these are, and, for those who may write in one, who else has a part in it."""
    rows = await session.execute(text("SELECT * FROM lore_people(:books)"), {"books": list(book_ids)})
    return [
        PersonOfBook(_uuid(row.book_id), _uuid(row.user_id), row.discord_id, row.display_name, row.is_owner)
        for row in rows
    ]


async def count_view(session: AsyncSession, book_id: UUID) -> None:
    """Count that the acting user, who is not its owner, looked at a book."""
    await session.execute(text("SELECT count_lore_view(:book)"), {"book": book_id})


async def count_fork(session: AsyncSession, book_id: UUID) -> None:
    """Count that the acting user copied a book."""
    await session.execute(text("SELECT count_lore_fork(:book)"), {"book": book_id})


async def publish(
    session: AsyncSession,
    code: str,
    *,
    visibility: str | None = None,
    curated: bool | None = None,
    featured: bool | None = None,
    notes: str | None = None,
) -> UUID | None:
    """The operator's word on a book; None leaves a thing as it is. The book's id, if there is one. For jobs only."""
    values = {"asked": code, "seen": visibility, "curated": curated, "featured": featured, "notes": notes}
    found = await session.scalar(text("SELECT publish_lore(:asked, :seen, :curated, :featured, :notes)"), values)
    return None if found is None else _uuid(found)


async def search(session: AsyncSession, sought: Sought, most: int) -> Hits:
    """Entries the actor may read, by words; by book, place and number, backwards from the mark if `is_back`."""
    book, place, number = sought.mark or (None, None, None)
    rows = (
        await session.execute(
            text(
                "SELECT * FROM search_lore(:words, CAST(:book AS uuid), :folder, :tag, :mode,"
                " CAST(:enabled AS boolean), :back, CAST(:mark_book AS uuid), CAST(:mark_place AS integer),"
                " CAST(:mark_number AS integer), :most)"
            ),
            {
                "words": sought.words,
                "book": sought.book_id,
                "folder": sought.folder,
                "tag": sought.tag,
                "mode": sought.mode,
                "enabled": sought.is_enabled,
                "back": sought.is_back,
                "mark_book": book,
                "mark_place": place,
                "mark_number": number,
                "most": most,
            },
        )
    ).all()
    ids = [_uuid(row.entry_id) for row in rows]
    if sought.is_back:
        ids.reverse()
    return Hits(ids, rows[0].total if rows else 0, rows[0].tokens if rows else 0)


async def attached(
    session: AsyncSession,
    *,
    attachment_id: UUID | None = None,
    guild_id: int | None = None,
    channel_ids: Sequence[int] = (),
    conversation_id: UUID | None = None,
    character_ids: Sequence[UUID] = (),
    persona_ids: Sequence[UUID] = (),
) -> Sequence[AttachedRow]:
    """What is attached to any of these, by scope and place. For jobs only."""
    rows = await session.execute(
        text(
            "SELECT * FROM lore_attached_at(CAST(:attachment AS uuid), CAST(:guild AS bigint), :channels,"
            " CAST(:conversation AS uuid), :characters, :personas)"
        ),
        {
            "attachment": attachment_id,
            "guild": guild_id,
            "channels": list(channel_ids),
            "conversation": conversation_id,
            "characters": list(character_ids),
            "personas": list(persona_ids),
        },
    )
    return [_attached(row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage] - SQLAlchemy's public name


async def arrange(
    session: AsyncSession,
    attachment_id: UUID,
    *,
    is_enabled: bool | None = None,
    overrides: AttachmentOverrides | None = None,
    place: int | None = None,
) -> None:
    """Change what holds where a book is attached; None leaves a thing as it is. For jobs only."""
    await session.execute(
        text(
            "SELECT arrange_lore(:attachment, CAST(:enabled AS boolean), CAST(:overrides AS jsonb),"
            " CAST(:place AS smallint))"
        ),
        {
            "attachment": attachment_id,
            "enabled": is_enabled,
            "overrides": None if overrides is None else overrides.model_dump_json(),
            "place": place,
        },
    )


async def detach(session: AsyncSession, attachment_id: UUID) -> bool:
    """Take a book out of force; whether it was there. For jobs only."""
    return bool(await session.scalar(text("SELECT detach_lore(:attachment)"), {"attachment": attachment_id}))


def _attached(row: Mapping[Any, Any]) -> AttachedRow:
    return AttachedRow(
        id=_uuid(row["id"]),
        book_id=_uuid(row["book_id"]),
        book_name=row["book_name"],
        owner_id=_uuid(row["owner_id"]),
        scope=LoreScope(row["scope"]),
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        character_id=_some_uuid(row["character_id"]),
        persona_id=_some_uuid(row["persona_id"]),
        conversation_id=_some_uuid(row["conversation_id"]),
        target_name=row["target_name"],
        attached_by=_uuid(row["attached_by"]),
        is_enabled=row["is_enabled"],
        overrides=_overrides(row["overrides"]),
        place=row["place"],
        entries=row["entry_count"],
        tokens=row["token_count"],
    )


def _overrides(value: object) -> AttachmentOverrides:
    if isinstance(value, str):
        return AttachmentOverrides.model_validate_json(value)
    return AttachmentOverrides.model_validate(value)


def _some_uuid(value: object) -> UUID | None:
    return None if value is None else _uuid(value)


def _uuid(value: object) -> UUID:
    # asyncpg hands over its own subclass of UUID; callers compare, hash and serialise a plain one.
    return UUID(str(value))


async def purge_lore(
    session: AsyncSession, *, books_before: datetime, runs_before: datetime, imports_before: datetime
) -> int:
    """Remove deleted books, runs and imports of before these moments for good; how many rows. For jobs only."""
    statement = text("SELECT purge_lore(:books, :runs, :imports)")
    values = {"books": books_before, "runs": runs_before, "imports": imports_before}
    return await session.scalar(statement, values) or 0
