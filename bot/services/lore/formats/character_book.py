"""Lore books inside of cards (V2, V3) and the standalone `lorebook_v3`.

The specification's own fields stand at the top of an entry, the other program's rules below `extensions` (either
spelling); some programs put them at the top as well. What stands below `extensions` counts first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from bot import limits
from bot.services.lore.engine.book import Book, Entry, Mode, Position
from bot.services.lore.formats.decorators import decorated, without_decorators
from bot.services.lore.formats.entries import NUMBERS, PLACES, SCAN, SILENT, mode_of, read_as, rules_of, written_rules
from bot.services.lore.formats.keys import read_keys, written_key
from bot.services.lore.formats.ours import NAME, block_of, more_of, settled, settled_book
from bot.services.lore.formats.reading import Fate, Fields, Format, JsonObject, Leaf, NewId, ReadBook, ReadEntry
from bot.services.lore.formats.world import common, listed, refuse_others

_BUDGET = int(limits.LORE_BUDGET_MAX)
_ORDER = int(limits.LORE_ORDER_MAX)
BEFORE = frozenset({"before_char", "before_character", "before_char_defs"})
_AFTER = frozenset({"after_char", "after_character", "after_char_defs"})


def read_character_book(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """A card's book; `name` is the character's, for books without one."""
    entries = settled([read_entry(one, new_id(), source_id) for source_id, one in listed(raw.get("entries"))])
    fields = Fields(raw)
    refuse_others(fields, "entries")
    book = Book(
        new_id(), 1, fields.text("name") or name, tuple(one.entry for one in entries),
        scan_depth=fields.number("scan_depth", "scanDepth", default=2, least=0, most=SCAN),
        token_budget=fields.some_number("token_budget", "tokenBudget", least=0, most=_BUDGET) or None,
        recursion=fields.flag("recursive_scanning", "recursiveScanning", default=True),
    )  # fmt: skip
    description, block = fields.text("description"), block_of(raw)
    return ReadBook(
        Format.CHARACTER_BOOK, settled_book(book, block), description, entries, raw, fields.told(SILENT),
        more_of(block), fields.said(),
    )  # fmt: skip


def read_lorebook_v3(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """A standalone book: `{"spec": "lorebook_v3", "data": {…}}`."""
    data = raw.get("data")
    found = read_character_book(cast(JsonObject, data) if isinstance(data, dict) else {}, name, new_id)
    return replace(found, format=Format.LOREBOOK_V3)


def read_entry(raw: JsonObject, entry_id: UUID, source_id: str) -> ReadEntry:
    """One entry of a card's book."""
    below = raw.get("extensions")
    extensions = cast(JsonObject, below) if isinstance(below, dict) else {}
    fields = Fields(raw | {name: value for name, value in extensions.items() if value is not None or name not in raw})
    fields.asked.add(NAME)
    minds_case = fields.flag("case_sensitive", "caseSensitive", "risu_case_sensitive")
    whole = fields.flag("match_whole_words", "matchWholeWords", "whole_words_only", default=True)
    written = fields.texts("keys", "key")
    is_regex = uses_patterns(fields.raw)
    fields.asked.add("use_regex")
    keys = read_keys(fields, "keys", written, case_sensitive=minds_case, whole_words=whole)
    second = fields.texts("secondary_keys", "keysecondary")
    secondary = read_keys(fields, "secondary_keys", second, case_sensitive=minds_case, whole_words=whole)
    is_selective = fields.flag("selective")
    if secondary and (is_regex or not is_selective):
        fields.note(Fate.KEPT, "secondary_keys", ", ".join(second))
        secondary = ()
    content = fields.text("content")
    rules: dict[str, Any] = rules_of(fields, scan_depth=None)
    entry = Entry(
        entry_id,
        name=fields.text("comment") or fields.text("name"),
        content=without_decorators(content),
        mode=mode_of(
            is_constant=fields.flag("constant") and not is_regex,
            by_meaning=fields.flag("vectorized"),
            has_keys=bool(keys),
        ),
        keys=keys,
        secondary=secondary,
        position=_position(fields, raw, extensions),
        order=fields.number("insertion_order", "order", default=100, least=-_ORDER, most=_ORDER),
        priority=fields.some_number("priority", least=-_ORDER, most=_ORDER),
        **rules,
    )
    is_off = not fields.flag("enabled", default=True)
    return read_as(decorated(entry, content, fields), fields, raw, source_id, is_off=is_off)


def uses_patterns(raw: Mapping[str, object]) -> bool:
    """Whether an entry's keys are patterns.

    Some programs write `use_regex` on every entry; it is believed where the first key looks like a pattern.
    """
    fields = Fields(raw)
    written = fields.texts("keys", "key")
    return fields.flag("use_regex") and bool(written) and written[0].startswith("/")


def fresh_book(book: Book, description: str) -> JsonObject:
    """What a card's book says of itself."""
    return {
        "name": book.name,
        "description": description,
        "scan_depth": book.scan_depth,
        "token_budget": book.token_budget,
        "recursive_scanning": book.recursion,
    }


def fresh_entry(leaf: Leaf) -> JsonObject:
    """What a card's book says of an entry."""
    entry = leaf.entry
    plain = [key for key in entry.keys if not key.is_regex]
    rules = written_rules(entry, "snake") | {
        "position": NUMBERS[entry.position],
        "match_whole_words": common([key.whole_words for key in plain]),
        "case_sensitive": common([key.case_sensitive for key in plain]),
    }
    return {
        "keys": [written_key(key) for key in entry.keys],
        "secondary_keys": [written_key(key) for key in entry.secondary],
        "comment": entry.name,
        "name": entry.name,
        "content": entry.content,
        "constant": entry.mode is Mode.CONSTANT,
        "selective": bool(entry.secondary),
        "insertion_order": entry.order,
        "priority": entry.priority,
        "enabled": leaf.is_enabled,
        "position": "before_char" if NUMBERS[entry.position] == 0 else "after_char",
        "case_sensitive": bool(plain) and all(key.case_sensitive for key in plain),
        "use_regex": _is_regex(entry),
        "extensions": rules,
    }


def _is_regex(entry: Entry) -> bool:
    # Whoever follows the specification ignores secondary keys and `constant` beside it.
    return bool(entry.keys) and all(key.is_regex for key in entry.keys) and not entry.secondary


def _position(fields: Fields, raw: JsonObject, extensions: JsonObject) -> Position:
    fields.asked.add("position")
    number = extensions.get("position", raw.get("position"))
    if isinstance(number, int) and not isinstance(number, bool) and number in PLACES:
        if number in {2, 3}:
            fields.note(Fate.CHANGED, "position", number)
        return PLACES[number]
    word = str(raw.get("position") or "").lower()
    if word and word not in BEFORE | _AFTER:
        fields.note(Fate.CHANGED, "position", word)
    return Position.BEFORE_CHARACTER if word in BEFORE or not word else Position.AFTER_CHARACTER
