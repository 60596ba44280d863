"""Files that carry a card: JSON, PNG and APNG with text chunks, CHARX archives. Taking them apart, bounded throughout.

Whatever a file claims of its sizes, no more is unpacked than the limits allow. Nothing of an archive is ever written to
disk, and only files that the card needs are read at all. Everything here takes time in proportion to the file: call it
off the event loop.
"""

from __future__ import annotations

import base64
import binascii
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.cards.json_files import as_object
from bot.texts import N_

JsonObject = dict[str, object]

_PNG = b"\x89PNG\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
# What reading an archive was seen to raise, byte by byte changed; ValueError: names in no encoding, places outside.
_BROKEN = (
    zipfile.BadZipFile, NotImplementedError, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError, OSError,
    struct.error, IndexError,
)  # fmt: skip
_KEYWORDS = ("ccv3", "chara_card_v3", "chara", "naidata")
"""Under these a card or lore book stands in a picture, the best first."""


_NO_LETTERS = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_SLICE = 1 << 20
"""Bytes that are turned into others at once: whatever is, holds everybody up."""


class Container(StrEnum):
    """What kind of file it was."""

    JSON = "json"
    PNG = "png"
    CHARX = "charx"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds: the card's (or book's) JSON object, the picture it is in or brings, and what came beside it.

    `assets` are paths of an archive's other files, for the report; they are not unpacked.
    """

    container: Container
    data: JsonObject
    picture: bytes | None = None
    assets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """As `Opened`, with the JSON still as bytes: finding it is cheap, reading it need not be."""

    container: Container
    json: bytes
    picture: bytes | None = None
    assets: tuple[str, ...] = ()


def opened(data: bytes) -> Opened:
    """Take a file apart. Raises `InvalidInput` that says what is wrong with it."""
    found = unwrapped(data)
    return Opened(found.container, as_object(found.json), found.picture, found.assets)


def unwrapped(data: bytes) -> Unwrapped:
    """Find the JSON in a file. Raises `InvalidInput`."""
    if len(data) > limits.CARD_FILE_BYTES_MAX:
        raise _refused("card_too_large", N_("The file is too large: at most {maximum} MB."), maximum=_megabytes())
    if data.startswith(_PNG):
        return Unwrapped(Container.PNG, _in_picture(data), picture=data)
    at = data.find(_ZIP)
    if at >= 0 and (at == 0 or not _looks_like_json(data)):
        return _in_archive(data[at:])
    return Unwrapped(Container.JSON, data)


# ------------------------------------------------------------------------------------------------ pictures


def _in_picture(data: bytes) -> bytes:
    found: dict[str, bytes] = {}
    for kind, body in chunks(data):
        keyword = _keyword(body) if kind in _TEXT_CHUNKS else ""
        # Only what may be a card is unpacked, and each once: a picture has room for thousands of bombs.
        if keyword in _KEYWORDS and keyword not in found:
            found[keyword] = _text(kind, body)
    for keyword in _KEYWORDS:
        if keyword in found:
            return _decoded(found[keyword])
    raise _refused(
        "card_not_in_picture",
        N_("There is no card in this picture. Apps and Discord's previews strip it: send the original file."),
    )


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG or APNG, kind and body. Raises `InvalidInput` where the file ends too early."""
    at = len(_PNG)
    for _ in range(int(limits.CARD_CHUNKS_MAX)):
        if at + 12 > len(data):
            return
        length = int.from_bytes(data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise _refused("card_cut_off", N_("This picture ends too early; it was cut off on its way. Send it again."))
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length


def _keyword(body: bytes) -> str:
    return body.partition(b"\0")[0].decode("latin-1").lower()


def _text(kind: bytes, body: bytes) -> bytes:
    rest = body.partition(b"\0")[2]
    if kind == b"zTXt":
        rest = inflated(rest[1:])
    elif kind == b"iTXt":
        is_packed, rest = rest[:1] == b"\x01", rest[2:]
        for _ in range(2):  # language and translated keyword
            rest = rest.partition(b"\0")[2]
        rest = inflated(rest) if is_packed else rest
    return rest


def inflated(packed: bytes) -> bytes:
    """Unpacked zlib data. Raises `InvalidInput` where it would be more than the limit, or is broken."""
    most = int(limits.CARD_UNPACKED_BYTES_MAX)
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, most + 1)
    except zlib.error as error:
        raise _refused("card_broken", N_("The card in this picture is damaged and cannot be unpacked.")) from error
    if len(text) > most:
        raise _bomb()
    return text


def _decoded(text: bytes) -> bytes:
    """What a text chunk says: Base64 of JSON, or JSON as it is."""
    if _looks_like_json(text):
        return text
    letters = b"".join(text[at : at + _SLICE].translate(None, _NO_LETTERS) for at in range(0, len(text), _SLICE))
    # Some programs leave out the signs that fill Base64 up.
    letters += b"=" * (-len(letters) % 4)
    try:
        return b"".join(base64.b64decode(letters[at : at + _SLICE]) for at in range(0, len(letters), _SLICE))
    except binascii.Error as error:
        raise _refused("card_broken", N_("The card in this picture is damaged and cannot be unpacked.")) from error


# ------------------------------------------------------------------------------------------------ archives


def _in_archive(data: bytes) -> Unwrapped:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _archived(archive)
    except _BROKEN as error:
        raise _refused("card_bad_archive", N_("This archive is damaged or no archive at all.")) from error


def _archived(archive: zipfile.ZipFile) -> Unwrapped:
    infos = archive.infolist()
    if len(infos) > limits.CARD_FILES_MAX:
        raise _refused(
            "card_too_many_files",
            N_("This archive holds more than {maximum} files; no card needs as many."),
            maximum=int(limits.CARD_FILES_MAX),
        )
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise _refused(
                "card_path_outside",
                N_("This archive holds a file that points outside of it ({path}). Nothing was imported."),
                path=info.filename[:80],
            )
        if info.flag_bits & 1:
            raise _refused("card_encrypted", N_("This archive is encrypted. Unlock it and send it again."))
    card = next((info for info in infos if info.filename == "card.json"), None)
    if card is None:
        raise _refused("card_not_in_archive", N_("There is no card.json in this archive, so it is no CHARX card."))
    data = _read(archive, card)
    icon = next((info for info in infos if _is_icon(info.filename)), None)
    others = tuple(info.filename for info in infos if not info.is_dir() and info is not card)
    return Unwrapped(Container.CHARX, data, None if icon is None else _read(archive, icon), others)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    most = int(limits.CARD_UNPACKED_BYTES_MAX)
    if info.file_size > most:
        raise _bomb()
    with archive.open(info) as file:
        found = file.read(most + 1)  # what the archive says of its sizes need not be true
    if len(found) > most:
        raise _bomb()
    return found


def _is_icon(path: str) -> bool:
    return path.startswith("assets/icon/") and path.rpartition("/")[2].startswith("main.")


# ------------------------------------------------------------------------------------------------ writing


def with_card(picture: bytes, cards: dict[str, bytes]) -> bytes:
    """A PNG that carries these cards (keyword → JSON), in place of any it carried before."""
    out = [_PNG]
    for kind, body in chunks(picture):
        if kind in _TEXT_CHUNKS and _keyword(body) in _KEYWORDS:
            continue
        if kind == b"IEND":
            out += [
                _chunk(b"tEXt", keyword.encode() + b"\0" + base64.b64encode(card)) for keyword, card in cards.items()
            ]
        out.append(_chunk(kind, body))
    return b"".join(out)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


# ------------------------------------------------------------------------------------------------ refusing


def _looks_like_json(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def _megabytes() -> int:
    return int(limits.CARD_FILE_BYTES_MAX) // 1_000_000


def _bomb() -> InvalidInput:
    return _refused(
        "card_unpacks_too_large",
        N_("This file unpacks to more than {maximum} MB; that is no card. Nothing was imported."),
        maximum=int(limits.CARD_UNPACKED_BYTES_MAX) // 1_000_000,
    )


def _refused(code: str, text: str, **values: object) -> InvalidInput:
    return InvalidInput(code, text, field="file", **values)
