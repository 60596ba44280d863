"""Lore books: made, changed, listed, found, copied, deleted and had back. Their entries are `entries`'."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import LimitReached, NotFound
from bot.services.characters.names import fold
from bot.services.lore.access import all_seen, may_of, no_such_book, opened, refuse_less, seen
from bot.services.lore.fields import BOOK_FIELDS, Section
from bot.services.lore.forking import fork
from bot.services.lore.forms import book_typed, check_values, read_typed, write_book
from bot.services.lore.shown import BookChoice, BookPage, BookTotals, DeletedBook, LoreBook, May, Shelf, Tally
from bot.texts import N_
from db import functions_lore as functions
from db.models import BookCategory, BookSettings, Mode, Visibility
from db.models import LoreBook as BookModel
from db.queries.lore import books as queries
from db.queries.lore import entries as entry_queries
from db.queries.lore.books import BookName, BookRow, Kinds
from db.work import Work

KEPT = timedelta(hours=int(limits.RESTORE_HOURS))

_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 8

KINDS = {
    Shelf.ALL: Kinds(),
    Shelf.MINE: Kinds(shared=False, public=False),
    Shelf.SHARED: Kinds(own=False, public=False),
    Shelf.PUBLIC: Kinds(own=False, shared=False),
}
_GRANTED = {"read": May.READ, "write": May.WRITE, "admin": May.ADMIN}


class LoreBooks:
    """Everything about books but their entries. Each method works in somebody's name: `work` is theirs.

    A book that is not for them is not there (`NotFound`); what they may read but not do is `NotAllowed`. Every change
    lets the book's version grow.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    # ------------------------------------------------------------------------------------------------ made and found

    async def create(self, work: Work, user_id: UUID, typed: Mapping[str, str]) -> LoreBook:
        """A new private book, out of a form with any of `BOOK_FIELDS`. Raises `InvalidInput` or `LimitReached`."""
        values = read_typed(BOOK_FIELDS, {"name": "", **typed})
        row = await self._new(work, user_id, str(values["name"]))
        write_book(row, values)
        await queries.add(work.session, row)
        return await self.get(work, user_id, row.id)

    async def create_read(
        self,
        work: Work,
        user_id: UUID,
        name: str,
        description: str,
        settings: BookSettings,
        *,
        raw: Mapping[str, object] | None = None,
        source_format: str | None = None,
        category: BookCategory = BookCategory.GENERAL,
        character_id: UUID | None = None,
    ) -> LoreBook:
        """A new book out of a file; name and description are shortened to fit. Raises `LimitReached`."""
        words = " ".join(name.split())[: limits.LORE_BOOK_NAME_MAX].strip()
        row = await self._new(work, user_id, words or "Lore")
        row.description = description.strip()[: limits.DESCRIPTION_MAX]
        row.settings, row.raw, row.source_format = settings, dict(raw or {}), source_format
        row.category, row.character_id = category, character_id
        await queries.add(work.session, row)
        return await self.get(work, user_id, row.id)

    async def get(self, work: Work, user_id: UUID, book_id: UUID, *, may: May = May.READ) -> LoreBook:
        """One book with which this person may do that. Raises `NotFound` or `NotAllowed`."""
        return await seen(work, user_id, await opened(work, user_id, book_id, may))

    async def look(self, work: Work, user_id: UUID, book_id: UUID) -> LoreBook:
        """One book looked at: as `get`, and counted where it is another's."""
        await opened(work, user_id, book_id)
        await functions.count_view(work.session, book_id)
        return await self.get(work, user_id, book_id)

    async def chosen(self, work: Work, user_id: UUID, typed: str, *, may: May = May.READ) -> UUID:
        """The book meant by an option: the id of a suggestion, a code, or a name typed in full. Raises `NotFound`.

        An id is taken as it is: whoever uses it asks for the book.
        """
        with contextlib.suppress(ValueError):
            return UUID(typed)
        wanted = fold(typed[: 2 * limits.LORE_BOOK_NAME_MAX])
        names = [one for one in await self._names(work, user_id) if _may(one).includes(may)]
        meant = [one for one in names if one.code == wanted] or [one for one in names if fold(one.name) == wanted]
        if not wanted or not meant:
            raise no_such_book()
        return meant[0].id

    async def find(self, work: Work, user_id: UUID, typed: str, *, may: May = May.READ) -> tuple[BookChoice, ...]:
        """Books whose name holds what was typed so far, or whose code begins so; one's own first."""
        wanted = fold(typed[: limits.LORE_BOOK_NAME_MAX])
        fitting = [
            one
            for one in await self._names(work, user_id)
            if _may(one).includes(may) and (wanted in fold(one.name) or one.code.startswith(wanted))
        ]
        return tuple(
            BookChoice(one.id, f"{one.name} ({one.code})"[: limits.CHOICE_LABEL_MAX], one.is_own)
            for one in fitting[: limits.CHOICES_MAX]
        )

    async def page(
        self, work: Work, user_id: UUID, number: int = 0, *, which: Shelf = Shelf.ALL, text: str = ""
    ) -> BookPage:
        """One screen of books, one's own first, by name; `text` stands in name, description or tags, or is a code."""
        text = " ".join(text[: limits.SEARCH_TEXT_MAX].split())
        size = int(limits.LIST_PAGE)
        rows, total, tokens = await queries.page(
            work.session, user_id, KINDS[which], text=text, offset=max(0, number) * size, limit=size
        )
        if not rows and total:
            # Books went meanwhile: the last page there is.
            number = (total - 1) // size
            rows, total, tokens = await queries.page(
                work.session, user_id, KINDS[which], text=text, offset=number * size, limit=size
            )
        return BookPage(tuple(await all_seen(work, user_id, list(rows))), max(0, number), total, tokens)

    async def totals(self, work: Work, user_id: UUID, book_id: UUID) -> BookTotals:
        """What is in a book, in numbers. Raises `NotFound`."""
        await opened(work, user_id, book_id)
        modes = await entry_queries.modes(work.session, book_id)
        by_mode: dict[str, tuple[int, int]] = {}
        for mode, is_on, entries, tokens in modes:
            name = mode.value if is_on else Mode.DISABLED.value
            before = by_mode.get(name, (0, 0))
            by_mode[name] = before[0] + entries, before[1] + tokens
        return BookTotals(
            entries=sum(one[2] for one in modes),
            enabled=sum(one[2] for one in modes if one[1]),
            tokens=sum(one[3] for one in modes),
            constant_tokens=by_mode.get(Mode.CONSTANT.value, (0, 0))[1],
            folders=tuple(Tally(*one) for one in await entry_queries.folders(work.session, book_id)),
            tags=tuple(Tally(*one) for one in await entry_queries.tags(work.session, book_id)),
            modes=tuple(Tally(name, *numbers) for name, numbers in sorted(by_mode.items())),
        )

    # ------------------------------------------------------------------------------------------------ changed

    def typed(self, book: LoreBook, *names: str) -> dict[str, str]:
        """What a form shows of these fields."""
        return book_typed(book, names)

    async def edit(self, work: Work, user_id: UUID, book_id: UUID, typed: Mapping[str, str]) -> LoreBook:
        """Any of `BOOK_FIELDS` as typed. For owner and admins; what is shared is the owner's. Raises `InvalidInput`."""
        return await self._write(work, user_id, book_id, read_typed(BOOK_FIELDS, typed))

    async def set(self, work: Work, user_id: UUID, book_id: UUID, values: Mapping[str, object]) -> LoreBook:
        """The same with values that were chosen from menus."""
        return await self._write(work, user_id, book_id, check_values(BOOK_FIELDS, values))

    async def delete(self, work: Work, user_id: UUID, book_id: UUID) -> DeletedBook:
        """Gone for everybody, and in force nowhere; its owner may have it back for a day, with where it was."""
        await opened(work, user_id, book_id, May.OWN)
        row = await self._owned(work, user_id, book_id)
        row.deleted_at = now = self._clock.now()
        row.version += 1
        await work.session.flush()
        return DeletedBook(row.id, row.name, now + KEPT)

    async def deleted(self, work: Work, user_id: UUID) -> tuple[DeletedBook, ...]:
        """What a person can still have back, the last one deleted first."""
        rows = await queries.deleted(work.session, user_id, self._clock.now() - KEPT)
        return tuple(DeletedBook(row.id, row.name, row.deleted_at + KEPT) for row in rows if row.deleted_at is not None)

    async def chosen_deleted(self, work: Work, user_id: UUID, typed: str) -> UUID:
        """The deleted book meant by an option: its id, or its name. Raises `NotFound`."""
        with contextlib.suppress(ValueError):
            return UUID(typed)
        wanted = fold(typed[: 2 * limits.LORE_BOOK_NAME_MAX])
        meant = next((one.id for one in await self.deleted(work, user_id) if fold(one.name) == wanted), None)
        if meant is None:
            raise _nothing_to_restore()
        return meant

    async def restore(self, work: Work, user_id: UUID, book_id: UUID) -> LoreBook:
        """A deleted book as it was. Raises `NotFound` after a day, or `LimitReached`."""
        row = await queries.owned(work.session, user_id, book_id, with_deleted=True)
        if row is None or (row.deleted_at is not None and row.deleted_at <= self._clock.now() - KEPT):
            raise _nothing_to_restore()
        if row.deleted_at is not None:
            await self._refuse_too_many(work, user_id)
            row.deleted_at = None
            row.version += 1
            await work.session.flush()
        return await self.get(work, user_id, book_id)

    async def fork(self, work: Work, user_id: UUID, book_id: UUID, name: str = "") -> LoreBook:
        """A copy of one's own of a book that may be copied. Raises `NotFound`, `NotAllowed` or `LimitReached`."""
        source = await opened(work, user_id, book_id)
        values = read_typed(BOOK_FIELDS, {"name": name or source.book.name})
        row = await self._new(work, user_id, str(values["name"]))
        await fork(work, user_id, source, row)
        return await self.get(work, user_id, row.id)

    # ------------------------------------------------------------------------------------------------ within

    async def _write(self, work: Work, user_id: UUID, book_id: UUID, values: Mapping[str, object]) -> LoreBook:
        is_sharing = any(BOOK_FIELDS[name].section is Section.SHARING for name in values)
        found = await opened(work, user_id, book_id)
        refuse_less(found.book, may_of(user_id, found), May.OWN if is_sharing else May.ADMIN)
        row = await queries.ruled(work.session, book_id)
        if row is None:
            raise no_such_book()
        if write_book(row, values):
            row.version += 1
            await work.session.flush()
        return await seen(work, user_id, BookRow(row, found.permission))

    async def _new(self, work: Work, user_id: UUID, name: str) -> BookModel:
        await self._refuse_too_many(work, user_id)
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        return BookModel(
            owner_id=user_id, name=name, code=code, visibility=Visibility.PRIVATE, settings=BookSettings(), tags=[]
        )

    async def _names(self, work: Work, user_id: UUID) -> tuple[BookName, ...]:
        return tuple(await queries.names(work.session, user_id, most_public=int(limits.LORE_BOOKS_PER_PERSON)))

    async def _owned(self, work: Work, user_id: UUID, book_id: UUID) -> BookModel:
        row = await queries.owned(work.session, user_id, book_id)
        if row is None:
            raise no_such_book()
        return row

    async def _refuse_too_many(self, work: Work, user_id: UUID) -> None:
        if await queries.count_owned(work.session, user_id) >= limits.LORE_BOOKS_PER_PERSON:
            raise LimitReached(
                "too_many_books",
                N_("You have {maximum} lore books, which is as many as one person can have. Delete one first."),
                maximum=int(limits.LORE_BOOKS_PER_PERSON),
            )


def _may(one: BookName) -> May:
    if one.is_own:
        return May.OWN
    if one.permission is None or not one.allow_collaboration:
        return May.READ
    return _GRANTED[one.permission.value]


def _nothing_to_restore() -> NotFound:
    return NotFound(
        "no_book_to_restore",
        N_("There is nothing to bring back: a deleted lore book is kept for {hours} hours, for its owner only."),
        hours=int(limits.RESTORE_HOURS),
    )
