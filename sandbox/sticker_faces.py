"""The demo's stickers, drawn: a kettle, a lantern, a star."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

from PIL import Image, ImageDraw

SIZE = 160
#: Drawn larger and scaled down, which smooths the edges.
_SCALE = 4
_LINE = "#3b2a2a"

Draw = ImageDraw.ImageDraw
Box = tuple[int, int, int, int]


@functools.cache
def kettle() -> bytes:
    """A whistling kettle, as PNG."""

    def paint(draw: Draw) -> None:
        draw.arc(_scaled((46, 14, 114, 92)), 180, 360, fill=_LINE, width=9 * _SCALE)
        draw.polygon([_point(116, 88), _point(152, 54), _point(156, 66), _point(124, 110)], fill="#b8652f")
        draw.ellipse(_scaled((26, 52, 134, 146)), fill="#d98244", outline=_LINE, width=4 * _SCALE)
        draw.rounded_rectangle(_scaled((58, 42, 102, 58)), 6 * _SCALE, fill=_LINE)
        _eyes(draw, 88)
        draw.arc(_scaled((66, 92, 94, 116)), 20, 160, fill=_LINE, width=4 * _SCALE)

    return _picture(paint)


@functools.cache
def lantern() -> bytes:
    """A lit lantern, as PNG."""

    def paint(draw: Draw) -> None:
        draw.arc(_scaled((58, 4, 102, 48)), 180, 360, fill=_LINE, width=6 * _SCALE)
        draw.polygon([_point(44, 48), _point(116, 48), _point(102, 26), _point(58, 26)], fill=_LINE)
        draw.rounded_rectangle(
            _scaled((48, 48, 112, 132)), 12 * _SCALE, fill="#ffe08a", outline=_LINE, width=5 * _SCALE
        )
        draw.ellipse(_scaled((66, 62, 94, 122)), fill="#ff9d3c")
        draw.ellipse(_scaled((73, 82, 87, 118)), fill="#fff4cf")
        draw.rounded_rectangle(_scaled((40, 130, 120, 146)), 6 * _SCALE, fill=_LINE)

    return _picture(paint)


@functools.cache
def star() -> bytes:
    """A sleepy star, as PNG."""

    def paint(draw: Draw) -> None:
        outer = [
            (80, 8),
            (101, 56),
            (153, 61),
            (114, 96),
            (125, 148),
            (80, 121),
            (35, 148),
            (46, 96),
            (7, 61),
            (59, 56),
        ]
        draw.polygon([_point(*corner) for corner in outer], fill="#f6c94a", outline=_LINE, width=4 * _SCALE)
        for left in (58, 88):
            draw.arc(_scaled((left, 70, left + 16, 86)), 10, 170, fill=_LINE, width=4 * _SCALE)
        draw.ellipse(_scaled((74, 94, 86, 108)), fill=_LINE)

    return _picture(paint)


def _eyes(draw: Draw, top: int) -> None:
    for left in (58, 90):
        draw.ellipse(_scaled((left, top - 6, left + 11, top + 8)), fill=_LINE)


def _scaled(box: Box) -> Box:
    left, top, right, bottom = box
    return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE


def _point(across: int, down: int) -> tuple[int, int]:
    return across * _SCALE, down * _SCALE


def _picture(paint: Callable[[Draw], None]) -> bytes:
    picture = Image.new("RGBA", (SIZE * _SCALE, SIZE * _SCALE), (0, 0, 0, 0))
    paint(ImageDraw.Draw(picture))
    buffer = io.BytesIO()
    picture.reduce(_SCALE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
