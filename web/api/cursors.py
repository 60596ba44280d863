"""Where a list goes on: the values its last row is sorted by, packed so that nobody is tempted to make their own.

A cursor is no secret and proves nothing: what it leads to is asked for in the name of who asks, as the first page is.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from bot.errors import InvalidInput
from bot.texts import N_
from web.api.kinds import uuid_in

Mark = str | int | bool | datetime | UUID | None
"""A value that lists are sorted by."""

_INT_MOST = 2**63 - 1


def sealed(values: Sequence[Mark]) -> str:
    """The cursor of a row that is sorted by these values."""
    plain = json.dumps([_plain(one) for one in values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def opened(cursor: str, kinds: Sequence[type]) -> tuple[Mark, ...]:
    """The values in a cursor, which must be of these kinds. Raises `InvalidInput`."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise not_ours() from None
    values = cast("list[object]", found) if isinstance(found, list) else []
    if len(values) != len(kinds):
        raise not_ours()
    return tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))


def not_ours() -> InvalidInput:
    """The refusal for a cursor that no list of ours gave."""
    return InvalidInput(
        "no_such_cursor",
        N_("This cursor comes from no list here. Begin without one, then use the `next` of each page."),
        field="cursor",
    )


def _plain(value: Mark) -> object:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return value


def _read(value: object, kind: type) -> Mark:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _INT_MOST:
        return value
    if isinstance(value, str):
        return _read_text(value, kind)
    raise not_ours()


def _read_text(value: str, kind: type) -> Mark:
    if kind is str and "\0" not in value:
        return value
    if kind is UUID and (found := uuid_in(value)) is not None:
        return found
    if kind is datetime:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise not_ours() from None
        if moment.tzinfo is not None:
            return moment
    raise not_ours()
