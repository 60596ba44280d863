"""Reading parts of JSON bodies whose shape is not known: an absent or odd part counts as empty."""

from __future__ import annotations

from typing import Any, cast

from sandbox.world.models import Json


def values(part: Any) -> list[Any]:
    """A JSON array, or nothing."""
    return cast("list[Any]", part) if isinstance(part, list) else []


def objects(part: Any) -> list[Json]:
    """The objects of a JSON array, or nothing."""
    return [cast("Json", one) for one in values(part) if isinstance(one, dict)]


def fields(part: Any) -> Json:
    """A JSON object, or an empty one."""
    return cast("Json", part) if isinstance(part, dict) else {}
