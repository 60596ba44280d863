"""Files taken apart and read where they hold nobody up (`apart`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import cast

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.cards.containers import unwrapped
from bot.services.characters.cards.json_files import JsonObject, as_object
from bot.services.lore.formats.reading import ReadBook, ReadEntry
from bot.services.lore.formats.recognise import read_book
from bot.services.lore.formats.told import Counted, counted, lines
from bot.services.lore.transfer.apart import apart, packed, unpacked
from bot.texts import N_, Say
from db.ids import new_id

_REMARKS = 20
_HOLDS_ENTRIES = frozenset({"entries", "data"})
_LIGHT_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class FileRead:
    """A lore book out of a file, its entries packed. `text` is the report.

    `remarks` are some of its lines, of entries of which not everything was taken over.
    """

    head: ReadBook
    total: int
    account: Counted
    text: str
    remarks: tuple[str, ...]
    packed: tuple[bytes, ...]

    def batches(self) -> Iterator[list[ReadEntry]]:
        """The entries, some at a time."""
        return unpacked(self.packed)

    def whole(self) -> ReadBook:
        """The book with all its entries."""
        entries = tuple(entry for batch in self.batches() for entry in batch)
        book = replace(self.head.book, entries=tuple(one.entry for one in entries))
        return replace(self.head, book=book, entries=entries)


async def read_file(data: bytes, file_name: str, language: str) -> FileRead:
    """The lore book in a file of any kind, with the report in a language. Raises `InvalidInput`."""
    heavy = await asyncio.to_thread(_is_heavy, data)
    return await apart(read_at_once, data, file_name, language, heavy=heavy)


def _is_heavy(data: bytes) -> bool:
    """Whether reading it would be felt: a small file may unpack to a large one."""
    if len(data) > _LIGHT_BYTES:
        return len(data) <= limits.CARD_FILE_BYTES_MAX
    return len(unwrapped(data).json) > _LIGHT_BYTES


async def parse_card(data: bytes) -> JsonObject:
    """The card in JSON, without the entries of its lore book. Raises `InvalidInput`."""
    return await apart(card_at_once, data, heavy=len(data) > _LIGHT_BYTES)


def read_at_once(data: bytes, file_name: str, language: str) -> FileRead:
    """As `read_file`."""
    found = parsed(data, file_name)
    bare = {name: value for name, value in found.raw.items() if name not in _HOLDS_ENTRIES}
    head = replace(found, book=replace(found.book, entries=()), entries=(), raw=bare)
    told = list(lines(found, Say(language)))
    odd = [line for line, one in zip(told[1:], found.entries, strict=True) if one.notes]
    total = len(found.entries)
    return FileRead(head, total, counted(found), "\n".join(told), tuple(odd[:_REMARKS]), packed(found.entries))


def parsed(data: bytes, file_name: str) -> ReadBook:
    """The lore book in a file. Raises `InvalidInput`."""
    name = PurePath(file_name).stem.strip() or file_name
    raw = as_object(unwrapped(data).json)
    _refuse_many(raw.get("entries"))
    found = read_book(raw, name[: limits.LORE_BOOK_NAME_MAX], new_id)
    if not found.entries:
        raise InvalidInput(
            "book_without_entries", N_("This lore book holds no entries, so there is nothing to import."), field="file"
        )
    _refuse_many(found.entries)
    _refuse_long(found)
    return found


def card_at_once(data: bytes) -> JsonObject:
    """As `parse_card`."""
    raw = as_object(data)
    for one in (raw, raw.get("data")):
        book = cast(JsonObject, one).get("character_book") if isinstance(one, dict) else None
        if isinstance(book, dict):
            cast(JsonObject, one)["character_book"] = {**cast(JsonObject, book), "entries": []}
    return raw


def _refuse_many(entries: object) -> None:
    most = int(limits.LORE_ENTRIES_PER_BOOK)
    count = len(cast("list[object]", entries)) if isinstance(entries, list | dict | tuple) else 0
    if count > most:
        raise InvalidInput(
            "book_too_many_entries",
            N_("This lore book has {count} entries; at most {maximum} fit into one. Split it and send the parts."),
            field="file",
            count=count,
            maximum=most,
        )


def _refuse_long(found: ReadBook) -> None:
    for one in found.entries:
        if len(one.entry.content) > limits.LORE_CONTENT_MAX:
            raise InvalidInput(
                "book_entry_too_long",
                N_(
                    "Entry #{number} “{name}” has {length} characters; one entry may have {maximum}. "
                    "Nothing was imported: split it and send the file again."
                ),
                field="file",
                number=one.source_id,
                name=(one.entry.name or next((key.text for key in one.entry.keys), "…"))[:60],
                length=len(one.entry.content),
                maximum=int(limits.LORE_CONTENT_MAX),
            )
