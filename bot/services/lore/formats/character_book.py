"""Lore books inside of cards (V2, V3) and the standalone `lorebook_v3`.

The specification's own fields stand at the top of an entry, the other program's rules below `extensions` (either
spelling); some programs put them at the top as well. What stands below `extensions` counts first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from bot.services.lore.book import Book, Entry, Mode, Position
from bot.services.lore.formats.decorators import decorated, decorators_without_meaning, without_decorators
from bot.services.lore.formats.entries import NUMBERS, PLACES, SILENT, mode_of, rules_of, written_rules
from bot.services.lore.formats.keys import read_keys, written_key
from bot.services.lore.formats.reading import (
    Fate,
    Fields,
    Format,
    JsonObject,
    NewId,
    ReadBook,
    ReadEntry,
    changed_since,
)
from bot.services.lore.formats.world import listed

_BEFORE = frozenset({"before_char", "before_character", "before_char_defs"})
_AFTER = frozenset({"after_char", "after_character", "after_char_defs"})


def read_character_book(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """A card's book; `name` is the character's, for books without one."""
    entries = tuple(read_entry(one, new_id(), source_id) for source_id, one in listed(raw.get("entries")))
    fields = Fields(raw)
    fields.asked.add("entries")
    book = Book(
        new_id(), 1, fields.text("name") or name, tuple(one.entry for one in entries),
        scan_depth=fields.number("scan_depth", "scanDepth", default=2, least=0, most=1000),
        token_budget=fields.some_number("token_budget", "tokenBudget", least=0, most=1_000_000) or None,
        recursion=fields.flag("recursive_scanning", "recursiveScanning", default=True),
    )  # fmt: skip
    return ReadBook(Format.CHARACTER_BOOK, book, fields.text("description"), entries, raw, fields.told(SILENT))


def read_lorebook_v3(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """A standalone book: `{"spec": "lorebook_v3", "data": {…}}`."""
    data = raw.get("data")
    found = read_character_book(cast(JsonObject, data) if isinstance(data, dict) else {}, name, new_id)
    return ReadBook(Format.LOREBOOK_V3, found.book, found.description, found.entries, found.raw, found.notes)


def read_entry(raw: JsonObject, entry_id: UUID, source_id: str) -> ReadEntry:
    """One entry of a card's book."""
    below = raw.get("extensions")
    extensions = cast(JsonObject, below) if isinstance(below, dict) else {}
    fields = Fields({**raw, **extensions})
    minds_case = fields.flag("case_sensitive", "caseSensitive", "risu_case_sensitive")
    whole = fields.flag("match_whole_words", "matchWholeWords", "whole_words_only", default=True)
    written = fields.texts("keys", "key")
    # Some programs write `use_regex` on every entry; it is believed where the first key looks like a pattern.
    is_regex = fields.flag("use_regex") and bool(written) and written[0].startswith("/")
    keys = read_keys(fields, "keys", written, case_sensitive=minds_case, whole_words=whole)
    second = fields.texts("secondary_keys", "keysecondary")
    secondary = read_keys(fields, "secondary_keys", second, case_sensitive=minds_case, whole_words=whole)
    if secondary and (is_regex or not fields.flag("selective")):
        fields.note(Fate.KEPT, "secondary_keys", ", ".join(second))
        secondary = ()
    content = fields.text("content")
    rules: dict[str, Any] = rules_of(fields, scan_depth=None)
    entry = Entry(
        entry_id,
        name=fields.text("comment") or fields.text("name"),
        content=without_decorators(content),
        mode=mode_of(
            is_off=not fields.flag("enabled", default=True),
            is_constant=fields.flag("constant") and not is_regex,
            by_meaning=fields.flag("vectorized"),
            has_keys=bool(keys),
        ),
        keys=keys,
        secondary=secondary,
        position=_position(fields, raw, extensions),
        order=fields.number("insertion_order", "order", default=100, least=-100_000, most=100_000),
        priority=fields.some_number("priority", least=-100_000, most=100_000),
        **rules,
    )
    entry = decorated(entry, content, fields)
    return ReadEntry(entry, raw, source_id, fields.told(SILENT))


def written_entry(entry: Entry, raw: JsonObject | None, number: int) -> JsonObject:
    """An entry for a card's book."""
    now, rules = _fresh(entry), written_rules(entry, "snake") | {"position": NUMBERS[entry.position]}
    if raw is None:
        return {"id": number, **now, "extensions": rules, "use_regex": _is_regex(entry)}
    if read_entry(raw, entry.id, "").entry == entry:
        return dict(raw)
    # What decorators said is said by fields from now on, so that the two cannot disagree.
    kept = decorators_without_meaning(str(raw.get("content") or ""))
    raw = {**raw, "content": kept + without_decorators(str(raw.get("content") or ""))}
    known = read_entry(raw, entry.id, "").entry
    before = _fresh(known)
    rules_before = written_rules(known, "snake") | {"position": NUMBERS[known.position]}
    made = changed_since(raw, before, now)
    if known.content != entry.content:
        made["content"] = kept + entry.content
    below = raw.get("extensions")
    extensions = cast(JsonObject, below) if isinstance(below, dict) else {}
    changed = {name: value for name, value in rules.items() if rules_before.get(name) != value}
    if changed:
        made["extensions"] = {**extensions, **changed}
    return made


def written_character_book(book: Book, raws: Mapping[UUID, JsonObject], raw: JsonObject | None = None) -> JsonObject:
    """A card's book. `raws` are the objects that entries came from, by entry; `raw` the book's own."""
    now: JsonObject = {
        "name": book.name,
        "scan_depth": book.scan_depth,
        "token_budget": book.token_budget,
        "recursive_scanning": book.recursion,
    }
    entries = [written_entry(entry, raws.get(entry.id), number) for number, entry in enumerate(book.entries)]
    if raw is None:
        return {"extensions": {}, **now, "entries": entries}
    known = read_character_book({**raw, "entries": []}, book.name, lambda: book.id).book
    before: JsonObject = {
        "name": known.name,
        "scan_depth": known.scan_depth,
        "token_budget": known.token_budget,
        "recursive_scanning": known.recursion,
    }
    return {**changed_since(raw, before, now), "entries": entries}


def _fresh(entry: Entry) -> JsonObject:
    plain = [key for key in entry.keys if not key.is_regex]
    return {
        "keys": [written_key(key) for key in entry.keys],
        "secondary_keys": [written_key(key) for key in entry.secondary],
        "comment": entry.name,
        "name": entry.name,
        "content": entry.content,
        "constant": entry.mode is Mode.CONSTANT,
        "selective": bool(entry.secondary),
        "insertion_order": entry.order,
        "priority": entry.order if entry.priority is None else entry.priority,
        "enabled": entry.mode is not Mode.DISABLED,
        "position": "before_char" if NUMBERS[entry.position] == 0 else "after_char",
        "case_sensitive": bool(plain) and all(key.case_sensitive for key in plain),
    }


def _is_regex(entry: Entry) -> bool:
    return bool(entry.keys) and all(key.is_regex for key in entry.keys)


def _position(fields: Fields, raw: JsonObject, extensions: JsonObject) -> Position:
    fields.asked.add("position")
    number = extensions.get("position", raw.get("position"))
    if isinstance(number, int) and not isinstance(number, bool) and number in PLACES:
        if number in {2, 3}:
            fields.note(Fate.CHANGED, "position", number)
        return PLACES[number]
    word = str(raw.get("position") or "").lower()
    if word and word not in _BEFORE | _AFTER:
        fields.note(Fate.CHANGED, "position", word)
    return Position.BEFORE_CHARACTER if word in _BEFORE or not word else Position.AFTER_CHARACTER
