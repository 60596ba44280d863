"""Files made to hurt: each is refused with a sentence or read, soon, and without unpacking what nobody asked for."""

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from bot.errors import InvalidInput
from bot.inspecting import account_of_book
from bot.services.characters.cards import containers
from bot.services.characters.cards.containers import opened
from bot.services.characters.cards.json_files import as_object
from bot.services.lore.formats.decorators import decorators_without_meaning, without_decorators
from bot.services.lore.formats.reading import Fate
from bot.services.lore.transfer import parsing
from bot.services.lore.transfer.parsing import parsed

CARD = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Rosa"}}


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _picture(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + _chunk(b"IEND", b"")


def _archive() -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("card.json", json.dumps(CARD))
    return bytearray(file.getvalue())


def test_only_what_may_hold_a_card_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[bytes] = []
    inflated = containers.inflated

    def counted(packed: bytes) -> bytes:
        unpacked.append(packed)
        return inflated(packed)

    monkeypatch.setattr(containers, "inflated", counted)
    text = zlib.compress(base64.b64encode(json.dumps(CARD).encode()))
    others = [_chunk(b"zTXt", b"Comment\0\0" + text), _chunk(b"iTXt", b"Title\0\1\0\0\0" + text)]
    card = _chunk(b"zTXt", b"chara\0\0" + text)
    assert opened(_picture(*others * 50, *[card] * 50)).data == CARD
    assert len(unpacked) == 1, "the first card there is, and nothing else"


@pytest.mark.parametrize("at", [8, 9, 28, 40])
def test_a_broken_archive_is_refused_whatever_is_broken(at: int) -> None:
    """A name in no encoding, and another byte of its header."""
    whole = _archive()
    assert opened(bytes(whole)).data == CARD
    central = whole.find(b"PK\1\2")
    whole[central + 9] |= 8  # names are UTF-8
    whole[whole.find(b"card.json", central)] = 0xFF
    whole[central + at] ^= 0x41
    with pytest.raises(InvalidInput):
        opened(bytes(whole))


def test_no_byte_of_an_archive_can_be_changed_so_that_reading_it_fails_otherwise() -> None:
    whole = _archive()
    for place, value in zip(range(4, len(whole)), cycle((0xFF, 0x80, 0x01, 0x0C, 0x0E)), strict=False):
        for other in (value, whole[place] ^ 0x09):
            broken = bytearray(whole)
            broken[place] = other
            try:
                opened(bytes(broken))
            except InvalidInput:
                continue


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "1e999", "-1e999", "9" * 5000])
def test_numbers_beyond_all_bounds_are_mended_or_refused(number: str) -> None:
    text = f'{{"entries": {{"0": {{"uid": 0, "key": ["a"], "content": "c", "order": {number}, "x": {number}}}}}}}'
    try:
        read = as_object(text.encode())
    except InvalidInput:
        return
    json.dumps(read, allow_nan=False)
    assert account_of_book(text.encode(), "odd.json")["entries"] == 1


@pytest.mark.parametrize(("size", "heavy"), [(10, False), (1_000_000, True)])
async def test_a_small_file_that_unpacks_to_a_large_one_is_read_apart(
    monkeypatch: pytest.MonkeyPatch, size: int, heavy: bool
) -> None:
    said: list[bool] = []

    async def noted(work: Callable[..., Any], *given: Any, heavy: bool) -> Any:
        said.append(heavy)
        return work(*given)

    monkeypatch.setattr(parsing, "apart", noted)
    book = {"entries": [{"keys": ["a"], "content": "c", "x": "y" * size}]}
    packed = zlib.compress(base64.b64encode(json.dumps(book).encode()))
    assert (await parsing.read_file(_picture(_chunk(b"zTXt", b"naidata\0\0" + packed)), "a.png", "en")).total == 1
    assert said == [heavy]


def test_base64_is_read_whatever_stands_between_its_letters() -> None:
    letters = base64.b64encode(json.dumps({**CARD, "x": "y" * 3_000_000}).encode()).rstrip(b"=")
    torn = b"\r\n-".join(letters[at : at + 77] for at in range(0, len(letters), 77))
    assert opened(_picture(_chunk(b"tEXt", b"chara\0" + torn))).data == {**CARD, "x": "y" * 3_000_000}


def test_leading_lines_of_decorators_are_told_from_words_however_many_there_are() -> None:
    content = "@@unknown 1\n" * 400_000 + "@@depth 3\nwords\n@@more"
    assert without_decorators(content) == "words\n@@more"
    assert decorators_without_meaning(content) == "@@unknown 1\n" * 400_000
    assert (without_decorators("@@a"), decorators_without_meaning("@@a")) == ("", "@@a\n")
    assert (without_decorators("a\n@@b"), decorators_without_meaning("a\n@@b")) == ("a\n@@b", "")


def test_entries_in_a_list_with_one_id_are_all_written_again() -> None:
    entries = [{"uid": 7, "key": ["a"], "content": content} for content in "abc"]
    account = account_of_book(json.dumps({"entries": entries}).encode(), "twice.json")
    assert (account["entries"], [one["lost"] for one in account["written"]]) == (3, [[], [], []])


def test_what_is_no_key_is_told_of() -> None:
    entries = {"0": {"key": ["ship", 7, None, True, {"x": 1}], "content": "c"}, "1": {"key": {"a": 1}, "content": "d"}}
    read = parsed(json.dumps({"entries": entries}).encode(), "odd.json")
    assert [key.text for one in read.entries for key in one.entry.keys] == ["ship", "7"]
    assert [(note.fate, note.detail) for one in read.entries for note in one.notes] == [
        (Fate.REFUSED, "True"), (Fate.REFUSED, "{'x': 1}"), (Fate.REFUSED, "{'a': 1}"),
    ]  # fmt: skip
