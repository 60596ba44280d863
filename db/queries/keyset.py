"""Tables page by page from a mark: what the last row seen is ordered by, and its id. A page costs the same anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, literal, tuple_


@dataclass(frozen=True, slots=True)
class Beyond:
    """From where on: `value` is what the last row seen was ordered by."""

    value: Any
    id: UUID


def onwards(
    statement: Any, key: ColumnElement[Any], row_id: ColumnElement[UUID], after: Beyond | None, *, is_down: bool
) -> Any:
    """The `Select` in the order of a key, from a mark on. `is_down`: the greatest first. Keys must not be null."""
    if after is not None:
        here, bound = tuple_(key, row_id), tuple_(literal(after.value, key.type), literal(after.id, Uuid()))
        statement = statement.where(here < bound if is_down else here > bound)
    both = (key, row_id)
    return statement.order_by(*(one.desc() if is_down else one for one in both))
