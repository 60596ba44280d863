"""Formats that are read and not written: RisuAI's modules, Agnai's memory books, NovelAI's lorebooks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.services.lore.engine.book import Book, Entry, Position
from bot.services.lore.formats.decorators import decorated, without_decorators
from bot.services.lore.formats.entries import SILENT, mode_of, read_as, rules_of
from bot.services.lore.formats.keys import read_keys
from bot.services.lore.formats.reading import Fate, Fields, Format, JsonObject, NewId, ReadBook, ReadEntry
from bot.services.lore.formats.world import listed, refuse_others


def read_risu(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """`{"type": "risu", "data": […]}`. Its folders are entries there; here entries have a folder."""
    some = listed(raw.get("data"))
    folders = {
        str(one["key"]): str(one.get("comment") or "").strip()
        for _, one in some
        if one.get("mode") == "folder" and one.get("key")
    }
    entries = tuple(
        replace(_risu(one, new_id(), source_id), folder=folders.get(str(one.get("folder")), ""))
        for source_id, one in some
        if one.get("mode") != "folder"
    )
    return _book(raw, name, new_id, Format.RISU, entries)


def read_agnai(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """`{"kind": "memory", "entries": […]}`."""
    entries = tuple(_agnai(one, new_id(), source_id) for source_id, one in listed(raw.get("entries")))
    return _book(raw, name, new_id, Format.AGNAI, entries)


def read_novel(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """`{"lorebookVersion": 4, "entries": […]}`."""
    entries = tuple(_novel(one, new_id(), source_id) for source_id, one in listed(raw.get("entries")))
    return _book(raw, name, new_id, Format.NOVEL, entries)


def _book(raw: JsonObject, name: str, new_id: NewId, kind: Format, entries: tuple[ReadEntry, ...]) -> ReadBook:
    fields = Fields(raw)
    refuse_others(fields, "data" if kind is Format.RISU else "entries")
    fields.asked |= {"entries", "data", "type", "kind", "ver", "lorebookVersion"}
    book = Book(new_id(), 1, fields.text("name") or name, tuple(one.entry for one in entries))
    description = fields.text("description")
    return ReadBook(kind, book, description, entries, raw, fields.told(SILENT), said=fields.said())


def _risu(raw: JsonObject, entry_id: UUID, source_id: str) -> ReadEntry:
    fields = Fields(raw)
    is_regex = fields.flag("useRegex", "use_regex")
    keys = read_keys(
        fields, "key", fields.texts("key"), case_sensitive=False, whole_words=False, bare_regex=is_regex
    )  # fmt: skip
    fields.asked.add("folder")
    second = fields.texts("secondkey")
    secondary = read_keys(fields, "secondkey", second, case_sensitive=False, whole_words=False)
    is_selective = fields.flag("selective")
    if secondary and not is_selective:
        fields.note(Fate.KEPT, "secondkey", ", ".join(second))
        secondary = ()
    if fields.text("mode") not in {"", "normal"}:
        fields.note(Fate.KEPT, "mode", fields.text("mode"))
    content = fields.text("content")
    chance = fields.some_number("activationPercent", least=0, most=100)
    rules: dict[str, Any] = rules_of(fields, scan_depth=None)
    rules["probability"] = 100 if chance is None else chance
    entry = Entry(
        entry_id,
        name=fields.text("comment"),
        content=without_decorators(content),
        mode=mode_of(is_constant=fields.flag("alwaysActive"), by_meaning=False, has_keys=bool(keys)),
        keys=keys,
        secondary=secondary,
        order=fields.number("insertorder", default=100, least=-100_000, most=100_000),
        **rules,
    )
    return read_as(decorated(entry, content, fields), fields, raw, source_id, is_off=False)


def _agnai(raw: JsonObject, entry_id: UUID, source_id: str) -> ReadEntry:
    fields = Fields(raw)
    keys = read_keys(fields, "keywords", fields.texts("keywords"), case_sensitive=False, whole_words=True)
    entry = Entry(
        entry_id,
        name=fields.text("name"),
        content=fields.text("entry"),
        keys=keys,
        order=fields.number("weight", default=100, least=-100_000, most=100_000),
        priority=fields.some_number("priority", least=-100_000, most=100_000),
    )
    return read_as(entry, fields, raw, source_id, is_off=not fields.flag("enabled", default=True))


def _novel(raw: JsonObject, entry_id: UUID, source_id: str) -> ReadEntry:
    fields = Fields(raw)
    context = Fields(fields.object("contextConfig"))
    keys = read_keys(fields, "keys", fields.texts("keys"), case_sensitive=False, whole_words=True)
    before, after = context.text("prefix"), context.text("suffix")
    entry = Entry(
        entry_id,
        name=fields.text("displayName"),
        content=before + fields.text("text") + after.rstrip("\n"),
        mode=mode_of(is_constant=fields.flag("forceActivation"), by_meaning=False, has_keys=bool(keys)),
        keys=keys,
        position=Position.BEFORE_CHARACTER,
        order=context.number("budgetPriority", default=100, least=-100_000, most=100_000),
    )
    read = read_as(entry, fields, raw, source_id, is_off=not fields.flag("enabled", default=True))
    return replace(read, notes=(*read.notes, *context.told(SILENT)))
