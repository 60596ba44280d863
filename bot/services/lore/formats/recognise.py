"""Which format a JSON object is in, and the book it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from bot.errors import InvalidInput
from bot.services.lore.formats.character_book import read_character_book, read_lorebook_v3
from bot.services.lore.formats.others import read_agnai, read_novel, read_risu
from bot.services.lore.formats.reading import JsonObject, NewId, ReadBook
from bot.services.lore.formats.world import read_world
from bot.texts import N_

_Reader = Callable[[JsonObject, str, NewId], ReadBook]


def read_book(raw: JsonObject, name: str, new_id: NewId) -> ReadBook:
    """The book in an object of any known format; `name` is the file's. Raises `InvalidInput` where there is none."""
    reader = _reader(raw)
    if reader is None and _is_card(raw):
        raise InvalidInput(
            "card_without_book",
            N_("This card brings no lore book along. To import the character, use /character import."),
            field="file",
        )
    if reader is None:
        raise InvalidInput(
            "not_a_lore_book",
            N_("This is no lore book known here. Send a world file, a card, or one of RisuAI, Agnai or NovelAI."),
            field="file",
        )
    return reader(raw, name, new_id)


def _reader(raw: JsonObject) -> _Reader | None:
    if "lorebookVersion" in raw:
        return read_novel
    if raw.get("type") == "risu" and isinstance(raw.get("data"), list):
        return read_risu
    if raw.get("kind") == "memory":
        return read_agnai
    if raw.get("spec") == "lorebook_v3":
        return read_lorebook_v3
    book = _book_of_card(raw)
    if book is not None:
        return lambda _, name, new_id: read_character_book(book, name, new_id)
    entries = raw.get("entries")
    if isinstance(entries, list) and any(
        isinstance(one, dict) and "keys" in one for one in cast("list[object]", entries)
    ):
        return read_character_book
    return read_world if isinstance(entries, dict | list) else None


def _book_of_card(raw: JsonObject) -> JsonObject | None:
    data = raw.get("data")
    for one in (cast(JsonObject, data) if isinstance(data, dict) else {}, raw):
        book = one.get("character_book")
        if isinstance(book, dict):
            return cast(JsonObject, book)
    return None


def _is_card(raw: JsonObject) -> bool:
    return str(raw.get("spec")).startswith("chara_card") or "first_mes" in raw or "char_name" in raw
