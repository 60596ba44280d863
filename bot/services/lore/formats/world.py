"""SillyTavern's world files: `{"entries": {"0": {…}}}`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from bot import limits
from bot.services.lore.engine.book import Book, Entry, Mode
from bot.services.lore.formats.decorators import decorated, without_decorators
from bot.services.lore.formats.entries import NUMBERS, PLACES, SCAN, SILENT, mode_of, read_as, rules_of, written_rules
from bot.services.lore.formats.keys import read_keys, written_key
from bot.services.lore.formats.ours import block_of, more_of, settled, settled_book
from bot.services.lore.formats.reading import Fate, Fields, Format, JsonObject, Leaf, NewId, ReadBook, ReadEntry

_ORDER = int(limits.LORE_ORDER_MAX)


def read_world(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """A world file; `name` is the file's, which is the book's where it has no other."""
    some = [read_entry(one, new_id(), source_id) for source_id, one in listed(raw.get("entries"))]
    entries = settled([replace(one, key=key) for one, key in zip(some, _keys(raw.get("entries")), strict=True)])
    fields = Fields(raw)
    book = Book(
        new_id(), 1, fields.text("name") or name, tuple(one.entry for one in entries),
        scan_depth=fields.number("scanDepth", "scan_depth", default=2, least=0, most=SCAN),
        token_budget=fields.some_number("tokenBudget", "token_budget", least=0, most=int(limits.LORE_BUDGET_MAX)),
        recursion=fields.flag("recursiveScanning", "recursive_scanning", default=True),
    )  # fmt: skip
    fields.asked.add("description")
    refuse_others(fields, "entries")
    block = block_of(raw)
    return ReadBook(
        Format.WORLD, settled_book(book, block), fields.text("description"), entries, raw, fields.told(SILENT),
        more_of(block), fields.said(),
    )  # fmt: skip


def fresh_book(book: Book, description: str) -> JsonObject:
    """What a world file says of a book itself; the rest of it stands in our own place."""
    return {"name": book.name, "description": description}


def _keys(entries: object) -> list[str]:
    """Under what the entries stand in the file, in their order."""
    if isinstance(entries, dict):
        return [key for key, one in cast(JsonObject, entries).items() if isinstance(one, dict)]
    return [""] * len(listed(entries))


def refuse_others(fields: Fields, *names: str) -> None:
    """Tell how many of the entries are none."""
    held = fields.get(*names)
    some = list(cast(JsonObject, held).values()) if isinstance(held, dict) else held
    others = [one for one in cast("list[object]", some) if not isinstance(one, dict)] if isinstance(some, list) else []
    if others:
        fields.note(Fate.REFUSED, names[0], f"{len(others)}×, {others[0]}")


def listed(entries: object) -> list[tuple[str, JsonObject]]:
    """The entries of an object or a list, with what identifies each. Ids that occur twice get another."""
    found: list[tuple[str, JsonObject]] = []
    if isinstance(entries, dict):
        named = list(cast(JsonObject, entries).items())
    elif isinstance(entries, list):
        named = [(str(number), one) for number, one in enumerate(cast("list[object]", entries))]
    else:
        named = []
    seen: set[str] = set()
    for key, one in named:
        if not isinstance(one, dict):
            continue
        entry = cast(JsonObject, one)
        source_id = next((str(entry[name]) for name in ("uid", "id", "entry_id") if entry.get(name) is not None), key)
        while source_id in seen:
            source_id += "′"
        seen.add(source_id)
        found.append((source_id, entry))
    return found


def read_entry(raw: JsonObject, entry_id: UUID, source_id: str) -> ReadEntry:
    """One entry of a world file."""
    fields = Fields(raw)
    minds_case = fields.flag("caseSensitive", "case_sensitive")
    whole = fields.flag("matchWholeWords", "match_whole_words", default=True)
    keys = read_keys(fields, "key", fields.texts("key", "keys"), case_sensitive=minds_case, whole_words=whole)
    second = fields.texts("keysecondary", "secondary_keys")
    secondary = read_keys(fields, "keysecondary", second, case_sensitive=minds_case, whole_words=whole)
    is_selective = fields.flag("selective")
    if secondary and not is_selective:
        fields.note(Fate.KEPT, "keysecondary", ", ".join(second))
        secondary = ()
    number = fields.number("position", default=0, least=0, most=7)
    if number in {2, 3}:
        fields.note(Fate.CHANGED, "position", number)
    content = fields.text("content")
    rules: dict[str, Any] = rules_of(fields, scan_depth=None)
    entry = Entry(
        entry_id,
        name=fields.text("comment", "name"),
        content=without_decorators(content),
        mode=mode_of(
            is_constant=fields.flag("constant"),
            by_meaning=fields.flag("vectorized"),
            has_keys=bool(keys),
        ),
        keys=keys,
        secondary=secondary,
        position=PLACES[number],
        order=fields.number("order", "insertion_order", default=100, least=-_ORDER, most=_ORDER),
        **rules,
    )
    is_off = fields.flag("disable") or not fields.flag("enabled", default=True)
    return read_as(decorated(entry, content, fields), fields, raw, source_id, is_off=is_off)


def fresh_entry(leaf: Leaf) -> JsonObject:
    """What a world file says of an entry."""
    entry = leaf.entry
    return {
        "key": [written_key(key) for key in entry.keys],
        "keysecondary": [written_key(key) for key in entry.secondary],
        "comment": entry.name,
        "content": entry.content,
        "constant": entry.mode is Mode.CONSTANT,
        "selective": bool(entry.secondary),
        "order": entry.order,
        "position": NUMBERS[entry.position],
        "disable": not leaf.is_enabled,
        "caseSensitive": common([key.case_sensitive for key in entry.keys if not key.is_regex]),
        "matchWholeWords": common([key.whole_words for key in entry.keys if not key.is_regex]),
        **written_rules(entry),
    }


def common(values: list[bool]) -> bool | None:
    """What all of these say; None where they differ or there are none."""
    return values[0] if len(set(values)) == 1 else None
