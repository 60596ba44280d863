"""What all readers share: tolerant access to JSON objects, and the notes that make up a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import cast
from uuid import UUID

from bot.services.lore.engine.book import Book, Entry, Mode

JsonObject = dict[str, object]
_DETAIL = 300


class Format(StrEnum):
    """Where a file comes from."""

    WORLD = "world"
    CHARACTER_BOOK = "character_book"
    LOREBOOK_V3 = "lorebook_v3"
    RISU = "risu"
    AGNAI = "agnai"
    NOVEL = "novel"


class Fate(StrEnum):
    """What became of something the file said."""

    KEPT = "kept"
    """It is written back on export, and has no meaning here."""
    CHANGED = "changed"
    """It means something a little different here."""
    REFUSED = "refused"
    """It was left out."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the report. `detail` is the file's own value, for people to find it by."""

    fate: Fate
    field: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """Where something came from: the object it was, in the shape of that format.

    `name` is the file's for a book, for an entry the one under which it stood in it.
    """

    format: Format
    raw: JsonObject
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry out of a file. `source_id` finds it again when a newer version of the file is imported.

    `on` is its mode when it is not switched off. `said` are the fields of the file that mean something here.
    `key` is the name under which it stands in a file that has its entries by name.
    """

    entry: Entry
    raw: JsonObject
    source_id: str
    notes: tuple[Note, ...] = ()
    on: Mode = Mode.KEYWORD
    folder: str = ""
    tags: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    key: str = ""

    @property
    def is_enabled(self) -> bool:
        """Whether it is switched on."""
        return self.entry.mode is not Mode.DISABLED

    def leaf(self, kind: Format) -> Leaf:
        """The entry as it is written again."""
        entry = replace(self.entry, mode=self.on)
        return Leaf(entry, self.is_enabled, self.folder, self.tags, Came(kind, self.raw, self.key))


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry to be written: its mode when it is on, and whether it is. `number` is its id where it has no other."""

    entry: Entry
    is_enabled: bool = True
    folder: str = ""
    tags: tuple[str, ...] = ()
    came: Came | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class ReadBook:
    """A book out of a file; its `book` holds the entries too. `more` is what a file of ours says beyond its fields."""

    format: Format
    book: Book
    description: str
    entries: tuple[ReadEntry, ...]
    raw: JsonObject
    notes: tuple[Note, ...] = ()
    more: JsonObject = field(default_factory=dict[str, object])
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A book to be written, its leaves in order."""

    book: Book
    leaves: tuple[Leaf, ...]
    description: str = ""
    came: Came | None = None
    more: JsonObject = field(default_factory=dict[str, object])


@dataclass(slots=True)
class Fields:
    """One JSON object, read field by field; what nobody asked for is told as kept."""

    raw: Mapping[str, object]
    notes: list[Note] = field(default_factory=list[Note])
    asked: set[str] = field(default_factory=set[str])

    def get(self, *names: str) -> object:
        """The first of these fields that is there and not null."""
        self.asked.update(names)
        for name in names:
            if (value := self.raw.get(name)) is not None:
                return value
        return None

    def text(self, *names: str) -> str:
        """A text; numbers are taken as such."""
        value = self.get(*names)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def texts(self, *names: str) -> tuple[str, ...]:
        """A list of texts, or one text with commas between them."""
        value = self.get(*names)
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        given: list[object] = [] if value is None else [value]
        if isinstance(value, list):
            given = cast("list[object]", value)
        plain = [isinstance(one, str | int | float) and not isinstance(one, bool) for one in given]
        for one, is_plain in zip(given, plain, strict=True):
            if not is_plain and one is not None:
                self.note(Fate.REFUSED, names[0], one)
        return tuple(str(one) for one, is_plain in zip(given, plain, strict=True) if is_plain)

    def flag(self, *names: str, default: bool = False) -> bool:
        """A claim. `"true"` and 1 are taken as such."""
        value = self.get(*names)
        if value is None:
            return default
        return value.strip().lower() in {"true", "1", "yes"} if isinstance(value, str) else bool(value)

    def number(self, *names: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds; one beyond them is brought to the nearest and told of."""
        found = self.some_number(*names, least=least, most=most)
        return default if found is None else found

    def some_number(self, *names: str, least: int, most: int) -> int | None:
        """As `number`, None where the file says nothing (or nothing that is a number)."""
        value = self.get(*names)
        if value is None or value == "":
            return None
        try:
            number = round(float(cast(str, value)))
        except (TypeError, ValueError, OverflowError):
            self.note(Fate.REFUSED, names[0], value)
            return None
        bounded = min(max(number, least), most)
        if bounded != number:
            self.note(Fate.CHANGED, names[0], value)
        return bounded

    def object(self, *names: str) -> JsonObject:
        """An object inside of this one; empty where there is none."""
        value = self.get(*names)
        return cast(JsonObject, value) if isinstance(value, dict) else {}

    def note(self, fate: Fate, name: str, value: object = "") -> None:
        """Tell of one field."""
        self.notes.append(Note(fate, name, str(value)[:_DETAIL]))

    def told(self, silent: Iterable[str] = ()) -> tuple[Note, ...]:
        """The notes, with every field that nobody asked for; `silent` ones hold nothing worth telling."""
        unknown = [name for name in self.raw if name not in self.asked and name not in silent]
        return (*self.notes, *(Note(Fate.KEPT, name) for name in unknown if not _is_empty(self.raw[name])))

    def said(self) -> tuple[str, ...]:
        """The fields that were understood: asked for, there, and neither kept for later only nor refused."""
        odd = {note.field for note in self.notes if note.fate is not Fate.CHANGED}
        return tuple(name for name in self.raw if name in self.asked and name not in odd and self.raw[name] is not None)


def changed_since(raw: JsonObject, before: JsonObject, now: JsonObject) -> JsonObject:
    """What to write for something that came as `raw`: it, with what is now other than it was when it was read."""
    return {**raw, **{name: value for name, value in now.items() if before.get(name) != value}}


NewId = Callable[[], UUID]


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], {}, False)
