"""Entries out of files, many at a time: kept as they were read, without asking for each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bot import limits
from bot.services.lore.access import opened
from bot.services.lore.keeping import PLACE_STEP, CountTokens, columns_of, refuse_too_many, write
from bot.services.lore.meanings.chunks import refresh
from bot.services.lore.shown import May
from bot.services.lore.stored import NewEntry, mode_to_keep, rules_of
from db import functions_lore as functions
from db.models import EntryChange, EntryState
from db.queries.lore import entries as queries
from db.queries.lore import entries_bulk, versions
from db.work import Work


async def add_read(
    work: Work, user_id: UUID, book_id: UUID, entries: Sequence[NewEntry], count: CountTokens
) -> tuple[UUID, ...]:
    """Put entries at the end of a book, under their own ids. `settle` belongs after the last ones.

    At most some hundred at a time: their texts are worked on in a thread meanwhile.
    """
    await opened(work, user_id, book_id, May.WRITE)
    there, _ = await queries.count(work.session, book_id, queries.EVERY)
    refuse_too_many(there, len(entries))
    number = await functions.numbers(work.session, book_id, len(entries)) or 1
    place = await queries.last_place(work.session, book_id)
    rows = await asyncio.to_thread(_rows, entries, number, place, count)
    await entries_bulk.add(work.session, book_id, rows, user_id)
    ids = tuple(new.entry.id for new in entries)
    await _record(work, user_id, ids)
    return ids


async def replace_read(
    work: Work, user_id: UUID, book_id: UUID, entries: Mapping[UUID, NewEntry], count: CountTokens
) -> tuple[UUID, ...]:
    """Put what a file says in place of what these entries say; ids, numbers and places stay. The ids that were there.

    `settle` belongs after the last ones.
    """
    await opened(work, user_id, book_id, May.WRITE)
    await functions.lock(work.session, book_id)
    rows = await queries.locked(work.session, book_id, list(entries))
    for entry_id, row in rows.items():
        new = entries[entry_id]
        state = _state(new, row.number, row.place)
        write(row, state, await asyncio.to_thread(_tokens, new, count))
        row.source_id, row.raw = new.source_id, dict(new.raw)
        row.version, row.updated_by = row.version + 1, user_id
    await work.session.flush()
    await _record(work, user_id, tuple(rows))
    return tuple(rows)


async def settle(work: Work, user_id: UUID, book_id: UUID) -> None:
    """Count a book anew and let its version grow, once everything is in it."""
    await opened(work, user_id, book_id, May.WRITE)
    await functions.touch(work.session, book_id)
    await refresh(work, book_id)


def _rows(entries: Sequence[NewEntry], number: int, place: int, count: CountTokens) -> str:
    rows: list[dict[str, Any]] = []
    for offset, new in enumerate(entries):
        state = _state(new, number + offset, place + (offset + 1) * PLACE_STEP)
        columns = {
            **columns_of(state, _tokens(new, count)),
            "rules": state.rules.model_dump(mode="json"),
            "origin": state.origin.model_dump(mode="json"),
        }
        rows.append(
            {**columns, "id": str(new.entry.id), "number": state.number, "source_id": new.source_id, "raw": new.raw}
        )
    # Row by row: one long call would keep everybody else waiting, thread or not.
    return "[" + ",".join(json.dumps(row, ensure_ascii=False, default=dict) for row in rows) + "]"


def _state(new: NewEntry, number: int, place: int) -> EntryState:
    return EntryState(
        number=number,
        name=new.entry.name,
        content=new.entry.content,
        is_enabled=new.is_enabled,
        mode=mode_to_keep(new),
        folder=new.folder,
        tags=new.tags,
        place=place,
        rules=rules_of(new.entry),
        origin=new.origin,
    )


def _tokens(new: NewEntry, count: CountTokens) -> int:
    return new.entry.tokens or count(new.entry.content)


async def _record(work: Work, user_id: UUID, ids: Sequence[UUID]) -> None:
    await versions.record(work.session, ids, EntryChange.IMPORTED, user_id, keep=int(limits.LORE_VERSIONS_KEPT))
