"""What is to be done to a book so that it says what a newer file says. Pure; for `apart`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from bot.services.lore.transfer import diffs
from bot.services.lore.transfer.apart import packed, unpacked
from bot.services.lore.transfer.diffs import Choice, Difference, Kind
from bot.services.lore.transfer.files import kept_entry
from bot.services.lore.transfer.parsing import FileRead
from bot.texts import N_, Say

_WORDS = {
    Kind.ADDED: N_("new: {name}"),
    Kind.CHANGED: N_("changed in the file: {name} ({fields})"),
    Kind.BOTH: N_("changed in the file and here: {name} ({fields})"),
    Kind.GONE: N_("no longer in the file: {name}"),
    Kind.GONE_BOTH: N_("no longer in the file, changed here: {name}"),
    Kind.OURS: N_("changed or made here only: {name}"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The deeds, packed: entries to add (`NewEntry`), to replace (id and `NewEntry`), to remove (ids).

    `stay` are ids of entries that stay as they are here, with the objects that the next file is compared with.
    """

    added: tuple[bytes, ...]
    replaced: tuple[bytes, ...]
    removed: tuple[UUID, ...]
    stay: tuple[bytes, ...]


def compared(read: FileRead, pages: Sequence[bytes], language: str) -> tuple[Mapping[str, int], str]:
    """How many entries differ, by kind, and a line for each that does. `pages` are the book's leaves, packed."""
    found = _differences(read, pages)
    say = Say(language)
    lines = [say(_WORDS[one.kind], name=one.name, fields=", ".join(one.fields)) for one in found if one.kind in _WORDS]
    return {kind.value: number for kind, number in diffs.counted(found).items() if number}, "\n".join(lines)


def planned(read: FileRead, pages: Sequence[bytes], choice: Choice) -> Plan:
    """What to do."""
    found, kind = _differences(read, pages), read.head.format
    ids = {one.read.entry.id: one.entry_id for one in found if one.read is not None and one.entry_id is not None}
    added, replaced, removed = diffs.settled(found, choice)
    # What stays as it is here was compared with this file: the next one is compared from there on.
    stay = [one for one in found if one.kind in {Kind.BOTH, Kind.OURS} and one.entry_id not in replaced]
    return Plan(
        added=packed([kept_entry(one, kind, ids) for one in added]),
        replaced=packed([(entry_id, kept_entry(one, kind, ids)) for entry_id, one in replaced.items()]),
        removed=tuple(removed),
        stay=packed([(one.entry_id, dict(kept_entry(one.read, kind).raw)) for one in stay if one.read is not None]),
    )


def _differences(read: FileRead, pages: Sequence[bytes]) -> tuple[Difference, ...]:
    return diffs.differences(list(chain.from_iterable(unpacked(pages))), read.whole())
