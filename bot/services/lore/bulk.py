"""Many entries of a book changed at once, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.details import clean_tag
from bot.services.lore.fields import ENTRY_FIELDS, Field, put, read
from bot.services.lore.forms import numbers_typed, refuse_unknown
from bot.services.lore.keeping import blank
from bot.services.lore.meanings.chunks import refresh
from bot.services.lore.shown import Bulk, Bulked, BulkKind
from bot.texts import N_
from db import functions_lore as functions
from db.models import EntryChange, Mode
from db.queries.lore import entries as queries
from db.queries.lore import entries_bulk, versions
from db.work import Work

_AT_ONCE = 1000

_EACH_ITS_OWN = frozenset({"name", "content", "keys", "secondary"})

_CHANGES = {
    BulkKind.ENABLE: EntryChange.ENABLED,
    BulkKind.DISABLE: EntryChange.DISABLED,
    BulkKind.DELETE: EntryChange.DELETED,
    BulkKind.FOLDER: EntryChange.MOVED,
}


async def change_many(work: Work, user_id: UUID, book_id: UUID, ids: Sequence[UUID], deed: Bulk) -> Bulked:
    """Do one thing to these entries of a book that the actor may write in. Raises `InvalidInput`."""
    check(deed)
    await functions.lock(work.session, book_id)
    changed = 0
    for some in sliced(ids):
        changed += len(await _done(work, user_id, book_id, some, deed))
    if changed:
        await functions.touch(work.session, book_id)
        await refresh(work, book_id)
    return Bulked(changed, len(ids) - changed)


def check(deed: Bulk) -> None:
    """Raise `InvalidInput` where nothing could be done so, whatever the entries are. Touches nothing."""
    match deed.kind:
        case BulkKind.FOLDER:
            read(ENTRY_FIELDS["folder"], deed.value)
        case BulkKind.TAG | BulkKind.UNTAG:
            clean_tag(deed.value)
        case BulkKind.SET:
            field = _settable(deed.field)
            if not numbers_typed({deed.field: deed.value}):
                read(field, deed.value)
        case _:
            return


def sliced(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """So many at a time as hold nobody up: ids are packed and unpacked between the statements."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def can_be_set(name: str) -> bool:
    """Whether many entries can be given one value of this field."""
    return name in ENTRY_FIELDS and name not in _EACH_ITS_OWN


async def _done(work: Work, user_id: UUID, book_id: UUID, ids: Sequence[UUID], deed: Bulk) -> Sequence[UUID]:
    if deed.kind is BulkKind.DELETE:
        return await _delete(work, user_id, ids)
    changed = await _change(work, user_id, book_id, ids, deed)
    await _record(work, user_id, changed, _CHANGES.get(deed.kind, EntryChange.EDITED))
    return changed


async def _change(work: Work, user_id: UUID, book_id: UUID, ids: Sequence[UUID], deed: Bulk) -> Sequence[UUID]:
    session, field = work.session, ENTRY_FIELDS["folder"]
    match deed.kind:
        case BulkKind.ENABLE | BulkKind.DISABLE:
            return await entries_bulk.switch(session, ids, deed.kind is BulkKind.ENABLE, user_id)
        case BulkKind.FOLDER:
            return await entries_bulk.put_in_folder(session, ids, str(read(field, deed.value)), user_id)
        case BulkKind.TAG:
            tag = clean_tag(deed.value)
            return await entries_bulk.tag(session, ids, tag, user_id, most=int(limits.TAGS_MAX))
        case BulkKind.UNTAG:
            return await entries_bulk.untag(session, ids, clean_tag(deed.value), user_id)
        case _:
            return await _set(work, user_id, book_id, ids, deed)


async def _set(work: Work, user_id: UUID, book_id: UUID, ids: Sequence[UUID], deed: Bulk) -> Sequence[UUID]:
    field = _settable(deed.field)
    numbers = await queries.ids_of(work.session, book_id, list(numbers_typed({deed.field: deed.value})))
    value = read(field, deed.value, numbers)
    if "*" in field.path:
        return await entries_bulk.set_on_all_keys(work.session, ids, field.path[-1], bool(value), user_id)
    return await _set_value(work, user_id, ids, field, value)


def _settable(name: str) -> Field:
    if not name:
        raise InvalidInput(
            "no_field",
            N_("Choose in the option field which field to set. Nothing was changed."),
            field="field",
        )
    refuse_unknown(ENTRY_FIELDS, [name])
    if not can_be_set(name):
        raise InvalidInput(
            "each_its_own",
            N_("{label}: every entry has its own; it cannot be set for many at once. Nothing was changed."),
            field="field",
            label=ENTRY_FIELDS[name].label,
        )
    return ENTRY_FIELDS[name]


async def _set_value(work: Work, user_id: UUID, ids: Sequence[UUID], field: Field, value: Any) -> Sequence[UUID]:
    session = work.session
    match field.path:
        case ("is_enabled",):
            return await entries_bulk.switch(session, ids, value, user_id)
        case ("folder",):
            return await entries_bulk.put_in_folder(session, ids, value, user_id)
        case ("tags",):
            return await entries_bulk.set_tags(session, ids, value, user_id)
        case ("mode",):
            return await entries_bulk.set_mode(session, ids, Mode(value), user_id)
        case _:
            held: Any = put(blank(0, 0), {field.name: value}).model_dump(mode="json")
            for step in field.path:
                held = held[step]
            return await entries_bulk.set_rule(session, ids, field.path[1:], held, user_id)


async def _delete(work: Work, user_id: UUID, ids: Sequence[UUID]) -> Sequence[UUID]:
    await entries_bulk.grow_versions(work.session, ids, user_id)
    await _record(work, user_id, ids, EntryChange.DELETED)
    await entries_bulk.remove(work.session, ids)
    return ids


async def _record(work: Work, user_id: UUID, ids: Sequence[UUID], change: EntryChange) -> None:
    await versions.record(work.session, ids, change, user_id, keep=int(limits.LORE_VERSIONS_KEPT))
