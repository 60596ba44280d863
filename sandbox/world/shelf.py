"""A shelf holds the rows of one kind and tells the store of every change."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

Row = TypeVar("Row")


class Ledger(Protocol):
    """Where changes are written down."""

    def record(self, shelf: str, key: str, row: Any) -> None:
        """Write down that `key` on `shelf` now is `row` (a dataclass of JSON's kinds), or is gone (None)."""
        ...


@functools.cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class Shelf(Generic[Row]):
    """Rows by key, perhaps also by group (messages by channel). Call `put` again after changing a row."""

    def __init__(
        self,
        name: str,
        kind: type[Row],
        ledger: Ledger,
        *,
        key: Callable[[Row], str],
        group: Callable[[Row], str] | None = None,
    ) -> None:
        self.name = name
        self._adapter: TypeAdapter[Row] = _adapter(kind)
        self._ledger = ledger
        self._key = key
        self._group = group
        self._rows: dict[str, Row] = {}
        self._groups: dict[str, dict[str, Row]] = {}
        self._group_of: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows.values()))

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def get(self, key: str | None) -> Row | None:
        """The row, or None."""
        return None if key is None else self._rows.get(key)

    def of(self, group: str) -> list[Row]:
        """The rows of a group, in the order they came."""
        return list(self._groups.get(group, {}).values())

    def put(self, row: Row) -> Row:
        """Keep a new or changed row and write it down."""
        self._place(row)
        self._ledger.record(self.name, self._key(row), row)
        return row

    def drop(self, key: str) -> None:
        """Forget a row; nothing happens when there is none."""
        if self._forget(key):
            self._ledger.record(self.name, key, None)

    def restore(self, key: str, row: Any) -> None:
        """Apply a change read from a file, without writing it down again."""
        if row is None:
            self._forget(key)
        else:
            self._place(self._adapter.validate_python(row))

    def dump(self) -> dict[str, Any]:
        """Every row as JSON, by key."""
        return {key: self._adapter.dump_python(row, mode="json") for key, row in self._rows.items()}

    def keys(self) -> list[str]:
        """Every key."""
        return list(self._rows)

    def _place(self, row: Row) -> None:
        key = self._key(row)
        self._rows[key] = row
        if self._group is None:
            return
        group = self._group(row)
        if self._group_of.get(key, group) != group:
            self._leave_group(key)
        self._group_of[key] = group
        self._groups.setdefault(group, {})[key] = row

    def _forget(self, key: str) -> bool:
        self._leave_group(key)
        return self._rows.pop(key, None) is not None

    def _leave_group(self, key: str) -> None:
        # Rows are changed in place, so the group a row was filed under is remembered here, not read off the row.
        group = self._group_of.pop(key, None)
        if group is not None:
            del self._groups[group][key]
