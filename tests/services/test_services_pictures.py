"""Pictures people send, and files that only say they are pictures."""

import asyncio
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.frames import frame_count
from bot.services.characters.pictures import Pictures, decode, refuse_announced, refuse_size
from bot.texts import Say


def drawn(kind: str, size: tuple[int, int] = (640, 480), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 50).convert(mode).save(out, kind, **more)
    return out.getvalue()


def gif(frames: int, size: tuple[int, int] = (32, 32)) -> bytes:
    """A GIF built by hand, its frames one tiny block each."""
    width, height = size
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that claims a size without having the pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = b"".join(chunk(kind, content) for kind, content in chunks)
    pixels = zlib.compress(bytes(1024))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_pictures_become_square_pngs(kind: str) -> None:
    picture = decode(drawn(kind))
    with Image.open(io.BytesIO(picture.png)) as kept:
        assert kept.format == "PNG"
        assert kept.size == (480, 480) == (picture.side, picture.side)
        assert kept.info == {}


def test_large_pictures_become_small_ones_and_nothing_a_camera_wrote_stays() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    exif[0x0112] = 6
    picture = decode(drawn("JPEG", (2000, 1000), exif=exif))
    assert picture.side == limits.PICTURE_SIDE_KEPT
    assert b"at home" not in picture.png


def test_the_first_frame_of_an_animation_is_shown() -> None:
    red, blue = Image.new("RGB", (40, 40), "red"), Image.new("RGB", (40, 40), "blue")
    for kind in ("GIF", "WEBP", "PNG"):
        out = io.BytesIO()
        red.save(out, kind, save_all=True, append_images=[blue, red, blue])
        assert frame_count(out.getvalue(), at_most=501) == 4
        with Image.open(io.BytesIO(decode(out.getvalue()).png)) as kept:
            red_part, _, blue_part, _ = kept.getpixel((20, 20))  # type: ignore[misc]
        assert red_part > 200
        assert blue_part < 50


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "picture_empty"),
        (b"MZ\x90\x00not a picture", "picture_kind"),
        (b"%PDF-1.7", "picture_kind"),
        (b"BM" + bytes(100), "picture_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "picture_svg"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE svg><svg/>", "picture_svg"),
        (b"  <!-- hi --><SVG onload=x>", "picture_svg"),
        (b"\x89PNG\r\n\x1a\n", "picture_unreadable"),
        (drawn("PNG")[:500], "picture_unreadable"),
        (drawn("JPEG")[:700], "picture_unreadable"),
        (b"GIF89a", "picture_unreadable"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture_unreadable"),
        (png(50_000, 50_000), "picture_too_many_pixels"),
        (png(20_000, 20), "picture_too_many_pixels"),
        (png(8_000, 8_000), "picture_too_many_pixels"),
        (png(2**31 - 1, 2**31 - 1), "picture_too_many_pixels"),
        (png(8, 8), "picture_too_small"),
        (png(64, 64, (b"zTXt", b"bomb\x00\x00" + zlib.compress(bytes(80 * 2**20), 9))), "picture_unreadable"),
        (gif(5_000), "picture_frames"),
        (gif(1, (65_535, 65_535)), "picture_too_many_pixels"),
        (bytes(limits.PICTURE_BYTES_MAX + 1), "picture_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}",
)
def test_everything_else_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode(data)
    assert refused.value.code == code
    assert refused.value.field == "picture"
    sentence = Say().error(refused.value)
    assert sentence.startswith("The picture ")
    assert "{" not in sentence


def test_the_limit_is_named_before_anything_is_fetched() -> None:
    with pytest.raises(InvalidInput) as refused:
        refuse_size(25 * 2**20)
    assert Say().error(refused.value) == "The picture may have at most 10 MB; yours has 25.0 MB."
    with pytest.raises(InvalidInput):
        refuse_announced(100, "face.SVG", None)
    with pytest.raises(InvalidInput):
        refuse_announced(100, "face", "image/svg+xml; charset=utf-8")
    refuse_announced(100, "face.png", "image/png")


@pytest.mark.parametrize("cut", range(0, 400, 7))
@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_broken_files_are_counted_without_harm(kind: str, cut: int) -> None:
    data = drawn(kind, (64, 64))
    assert frame_count(data[:cut], at_most=10) >= 1


def test_a_file_of_nothing_but_tiny_blocks_is_counted_to_the_limit_only() -> None:
    assert frame_count(gif(200_000), at_most=501) == 501


async def test_pictures_are_kept_by_content(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "media")
    picture = await pictures.prepare(drawn("PNG"))
    assert pictures.path(picture.sha256) is None
    await asyncio.gather(*(pictures.keep(picture) for _ in range(5)))
    path = pictures.path(picture.sha256)
    assert path == tmp_path / "media" / picture.sha256[:2] / picture.sha256[2:4] / f"{picture.sha256}.png"
    assert await pictures.read(picture.sha256) == picture.png
    assert [file.name for file in (tmp_path / "media").rglob("*") if file.is_file()] == [path.name]
    assert pictures.path("../../etc/passwd") is None
    assert await pictures.read("0" * 64) is None
