"""What was done to an entry, and how it is undone."""

from __future__ import annotations

from uuid import UUID

from bot import limits
from bot.errors import Conflict
from bot.services.lore.fields import differing
from bot.services.lore.keeping import CountTokens, columns_of, counted, kept, refuse_too_many, write
from bot.services.lore.shown import HistoryPage, VersionLine
from bot.texts import N_
from db import functions_lore as functions
from db.models import EntryChange, LoreEntryVersion
from db.models import LoreEntry as EntryModel
from db.queries.lore import entries as queries
from db.queries.lore import versions
from db.work import Work


async def history(work: Work, book_id: UUID, entry_id: UUID, before: int | None) -> HistoryPage:
    """One screen of what was done to an entry, newest first."""
    size = int(limits.LIST_PAGE)
    rows = await versions.of_entry(work.session, entry_id, before=before, limit=size + 1)
    names = {one.user_id: one.display_name for one in await functions.people(work.session, [book_id])}
    lines = tuple(
        _line(row, rows[place + 1] if place + 1 < len(rows) else None, names) for place, row in enumerate(rows[:size])
    )
    return HistoryPage(lines, rows[size - 1].version if len(rows) > size else None)


async def undo(work: Work, user_id: UUID, row: EntryModel, to: int | None, count: CountTokens) -> None:
    """Make an entry as it was: before the last change, or at a version. Undoing again goes further back.

    Raises `Conflict` where that version is not kept.
    """
    newest = await versions.newest(work.session, row.id)
    wanted = to if to is not None else _before(newest, row.version)
    target = await versions.at(work.session, row.id, wanted) if 0 < wanted < row.version else None
    if target is None:
        raise nothing_to_undo()
    was, state = row.mode, target.state
    tokens = row.tokens if state.content == row.content else await counted(count, state.content)
    write(row, state, tokens)
    row.version += 1
    await kept(work, user_id, row, EntryChange.RESTORED, was=was, restores=wanted)


async def bring_back(work: Work, user_id: UUID, gone: LoreEntryVersion, to: int | None, count: CountTokens) -> UUID:
    """A deleted entry as it was when it was deleted, or at a version; under its old number and with its history."""
    target = gone if to is None else await versions.at(work.session, gone.entry_id, to)
    if target is None:
        raise nothing_to_undo()
    await functions.lock(work.session, gone.book_id)
    state = target.state
    entries, _ = await queries.count(work.session, gone.book_id, queries.EVERY)
    refuse_too_many(entries, 1)
    row = EntryModel(
        id=gone.entry_id, book_id=gone.book_id, number=gone.state.number, version=gone.version + 1,
        source_id=gone.state.source_id, raw=gone.state.raw or {},
        **columns_of(state, await counted(count, state.content)),
    )  # fmt: skip
    await queries.add(work.session, row)
    await kept(work, user_id, row, EntryChange.RESTORED, was=None, restores=target.version)
    return row.id


def nothing_to_undo() -> Conflict:
    """The refusal where there is no such earlier state."""
    return Conflict(
        "nothing_to_undo",
        N_(
            "There is no earlier state of this entry to go back to; the newest {maximum} are kept. Nothing was changed."
        ),
        maximum=int(limits.LORE_VERSIONS_KEPT),
    )


def _before(newest: LoreEntryVersion | None, version: int) -> int:
    if newest is not None and newest.change is EntryChange.RESTORED and newest.state.restores is not None:
        return newest.state.restores - 1
    return version - 1


def _line(row: LoreEntryVersion, earlier: LoreEntryVersion | None, names: dict[UUID, str]) -> VersionLine:
    return VersionLine(
        version=row.version,
        change=row.change,
        by_id=row.changed_by,
        by_name="" if row.changed_by is None else names.get(row.changed_by, ""),
        at=row.changed_at,
        fields=() if earlier is None else differing(earlier.state, row.state),
        restores=row.state.restores,
    )
