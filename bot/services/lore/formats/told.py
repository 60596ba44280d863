"""What became of a file, in numbers and in lines: for a report, and for whoever asks before importing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from bot.services.lore.formats.reading import Came, Fate, Format, JsonObject, Note, ReadBook, Shelf
from bot.services.lore.formats.recognise import read_book
from bot.services.lore.formats.writing import WRITTEN, written_book
from bot.texts import N_, Say

_LINES_SHOWN_OF_FIELDS = 12
FORMAT_NAMES = {
    Format.WORLD: N_("SillyTavern world file"),
    Format.CHARACTER_BOOK: N_("character book"),
    Format.LOREBOOK_V3: N_("standalone V3 lore book"),
    Format.RISU: N_("RisuAI lore book"),
    Format.AGNAI: N_("Agnai memory book"),
    Format.NOVEL: N_("NovelAI lorebook"),
}
_FATES = {Fate.CHANGED: N_("changed: {fields}"), Fate.KEPT: N_("kept for export: {fields}"),
          Fate.REFUSED: N_("refused: {fields}")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """How many fields a file has, and what became of them. An empty list or object counts as one field."""

    mapped: int
    kept: int
    changed: int
    refused: int


@dataclass(frozen=True, slots=True)
class Written:
    """A book written as `format`: how many fields that has, and which of those that came in are lost."""

    format: Format
    fields_out: int
    lost: tuple[str, ...]


def counted(found: ReadBook) -> Counted:
    """What became of the fields of a file, its entries' and its own."""
    notes = [*found.notes, *(note for one in found.entries for note in one.notes)]
    fates = {fate: sum(note.fate is fate for note in notes) for fate in Fate}
    mapped = len(found.said) + sum(len(one.said) for one in found.entries)
    return Counted(mapped, fates[Fate.KEPT], fates[Fate.CHANGED], fates[Fate.REFUSED])


def lines(found: ReadBook, say: Say) -> Iterable[str]:
    """The report: a line for the book, then one for each entry."""
    yield say(
        "{kind}, entries: {entries}. The book: {account}.",
        kind=FORMAT_NAMES[found.format],
        entries=len(found.entries),
        account=_account(len(found.said), found.notes, say),
    )
    for one in found.entries:
        name = one.entry.name or next((key.text for key in one.entry.keys), "") or one.entry.content[:40]
        yield say(
            "#{number} {name}: {account}.",
            number=one.source_id,
            name=" ".join(name.split()) or "—",
            account=_account(len(one.said), one.notes, say),
        )


def _account(said: int, notes: Sequence[Note], say: Say) -> str:
    parts = [say("fields taken over: {n}", n=said)]
    for fate, text in _FATES.items():
        some = [note.field + (f" ({note.detail})" if note.detail else "") for note in notes if note.fate is fate]
        if some:
            shown = "; ".join(some[:_LINES_SHOWN_OF_FIELDS])
            more = len(some) - _LINES_SHOWN_OF_FIELDS
            parts.append(say(text, fields=shown + (f"; +{more}" if more > 0 else "")))
    return ", ".join(parts)


def shelf_of(found: ReadBook, name: str = "") -> Shelf:
    """A book that was read, ready to be written again. `name` is its file's."""
    leaves = tuple(one.leaf(found.format) for one in found.entries)
    return Shelf(found.book, leaves, found.description, Came(found.format, found.raw, name), found.more)


def written_everywhere(found: ReadBook, name: str) -> tuple[Written, ...]:
    """The book in every format that is written, and what each of them loses (`Written.lost`)."""
    return tuple(_written(found, name, kind) for kind in WRITTEN)


def _written(found: ReadBook, name: str, kind: Format) -> Written:
    made = written_book(shelf_of(found, name), kind)
    inner = made["data"] if kind is Format.LOREBOOK_V3 else made
    is_same = found.format is kind or {found.format, kind} == {Format.CHARACTER_BOOK, Format.LOREBOOK_V3}
    # A world file may have its entries in a list; written, they stand under their names, in the same order.
    held = _listed(inner) if isinstance(found.raw.get("entries"), list) else inner
    lost = lost_leaves(found.raw, held) if is_same else _unread(found, name, made)
    return Written(kind, len(leaves(made)), tuple(lost))


def _listed(book: object) -> object:
    whole = cast(JsonObject, book) if isinstance(book, dict) else {}
    held = whole.get("entries")
    return {**whole, "entries": list(cast(JsonObject, held).values())} if isinstance(held, dict) else whole


def leaves(value: object) -> dict[str, object]:
    """Every plain value of JSON by its path; an empty list or object is one."""
    found: dict[str, object] = {}
    _gather(value, "", found)
    return found


def _gather(value: object, path: str, found: dict[str, object]) -> None:
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        inner = cast("dict[str, object]", value).items()
    elif isinstance(value, list):
        inner = enumerate(cast("list[object]", value))
    empty = True
    for name, one in inner:
        empty = False
        _gather(one, f"{path}/{name}", found)
    if empty:
        found[path] = value


def lost_leaves(before: object, after: object) -> list[str]:
    """Paths whose value is another or gone."""
    there, nothing = leaves(after), object()
    return [path for path, value in leaves(before).items() if there.get(path, nothing) != value]


def _unread(found: ReadBook, name: str, made: JsonObject) -> list[str]:
    """What reading the other format again does not say any more: what is understood, and what is only kept."""
    ids = iter(one.entry.id for one in found.entries)
    book_id = found.book.id
    again = read_book(made, name, lambda: next(ids, book_id))
    lost = [] if again.book == found.book else ["/book"]
    if len(again.entries) != len(found.entries):
        return [*lost, "/entries"]
    for one, other in zip(found.entries, again.entries, strict=True):
        before, after = one.leaf(found.format), other.leaf(again.format)
        if (before.entry, before.is_enabled, before.folder, before.tags) != (
            after.entry, after.is_enabled, after.folder, after.tags,
        ):  # fmt: skip
            lost.append(f"/entries/{one.source_id}")
        values = [str(value) for value in leaves(other.raw).values()]
        kept = [note.field for note in one.notes if note.fate is Fate.KEPT and note.field in one.raw]
        lost += [
            f"/entries/{one.source_id}/{field}"
            for field in kept
            if not {str(value) for value in leaves(one.raw[field]).values()} <= set(values)
        ]
    return lost
