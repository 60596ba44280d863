"""Characters' pictures: read with suspicion, made small, kept by content.

What comes in may be anything, so its size and dimensions are checked before a pixel is decoded, only four formats are
opened, only the first frame is read, and what is kept is a PNG we wrote ourselves (which also drops places and names a
camera put into the file). Decoding runs in a thread, one picture at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import struct
import tempfile
import warnings
import zlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.frames import frame_count
from bot.texts import N_

if TYPE_CHECKING:
    from PIL.Image import Image

FIELD = "picture"
MIME = "image/png"

_SWEPT_AT_ONCE = 500
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError, struct.error, zlib.error)


class Shape(Enum):
    """What a picture is cut to: the value is how many times as wide as high."""

    FACE = 1
    BANNER = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be kept: a PNG `side` pixels wide, square but for banners, and the SHA-256 of its bytes.

    `size_bytes` is that of the file it was made from; 0 where that is counted as something else (a card).
    """

    sha256: str
    png: bytes
    side: int
    size_bytes: int = 0
    shape: Shape = Shape.FACE


def refuse_size(size_bytes: int) -> None:
    """Raise `InvalidInput` where a file of this size is not taken. Ask this before downloading it."""
    if size_bytes > limits.PICTURE_BYTES_MAX:
        raise _invalid(
            "picture_too_large",
            N_("{label} may have at most {maximum} MB; yours has {size} MB."),
            maximum=limits.PICTURE_BYTES_MAX // 2**20,
            size=f"{size_bytes / 2**20:.1f}",
        )


def refuse_announced(size_bytes: int, filename: str, mime: str | None) -> None:
    """Raise `InvalidInput` for what can be refused by its size and what it calls itself, before it is fetched."""
    refuse_size(size_bytes)
    if filename.lower().endswith((".svg", ".svgz")) or (mime or "").startswith("image/svg"):
        raise _svg()


def decode(data: bytes, shape: Shape = Shape.FACE) -> Picture:
    """The picture in `data` as we keep it. Blocks; raises `InvalidInput` that says what is wrong with the file."""
    # Here and not above: a process that never takes in a picture does without Pillow's 5 MB.
    from PIL import Image

    # Pillow only warns about pictures somewhat over its own limit; here that is a refusal, in every thread.
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
    refuse_size(len(data))
    _refuse_other_kinds(data)
    try:
        _refuse_many_frames(data)
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _refuse_dimensions(*image.size)
            return _redraw(image, shape)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _UNREADABLE as error:
        raise _invalid(
            "picture_unreadable",
            N_("{label} could not be read; the file seems to be damaged. Save it again as PNG or JPEG."),
        ) from error


class Pictures:
    """The picture store: files named by their content under one folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first picture is kept."""
        self._folder = folder
        self._one_at_a_time = asyncio.Semaphore(1)

    async def prepare(self, data: bytes, shape: Shape = Shape.FACE) -> Picture:
        """`decode`, off the event loop. Raises `InvalidInput`."""
        refuse_size(len(data))
        async with self._one_at_a_time:
            return replace(await asyncio.to_thread(decode, data, shape), size_bytes=len(data))

    async def keep(self, picture: Picture) -> None:
        """Write the picture, whole or not at all. Kept again, it only counts as new (`sweep`)."""
        await asyncio.to_thread(_write, self._place(picture.sha256), picture.png)

    async def read(self, sha256: str) -> bytes | None:
        """The PNG, or None where there is none."""
        path = self.path(sha256)
        return await asyncio.to_thread(path.read_bytes) if path else None

    def path(self, sha256: str) -> Path | None:
        """Where the picture lies, or None where there is none (or `sha256` is not one)."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            return None
        place = self._place(sha256)
        return place if place.is_file() else None

    async def sweep(self, before: datetime, claimed: Callable[[Sequence[str]], Awaitable[Collection[str]]]) -> int:
        """Remove what was kept last before that moment and is not `claimed`; how many files went."""
        old = await asyncio.to_thread(_older, self._folder, before.timestamp())
        removed = 0
        for at in range(0, len(old), _SWEPT_AT_ONCE):
            batch = old[at : at + _SWEPT_AT_ONCE]
            wanted = await claimed([place.stem for place in batch])
            unwanted = [place for place in batch if place.stem not in wanted]
            removed += await asyncio.to_thread(_remove, unwanted, before.timestamp())
        return removed

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / f"{sha256}.png"


def _refuse_other_kinds(data: bytes) -> None:
    if not data:
        raise _invalid("picture_empty", N_("{label} is an empty file. Choose a PNG, JPEG, WebP or GIF file."))
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--")) or b"<svg" in start:
        raise _svg()
    known = data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))
    if not known and not (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise _invalid("picture_kind", N_("{label} is no picture we can read. Choose a PNG, JPEG, WebP or GIF file."))


def _refuse_many_frames(data: bytes) -> None:
    if frame_count(data, at_most=limits.PICTURE_FRAMES_MAX + 1) > limits.PICTURE_FRAMES_MAX:
        raise _invalid(
            "picture_frames",
            N_("{label} has more than {maximum} frames. Only the first is shown; save that one as PNG."),
            maximum=int(limits.PICTURE_FRAMES_MAX),
        )


def _refuse_dimensions(width: int, height: int) -> None:
    if width * height > limits.PICTURE_PIXELS_MAX or max(width, height) > limits.PICTURE_SIDE_MAX:
        raise _too_many_pixels()
    if min(width, height) < limits.PICTURE_SIDE_MIN:
        raise _invalid(
            "picture_too_small",
            N_("{label} is only {width} × {height} pixels; it needs at least {minimum} × {minimum}."),
            width=width,
            height=height,
            minimum=int(limits.PICTURE_SIDE_MIN),
        )


def _redraw(image: Image, shape: Shape) -> Picture:
    from PIL import Image, ImageOps

    kept = int(limits.PICTURE_SIDE_KEPT if shape is Shape.FACE else limits.BANNER_WIDTH_KEPT)
    if image.format == "JPEG":
        image.draft("RGB", (kept, kept))  # lets the decoder skip detail nobody will see
    upright = ImageOps.exif_transpose(image)
    width, height = upright.size
    side = max(min(width, height * shape.value, kept), shape.value)
    # A little above the middle: that is where faces are in portraits.
    size, middle = (side, side // shape.value), (0.5, 0.35 if shape is Shape.FACE else 0.5)
    cut = ImageOps.fit(upright.convert("RGBA"), size, Image.Resampling.LANCZOS, centering=middle)
    out = io.BytesIO()
    cut.save(out, "PNG", optimize=True)
    png = out.getvalue()
    return Picture(hashlib.sha256(png).hexdigest(), png, side, shape=shape)


def _write(place: Path, content: bytes) -> None:
    if place.is_file():
        os.utime(place)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _older(folder: Path, before: float) -> list[Path]:
    """Files kept last before a moment, also those that were never finished."""
    return [place for place in folder.glob("??/??/*") if place.is_file() and place.stat().st_mtime < before]


def _remove(places: Sequence[Path], before: float) -> int:
    """Remove those that nobody kept again since; how many went."""
    removed = 0
    for place in places:
        with contextlib.suppress(FileNotFoundError):
            if place.stat().st_mtime < before:
                place.unlink()
                removed += 1
    return removed


def _svg() -> InvalidInput:
    return _invalid(
        "picture_svg",
        N_("{label} is an SVG drawing, which may contain programs. Save it as PNG and choose that file."),
    )


def _too_many_pixels() -> InvalidInput:
    return _invalid(
        "picture_too_many_pixels",
        N_("{label} would unpack to more than {maximum} million pixels. Make it smaller and choose it again."),
        maximum=limits.PICTURE_PIXELS_MAX // 1_000_000,
    )


def _invalid(code: str, message: str, /, **values: object) -> InvalidInput:
    return InvalidInput(code, message, field=FIELD, **{"label": N_("The picture"), **values})
