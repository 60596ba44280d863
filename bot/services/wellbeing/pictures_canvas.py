"""A ground to draw on: shapes drawn at twice their size, so that edges are smooth, and letters of our own font."""

from __future__ import annotations

import importlib.resources
import io
import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from bot.services.wellbeing.choices import HIGHEST, LOWEST

Colour = tuple[int, int, int]
Point = tuple[int, int]
At = Literal["la", "ma", "ra", "lm", "rm", "mm", "mt", "mb", "rb"]
"""What of a text stands at its point: left, middle or right; ascender, middle, top, baseline or bottom (Pillow)."""

BACK: Colour = (33, 36, 43)
INK: Colour = (244, 241, 234)
QUIET_INK: Colour = (196, 195, 190)
FAINT: Colour = (138, 141, 149)
GRID: Colour = (56, 60, 70)
LINE: Colour = (244, 241, 234)

_STEPS: Sequence[Colour] = ((139, 130, 219), (98, 160, 222), (176, 184, 196), (233, 190, 92), (245, 145, 78))
"""Very low to very good: violet, blue, grey, gold, orange. Told apart by who sees no red or no green, too."""

_SCALE = 2
_FONT = "dejavu_sans.ttf"
_WRITTEN = re.compile(
    r"[\u0020-\u007e\u00a0-\u024f\u0370-\u03ff\u0400-\u052f\u1e00-\u1eff\u2010-\u2027\u2070-\u209f\u20a0-\u20bf]"
)


def colour_of(score: float, *, is_faint: bool = False) -> Colour:
    """The colour of a place on the scale, between two steps their mixture."""
    place = min(max(score, LOWEST), HIGHEST) - LOWEST
    below = min(int(place), len(_STEPS) - 2)
    colour = _mixed(_STEPS[below], _STEPS[below + 1], place - below)
    return _mixed(colour, BACK, 0.5) if is_faint else colour


def _mixed(a: Colour, b: Colour, share: float) -> Colour:
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def drawable(text: str) -> str:
    """A text in the letters our font has; empty where what is left would not be the same word any more.

    Emoji around a word may go; letters of a script that we cannot write may not.
    """
    kept = "".join(char for char in text if _WRITTEN.match(char))
    lost = [char for char in text if not _WRITTEN.match(char)]
    return "" if any(char.isalnum() for char in lost) else " ".join(kept.split())


@cache
def _letters() -> bytes:
    return (importlib.resources.files("bot.data") / _FONT).read_bytes()


class Canvas:
    """A picture of a width and height in shown pixels, origin top left. Used by one thread."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGB", (width * _SCALE, height * _SCALE), BACK)
        self._draw = ImageDraw.Draw(self._image)
        self._size = (width, height)
        # Each picture has its fonts for itself: threads do not share them.
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}

    def text(self, at_point: Point, text: str, *, size: int, colour: Colour = INK, at: At = "la") -> None:
        """One line of text."""
        self._draw.text(_twice(at_point), text, fill=colour, font=self._font(size), anchor=at)

    def width_of(self, text: str, size: int) -> int:
        """How many shown pixels a text takes."""
        return round(self._font(size).getlength(text) / _SCALE)

    def fitted(self, text: str, width: int, size: int) -> str:
        """The text, cut where it would be wider."""
        if self.width_of(text, size) <= width:
            return text
        while text and self.width_of(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def box(self, corners: tuple[int, int, int, int], fill: Colour, *, radius: int = 0) -> None:
        """A filled rectangle with round corners."""
        left, top, right, bottom = (value * _SCALE for value in corners)
        self._draw.rounded_rectangle((left, top, right - 1, bottom - 1), radius * _SCALE, fill=fill)

    def line(self, points: Sequence[Point], colour: Colour, *, width: int) -> None:
        """A line through points; through one alone, a dot."""
        if len(points) == 1:
            self.dot(points[0], max(width // 2, 1), colour)
            return
        self._draw.line([_twice(point) for point in points], fill=colour, width=width, joint="curve")

    def dot(self, centre: Point, radius: int, colour: Colour, *, edge: Colour | None = None) -> None:
        """A filled circle."""
        x, y, r = centre[0] * _SCALE, centre[1] * _SCALE, radius * _SCALE
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=colour, outline=edge, width=_SCALE)

    def ring(self, centre: Point, radius: int, colour: Colour) -> None:
        """A circle that is open in the middle."""
        x, y, r = centre[0] * _SCALE, centre[1] * _SCALE, radius * _SCALE
        self._draw.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=3 * _SCALE)

    def shape_of(self, letter: str) -> bytes:
        """How a letter looks; the same for all that the font does not have."""
        shown = Image.new("L", (60, 60))
        ImageDraw.Draw(shown).text((4, 4), letter, fill=255, font=self._font(20))
        return shown.tobytes()

    def png(self) -> bytes:
        """The picture as a file."""
        shown = self._image.resize(self._size, Image.Resampling.LANCZOS)
        out = io.BytesIO()
        shown.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _font(self, size: int) -> ImageFont.FreeTypeFont:
        if size not in self._fonts:
            self._fonts[size] = ImageFont.truetype(io.BytesIO(_letters()), size * _SCALE)
        return self._fonts[size]


def _twice(point: Point) -> tuple[int, int]:
    return point[0] * _SCALE, point[1] * _SCALE
