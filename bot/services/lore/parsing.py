"""Files taken apart and read where they hold nobody up: small ones in a thread, others in a process of their own.

Reading JSON holds Python's lock until it is done, so a large file read in a thread would still be felt by everybody.
The process gets no settings and no more memory and time than a book can need; whatever it dies of is a refusal.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, cast

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.cards.containers import unwrapped
from bot.services.characters.cards.json_files import JsonObject, as_object
from bot.services.lore.formats.reading import ReadBook, ReadEntry
from bot.services.lore.formats.recognise import read_book
from bot.services.lore.formats.told import Counted, counted, lines
from bot.texts import N_, Say
from db.ids import new_id

_BATCH = 100
_REMARKS = 20
_HOLDS_ENTRIES = frozenset({"entries", "data"})
_BYTES_IN_THREAD = 200_000
_MEMORY = 1_500_000_000
_CPU_SECONDS = 60
_WORDS_OF_LENGTH = 8


@dataclass(frozen=True, slots=True)
class FileRead:
    """A lore book out of a file. Its entries stay packed until they are wanted, some at a time.

    So many small objects at once would make every later sweep of Python's memory felt. `text` is the report,
    `remarks` some of its lines, of entries of which not everything was taken over.
    """

    head: ReadBook
    total: int
    account: Counted
    text: str
    remarks: tuple[str, ...]
    packed: tuple[bytes, ...]

    def batches(self) -> Iterator[tuple[ReadEntry, ...]]:
        """The entries, at most 100 at a time."""
        for one in self.packed:
            yield pickle.loads(one)  # noqa: S301 - packed below

    def whole(self) -> ReadBook:
        """The book with all its entries."""
        entries = tuple(entry for batch in self.batches() for entry in batch)
        return replace(
            self.head, book=replace(self.head.book, entries=tuple(one.entry for one in entries)), entries=entries
        )


async def read_file(data: bytes, file_name: str, language: str) -> FileRead:
    """The lore book in a file of any kind, with the report in a language. Raises `InvalidInput`."""
    if len(data) > limits.CARD_FILE_BYTES_MAX or len(data) <= _BYTES_IN_THREAD:
        return await asyncio.to_thread(_read, data, file_name, language)
    return await _in_process(data, "book", file_name, language)


def _read(data: bytes, file_name: str, language: str) -> FileRead:
    found = parsed(data, file_name)
    packed = [
        pickle.dumps(found.entries[at : at + _BATCH], pickle.HIGHEST_PROTOCOL)
        for at in range(0, len(found.entries), _BATCH)
    ]
    bare = {name: value for name, value in found.raw.items() if name not in _HOLDS_ENTRIES}
    head = replace(found, book=replace(found.book, entries=()), entries=(), raw=bare)
    told = list(lines(found, Say(language)))
    odd = [line for line, one in zip(told[1:], found.entries, strict=True) if one.notes]
    return FileRead(
        head, len(found.entries), counted(found), "\n".join(told), tuple(odd[:_REMARKS]), tuple(packed)
    )  # fmt: skip


def parsed(data: bytes, file_name: str) -> ReadBook:
    """The lore book in a file, at once. Raises `InvalidInput`."""
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


async def parse_card(data: bytes) -> JsonObject:
    """The card in JSON, without the entries of its lore book. Raises `InvalidInput`."""
    if len(data) <= _BYTES_IN_THREAD:
        return await asyncio.to_thread(_card, data)
    return await _in_process(data, "card")


def _card(data: bytes) -> JsonObject:
    raw = as_object(data)
    for one in (raw, raw.get("data")):
        book = cast(JsonObject, one).get("character_book") if isinstance(one, dict) else None
        if isinstance(book, dict):
            cast(JsonObject, one)["character_book"] = {**cast(JsonObject, book), "entries": []}
    return raw


# ------------------------------------------------------------------------------------------------ the process


async def _in_process(data: bytes, *wish: str) -> Any:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"from {__name__} import main; main()", *wish,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "HOME") if name in os.environ}
        | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    feeding = asyncio.create_task(_fed(child.stdin, data))
    try:
        return await _received(child.stdout)
    except asyncio.IncompleteReadError as error:
        raise InvalidInput(
            "file_too_much",
            N_("Reading this file takes more memory or time than any lore book needs. Nothing was imported."),
            field="file",
        ) from error
    finally:
        feeding.cancel()
        if child.returncode is None:
            child.kill()
        await asyncio.gather(feeding, child.wait(), return_exceptions=True)


async def _fed(pipe: asyncio.StreamWriter, data: bytes) -> None:
    try:
        pipe.write(data)
        await pipe.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # it is gone; what it said, or that it said nothing, is the answer
    pipe.close()


async def _received(pipe: asyncio.StreamReader) -> Any:
    size = int.from_bytes(await pipe.readexactly(_WORDS_OF_LENGTH))
    is_refused, value = pickle.loads(await pipe.readexactly(size))  # noqa: S301 - our own process wrote it
    if is_refused:
        code, message, field, values = value
        raise InvalidInput(code, message, field=field, **values)
    return value


def _answer(data: bytes, wish: str, *more: str) -> tuple[bool, object]:
    try:
        return False, _card(data) if wish == "card" else _read(data, *more)
    except InvalidInput as error:
        return True, (error.code, error.message, error.field, error.values)


def main() -> None:
    """What the process does: one file from standard input, what it says to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    data = sys.stdin.buffer.read()
    packed = pickle.dumps(_answer(data, *sys.argv[1:]), pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.write(len(packed).to_bytes(_WORDS_OF_LENGTH) + packed)
    sys.stdout.buffer.flush()
