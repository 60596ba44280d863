"""A book and a chat out of files, and which entries they bring in."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from bot.services.characters.cards.json_files import as_object
from bot.services.lore.compatible import OldScene, OldSettings, read_old, scan
from bot.services.lore.engine.activation import Activation, activate
from bot.services.lore.engine.book import Timing
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.scene import Past, Said, Scene, Speaker
from bot.services.lore.formats.reading import Format, JsonObject, ReadBook
from bot.services.lore.formats.recognise import read_book
from bot.services.lore.formats.told import shelf_of
from bot.services.lore.formats.writing import written_book
from bot.services.talk import macros

NO_BUDGET = 1_000_000_000
_TEXTS = ("mes", "content", "text", "message")


@dataclass(frozen=True)
class Asked:
    """What was said on the command line. `budget` and `depth` None: as the book says."""

    depth: int | None = None
    budget: int | None = None
    seed: int = 1
    character: str = "Character"
    person: str = "User"


def estimated(text: str) -> int:
    """About how many tokens a text has; only a `--budget` looks at it."""
    return -(-len(text) // 4)


def read_json(path: Path) -> Any:
    """A JSON file. Raises OSError or ValueError."""
    return json.loads(path.read_bytes().decode("utf-8-sig"))


def read_lore(path: Path) -> object:
    """A book's file; where plain JSON it is not, as the program itself reads one. Raises OSError, UserError."""
    try:
        return read_json(path)
    except (ValueError, RecursionError):
        return as_object(path.read_bytes())


def read_chat(raw: object) -> tuple[Said, ...]:
    """Messages, newest first: texts, or objects with `name`, `mes` and `is_user`. Hidden ones are left out."""
    if isinstance(raw, dict):
        raw = next((one for one in cast(JsonObject, raw).values() if isinstance(one, list)), [])
    if not isinstance(raw, list):
        raise ValueError("a chat is a list of messages, newest first")
    said = [one for one in map(_said, cast("list[object]", raw)) if one is not None]
    return tuple(replace(one, id=len(said) - place) for place, one in enumerate(said))


def active_ids(book: object, name: str, chat: tuple[Said, ...], asked: Asked) -> list[str]:
    """Ids, as the file has them, of the entries that come in, by our engine. Raises UserError."""
    found = _read(book, name)
    activation = _activation(found, chat, asked)
    ids = {one.entry.id: _file_id(one.raw, one.source_id) for one in found.entries}
    return [ids[one.entry.id] for one in activation.active]


def told(book: object, name: str, chat: tuple[Said, ...], asked: Asked) -> Iterator[str]:
    """The same with reasons, one line each, and what stayed out."""
    found = _read(book, name)
    activation = _activation(found, chat, asked)
    ids = {one.entry.id: _file_id(one.raw, one.source_id) for one in found.entries}
    for one in activation.active:
        yield f"in   {ids[one.entry.id]}\t{one.cause.via} {one.cause.key!r} wave {one.wave}"
    for other in activation.refused:
        yield f"out  {ids[other.entry.id]}\t{other.out.why} {other.out.number if other.out.number is not None else ''}"
    for warning in activation.warnings:
        yield f"warn {ids[warning.entry.id] if warning.entry else '-'}\t{warning.trouble} {warning.key}"


def compatible_ids(book: object, name: str, chat: tuple[Said, ...], asked: Asked) -> list[str]:
    """Ids of the entries that come in as the other program would have it. Raises UserError."""
    found = _read(book, name)
    raw = cast(JsonObject, book) if isinstance(book, dict) else {"entries": book}
    if found.format is not Format.WORLD:
        raw = written_book(shelf_of(found, name), Format.WORLD)
    old, ids = read_old(raw, name)
    settings = OldSettings() if asked.depth is None else OldSettings(scan_depth=asked.depth)
    tokens = NO_BUDGET if asked.budget is None else asked.budget * 4
    scene = OldScene(
        tuple((one.name, one.text) for one in chat), tokens, count=estimated, roll=random.Random(asked.seed).random,
        expand=_expand(asked), character=asked.character,
    )  # fmt: skip
    active = scan([old], replace(settings, include_names=any(one.name for one in chat)), scene).active
    return [ids[entry.uid] for _, entry in active]


def _read(book: object, name: str) -> ReadBook:
    raw = cast(JsonObject, book) if isinstance(book, dict) else {"entries": book}
    numbers = count(1)
    return read_book(raw, name, lambda: UUID(int=next(numbers)))


def _activation(found: ReadBook, chat: tuple[Said, ...], asked: Asked) -> Activation:
    entries = tuple(replace(one, tokens=one.tokens or estimated(one.content)) for one in found.book.entries)
    # Numbers of turns are not known here, and the files' own counts are of messages.
    book = replace(found.book, entries=entries, timing=Timing.MESSAGES)
    if asked.depth is not None:
        book = replace(book, scan_depth=asked.depth)
    ids = tuple(one.id for one in chat)
    past = Past((), ids, ids, len(ids), max(0, len(ids) - 1))
    scene = Scene(UUID(int=asked.seed), chat, past=past)
    return activate(Deck([book], _expand(asked)), scene, NO_BUDGET if asked.budget is None else asked.budget)


def _expand(asked: Asked) -> Callable[[str], str]:
    return lambda text: macros.expand(text, char=asked.character, user=asked.person)


def _file_id(raw: JsonObject, source_id: str) -> str:
    return next((str(raw[name]) for name in ("uid", "id", "entry_id") if raw.get(name) is not None), source_id)


def _said(one: object) -> Said | None:
    if isinstance(one, str):
        return Said(0, Speaker.USER, "", one)
    if not isinstance(one, dict):
        return None
    fields = cast(JsonObject, one)
    text = next((value for name in _TEXTS if isinstance(value := fields.get(name), str)), None)
    if text is None or fields.get("is_system") or fields.get("is_hidden"):
        return None
    is_user = fields.get("is_user", fields.get("role", "user") == "user")
    return Said(0, Speaker.USER if is_user else Speaker.CHARACTER, str(fields.get("name") or ""), text)


def names_in(chat: Sequence[Said]) -> tuple[str, str]:
    """Who the newest character and the newest person are, for macros in keys."""
    named = {one.speaker: one.name for one in reversed(chat) if one.name}
    return named.get(Speaker.CHARACTER, Asked.character), named.get(Speaker.USER, Asked.person)


__all__ = ["Asked", "Format", "active_ids", "compatible_ids", "names_in", "read_chat", "read_json", "read_lore", "told"]
