"""What files of other programs have no field for, in a place of its own: `extensions.botcafe`.

A format's own fields always count first. Beside each value stands what those fields said when it was written
(`else`): where another program has changed them since, what it says now holds, and the value here is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, cast, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter

from bot.errors import InvalidInput
from bot.services.lore.engine.book import Book, Entry, Source
from bot.services.lore.engine.keys import checked
from bot.services.lore.formats.entries import bounded, bounded_book
from bot.services.lore.formats.reading import Fate, JsonObject, Leaf, Note, ReadEntry

NAME = "botcafe"
_KEYS = frozenset({"keys", "secondary"})
_TO_ENTRIES = frozenset({"requires", "excludes", "waking"})
_EXACT = 2**53
"""Whole numbers beyond it are not exact in JavaScript."""
_FOLDER_MOST, _TAGS_MOST = 100, 50


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How one field is spelled in JSON."""

    adapter: TypeAdapter[Any]
    is_source: bool

    def written(self, value: object) -> object:
        """The value as JSON has it; sets in order, so that the same is written the same."""
        return int(cast(Source, value)) if self.is_source else _ordered(self.adapter.dump_python(value, mode="json"))

    def read(self, value: object) -> Any:
        """The value again. Raises `ValueError` or `TypeError`."""
        return Source(cast(int, value)) if self.is_source else self.adapter.validate_python(value)


# Made when the first file is written or read: a process that never sees one does without.
def _spellings(kind: type[Entry | Book], *but: str) -> dict[str, _Spelling]:
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind) if one.name not in but]
    return {name: _Spelling(TypeAdapter(hints[name]), hints[name] is Source) for name in names}


@cache
def _entry() -> dict[str, _Spelling]:
    return _spellings(Entry, "id", "tokens")


@cache
def _book() -> dict[str, _Spelling]:
    return _spellings(Book, "id", "version", "name", "entries")


def known_as(names: Mapping[UUID, str]) -> Mapping[str, str]:
    """What our ids of entries are called in a file, given each entry's id there."""
    return {str(entry_id): f"#{name}" for entry_id, name in names.items()}


def beside_entry(leaf: Leaf, again: Leaf, known: Mapping[str, str]) -> JsonObject:
    """What has to stand beside fields that are read `again` as another entry; `known` is as `known_as` has it."""
    block: JsonObject = {}
    for field in _entry():
        if getattr(leaf.entry, field) != getattr(again.entry, field):
            value, other = (_written(one.entry, field, known) for one in (leaf, again))
            block[field] = {"is": value, "else": other}
    if leaf.folder != again.folder:
        block["folder"] = leaf.folder
    if leaf.tags != again.tags:
        block["tags"] = list(leaf.tags)
    return block


def beside_book(book: Book, again: Book, more: Mapping[str, object]) -> JsonObject:
    """What has to stand beside a book's fields that are read `again` as another one; `more` as it is."""
    block: JsonObject = {}
    for field, spelling in _book().items():
        value, other = (spelling.written(getattr(one, field)) for one in (book, again))
        if value != other:
            block[field] = {"is": value, "else": other}
    if more:
        block["more"] = dict(more)
    return block


def settled(entries: Sequence[ReadEntry]) -> tuple[ReadEntry, ...]:
    """The entries with what stands beside their fields; what they call each other in the file turned into our ids."""
    if not any(block_of(one.raw) for one in entries):
        return tuple(entries)
    ids = {one.source_id: one.entry.id for one in entries}
    known = known_as({entry_id: name for name, entry_id in ids.items()})
    return tuple(_settled(one, block_of(one.raw), ids, known) for one in entries)


def settled_one(one: ReadEntry, ids: Mapping[str, UUID], known: Mapping[str, str]) -> ReadEntry:
    """As `settled`, for one entry, given what all of them are called in the file."""
    block = block_of(one.raw)
    return _settled(one, block, ids, known) if block else one


def settled_book(book: Book, block: JsonObject) -> Book:
    """The book with what stands beside its fields."""
    changes: dict[str, Any] = {}
    for field, told in _pairs(block, _book()):
        if _book()[field].written(getattr(book, field)) == told.get("else"):
            changes |= _read(_book()[field], field, told.get("is")) or {}
    return bounded_book(replace(book, **changes))


def more_of(block: JsonObject) -> JsonObject:
    """What else a file of ours says of a book."""
    more = block.get("more")
    return cast(JsonObject, more) if isinstance(more, dict) else {}


def block_of(raw: Mapping[str, object]) -> JsonObject:
    """What stands in our place of an object; empty where there is none."""
    below = raw.get("extensions")
    block = cast(JsonObject, below).get(NAME) if isinstance(below, dict) else None
    return cast(JsonObject, block) if isinstance(block, dict) else {}


def with_block(made: JsonObject, block: JsonObject) -> JsonObject:
    """The object with this in our place; nothing there, no place."""
    if block == block_of(made):
        return made
    below = made.get("extensions")
    extensions = {name: value for name, value in _object(below).items() if name != NAME}
    return {**made, "extensions": extensions | ({NAME: block} if block else {})}


def _settled(one: ReadEntry, block: JsonObject, ids: Mapping[str, UUID], known: Mapping[str, str]) -> ReadEntry:
    entry, refused = replace(one.entry, mode=one.on), list[Note]()
    changes: dict[str, Any] = {}
    for field, told in _pairs(block, _entry()):
        if _written(entry, field, known) != told.get("else"):
            continue
        value = _walked(told.get("is"), lambda name: str(ids.get(name[1:], name))) if field in _TO_ENTRIES else None
        found = _read(_entry()[field], field, told.get("is") if value is None else value)
        if found is None:
            refused.append(Note(Fate.REFUSED, f"{NAME}.{field}", str(told.get("is"))[:100]))
        changes |= found or {}
    entry = bounded(replace(entry, **changes))
    tags = block.get("tags")
    return replace(
        one,
        entry=entry if one.is_enabled else replace(entry, mode=one.entry.mode),
        on=entry.mode,
        folder=str(block.get("folder") or one.folder)[:_FOLDER_MOST],
        tags=tuple(str(tag) for tag in cast("list[object]", tags)[:_TAGS_MOST]) if isinstance(tags, list) else one.tags,
        notes=(*one.notes, *refused),
    )


def _written(entry: Entry, field: str, known: Mapping[str, str]) -> object:
    value = _entry()[field].written(getattr(entry, field))
    return _ordered(_walked(value, lambda text: known.get(text, text))) if field in _TO_ENTRIES else value


def _read(spelling: _Spelling, field: str, value: object) -> dict[str, Any] | None:
    try:
        found = spelling.read(value)
        if field in _KEYS:
            found = tuple(checked(key) for key in found)
        return {field: found}
    except (ValueError, TypeError, InvalidInput):
        return None


def _pairs(block: JsonObject, known: Mapping[str, object]) -> list[tuple[str, JsonObject]]:
    return [(field, cast(JsonObject, told)) for field, told in block.items() if field in known and _object(told)]


def _walked(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walked(one, change) for one in cast("list[object]", value)]
    if isinstance(value, dict):
        return {name: _walked(one, change) for name, one in cast(JsonObject, value).items()}
    return value


def _ordered(value: Any) -> object:
    """Lists of texts and numbers in order: they come from sets. Ids of Discord as texts: other programs round them."""
    if isinstance(value, int) and abs(value) > _EXACT:
        return str(value)
    if isinstance(value, dict):
        return {name: _ordered(one) for name, one in cast(JsonObject, value).items()}
    if isinstance(value, list):
        some = [_ordered(one) for one in cast("list[object]", value)]
        return sorted(some, key=str) if all(isinstance(one, str | int) for one in some) else some
    return value


def _object(value: object) -> JsonObject:
    return cast(JsonObject, value) if isinstance(value, dict) else {}
