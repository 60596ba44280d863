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
from dataclasses import replace
from pathlib import PurePath
from typing import Any, cast

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.cards.containers import unwrapped
from bot.services.characters.cards.json_files import JsonObject, as_object
from bot.services.lore.formats.reading import ReadBook
from bot.services.lore.formats.recognise import read_book
from bot.texts import N_
from db.ids import new_id

_BATCH = 100
_HOLDS_ENTRIES = frozenset({"entries", "data"})
_BYTES_IN_THREAD = 200_000
_MEMORY = 1_500_000_000
_CPU_SECONDS = 60
_WORDS_OF_LENGTH = 8


async def parse_book(data: bytes, file_name: str) -> ReadBook:
    """The lore book in a file of any kind. Raises `InvalidInput` that says what is wrong with it."""
    if len(data) > limits.CARD_FILE_BYTES_MAX or len(data) <= _BYTES_IN_THREAD:
        return await asyncio.to_thread(parsed, data, file_name)
    return await _in_process(data, file_name)


def parsed(data: bytes, file_name: str) -> ReadBook:
    """As `parse_book`, at once."""
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
                name=one.entry.name[:60],
                length=len(one.entry.content),
                maximum=int(limits.LORE_CONTENT_MAX),
            )


async def parse_card(data: bytes) -> JsonObject:
    """The card in JSON, without the entries of its lore book. Raises `InvalidInput`."""
    if len(data) <= _BYTES_IN_THREAD:
        return await asyncio.to_thread(_card, data)
    return await _in_process(data, "", of_card=True)


def _card(data: bytes) -> JsonObject:
    raw = as_object(data)
    for one in (raw, raw.get("data")):
        book = cast(JsonObject, one).get("character_book") if isinstance(one, dict) else None
        if isinstance(book, dict):
            cast(JsonObject, one)["character_book"] = {**cast(JsonObject, book), "entries": []}
    return raw


# ------------------------------------------------------------------------------------------------ the process


async def _in_process(data: bytes, file_name: str, *, of_card: bool = False) -> Any:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, "card" if of_card else "book", file_name,
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
    entries: list[Any] = []
    while True:
        size = int.from_bytes(await pipe.readexactly(_WORDS_OF_LENGTH))
        told, value = pickle.loads(await pipe.readexactly(size))  # noqa: S301 - our own process wrote it
        match told:
            case "entries":
                entries += value
            case "book":
                return _whole(value, entries)
            case "card":
                return value
            case _:
                code, message, field, values = value
                raise InvalidInput(code, message, field=field, **values)


def _whole(book: ReadBook, entries: list[Any]) -> ReadBook:
    whole = replace(book.book, entries=tuple(one.entry for one in entries))
    return replace(book, book=whole, entries=tuple(entries))


def _frames(kind: str, file_name: str, data: bytes) -> Iterator[tuple[str, object]]:
    """What the process says, piece by piece: no piece takes its reader long."""
    try:
        if kind == "card":
            yield "card", _card(data)
            return
        found = parsed(data, file_name)
    except InvalidInput as error:
        yield "refused", (error.code, error.message, error.field, error.values)
        return
    for at in range(0, len(found.entries), _BATCH):
        yield "entries", found.entries[at : at + _BATCH]
    bare = {name: value for name, value in found.raw.items() if name not in _HOLDS_ENTRIES}
    yield "book", replace(found, book=replace(found.book, entries=()), entries=(), raw=bare)


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    data = sys.stdin.buffer.read()
    for frame in _frames(sys.argv[1], sys.argv[2], data):
        packed = pickle.dumps(frame)
        sys.stdout.buffer.write(len(packed).to_bytes(_WORDS_OF_LENGTH) + packed)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
