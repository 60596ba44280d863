"""What a newer file says otherwise than a book: added, changed, gone, and where both changed. Pure.

An entry remembers the object it came from, so three states are compared: the file then, the file now, the entry now.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from bot.services.lore.engine.book import Entry, Waking
from bot.services.lore.formats.reading import Came, Format, JsonObject, Leaf, ReadBook, ReadEntry
from bot.services.lore.formats.translating import entry_as
from bot.services.lore.formats.writing import entry_read_as

_IDS = ("uid", "id", "entry_id")
_NOT_COMPARED = frozenset({"id", "tokens", "requires", "excludes", "waking"})


class Kind(StrEnum):
    """How file and book differ about one entry."""

    ADDED = "added"
    """New in the file."""
    CHANGED = "changed"
    """Changed in the file only."""
    BOTH = "both"
    """Changed in the file and here."""
    GONE = "gone"
    """No longer in the file; unchanged here."""
    GONE_BOTH = "gone_both"
    """No longer in the file, and changed here."""
    OURS = "ours"
    """Changed or made here only."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry's. `entry_id` is the book's, `read` the file's; `fields` are those that differ between the two."""

    kind: Kind
    name: str
    entry_id: UUID | None = None
    read: ReadEntry | None = None
    fields: tuple[str, ...] = ()


class Choice(StrEnum):
    """What to do where they differ."""

    THEIRS = "theirs"
    """As the file says, everywhere."""
    OURS = "ours"
    """What is new or changed only there comes in; what was changed or is only here stays."""


def differences(ours: Sequence[Leaf], theirs: ReadBook) -> tuple[Difference, ...]:
    """Entry by entry, in the file's order; then what is only here."""
    pairs = _pairs(ours, theirs)
    ids = {read.entry.id: leaf.entry.id for leaf, read in pairs if leaf is not None and read is not None}
    return tuple(_difference(leaf, read, theirs.format, ids) for leaf, read in pairs)


def counted(some: Sequence[Difference]) -> dict[Kind, int]:
    """How many there are of each kind."""
    return {kind: sum(one.kind is kind for one in some) for kind in Kind}


def settled(some: Sequence[Difference], choice: Choice) -> tuple[list[ReadEntry], dict[UUID, ReadEntry], list[UUID]]:
    """What to do: entries to add, entries to replace (by the book's id), entries to remove."""
    theirs = choice is Choice.THEIRS
    replaced = {Kind.CHANGED, Kind.BOTH} if theirs else {Kind.CHANGED}
    removed = {Kind.GONE, Kind.GONE_BOTH} if theirs else set[Kind]()
    return (
        [one.read for one in some if one.kind is Kind.ADDED and one.read],
        {one.entry_id: one.read for one in some if one.kind in replaced and one.entry_id and one.read},
        [one.entry_id for one in some if one.kind in removed and one.entry_id],
    )


def _difference(leaf: Leaf | None, read: ReadEntry | None, kind: Format, ids: dict[UUID, UUID]) -> Difference:
    if leaf is None:
        assert read is not None
        return Difference(Kind.ADDED, _name(read.entry), read=read)
    changed_here = leaf.came is None or bool(_differing(_base(leaf.came), leaf))
    if read is None:
        if leaf.came is None:
            return Difference(Kind.OURS, _name(leaf.entry), leaf.entry.id)
        return Difference(Kind.GONE_BOTH if changed_here else Kind.GONE, _name(leaf.entry), leaf.entry.id)
    differing = (*_differing(read.leaf(kind), leaf), *_differing_links(read.entry, leaf.entry, ids))
    found = Kind.SAME
    if differing:
        changed_there = leaf.came is None or _is_changed(leaf.came, Came(kind, read.raw))
        found = (Kind.BOTH if changed_here else Kind.CHANGED) if changed_there else Kind.OURS
    return Difference(found, _name(read.entry), leaf.entry.id, read, differing)


def _is_changed(was: Came, now: Came) -> bool:
    if was.format is now.format:
        return was.raw != now.raw
    return bool(_differing(_base(was), _base(now)))


def _base(came: Came) -> Leaf:
    """The entry as its file had it."""
    return entry_read_as(came)


def _differing(one: Leaf, other: Leaf) -> tuple[str, ...]:
    names = [field.name for field in fields(Entry) if field.name not in _NOT_COMPARED]
    found = [name for name in names if getattr(one.entry, name) != getattr(other.entry, name)]
    if _bare(one.entry.waking) != _bare(other.entry.waking):
        found.append("waking")
    found += [name for name in ("is_enabled", "folder", "tags") if getattr(one, name) != getattr(other, name)]
    return tuple(found)


def _bare(waking: Waking) -> Waking:
    return replace(waking, wakes_only=frozenset(), woken_only_by=frozenset())


def _differing_links(theirs: Entry, ours: Entry, ids: dict[UUID, UUID]) -> tuple[str, ...]:
    """What other entries they name, ids of the file taken for those of the entries here."""

    def here(some: frozenset[UUID]) -> frozenset[UUID]:
        return frozenset(ids.get(one, one) for one in some)

    pairs = {
        "requires": (here(theirs.requires), ours.requires),
        "excludes": (here(theirs.excludes), ours.excludes),
        "wakes_only": (here(theirs.waking.wakes_only), ours.waking.wakes_only),
        "woken_only_by": (here(theirs.waking.woken_only_by), ours.waking.woken_only_by),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


# ------------------------------------------------------------------------------------------------ which is which


def _pairs(ours: Sequence[Leaf], theirs: ReadBook) -> list[tuple[Leaf | None, ReadEntry | None]]:
    """Which entry is which: by id where they are alike, else by what they say, else by name or keys."""
    left = list(ours)
    found: dict[int, Leaf] = {}

    def match(of_ours: Callable[[Leaf], Hashable], of_theirs: Callable[[ReadEntry], Hashable], *, alike: bool) -> None:
        known: dict[Hashable, list[Leaf]] = {}
        for leaf in left:
            key = of_ours(leaf)
            if key:
                known.setdefault(key, []).append(leaf)
        for number, read in enumerate(theirs.entries):
            if number in found:
                continue
            some = known.get(of_theirs(read)) or []
            one = next((leaf for leaf in some if not alike or _is_alike(leaf.entry, read.entry)), None)
            if one is not None and (alike or len(some) == 1):
                found[number] = one
                some.remove(one)
        taken = {id(leaf) for leaf in found.values()}
        left[:] = [leaf for leaf in left if id(leaf) not in taken]

    match(lambda leaf: _id_of(leaf, theirs.format), lambda read: _given_id(read.raw), alike=True)
    match(lambda leaf: _words(leaf.entry), lambda read: _words(read.entry), alike=True)
    match(lambda leaf: leaf.entry.name.casefold(), lambda read: read.entry.name.casefold(), alike=False)
    match(lambda leaf: leaf.entry.keys, lambda read: read.entry.keys, alike=False)
    pairs: list[tuple[Leaf | None, ReadEntry | None]] = [
        (found.get(number), read) for number, read in enumerate(theirs.entries)
    ]
    return [*pairs, *((leaf, None) for leaf in left)]


def _id_of(leaf: Leaf, kind: Format) -> str:
    if leaf.came is None:
        return str(leaf.number)
    spelled = entry_as(leaf.came, kind) if kind in {Format.WORLD, Format.CHARACTER_BOOK} else leaf.came.raw
    return _given_id(spelled) or str(leaf.number)


def _given_id(raw: JsonObject) -> str:
    return next((str(raw[name]) for name in _IDS if raw.get(name) is not None), "")


def _is_alike(one: Entry, other: Entry) -> bool:
    same_name = bool(one.name) and one.name.casefold() == other.name.casefold()
    return same_name or one.content == other.content or bool(set(_texts(one)) & set(_texts(other)))


def _texts(entry: Entry) -> list[str]:
    return [key.text.casefold() for key in entry.keys]


def _words(entry: Entry) -> tuple[str, str] | None:
    return (entry.name, entry.content) if entry.content else None


def _name(entry: Entry) -> str:
    first = entry.name or next((key.text for key in entry.keys), "") or entry.content[:40]
    return cast(Any, first).strip() or "?"
