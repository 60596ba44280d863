"""What entries were before: written with every change, read to show and to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import EntryChange, LoreEntry, LoreEntryVersion


@dataclass(frozen=True, slots=True)
class Gone:
    """A deleted entry, as its history names it."""

    entry_id: UUID
    number: int
    name: str


_RECORD = text(
    """
    INSERT INTO lore_entry_versions (id, book_id, entry_id, version, change, state, changed_by)
    SELECT v.id, e.book_id, e.id, e.version, :change,
        jsonb_build_object('number', e.number, 'name', e.name, 'content', e.content, 'is_enabled', e.is_enabled,
            'mode', e.mode, 'folder', e.folder, 'tags', to_jsonb(e.tags), 'place', e.place, 'rules', e.rules,
            'origin', e.origin, 'restores', CAST(:restores AS integer))
        || CASE WHEN :whole THEN jsonb_build_object('source_id', e.source_id, 'raw', e.raw) ELSE '{}'::jsonb END,
        CAST(:by AS uuid)
    FROM unnest(CAST(:entries AS uuid[]), CAST(:ids AS uuid[])) AS v(entry_id, id)
    JOIN lore_entries AS e ON e.id = v.entry_id
    """
)

_PRUNE = text(
    """
    DELETE FROM lore_entry_versions AS v USING lore_entries AS e
    WHERE e.id = ANY (CAST(:entries AS uuid[])) AND v.entry_id = e.id AND v.version <= e.version - :kept
    """
)


async def record(
    session: AsyncSession,
    entry_ids: Sequence[UUID],
    change: EntryChange,
    by: UUID,
    *,
    keep: int,
    restores: int | None = None,
) -> None:
    """Write down how these entries stand after a change, and forget all but the newest `keep` versions.

    Where they are about to be deleted, everything is written down, so that they can come back whole.
    """
    if not entry_ids:
        return
    values = {
        "change": change.value,
        "restores": restores,
        "whole": change is EntryChange.DELETED,
        "by": by,
        "entries": list(entry_ids),
        "ids": [new_id() for _ in entry_ids],
    }
    await session.execute(_RECORD, values)
    if change is not EntryChange.IMPORTED and change is not EntryChange.CREATED:
        await session.execute(_PRUNE, {"entries": list(entry_ids), "kept": keep})


async def of_entry(
    session: AsyncSession, entry_id: UUID, *, before: int | None = None, limit: int
) -> Sequence[LoreEntryVersion]:
    """The versions of an entry, newest first."""
    statement = select(LoreEntryVersion).where(LoreEntryVersion.entry_id == entry_id)
    if before is not None:
        statement = statement.where(LoreEntryVersion.version < before)
    return list(await session.scalars(statement.order_by(LoreEntryVersion.version.desc()).limit(limit)))


async def newest(session: AsyncSession, entry_id: UUID) -> LoreEntryVersion | None:
    """The newest version of an entry, there or deleted, where the actor may change it."""
    found = await of_entry(session, entry_id, limit=1)
    return found[0] if found else None


async def at(session: AsyncSession, entry_id: UUID, version: int) -> LoreEntryVersion | None:
    """One version of an entry."""
    return await session.scalar(
        select(LoreEntryVersion).where(LoreEntryVersion.entry_id == entry_id, LoreEntryVersion.version == version)
    )


async def deleted(session: AsyncSession, book_id: UUID, limit: int) -> Sequence[Gone]:
    """Deleted entries of a book, the last one first."""
    there = exists().where(LoreEntry.id == LoreEntryVersion.entry_id)
    statement = (
        select(LoreEntryVersion)
        .where(
            LoreEntryVersion.book_id == book_id,
            LoreEntryVersion.change == EntryChange.DELETED,
            ~there,
        )
        .order_by(LoreEntryVersion.id.desc())
        .limit(limit * 2)
    )
    found = {one.entry_id: one for one in reversed(list(await session.scalars(statement)))}
    newest_first = sorted(found.values(), key=lambda one: one.id, reverse=True)[:limit]
    return [Gone(one.entry_id, one.state.number, one.state.name or one.state.content[:80]) for one in newest_first]


async def carry(session: AsyncSession, entry_id: UUID, book_id: UUID) -> None:
    """Let an entry's history follow it into another book."""
    await session.execute(update(LoreEntryVersion).where(LoreEntryVersion.entry_id == entry_id).values(book_id=book_id))
