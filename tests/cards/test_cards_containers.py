"""Files that carry a card are taken apart safely, whatever they claim to be."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from pathlib import Path

import orjson
import pytest

from bot.errors import InvalidInput
from bot.services.characters.cards.containers import Container, chunks, opened, with_card

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cards"
CARD = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Zoë"}}
JSON = orjson.dumps(CARD)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(*texts: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(texts) + pixels + chunk(b"IEND", b"")


def text(keyword: str, card: bytes = JSON) -> bytes:
    return chunk(b"tEXt", keyword.encode() + b"\0" + base64.b64encode(card))


def archive(files: dict[str, bytes], **kwargs: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **kwargs) as made:  # type: ignore[arg-type]
        for name, body in files.items():
            made.writestr(name, body)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        opened(data)
    assert "{" not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    "data",
    [
        picture(text("chara")),
        picture(text("Chara")),
        picture(text("chara_card_v3")),
        picture(chunk(b"zTXt", b"chara\0\0" + zlib.compress(base64.b64encode(JSON)))),
        picture(chunk(b"iTXt", b"ccv3\0\0\0\0\0" + base64.b64encode(JSON))),
        picture(chunk(b"iTXt", b"ccv3\0\x01\0en\0\0" + zlib.compress(JSON))),
        JSON,
        b"\xef\xbb\xbf" + JSON,
        archive({"card.json": JSON}),
        b"MZ junk of a self-extractor" + archive({"card.json": JSON}),
        b"\xff\xd8\xff\xe0 a photo" + archive({"card.json": JSON}),
    ],
)
def test_a_card_is_found_wherever_it_is_kept(data: bytes) -> None:
    assert opened(data).data == CARD


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        ('{"a": "é"}'.encode("utf-32"), {"a": "é"}),
        (b'{"a": "x\\u0000y"}', {"a": "xy"}),
        (b'{"a\\u0000": ["\\ud83d", "\\ud83d\\ude00"]}', {"a": ["\ufffd", "\U0001f600"]}),
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        (b'{"a": 123456789012345678901234567890}', {"a": 1.2345678901234568e29}),
        (b'{"a": "line\nbreak"}', {"a": "line\nbreak"}),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
    ],
)
def test_json_as_people_send_it_is_read_into_what_can_be_kept(data: bytes, expected: dict[str, object]) -> None:
    assert opened(data).data == expected


def test_base64_without_its_filling_is_read() -> None:
    odd = orjson.dumps({**CARD, "x": "12"})
    packed = base64.b64encode(odd)
    assert packed.endswith(b"=")
    assert opened(picture(chunk(b"tEXt", b"chara\0" + packed.rstrip(b"=")))).data == orjson.loads(odd)


def test_the_newer_card_of_a_picture_counts_and_the_first_of_its_name() -> None:
    newer = orjson.dumps({"spec": "chara_card_v3"})
    assert opened(picture(text("chara"), text("ccv3", newer), text("ccv3"))).data == {"spec": "chara_card_v3"}


def test_an_archive_brings_its_icon_and_names_what_else_it_holds() -> None:
    found = opened(archive({"card.json": JSON, "assets/icon/images/main.png": b"p", "assets/audio/a.mp3": b"m"}))
    assert (found.container, found.picture) == (Container.CHARX, b"p")
    assert found.assets == ("assets/icon/images/main.png", "assets/audio/a.mp3")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "card_no_json"),
        (b"[1]", "card_no_object"),
        (b"\x89PNG\r\n\x1a\n", "card_not_in_picture"),
        (picture(), "card_not_in_picture"),
        (picture(text("chara"))[:60], "card_cut_off"),
        (picture(text("chara", b"\xff\xfe")), "card_no_json"),
        (picture(chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"0" * 60_000_000))), "card_unpacks_too_large"),
        (picture(chunk(b"zTXt", b"chara\0\0not zlib")), "card_broken"),
        (b"[" * 10_000 + b"]" * 10_000, "card_too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "card_too_deep"),
        (b'{"a": nothing}', "card_no_json"),
        (b'{"a":' * 90 + b"1" + b"}" * 90, "card_too_deep"),
        (archive({"x.json": JSON}), "card_not_in_archive"),
        (archive({"card.json": JSON, "../../etc/passwd": b"x"}), "card_path_outside"),
        (archive({"card.json": JSON, "/etc/passwd": b"x"}), "card_path_outside"),
        (archive({"card.json": JSON, "C:\\x": b"x"}), "card_path_outside"),
        (archive({"card.json": b" " * 60_000_000}, compression=zipfile.ZIP_DEFLATED), "card_unpacks_too_large"),
        (archive({f"{n}": b"" for n in range(2001)}), "card_too_many_files"),
        (archive({"card.json": JSON})[:40], "card_bad_archive"),
        (b"0" * 26_000_000, "card_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_card_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(archive({"card.json": JSON}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.find(mark) + (6 if mark == b"PK\x03\x04" else 8)
        data[at] |= 1
    assert refusal(bytes(data)) == "card_encrypted"


def test_an_archive_that_lies_of_its_sizes_unpacks_no_further() -> None:
    packed = archive({"card.json": b" " * 60_000_000}, compression=zipfile.ZIP_DEFLATED)
    lying = packed.replace((60_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refusal(lying) in {"card_unpacks_too_large", "card_bad_archive", "card_no_json"}


def test_a_written_card_is_read_again_and_is_the_only_one() -> None:
    made = with_card(picture(text("chara", b"{}"), text("ccv3", b"{}")), {"chara": JSON, "ccv3": JSON})
    assert opened(made).data == CARD
    assert [kind for kind, _ in chunks(made)].count(b"tEXt") == 2


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*")), ids=lambda path: path.name)
def test_the_sample_cards_open(path: Path) -> None:
    assert opened(path.read_bytes()).data
