"""Why lore came in or stayed out, as people may read it: plain values, and what they are written down as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

PROMPT_ROOM = "prompt_room"
"""An entry that came in, and for which the finished prompt then had no place."""

_NEAREST_MISSES = (
    PROMPT_ROOM,
    "budget",
    "book_budget",
    "group",
    "die",
    "excluded",
    "requires",
    "cooldown",
    "delay",
    "secondary",
    "results",
    "similarity",
    "forbidden_later",
    "waker_left",
)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a key stood: in the `message`-th message from the newest (0), said by `speaker`; in another text
    (`source`); or in the words of the entry `parent`. `in_name`: it is the speaker's name that holds it.
    """

    message: int | None = None
    speaker: str = ""
    source: str | None = None
    parent: str | None = None
    in_name: bool = False


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What was decided about one entry of `Trace.books[book]`, and why.

    `method` is what spoke for it (`reasons.Via`), `reason` what kept it out (`reasons.Why`, `PROMPT_ROOM`). `left` are
    units that an effect holds yet, or that are missing; `short` tokens missing; `die` the points rolled; `nth` its
    place among those found by meaning; `other` the entry that stood in the way. `note`: why the prompt had no place.
    """

    entry_id: UUID
    book: int
    number: int | None
    name: str
    is_in: bool
    method: str | None = None
    reason: str | None = None
    key: str = ""
    found: Found | None = None
    score: float | None = None
    left: int | None = None
    short: int | None = None
    die: float | None = None
    nth: int | None = None
    other: str | None = None
    group: str = ""
    note: str = ""
    parents: tuple[str, ...] = ()
    wave: int = 0
    position: str = ""
    depth: int = 0
    role: str = ""
    outlet: str = ""
    order: int = 0
    tokens: int = 0
    parent_id: UUID | None = None
    keys: tuple[str, ...] = ()
    logic: str = ""
    """The first of the second keys that kept it out, and what they ask for."""
    named_books: frozenset[int] = frozenset()
    """The other books whose entries are named here."""


@dataclass(frozen=True, slots=True)
class TracedBook:
    """A book that counted. `may_read` is about who looks; `entries` of it went into the prompt."""

    id: UUID
    name: str
    version: int
    scope: str
    may_read: bool = True
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that could not be done as it was asked, by its code."""

    code: str
    entry_id: UUID | None = None
    book: int | None = None
    name: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One decision about lore. Tokens as counted for the budget; `took_us` in microseconds.

    `lines` are those of books that who looks may read: what went in first, then what stayed out, nearest misses first.
    `hidden` counts the others. `refused` counts all that something spoke for and that stayed out. `at` is None for a
    trial, and `turn_id`.
    """

    character: str
    books: tuple[TracedBook, ...]
    budget: int
    spent: int
    beside: int
    refused: int
    lines: tuple[TraceLine, ...]
    warnings: tuple[Warned, ...] = ()
    took_us: int = 0
    threshold: float | None = None
    model: str | None = None
    turn_id: UUID | None = None
    variant: int = 0
    at: datetime | None = None
    hidden: int = 0
    is_dry: bool = False

    @property
    def included(self) -> tuple[TraceLine, ...]:
        """What went into the prompt."""
        return tuple(line for line in self.lines if line.is_in)

    @property
    def left_out(self) -> tuple[TraceLine, ...]:
        """What stayed out although something spoke for it."""
        return tuple(line for line in self.lines if not line.is_in)


@dataclass(frozen=True, slots=True)
class Called:
    """An entry that was called in by hand: for `replies` replies, of which `left` are to come."""

    entry_id: UUID
    number: int
    name: str
    book_name: str
    replies: int
    left: int


def ordered(lines: Sequence[TraceLine]) -> list[TraceLine]:
    """What went in as it was given room, then the nearest misses."""
    miss = {reason: place for place, reason in enumerate(_NEAREST_MISSES)}
    out = [line for line in lines if not line.is_in]
    out.sort(key=lambda one: (miss.get(one.reason or "", len(miss)), one.short or 0, one.left or 0, -(one.score or 0)))
    return [*(line for line in lines if line.is_in), *out]


def readable(trace: Trace, may_read: frozenset[UUID]) -> Trace:
    """The trace as somebody may see it who may read these books."""
    went_in = [0] * len(trace.books)
    for line in trace.lines:
        went_in[line.book] += line.is_in
    books = tuple(
        replace(book, may_read=book.id in may_read, entries=entries)
        for book, entries in zip(trace.books, went_in, strict=True)
    )
    open_books = {number for number, book in enumerate(books) if book.may_read}
    lines = tuple(_without_others(line, open_books) for line in trace.lines if line.book in open_books)
    warnings = tuple(
        one if one.book is None or one.book in open_books else replace(one, entry_id=None, name="", detail="")
        for one in trace.warnings
    )
    return replace(trace, books=books, lines=lines, hidden=len(trace.lines) - len(lines), warnings=warnings)


def _without_others(line: TraceLine, open_books: set[int]) -> TraceLine:
    """Another book's entry is not named to who may not read that book."""
    if line.named_books <= open_books:
        return line
    found = None if line.found is None else replace(line.found, parent=None)
    return replace(line, other=None, parents=(), found=found, parent_id=None)


# ------------------------------------------------------------------------------------------------ as it is kept

_COLUMNS = {
    "entry_id": "entry_id",
    "name": "entry_name",
    "is_in": "was_included",
    "method": "method",
    "reason": "exclusion_reason",
    "score": "vector_similarity",
    "position": "position_inserted",
    "tokens": "tokens_used",
    "wave": "wave",
    "parent_id": "parent_id",
}
_DETAIL = (
    "book", "number", "left", "short", "die", "nth", "other", "group", "note", "depth", "role", "outlet", "order",
    "logic",
)  # fmt: skip


def row_of(line: TraceLine, books: Sequence[TracedBook]) -> dict[str, Any]:
    """A line as `lore_activations` keeps it: JSON."""
    detail = {name: getattr(line, name) for name in _DETAIL if getattr(line, name) not in (None, "")}
    if line.found is not None:
        detail["found"] = {name: getattr(line.found, name) for name in Found.__dataclass_fields__}
    if line.keys:
        detail["keys"] = list(line.keys)
    if line.parents:
        detail["parents"] = list(line.parents)
    if line.named_books:
        detail["named_books"] = sorted(line.named_books)
    row: dict[str, Any] = {column: getattr(line, name) for name, column in _COLUMNS.items()}
    return row | {
        "entry_id": str(line.entry_id),
        "parent_id": None if line.parent_id is None else str(line.parent_id),
        "book_id": str(books[line.book].id),
        "score": None if line.method is None else 1.0 if line.score is None else line.score,
        "matched_keywords": [line.key] if line.key else [],
        "detail": detail,
    }


def line_of(row: Mapping[str, Any]) -> TraceLine:
    """A line out of what is kept of it."""
    detail: Mapping[str, Any] = row["detail"]
    values: dict[str, Any] = {name: row[column] for name, column in _COLUMNS.items()}
    values |= {name: detail[name] for name in _DETAIL if name in detail}
    values |= {
        "entry_id": _id(row["entry_id"]),
        "parent_id": None if row["parent_id"] is None else _id(row["parent_id"]),
        "position": row["position_inserted"] or "",
        "number": detail.get("number"),
        "key": next(iter(row["matched_keywords"]), ""),
        "found": Found(**detail["found"]) if "found" in detail else None,
        "parents": tuple(detail.get("parents", ())),
        "keys": tuple(detail.get("keys", ())),
        "named_books": frozenset(detail.get("named_books", ())),
    }
    return TraceLine(**values)


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
