"""Files are read off the event loop, large ones in a process of their own, with the same outcome."""

from __future__ import annotations

import sys

import orjson
import pytest

from bot import limits
from bot.errors import InvalidInput
from bot.services.lore.formats.reading import JsonObject
from bot.services.lore.formats.told import shelf_of
from bot.services.lore.formats.writing import WRITTEN, written_book
from bot.services.lore.transfer import parsing
from bot.services.lore.transfer.parsing import parse_card, parsed, read_file


def world(entries: int, content: str = "words " * 40) -> bytes:
    some = {str(n): {"uid": n, "key": [f"key {n}"], "content": content, "odd": n} for n in range(entries)}
    return orjson.dumps({"entries": some, "name": "W", "extra": {"a": 1}})


async def test_a_large_file_is_read_by_a_process_as_a_small_one_is_by_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    small = await read_file(world(3), "the world.json", "en")
    monkeypatch.setattr(parsing, "_LIGHT_BYTES", 10)
    large = await read_file(world(3), "the world.json", "en")
    assert small.text == large.text
    assert (small.total, small.account) == (large.total, large.account)
    for one in (small.whole(), large.whole()):
        assert (one.book.name, one.format, len(one.entries), len(one.book.entries)) == ("W", "world", 3, 3)
    for kind in WRITTEN:
        assert written_book(shelf_of(small.whole()), kind) == written_book(shelf_of(large.whole()), kind)
    with pytest.raises(InvalidInput) as caught:
        await read_file(b'{"hello": "there, this is no book at all"}', "x", "en")
    assert caught.value.code == "not_a_lore_book"


async def test_a_process_that_dies_of_a_file_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_LIGHT_BYTES", 10)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(InvalidInput) as caught:
        await read_file(world(1), "x", "en")
    assert caught.value.code == "file_too_much"


async def test_a_cards_book_stays_behind_when_the_card_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    card: JsonObject = {
        "spec": "chara_card_v2",
        "data": {"name": "N", "character_book": {"name": "B", "entries": [{"keys": ["a"], "content": "c"}]}},
    }
    packed = orjson.dumps(card)
    small = await parse_card(packed)
    monkeypatch.setattr(parsing, "_LIGHT_BYTES", 10)
    assert await parse_card(packed) == small
    assert small["data"] == {"name": "N", "character_book": {"name": "B", "entries": []}}
    assert len((await read_file(packed, "x", "en")).whole().entries) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (orjson.dumps({"entries": {}}), "book_without_entries"),
        (world(1, "x" * 1_000_000), "book_entry_too_long"),
        (world(int(limits.LORE_ENTRIES_PER_BOOK) + 1, ""), "book_too_many_entries"),
        (orjson.dumps({"spec": "chara_card_v2", "data": {"name": "N"}}), "card_without_book"),
    ],
)
def test_what_is_too_much_is_refused_whole(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parsed(data, "f.json")
    assert caught.value.code == code
