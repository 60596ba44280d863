"""Simple drawn faces for the people of the demo and for the bot, so that nobody looks like a default avatar."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

SIZE = 256
#: Drawn larger and scaled down, which smooths the edges.
_SCALE = 4


@dataclass(frozen=True)
class Look:
    """Colours of a face; `hair` "short", "long" or "bun"."""

    background: str
    skin: str
    hair_colour: str
    hair: str
    shirt: str


ROBIN = Look("#f6c177", "#f2c9a1", "#7a3e1d", "short", "#2f7d6d")
SASHA = Look("#c4a7e7", "#8d5a3b", "#2a1a1f", "bun", "#e0567a")
ALEX = Look("#9ccfd8", "#e5b48c", "#3d3a50", "long", "#f0f0e8")


@functools.cache
def person(look: Look) -> bytes:
    """A face as PNG."""
    picture, draw = _canvas(look.background)
    if look.hair == "long":
        _ellipse(draw, (68, 48, 188, 214), look.hair_colour)
    if look.hair == "bun":
        _ellipse(draw, (102, 14, 154, 66), look.hair_colour)
    _ellipse(draw, (44, 188, 212, 320), look.shirt)
    _ellipse(draw, (110, 160, 146, 210), look.skin)
    _ellipse(draw, (80, 62, 176, 184), look.skin)
    _pie(draw, (76, 44, 180, 160), 180, 360, look.hair_colour)
    for left in (102, 142):
        _ellipse(draw, (left, 114, left + 12, 128), "#2b2530")
    draw.arc(_scaled((108, 126, 148, 160)), 30, 150, fill="#8c3b3b", width=4 * _SCALE)
    return _png(picture)


@functools.cache
def cup() -> bytes:
    """The bot's face: a steaming cup, as PNG."""
    picture, draw = _canvas("#4a3328")
    draw.ellipse(_scaled((164, 112, 216, 168)), outline="#f5efe3", width=12 * _SCALE)
    draw.rounded_rectangle(_scaled((60, 98, 180, 196)), 34 * _SCALE, fill="#f5efe3")
    _ellipse(draw, (66, 88, 174, 116), "#c98b4a")
    draw.rounded_rectangle(_scaled((44, 202, 200, 216)), 7 * _SCALE, fill="#f5efe3")
    for left in (86, 116, 146):
        draw.arc(_scaled((left, 36, left + 20, 66)), 90, 270, fill="#e9dcc6", width=5 * _SCALE)
        draw.arc(_scaled((left, 61, left + 20, 86)), -90, 90, fill="#e9dcc6", width=5 * _SCALE)
    return _png(picture)


def _canvas(background: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (SIZE * _SCALE, SIZE * _SCALE), background)
    return picture, ImageDraw.Draw(picture)


def _scaled(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE


def _ellipse(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], fill: str) -> None:
    draw.ellipse(_scaled(box), fill=fill)


def _pie(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], start: int, end: int, fill: str) -> None:
    draw.pieslice(_scaled(box), start, end, fill=fill)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.reduce(_SCALE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
