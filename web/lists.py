"""Lists that can be searched, sorted, filtered and paged, all by their address, so that what one sees can be sent on.

Paging is by key: the cursor names the last row shown, so a page costs the same at row 100,000 as at the first, and rows
added meanwhile neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from aiohttp import web

from bot.texts import Text

T = TypeVar("T")

PAGE_ROWS = 25
SEARCH_LONGEST = 100
_CURSOR_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter and what it is called."""

    value: str
    label: Text | str


@dataclass(frozen=True, slots=True)
class Filter:
    """Something a list can be narrowed to. The first thing offered is always "all"."""

    name: str
    label: Text
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Sort:
    """Something a list can be sorted by. `falling` says which way is natural first."""

    name: str
    label: Text
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends: the sorted value of its last row as text (None: it has none), and that row's id."""

    value: str | None
    id: UUID

    def __str__(self) -> str:
        """As an address holds it."""
        told = json.dumps([self.value, str(self.id)], ensure_ascii=False)
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor in an address; None for what is none, which begins at the first page."""
        if not text or len(text) > _CURSOR_LONGEST:
            return None
        try:
            found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, binascii.Error, RecursionError):
            return None
        match found:
            case [str() | None as value, str() as row]:
                try:
                    return cls(None if value is None else value.replace("\x00", ""), UUID(row))
                except ValueError:
                    return None
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants of a list. `sort` is one of the list's own names; `filters` hold known values only."""

    search: str
    sort: str
    falling: bool
    filters: Mapping[str, str]
    after: Cursor | None
    limit: int = PAGE_ROWS


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A page of a list, as the macro `listing` shows it. Make it with `Shelf.page`."""

    shelf: Shelf
    asked: Asked
    rows: Sequence[T]
    next: Cursor | None

    @property
    def is_narrowed(self) -> bool:
        """Whether there may be rows that search and filters leave out."""
        return bool(self.asked.search or self.asked.filters)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a list offers. The first sort is the usual one."""

    sorts: tuple[Sort, ...]
    filters: tuple[Filter, ...] = ()
    searches: bool = True
    csv: str = field(default="")
    """The name of the page that gives the same list as a file."""

    def asked(self, request: web.Request, *, limit: int = PAGE_ROWS) -> Asked:
        """What the address asks for; what it asks wrongly is left out."""
        query = request.query
        named = query.get("sort", "")
        sort = next((one for one in self.sorts if one.name == named.lstrip("-")), self.sorts[0])
        falling = named.startswith("-") if sort.name == named.lstrip("-") else sort.falling
        filters: dict[str, str] = {}
        for one in self.filters:
            value = query.get(one.name, "")
            if value in {choice.value for choice in one.choices}:
                filters[one.name] = value
        search = query.get("search", "").replace("\x00", "").strip()[:SEARCH_LONGEST] if self.searches else ""
        return Asked(search, sort.name, falling, filters, Cursor.read(query.get("after", "")), limit)

    def page(self, asked: Asked, rows: Sequence[T], next_: Cursor | None) -> Listing[T]:
        """A page of this list, to be shown."""
        return Listing(self, asked, rows, next_)


def cut(rows: Sequence[T], asked: Asked) -> tuple[Sequence[T], T | None]:
    """Of rows read with `limit + 1`: those to show, and the last of them where more follow."""
    if len(rows) <= asked.limit:
        return rows, None
    shown = rows[: asked.limit]
    return shown, shown[-1]
