"""Objects of one format spelled as those of another, field by field, so that nothing a file said is lost on the way.

Nothing is understood here: what has a name of its own in the other format gets it, the rest goes where that format
keeps what others added. Of the formats, `WORLD` stands in the middle.
"""

from __future__ import annotations

from typing import cast

from bot.services.lore.engine.book import Key
from bot.services.lore.formats.character_book import BEFORE, uses_patterns
from bot.services.lore.formats.entries import snake
from bot.services.lore.formats.keys import written_key
from bot.services.lore.formats.reading import Came, Format, JsonObject

_BOOKS = frozenset({Format.CHARACTER_BOOK, Format.LOREBOOK_V3})
_TO_BOOK = {
    "uid": "id", "key": "keys", "keysecondary": "secondary_keys", "comment": "comment", "content": "content",
    "constant": "constant", "selective": "selective", "order": "insertion_order",
}  # fmt: skip
_TO_WORLD = {theirs: ours for ours, theirs in _TO_BOOK.items()}
_FROM_OTHERS: dict[Format, dict[str, str]] = {
    Format.RISU: {
        "key": "key", "secondkey": "keysecondary", "comment": "comment", "content": "content",
        "alwaysActive": "constant", "selective": "selective", "insertorder": "order",
        "activationPercent": "probability",
    },
    Format.AGNAI: {"keywords": "key", "entry": "content", "name": "comment", "weight": "order"},
    Format.NOVEL: {"keys": "key", "text": "content", "displayName": "comment", "forceActivation": "constant"},
}  # fmt: skip
_BOOK_TO_BOOK = {"scanDepth": "scan_depth", "tokenBudget": "token_budget", "recursiveScanning": "recursive_scanning"}
_OF_BOOKS = frozenset({"name", "description", "extensions"})
_CONTAINERS = frozenset({"entries", "data", "type", "kind", "ver", "lorebookVersion"})


def entry_as(came: Came, kind: Format) -> JsonObject:
    """The object of an entry, spelled as `kind` has it."""
    if came.format is kind or {came.format, kind} <= _BOOKS:
        return came.raw
    in_world = _entry_in_world(came)
    return _entry_in_book(in_world) if kind in _BOOKS else in_world


def book_as(came: Came, kind: Format) -> JsonObject:
    """The object of a book without its entries, spelled as `kind` has it."""
    raw = {name: value for name, value in came.raw.items() if name not in _CONTAINERS}
    if came.format is kind or {came.format, kind} <= _BOOKS:
        return {name: value for name, value in came.raw.items() if name != "entries"}
    names = _BOOK_TO_BOOK if kind in _BOOKS else {theirs: ours for ours, theirs in _BOOK_TO_BOOK.items()}
    made: JsonObject = {}
    extensions = dict(_object(raw.get("extensions")))
    for name, value in raw.items():
        if name in _OF_BOOKS or names.get(name, name) in _BOOK_TO_BOOK | {v: k for k, v in _BOOK_TO_BOOK.items()}:
            made[names.get(name, name)] = value
        elif kind in _BOOKS:
            extensions.setdefault(name, value)
        else:
            made[name] = value
    return {**made, "extensions": extensions} if extensions or kind in _BOOKS else made


def _entry_in_world(came: Came) -> JsonObject:
    if came.format in _BOOKS:
        return _book_entry_in_world(came.raw)
    names = _FROM_OTHERS.get(came.format)
    if names is None:
        return came.raw
    made: JsonObject = {names.get(name, name): value for name, value in came.raw.items()}
    if came.format is Format.RISU:
        made["useProbability"] = True
        if came.raw.get("useRegex") or came.raw.get("use_regex"):
            made["key"] = [written_key(Key(str(made.get("key") or ""), is_regex=True))]
    if came.format in {Format.AGNAI, Format.NOVEL} and "enabled" in made:
        made["disable"] = not made.pop("enabled")
    return made


def _book_entry_in_world(raw: JsonObject) -> JsonObject:
    below = _object(raw.get("extensions"))
    made: JsonObject = {_TO_WORLD.get(name, name): value for name, value in raw.items() if name != "extensions"}
    if "enabled" in made:
        made["disable"] = not made.pop("enabled")
    for name, value in below.items():
        if name == "botcafe":
            made["extensions"] = {name: value}
        elif value is not None or _camel(name) not in made:
            made[_camel(name)] = value
    if uses_patterns(raw):
        # The specification has these ignored beside a pattern; a world file has to say so.
        made["selective"] = made["constant"] = False
    if not isinstance(made.get("position"), int):
        word = str(made.get("position") or "").lower()
        made["position"] = 0 if not word or word in BEFORE else 1
    return made


def _entry_in_book(raw: JsonObject) -> JsonObject:
    made: JsonObject = {"keys": [], "content": "", "insertion_order": 100, "enabled": True}
    extensions: JsonObject = dict(_object(raw.get("extensions")))
    for name, value in raw.items():
        if name in _TO_BOOK:
            made[_TO_BOOK[name]] = value
        elif name == "disable":
            made["enabled"] = not value
        elif name != "extensions":
            extensions[snake(name)] = value
    made["position"] = "before_char" if not raw.get("position") else "after_char"
    return {**made, "extensions": extensions, "use_regex": False}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest) if rest and first else name


def _object(value: object) -> JsonObject:
    return cast(JsonObject, value) if isinstance(value, dict) else {}
