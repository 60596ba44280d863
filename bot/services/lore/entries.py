"""Lore entries: written, found, moved, changed one by one or many at once, and undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.errors import NotFound
from bot.services.lore import bulk, listing, storing, versions
from bot.services.lore.access import may_of, no_such_book, opened, refuse_less
from bot.services.lore.fields import ENTRY_FIELDS
from bot.services.lore.forms import changed_entry, check_values, entries_named, entry_typed, numbers_typed, read_typed
from bot.services.lore.keeping import (
    PLACE_STEP,
    CountTokens,
    blank,
    change_between,
    columns_of,
    counted,
    kept,
    refuse_too_many,
    settled,
    shown,
    shown_deleted,
    write,
)
from bot.services.lore.shown import Bulk, Bulked, EntryChoice, EntryPage, HistoryPage, LoreEntry, May, Which
from bot.services.lore.stored import NewEntry, state_of
from bot.texts import N_
from db import functions_lore as functions
from db.models import EntryChange, EntryOrigin
from db.models import LoreEntry as EntryModel
from db.queries.lore import entries as queries
from db.queries.lore import versions as version_queries
from db.work import Work

EVERY = Which()

_PLACE_MOST = 2_000_000_000


class LoreEntries:
    """Everything about entries. Each method works in somebody's name: `work` is theirs.

    An entry of a book that is not for them is not there (`NotFound`); one they may read but not change is `NotAllowed`.
    Every change is written down, can be undone, and lets the book's version grow.
    """

    def __init__(self, count_tokens: CountTokens) -> None:
        """`count_tokens` counts a content as prompts count it; it may run in a thread."""
        self._count = count_tokens

    # ------------------------------------------------------------------------------------------------ made and found

    async def add(
        self,
        work: Work,
        user_id: UUID,
        book_id: UUID,
        typed: Mapping[str, str],
        *,
        origin: EntryOrigin | None = None,
    ) -> LoreEntry:
        """A new entry at the end of a book, out of a form with any of `ENTRY_FIELDS`, the content among them.

        Raises `InvalidInput`, `NotFound`, `NotAllowed` or `LimitReached`.
        """
        found = await opened(work, user_id, book_id, May.WRITE)
        refuse_too_many(found.book.entry_count, 1)
        values = read_typed(
            ENTRY_FIELDS, {"keys": "", "content": "", **typed}, await self._numbers(work, book_id, typed)
        )
        number = await functions.numbers(work.session, book_id, 1)
        if number is None:
            raise no_such_book()
        state = changed_entry(blank(number, await self._last_place(work, book_id)), values)
        state = state.model_copy(update={"origin": origin or EntryOrigin()})
        tokens = await counted(self._count, state.content)
        row = EntryModel(book_id=book_id, number=number, version=1, **columns_of(state, tokens))
        await queries.add(work.session, row)
        await kept(work, user_id, row, EntryChange.CREATED, was=None)
        return await self.get(work, user_id, row.id)

    async def get(self, work: Work, user_id: UUID, entry_id: UUID, *, may: May = May.READ) -> LoreEntry:
        """One entry; a deleted one too, for whoever may write in its book. Raises `NotFound` or `NotAllowed`."""
        found = await queries.by_id(work.session, entry_id)
        if found is None:
            gone = await version_queries.newest(work.session, entry_id)
            if gone is None:
                raise no_such_entry()
            book = await opened(work, user_id, gone.book_id, May.WRITE)
            return shown_deleted(gone, book.book.name, may_of(user_id, book))
        book = await opened(work, user_id, found.entry.book_id, may)
        return shown(found, book.book.name, may_of(user_id, book))

    async def chosen(
        self,
        work: Work,
        user_id: UUID,
        typed: str,
        *,
        book_id: UUID | None = None,
        may: May = May.READ,
        deleted: bool = False,
    ) -> UUID:
        """The entry meant by an option: the id of a suggestion, with its book `#12`, or a name typed in full.

        Without its book a name is taken where only one entry has it. `deleted`: it may be one that is gone. Raises
        `NotFound` or `NotAllowed`.
        """
        if book_id is not None:
            await opened(work, user_id, book_id, may)
        found = await listing.meant(work, typed, book_id, user_id=user_id, deleted=deleted)
        if found is None:
            raise no_such_entry()
        return found

    async def find(
        self,
        work: Work,
        user_id: UUID,
        typed: str,
        *,
        book_id: UUID | None = None,
        may: May = May.READ,
        deleted: bool = False,
    ) -> tuple[EntryChoice, ...]:
        """Entries offered while somebody types, of one book or of all they may read."""
        if book_id is not None:
            await opened(work, user_id, book_id, may)
        return tuple(await listing.suggestions(work, user_id, typed, book_id, deleted=deleted))

    async def page(
        self,
        work: Work,
        user_id: UUID,
        book_id: UUID,
        *,
        which: Which = EVERY,
        after: str | None = None,
        before: str | None = None,
    ) -> EntryPage:
        """One screen of a book's entries; `after` and `before` are marks of the page shown last. Raises `NotFound`."""
        await opened(work, user_id, book_id)
        return await listing.page_of(work, book_id, which, after=after, before=before)

    async def search(
        self,
        work: Work,
        user_id: UUID,
        text: str,
        *,
        book_id: UUID | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> EntryPage:
        """Entries that hold every word of a text, of one book or of all this person has or was let into."""
        if book_id is not None:
            await opened(work, user_id, book_id)
        return await listing.found(work, Which(text=text), book_id, after=after, before=before)

    async def count(self, work: Work, user_id: UUID, book_id: UUID, which: Which = EVERY) -> int:
        """How many entries of a book fit. Raises `NotFound`."""
        await opened(work, user_id, book_id)
        return len(await listing.ids_of(work, book_id, which))

    async def folders(self, work: Work, user_id: UUID, book_id: UUID) -> tuple[str, ...]:
        """The names of a book's folders."""
        await opened(work, user_id, book_id)
        return tuple(name for name, _, _ in await queries.folders(work.session, book_id) if name)

    async def tags(self, work: Work, user_id: UUID, book_id: UUID) -> tuple[str, ...]:
        """The tags of a book's entries, the most used first."""
        await opened(work, user_id, book_id)
        return tuple(name for name, _, _ in await queries.tags(work.session, book_id))

    # ------------------------------------------------------------------------------------------------ changed

    async def typed(self, work: Work, entry: LoreEntry, *names: str) -> dict[str, str]:
        """What a form shows of these fields."""
        numbers = await queries.numbers_of(work.session, list(entries_named(entry.state, names)))
        return entry_typed(entry.state, names, numbers)

    async def edit(self, work: Work, user_id: UUID, entry_id: UUID, typed: Mapping[str, str]) -> LoreEntry:
        """Any of `ENTRY_FIELDS` as typed. Raises `InvalidInput`, `NotFound` or `NotAllowed`."""
        row = await self._own(work, user_id, entry_id)
        values = read_typed(ENTRY_FIELDS, typed, await self._numbers(work, row.book_id, typed))
        return await self._write(work, user_id, row, values)

    async def set(self, work: Work, user_id: UUID, entry_id: UUID, values: Mapping[str, object]) -> LoreEntry:
        """The same with values that were chosen from menus."""
        row = await self._own(work, user_id, entry_id)
        return await self._write(work, user_id, row, check_values(ENTRY_FIELDS, values))

    async def enable(self, work: Work, user_id: UUID, entry_id: UUID, is_enabled: bool) -> LoreEntry:
        """Switch an entry on or off."""
        return await self.set(work, user_id, entry_id, {"is_enabled": is_enabled})

    async def move(
        self,
        work: Work,
        user_id: UUID,
        entry_id: UUID,
        *,
        before: UUID | None = None,
        folder: str | None = None,
        book_id: UUID | None = None,
    ) -> LoreEntry:
        """Move an entry before another one (None: to the end), into a folder, or into another book they may write in.

        With only a folder it keeps its place. Raises `NotFound`, `NotAllowed`, `InvalidInput` or `LimitReached`.
        """
        row = await self._own(work, user_id, entry_id, *([] if book_id is None else [book_id]))
        state = state_of(row)
        if folder is not None:
            state = changed_entry(state, read_typed(ENTRY_FIELDS, {"folder": folder}))
        target = row.book_id if book_id is None else book_id
        if folder is None or before is not None or target != row.book_id:
            place = await self._place(work, target, row, before)
            state = state.model_copy(update={"place": place})
        left = row.book_id
        if target != left:
            await self._carry(work, user_id, row, target)
        elif state == state_of(row):
            return await self.get(work, user_id, entry_id)
        write(row, state, row.tokens)
        row.version += 1
        await kept(work, user_id, row, EntryChange.MOVED, was=row.mode)
        if target != left:
            await settled(work, left, row.mode)
        return await self.get(work, user_id, entry_id)

    def check(self, deed: Bulk) -> None:
        """Raise `InvalidInput` where many entries cannot be changed so. Touches nothing."""
        bulk.check(deed)

    async def bulk(self, work: Work, user_id: UUID, book_id: UUID, which: Which, deed: Bulk) -> Bulked:
        """Do one thing to all entries of a book that fit. Raises `InvalidInput`, `NotFound` or `NotAllowed`."""
        await opened(work, user_id, book_id, May.WRITE)
        ids = await listing.ids_of(work, book_id, which)
        return await bulk.change_many(work, user_id, book_id, ids, deed)

    async def delete(self, work: Work, user_id: UUID, entry_id: UUID) -> EntryChoice:
        """Delete an entry; `undo` brings it back, as long as its book is there."""
        row = await self._own(work, user_id, entry_id)
        choice = EntryChoice(row.id, row.book_id, row.number, listing.label(row.number, row.name or row.content[:80]))
        await bulk.change_many(work, user_id, row.book_id, [row.id], Bulk(bulk.BulkKind.DELETE))
        work.session.expunge(row)
        return choice

    # ------------------------------------------------------------------------------------------------ undone

    async def history(self, work: Work, user_id: UUID, entry_id: UUID, *, before: int | None = None) -> HistoryPage:
        """What was done to an entry, newest first. For who may write in its book. Raises `NotFound`, `NotAllowed`."""
        entry = await self.get(work, user_id, entry_id, may=May.WRITE)
        return await versions.history(work, entry.book_id, entry_id, before)

    async def undo(self, work: Work, user_id: UUID, entry_id: UUID, *, to: int | None = None) -> LoreEntry:
        """Undo the last change, or go back to a version; a deleted entry comes back. Raises `Conflict`."""
        entry = await self.get(work, user_id, entry_id, may=May.WRITE)
        if entry.is_deleted:
            gone = await version_queries.newest(work.session, entry_id)
            if gone is None:
                raise no_such_entry()
            await versions.bring_back(work, user_id, gone, to, self._count)
        else:
            await versions.undo(work, user_id, await self._own(work, user_id, entry_id), to, self._count)
        return await self.get(work, user_id, entry_id)

    async def deleted(self, work: Work, user_id: UUID, book_id: UUID) -> tuple[EntryChoice, ...]:
        """Entries of a book that can be had back, the last one deleted first."""
        await opened(work, user_id, book_id, May.WRITE)
        return tuple(await listing.deleted_choices(work, book_id))

    # ------------------------------------------------------------------------------------------------ out of files

    async def add_read(self, work: Work, user_id: UUID, book_id: UUID, entries: Sequence[NewEntry]) -> tuple[UUID, ...]:
        """See `storing.add_read`."""
        return await storing.add_read(work, user_id, book_id, entries, self._count)

    async def replace_read(
        self, work: Work, user_id: UUID, book_id: UUID, entries: Mapping[UUID, NewEntry]
    ) -> tuple[UUID, ...]:
        """See `storing.replace_read`."""
        return await storing.replace_read(work, user_id, book_id, entries, self._count)

    async def settle(self, work: Work, user_id: UUID, book_id: UUID) -> None:
        """See `storing.settle`."""
        await storing.settle(work, user_id, book_id)

    # ------------------------------------------------------------------------------------------------ within

    async def _write(self, work: Work, user_id: UUID, row: EntryModel, values: Mapping[str, object]) -> LoreEntry:
        before, was = state_of(row), row.mode
        after = changed_entry(before, values)
        if after != before:
            same = after.content == before.content
            write(row, after, row.tokens if same else await counted(self._count, after.content))
            row.version += 1
            await kept(work, user_id, row, change_between(before, after), was=was)
        return await self.get(work, user_id, row.id)

    async def _own(self, work: Work, user_id: UUID, entry_id: UUID, *others: UUID) -> EntryModel:
        found = await queries.by_id(work.session, entry_id)
        if found is None:
            raise no_such_entry()
        book = await opened(work, user_id, found.entry.book_id)
        refuse_less(book.book, may_of(user_id, book), May.WRITE)
        await functions.lock(work.session, found.entry.book_id, *others)
        row = await queries.lock(work.session, entry_id)
        if row is None:
            raise no_such_entry()
        return row

    async def _numbers(self, work: Work, book_id: UUID, typed: Mapping[str, str]) -> Mapping[int, UUID]:
        numbers = numbers_typed(typed)
        return await queries.ids_of(work.session, book_id, list(numbers)) if numbers else {}

    async def _last_place(self, work: Work, book_id: UUID) -> int:
        last = await queries.last_place(work.session, book_id)
        if last > _PLACE_MOST:
            await queries.spread_out(work.session, book_id, PLACE_STEP)
            last = await queries.last_place(work.session, book_id)
        return last + PLACE_STEP

    async def _place(self, work: Work, book_id: UUID, row: EntryModel, before: UUID | None) -> int:
        if before is None or before == row.id:
            return await self._last_place(work, book_id)
        other, above = await self._gap(work, book_id, before)
        if other - above <= 1:
            await queries.spread_out(work.session, book_id, PLACE_STEP)
            other, above = await self._gap(work, book_id, before)
        return (above + other) // 2

    async def _gap(self, work: Work, book_id: UUID, before: UUID) -> tuple[int, int]:
        other = await queries.by_id(work.session, before)
        if other is None or other.entry.book_id != book_id:
            raise no_such_entry()
        place = other.entry.place
        return place, await queries.place_before(work.session, book_id, place, other.entry.number)

    async def _carry(self, work: Work, user_id: UUID, row: EntryModel, book_id: UUID) -> None:
        found = await opened(work, user_id, book_id, May.WRITE)
        refuse_too_many(found.book.entry_count, 1)
        number = await functions.numbers(work.session, book_id, 1)
        if number is None:
            raise no_such_book()
        await queries.follow(work.session, row.id, book_id)
        row.book_id, row.number = book_id, number
        await work.session.flush()
        await version_queries.carry(work.session, row.id, book_id)


def no_such_entry() -> NotFound:
    """The refusal for an entry that is not there, or not for this person."""
    return NotFound("no_such_entry", N_("There is no such lore entry. Pick one from the suggestions."))
