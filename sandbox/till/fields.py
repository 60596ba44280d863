"""Reading what a client sends: Stripe's nested form fields, and refusing what nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sandbox.till.shop import TillError
from sandbox.world.models import Json

_PART = re.compile(r"\[([^\]]*)\]")


def nested(fields: Iterable[tuple[str, str]]) -> Json:
    """`line_items[0][price]=x` and the like as dicts and lists."""
    tree: Json = {}
    for name, value in fields:
        head, _, _ = name.partition("[")
        place, path = tree, [head, *_PART.findall(name)]
        for part in path[:-1]:
            place = cast("Json", place.setdefault(part, {}))
        last = path[-1] or str(len(place))
        place[last] = value
    return cast("Json", _lists(tree))


def _lists(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    whole = {key: _lists(value) for key, value in cast("Json", part).items()}
    if whole and all(key.isdecimal() for key in whole):
        return [whole[key] for key in sorted(whole, key=int)]
    return whole


def known(fields: Mapping[str, Any], *names: str, required: tuple[str, ...] = ()) -> None:
    """Refuse parameters nobody knows, and the absence of those that must be there."""
    for name in fields:
        if name not in names and name not in required and name != "expand":
            raise TillError(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    for name in required:
        if fields.get(name) in (None, ""):
            raise TillError(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def whole(fields: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """A whole number. Raises `TillError`."""
    value = fields.get(name, default)
    try:
        return int(value)  # pyright: ignore[reportArgumentType] - None is refused below
    except (TypeError, ValueError):
        raise TillError(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name) from None


def yes(fields: Mapping[str, Any], name: str) -> bool:
    """A boolean as forms say it."""
    return fields.get(name) in ("true", True)
