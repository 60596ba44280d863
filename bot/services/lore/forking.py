"""A copy of a book: words, rules and what files said, under new ids. Not its history, nor where it is attached."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot import limits
from bot.errors import NotAllowed
from bot.services.lore.access import may_of
from bot.services.lore.bulk import sliced
from bot.services.lore.meanings.chunks import refresh
from bot.services.lore.shown import May
from bot.texts import N_
from db import functions_lore as functions
from db.ids import new_id
from db.models import EntryChange, EntryRules
from db.models import LoreBook as BookModel
from db.queries.lore import books, entries, entries_bulk, versions
from db.queries.lore.books import BookRow
from db.work import Work


async def fork(work: Work, user_id: UUID, source: BookRow, row: BookModel) -> None:
    """Write `row`, a new book of this person, as a copy of one they may read. Raises `NotAllowed`."""
    book = source.book
    if not book.allow_fork and may_of(user_id, source) is not May.OWN:
        raise NotAllowed(
            "not_to_be_forked",
            N_("The owner of {book} does not let others copy it. Nothing was copied."),
            book=book.name,
        )
    row.description, row.category, row.difficulty = book.description, book.category, book.difficulty
    row.tags, row.settings, row.raw, row.source_format = list(book.tags), book.settings, book.raw, book.source_format
    row.forked_from, row.last_number = book.id, book.last_number
    await books.add(work.session, row)
    ids: dict[UUID, UUID] = {}
    for some in sliced(await entries.ids_that_fit(work.session, book.id, entries.EVERY)):
        copied = {one: new_id() for one in some}
        await entries_bulk.copy(work.session, copied, row.id, user_id)
        ids |= copied
    for entry_id, rules in await entries_bulk.with_references(work.session, row.id):
        await entries_bulk.set_rules(work.session, entry_id, _translated(rules, ids))
    for some in sliced(list(ids.values())):
        await versions.record(work.session, some, EntryChange.CREATED, user_id, keep=int(limits.LORE_VERSIONS_KEPT))
    await functions.touch(work.session, row.id)
    await functions.count_fork(work.session, book.id)
    await refresh(work, row.id)


def _translated(rules: EntryRules, ids: Mapping[UUID, UUID]) -> EntryRules:
    named = ("requires", "excludes", "wakes_only", "woken_only_by")
    return rules.model_copy(update={name: tuple(ids.get(one, one) for one in getattr(rules, name)) for name in named})
