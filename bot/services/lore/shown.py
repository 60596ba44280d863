"""Books and entries as faces show them: plain values, never rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.services.lore.engine.book import Entry
from db.models import BookCategory, BookSettings, Difficulty, EntryChange, EntryOrigin, EntryState, Mode, Visibility

__all__ = [
    "BookChoice", "BookPage", "BookTotals", "Bulk", "BulkKind", "Bulked", "DeletedBook", "EntryChange", "EntryChoice",
    "EntryLine", "EntryOrigin", "EntryPage", "HistoryPage", "LoreBook", "LoreEntry", "May", "Shelf", "Tally",
    "VersionLine", "Visibility", "Which",
]  # fmt: skip


class May(StrEnum):
    """What a person may do with a book; each includes what stands before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"
    OWN = "own"

    def includes(self, other: May) -> bool:
        """Whether who may do this may do the other too."""
        return _RANKS.index(self) >= _RANKS.index(other)


_RANKS = (May.READ, May.WRITE, May.ADMIN, May.OWN)


class Shelf(StrEnum):
    """Which books a list shows."""

    ALL = "all"
    MINE = "mine"
    SHARED = "shared"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class LoreBook:
    """A book, and what the one who looks `may` do with it.

    `attached` counts the places they know of where it is attached, `requests` those who ask to write in it, for who may
    answer. `version` grows with every change; `last_viewed_at` is when another person last looked at it.
    """

    id: UUID
    owner_id: UUID
    owner_name: str
    code: str
    name: str
    description: str
    category: BookCategory
    difficulty: Difficulty | None
    tags: tuple[str, ...]
    visibility: Visibility
    shared_until: datetime | None
    has_password: bool
    allow_fork: bool
    allow_collaboration: bool
    accepts_requests: bool
    is_curated: bool
    is_featured: bool
    curator_notes: str
    forked_from: UUID | None
    character_id: UUID | None
    settings: BookSettings
    version: int
    entry_count: int
    token_count: int
    size_bytes: int
    view_count: int
    fork_count: int
    source_format: str | None
    created_at: datetime
    updated_at: datetime
    may: May
    attached: int = 0
    requests: int = 0
    last_viewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """One entry. `state` holds everything that can be changed, `entry` is the same as the engine reads it.

    `entry.mode` is `disabled` where it is switched off; `state.mode` then still says what brings it in. `uses` counts
    the replies it came into. `is_deleted`: it is gone, and stands in the book's history only.
    """

    id: UUID
    book_id: UUID
    book_name: str
    may: May
    number: int
    version: int
    state: EntryState
    entry: Entry
    tokens: int
    source_id: str | None
    updated_by: UUID | None
    created_at: datetime
    updated_at: datetime
    uses: int = 0
    last_used_at: datetime | None = None
    is_deleted: bool = False

    @property
    def name(self) -> str:
        """What its author calls it."""
        return self.state.name

    @property
    def is_enabled(self) -> bool:
        """Whether it is switched on."""
        return self.state.is_enabled

    @property
    def folder(self) -> str:
        """The folder it lies in; empty: none."""
        return self.state.folder

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return self.state.tags

    @property
    def origin(self) -> EntryOrigin:
        """Where its words come from."""
        return self.state.origin


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in a list. `name` is the first words of its content where it has none; `keys` are the first few."""

    id: UUID
    book_id: UUID
    number: int
    name: str
    folder: str
    tags: tuple[str, ...]
    mode: Mode
    is_enabled: bool
    tokens: int
    keys: tuple[str, ...]
    key_count: int


@dataclass(frozen=True, slots=True)
class BookChoice:
    """A book offered while somebody types."""

    id: UUID
    label: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class EntryChoice:
    """An entry offered while somebody types, `label` like `#12 The harbour`."""

    id: UUID
    book_id: UUID
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class BookPage:
    """One screen of books. `number` counts from 0; `tokens` are those of all `total` books."""

    books: tuple[LoreBook, ...]
    number: int
    total: int
    tokens: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(0, (self.total - 1) // limits.LIST_PAGE)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One screen of entries. `tokens` are those of all `total` entries asked for.

    `after` and `before` are the marks of the next and the previous page, None where there is none. A mark has at most
    48 characters, and those of one book at most 12.
    """

    entries: tuple[EntryLine, ...]
    total: int
    tokens: int
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Which:
    """Which entries of a book: all that fit everything said here. `text` is looked for in names, keys and contents."""

    folder: str | None = None
    tag: str | None = None
    text: str = ""
    is_enabled: bool | None = None
    mode: Mode | None = None
    ids: tuple[UUID, ...] = ()


class BulkKind(StrEnum):
    """What is done to many entries at once."""

    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    SET = "set"
    """One field of `fields.ENTRY_FIELDS` is set (`Bulk.field`, `Bulk.value` as typed)."""
    TAG = "tag"
    UNTAG = "untag"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Bulk:
    """One thing to be done to many entries. `value` is typed: a tag, a folder, a field's value."""

    kind: BulkKind
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Bulked:
    """How many entries were changed; the others already were as they should be."""

    count: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One change of an entry. `by_name` is empty where nobody knows any more; `fields` are the names of what changed.

    `restores` is the version that an undoing brought back.
    """

    version: int
    change: EntryChange
    by_id: UUID | None
    by_name: str
    at: datetime
    fields: tuple[str, ...]
    restores: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Changes of an entry, newest first. `before` is the mark of the next page."""

    lines: tuple[VersionLine, ...]
    before: int | None = None


@dataclass(frozen=True, slots=True)
class DeletedBook:
    """A book on its way out. After `until` it is gone for good."""

    id: UUID
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """Entries of one folder or tag, or of one mode."""

    name: str
    entries: int
    tokens: int


@dataclass(frozen=True, slots=True)
class BookTotals:
    """What is in a book, in numbers."""

    entries: int = 0
    enabled: int = 0
    tokens: int = 0
    constant_tokens: int = 0
    """Of entries that always come in: what the book costs in every prompt."""
    folders: tuple[Tally, ...] = field(default=())
    tags: tuple[Tally, ...] = field(default=())
    modes: tuple[Tally, ...] = field(default=())
