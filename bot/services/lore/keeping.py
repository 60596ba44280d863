"""How an entry is written: its row, the book's counts and version, what it was before, and what it means."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from uuid import UUID

from bot import limits
from bot.errors import LimitReached
from bot.services.lore.meanings.chunks import refresh
from bot.services.lore.searching import search_words
from bot.services.lore.shown import LoreEntry, May
from bot.services.lore.stored import entry_from, state_of
from bot.texts import N_
from db import functions_lore as functions
from db.models import EntryChange, EntryOrigin, EntryRules, EntryState, LoreEntryVersion, Mode
from db.models import LoreEntry as EntryModel
from db.queries.lore import versions
from db.queries.lore.entries import EntryRow
from db.work import Work

CountTokens = Callable[[str], int]

PLACE_STEP = 1024
"""Room between entries, so that one moves without the others."""

_BY_MEANING = frozenset({Mode.VECTOR, Mode.HYBRID})
_QUICK = 2000
"""Characters whose tokens are counted on the spot: below a millisecond."""


def blank(number: int, place: int) -> EntryState:
    """A new entry before anything is said of it."""
    return EntryState(
        number=number, name="", content="", is_enabled=True, mode=Mode.KEYWORD, folder="", tags=(), place=place,
        rules=EntryRules(), origin=EntryOrigin(),
    )  # fmt: skip


async def counted(count: CountTokens, content: str) -> int:
    """The tokens of a content; a long one is counted in a thread."""
    return count(content) if len(content) <= _QUICK else await asyncio.to_thread(count, content)


def columns_of(state: EntryState, tokens: int) -> Mapping[str, object]:
    """What a row holds of a state, by column."""
    keys = [key.text for key in (*state.rules.keys, *state.rules.secondary)]
    return {
        "name": state.name,
        "content": state.content,
        "tokens": tokens,
        "is_enabled": state.is_enabled,
        "mode": state.mode,
        "folder": state.folder,
        "tags": list(state.tags),
        "place": state.place,
        "rules": state.rules,
        "origin": state.origin,
        "search_words": search_words(state.name, keys, state.content),
        "content_sha256": hashlib.sha256(state.content.encode()).hexdigest(),
    }


def write(row: EntryModel, state: EntryState, tokens: int) -> None:
    """Put a state into a row. Its number and version stay."""
    for name, value in columns_of(state, tokens).items():
        setattr(row, name, value)


async def kept(
    work: Work, user_id: UUID, row: EntryModel, change: EntryChange, *, was: Mode | None, restores: int | None = None
) -> None:
    """Write down a change of an entry and what follows from it. `was`: what brought it in before; None: it is new."""
    row.updated_by = user_id
    await work.session.flush()
    await versions.record(
        work.session, [row.id], change, user_id, keep=int(limits.LORE_VERSIONS_KEPT), restores=restores
    )
    await settled(work, row.book_id, row.mode, was)


async def settled(work: Work, book_id: UUID, *modes: Mode | None) -> None:
    """Count a book anew; where an entry of these modes came, changed or went, have its meanings learnt anew."""
    await functions.touch(work.session, book_id)
    if _BY_MEANING & set(modes):
        await refresh(work, book_id)


def change_between(before: EntryState, after: EntryState) -> EntryChange:
    """What to call a change."""
    if before.is_enabled != after.is_enabled and before.model_copy(update={"is_enabled": after.is_enabled}) == after:
        return EntryChange.ENABLED if after.is_enabled else EntryChange.DISABLED
    moved = before.model_copy(update={"folder": after.folder, "place": after.place})
    return EntryChange.MOVED if moved == after else EntryChange.EDITED


def refuse_too_many(entries: int, more: int) -> None:
    """Raise `LimitReached` where a book would have more entries than one can have."""
    if entries + more > limits.LORE_ENTRIES_PER_BOOK:
        raise LimitReached(
            "too_many_entries",
            N_("This book has {count} entries; one can have {maximum}. Nothing was added. Put more into another book."),
            count=entries,
            maximum=int(limits.LORE_ENTRIES_PER_BOOK),
        )


def shown(found: EntryRow, book_name: str, may: May) -> LoreEntry:
    """An entry as it is shown."""
    row = found.entry
    return LoreEntry(
        id=row.id,
        book_id=row.book_id,
        book_name=book_name,
        may=may,
        number=row.number,
        version=row.version,
        state=state_of(row),
        entry=entry_from(
            row.id,
            row.rules,
            name=row.name,
            content=row.content,
            tokens=row.tokens,
            mode=row.mode,
            is_on=row.is_enabled,
        ),
        tokens=row.tokens,
        source_id=row.source_id,
        updated_by=row.updated_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        uses=found.uses,
        last_used_at=found.last_used_at,
    )


def shown_deleted(version: LoreEntryVersion, book_name: str, may: May) -> LoreEntry:
    """A deleted entry as its history has it."""
    state = version.state
    return LoreEntry(
        id=version.entry_id,
        book_id=version.book_id,
        book_name=book_name,
        may=may,
        number=state.number,
        version=version.version,
        state=state,
        entry=entry_from(
            version.entry_id, state.rules, name=state.name, content=state.content, tokens=0, mode=state.mode,
            is_on=state.is_enabled,
        ),
        tokens=0,
        source_id=state.source_id,
        updated_by=version.changed_by,
        created_at=version.changed_at,
        updated_at=version.changed_at,
        is_deleted=True,
    )  # fmt: skip
