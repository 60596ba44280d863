"""Books as files again, in any format that is written. Takes time in proportion to the book: off the event loop.

What came from a file is written beginning with what it was there, and only what was changed here since is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast
from uuid import UUID

from bot.services.lore.engine.book import Book
from bot.services.lore.formats import character_book, world
from bot.services.lore.formats.decorators import decorators_without_meaning, without_decorators
from bot.services.lore.formats.ours import (
    beside_book,
    beside_entry,
    known_as,
    settled_one,
    with_block,
)
from bot.services.lore.formats.reading import Came, Format, JsonObject, Leaf, ReadEntry, Shelf, changed_since
from bot.services.lore.formats.translating import book_as, entry_as

WRITTEN = (Format.WORLD, Format.CHARACTER_BOOK, Format.LOREBOOK_V3)
"""The formats a book can be written in."""

_NOBODY = UUID(int=0)
_MAY_BE_MISSING = frozenset({"description", "token_budget", "priority"})


class _Reads(Protocol):
    def __call__(self, raw: JsonObject, entry_id: UUID, source_id: str, /) -> ReadEntry: ...


class _Says(Protocol):
    def __call__(self, leaf: Leaf, /) -> JsonObject: ...


@dataclass(frozen=True, slots=True)
class _Shape:
    """How entries of one format are read and written."""

    kind: Format
    id_field: str
    read: _Reads
    fresh: _Says


_SHAPES = {
    Format.WORLD: _Shape(Format.WORLD, "uid", world.read_entry, world.fresh_entry),
    Format.CHARACTER_BOOK: _Shape(
        Format.CHARACTER_BOOK, "id", character_book.read_entry, character_book.fresh_entry
    ),
}  # fmt: skip


def written_book(shelf: Shelf, kind: Format) -> JsonObject:
    """The book as a file of this kind (one of `WRITTEN`)."""
    shape = _SHAPES[Format.WORLD if kind is Format.WORLD else Format.CHARACTER_BOOK]
    raws = _numbered(shelf.leaves, shape)
    listed = _contained([raw for raw, _ in raws], shelf.leaves, shape)
    names = [name for name, _ in world.listed(listed)]
    ids = {name: leaf.entry.id for name, leaf in zip(names, shelf.leaves, strict=True)}
    known = known_as({entry_id: name for name, entry_id in ids.items()})
    entries = [
        _written(leaf, raw, is_new, shape, ids, known)
        for leaf, (raw, is_new) in zip(shelf.leaves, raws, strict=True)
    ]  # fmt: skip
    made: JsonObject = {**_book(shelf, shape), "entries": _contained(entries, shelf.leaves, shape)}
    return {"spec": "lorebook_v3", "data": made} if kind is Format.LOREBOOK_V3 else made


def written_world(book: Book, raws: Mapping[UUID, JsonObject], raw: JsonObject | None = None) -> JsonObject:
    """A world file of a book whose entries came from one (`raws`, by entry), or were made here."""
    return written_book(_shelf(book, raws, raw, Format.WORLD), Format.WORLD)


def written_character_book(book: Book, raws: Mapping[UUID, JsonObject], raw: JsonObject | None = None) -> JsonObject:
    """A card's book, of a book whose entries came from one (`raws`, by entry), or were made here."""
    return written_book(_shelf(book, raws, raw, Format.CHARACTER_BOOK), Format.CHARACTER_BOOK)


def _shelf(book: Book, raws: Mapping[UUID, JsonObject], raw: JsonObject | None, kind: Format) -> Shelf:
    leaves: list[Leaf] = []
    for number, entry in enumerate(book.entries):
        known = raws.get(entry.id)
        is_off = entry.mode.value == "disabled"
        on = _SHAPES[kind].read(known, entry.id, "").on if known is not None and is_off else entry.mode
        came = None if known is None else Came(kind, known)
        leaves.append(Leaf(replace(entry, mode=on), not is_off, came=came, number=number))
    if raw is None:
        return Shelf(book, tuple(leaves))
    return Shelf(book, tuple(leaves), str(raw.get("description") or ""), Came(kind, raw, book.name))


# ------------------------------------------------------------------------------------------------ entries


def _numbered(leaves: Sequence[Leaf], shape: _Shape) -> list[tuple[JsonObject, bool]]:
    """What each entry was in a file (new ones: their number alone), and whether it is new. No number occurs twice."""
    raws = [None if leaf.came is None else entry_as(leaf.came, shape.kind) for leaf in leaves]
    used = {str(raw[shape.id_field]) for raw in raws if raw is not None and raw.get(shape.id_field) is not None}
    numbered: list[tuple[JsonObject, bool]] = []
    following = 0
    for leaf, raw in zip(leaves, raws, strict=True):
        if raw is not None:
            numbered.append((raw, False))
            continue
        number = leaf.number
        while str(number) in used:
            number = following
            following += 1
        used.add(str(number))
        numbered.append(({shape.id_field: number}, True))
    return numbered


def _contained(entries: Sequence[JsonObject], leaves: Sequence[Leaf], shape: _Shape) -> object:
    """The entries as the file holds them: by the names they had there, else by their ids."""
    if shape.kind is not Format.WORLD:
        return list(entries)
    held: JsonObject = {}
    names = [leaf.came.name if leaf.came is not None and leaf.came.format is Format.WORLD else "" for leaf in leaves]
    used = {*names, *(str(one.get("uid")) for one in entries)}
    free = (number for number in range(len(used) + len(entries) + 1) if str(number) not in used)
    for name, one in zip(names, entries, strict=True):
        wanted = name or str(one.get("uid"))
        is_free = wanted not in held and (bool(name) or one.get("uid") is not None)
        held[wanted if is_free else str(next(free))] = one
    return held


def _written(
    leaf: Leaf, raw: JsonObject, is_new: bool, shape: _Shape, ids: Mapping[str, UUID], known: Mapping[str, str]
) -> JsonObject:
    fresh = shape.fresh(leaf)
    if is_new:
        return _with_rest({**raw, **_bare(fresh)}, leaf, shape, known)[0]
    was = settled_one(shape.read(raw, leaf.entry.id, ""), ids, known).leaf(shape.kind)
    if _same(was, leaf):
        return raw
    # What decorators said is said by fields from now on, so that the two cannot disagree.
    content = str(raw.get("content") or "")
    kept = decorators_without_meaning(content)
    raw = {**raw, "content": kept + without_decorators(content)} if content.startswith("@@") else raw
    before = shape.fresh(shape.read(raw, leaf.entry.id, "").leaf(shape.kind))
    fresh["content"] = kept + leaf.entry.content if kept else leaf.entry.content
    before["content"] = raw.get("content", before["content"])
    # Where changing only what is other leaves something unsaid (one field hides another), all fields are said.
    sparing = _with_rest(_changed(raw, before, fresh), leaf, shape, known)
    whole = _with_rest(_changed(raw, {}, fresh), leaf, shape, known) if sparing[1] else sparing
    return min(sparing, whole, key=lambda one: one[1])[0]


def _changed(raw: JsonObject, before: JsonObject, fresh: JsonObject) -> JsonObject:
    below, other = (cast(JsonObject, one.get("extensions") or {}) for one in (before, fresh))
    made = changed_since(raw, {**before, "extensions": other}, fresh)
    known = raw.get("extensions")
    extensions = cast(JsonObject, known) if isinstance(known, dict) else {}
    changes = {name: value for name, value in other.items() if name not in below or below[name] != value}
    return {**made, "extensions": {**extensions, **changes}} if changes else made


def _with_rest(made: JsonObject, leaf: Leaf, shape: _Shape, known: Mapping[str, str]) -> tuple[JsonObject, int]:
    """The object with what its fields cannot say beside them, and how much that is."""
    again = shape.read(made, leaf.entry.id, "").leaf(shape.kind)
    block = beside_entry(leaf, again, known)
    return with_block(made, block), len(block)


def _same(one: Leaf, other: Leaf) -> bool:
    return (replace(one.entry, tokens=0), one.is_enabled, one.folder, one.tags) == (
        replace(other.entry, tokens=0), other.is_enabled, other.folder, other.tags,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ books


def _book(shelf: Shelf, shape: _Shape) -> JsonObject:
    """What the file says of the book itself."""
    says, read = (
        (world.fresh_book, world.read_world)
        if shape.kind is Format.WORLD
        else (character_book.fresh_book, character_book.read_character_book)
    )
    fresh = says(shelf.book, shelf.description)
    if shelf.came is None:
        made = _bare(fresh)
    else:
        raw = book_as(shelf.came, shape.kind)
        was = read(with_block(raw, {}), shelf.came.name, lambda: shelf.book.id)
        made = changed_since(raw, says(was.book, was.description), fresh)
    again = read(with_block(made, {}), shelf.book.name, lambda: shelf.book.id)
    return with_block(made, beside_book(shelf.book, again.book, shelf.more))


def _bare(fresh: JsonObject) -> JsonObject:
    """Without what says nothing."""
    return {name: value for name, value in fresh.items() if name not in _MAY_BE_MISSING or value not in (None, "")}


def entry_read_as(came: Came) -> Leaf:
    """The entry as its file had it, what it says of other entries left out."""
    kind = came.format if came.format in _SHAPES else Format.WORLD
    read = _SHAPES[kind].read(entry_as(came, kind), _NOBODY, "")
    return replace(settled_one(read, {}, {}).leaf(kind), came=came)
