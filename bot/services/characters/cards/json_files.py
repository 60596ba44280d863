"""JSON as people send it: any Unicode encoding, half emoji, signs that a database cannot hold; bounded in depth.

Nothing here recurses over what a file says. It takes time in proportion to the file: call it off the event loop.
"""

from __future__ import annotations

import codecs
import json
import math
from typing import Any, cast

import orjson

from bot import limits
from bot.errors import InvalidInput
from bot.texts import N_

JsonObject = dict[str, object]

_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_NUL = "\0"
_WHOLE = 2**63
_DIGITS = 20
"""Of a number of 64 bits, with its sign."""


def as_object(data: bytes) -> JsonObject:
    """A JSON object. Raises `InvalidInput`: no JSON, nested too deeply, no object.

    What Postgres cannot hold is mended: NUL goes, half a surrogate pair becomes U+FFFD, a whole number of more than 64
    bits a rounded one, a number beyond those of IEEE 754 null.
    """
    value, is_clean = _parsed(data)
    if not isinstance(value, dict):
        raise _refused("card_no_object", N_("This is JSON, but neither a card nor a lore book: it holds no object."))
    if _depth(cast(object, value)) > limits.CARD_JSON_DEPTH_MAX:
        raise _too_deep()
    return cast(JsonObject, value if is_clean else _mended(cast(object, value)))


def as_bytes(value: object, *, indent: bool = False) -> bytes:
    """JSON of what was kept. Postgres keeps 1e25 as a whole number of that length, which nobody here could write."""
    option = orjson.OPT_INDENT_2 if indent else 0
    try:
        return orjson.dumps(value, option=option)
    except TypeError:
        return orjson.dumps(_mended(value), option=option)


def _parsed(data: bytes) -> tuple[object, bool]:
    """What it says, and whether all of it can be kept as it is."""
    if not data.startswith(tuple(mark for mark, _ in _ENCODINGS)):
        try:
            return orjson.loads(data), b"\\u0000" not in data
        except orjson.JSONDecodeError:
            # Stricter than what wrote the file: it may yet be JSON to others.
            pass
    try:
        return json.loads(_decoded(data), strict=False, parse_constant=lambda _: None, parse_int=_whole), False
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise _refused(
            "card_no_json",
            N_("This is neither a card nor a lore book: it is no PNG, no archive, and not valid JSON ({reason})."),
            reason=str(error)[:120],
        ) from error


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _ENCODINGS if data.startswith(mark)), "utf-8")
    return data.decode(encoding)


def _depth(value: object) -> int:
    """How deep a value is nested, without recursion of our own."""
    deepest, level = 0, [value]
    while level:
        deepest += 1
        following: list[object] = []
        for one in level:
            if isinstance(one, dict):
                following += cast("dict[str, object]", one).values()
            elif isinstance(one, list):
                following += cast("list[object]", one)
        level = following
    return deepest


def _mended(value: object) -> object:
    """The same without what Postgres cannot hold. Nested no deeper than was allowed, so recursion is bounded."""
    if isinstance(value, str):
        return _mended_text(value)
    if isinstance(value, dict):
        return {_mended_text(name): _mended(one) for name, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_mended(one) for one in cast("list[object]", value)]
    if isinstance(value, int) and not -_WHOLE <= value < 2 * _WHOLE:
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _mended_text(text: str) -> str:
    if _NUL in text:
        text = text.replace(_NUL, "")
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _too_deep() -> InvalidInput:
    return _refused(
        "card_too_deep",
        N_("This file is nested more than {maximum} levels deep; no card is. Nothing was imported."),
        maximum=int(limits.CARD_JSON_DEPTH_MAX),
    )


def _refused(code: str, text: str, **values: object) -> InvalidInput:
    return InvalidInput(code, text, field="file", **values)
