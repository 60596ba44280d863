"""Draws the demo characters' faces: `python -m bot.demo.draw` writes `bot/demo/faces/*.png`.

Everything is plain shapes on a 512-unit square, drawn four times larger and scaled down, so that edges are smooth. The
files are committed: the program only reads them. They are ours, made by this script and nothing else.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bot.demo.cast import FACES

SIZE = 512
SCALE = 4

Point = tuple[float, float]
Colour = tuple[int, int, int] | tuple[int, int, int, int]


class Canvas:
    """A 512×512 drawing in units of its final pixels, origin top left."""

    def __init__(self, top: Colour, bottom: Colour) -> None:
        side = SIZE * SCALE
        self.image = Image.new("RGBA", (side, side))
        draw = ImageDraw.Draw(self.image)
        for y in range(side):
            share = y / (side - 1)
            row = [round(a + (b - a) * share) for a, b in zip(top[:3], bottom[:3], strict=True)]
            draw.line((0, y, side, y), fill=(row[0], row[1], row[2], 255))

    def _layer(self, paint: Callable[[ImageDraw.ImageDraw], None], fill: Colour, blur: float = 0) -> None:
        # The empty layer has the fill's own colour, or a blurred edge would fade through black.
        layer = Image.new("RGBA", self.image.size, (*fill[:3], 0))
        paint(ImageDraw.Draw(layer))
        if blur:
            layer = layer.filter(ImageFilter.GaussianBlur(blur * SCALE))
        self.image = Image.alpha_composite(self.image, layer)

    def ellipse(self, centre: Point, rx: float, ry: float, fill: Colour, *, blur: float = 0, turn: float = 0) -> None:
        """An ellipse around `centre`, turned by `turn` degrees."""
        angle = math.radians(turn)
        points: list[Point] = []
        for step in range(120):
            a = step / 120 * math.tau
            x, y = rx * math.cos(a), ry * math.sin(a)
            points.append(
                (
                    centre[0] + x * math.cos(angle) - y * math.sin(angle),
                    centre[1] + x * math.sin(angle) + y * math.cos(angle),
                )
            )
        self.polygon(points, fill, blur=blur)

    def polygon(self, points: Sequence[Point], fill: Colour, *, blur: float = 0) -> None:
        """A filled polygon."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._layer(lambda d: d.polygon(scaled, fill=fill), fill, blur)

    def blob(self, points: Sequence[Point], fill: Colour, *, blur: float = 0) -> None:
        """A soft closed shape through `points` (Catmull-Rom)."""
        self.polygon(smooth(points, closed=True), fill, blur=blur)

    def line(self, points: Sequence[Point], fill: Colour, width: float, *, blur: float = 0) -> None:
        """A rounded stroke through `points`, smoothed."""
        path = [(x * SCALE, y * SCALE) for x, y in smooth(points, closed=False)]
        radius = width * SCALE / 2

        def paint(d: ImageDraw.ImageDraw) -> None:
            d.line(path, fill=fill, width=round(width * SCALE), joint="curve")
            for x, y in (path[0], path[-1]):
                d.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

        self._layer(paint, fill, blur)

    def ring(self, centre: Point, radius: float, fill: Colour, width: float) -> None:
        """A circle's outline."""
        x, y, r = centre[0] * SCALE, centre[1] * SCALE, radius * SCALE
        self._layer(lambda d: d.ellipse((x - r, y - r, x + r, y + r), outline=fill, width=round(width * SCALE)), fill)

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return ImageOps.fit(self.image.convert("RGB"), (SIZE, SIZE), Image.Resampling.LANCZOS)


def smooth(points: Sequence[Point], *, closed: bool, steps: int = 16) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    if len(points) < 3:
        return list(points)
    count = len(points)
    spans = count if closed else count - 1
    out: list[Point] = []
    for i in range(spans):
        p = [points[(i + k) % count] if closed else points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2)]
        for step in range(steps):
            t = step / steps
            out.append((_catmull([q[0] for q in p], t), _catmull([q[1] for q in p], t)))
    if not closed:
        out.append(points[-1])
    return out


def _catmull(p: Sequence[float], t: float) -> float:
    return 0.5 * (
        2 * p[1]
        + (p[2] - p[0]) * t
        + (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * t**2
        + (3 * p[1] - p[0] - 3 * p[2] + p[3]) * t**3
    )


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The same points on the other side of the picture's middle."""
    return [(SIZE - x, y) for x, y in points]


def mira() -> Image.Image:
    """Mira Vale, keeper of the Lantern Archive: night-blue fog, amber light, round spectacles."""
    c = Canvas((24, 38, 66), (52, 88, 112))
    dice = random.Random(7)
    for _ in range(26):
        c.ellipse((dice.uniform(0, 512), dice.uniform(0, 250)), 1.6, 1.6, (255, 244, 214, dice.randint(90, 220)))
    c.ellipse((256, 250), 215, 215, (255, 190, 96, 70), blur=34)
    c.ellipse((256, 240), 160, 160, (255, 205, 120, 80), blur=26)
    hair, shade = (58, 33, 44), (44, 24, 36)
    c.blob(
        [
            (256, 62),
            (150, 92),
            (104, 190),
            (108, 330),
            (92, 440),
            (170, 470),
            (256, 440),
            (342, 470),
            (420, 440),
            (404, 330),
            (408, 190),
            (362, 92),
        ],
        shade,
    )
    c.blob([(256, 400), (120, 438), (60, 540), (452, 540), (392, 438)], (38, 92, 98))
    c.blob([(256, 440), (206, 420), (190, 520), (322, 520), (306, 420)], (236, 226, 200))
    c.blob([(222, 350), (290, 350), (296, 430), (256, 458), (216, 430)], (222, 160, 128))
    skin = (242, 190, 156)
    c.blob([(256, 118), (172, 150), (152, 240), (176, 330), (256, 392), (336, 330), (360, 240), (340, 150)], skin)
    for side in (172, 340):
        c.ellipse((side + (10 if side < 256 else -10), 300), 26, 16, (238, 138, 118, 120), blur=7)
    c.blob(
        [
            (256, 74),
            (160, 104),
            (128, 210),
            (150, 262),
            (166, 190),
            (226, 158),
            (262, 128),
            (300, 164),
            (352, 196),
            (364, 262),
            (384, 206),
            (352, 104),
        ],
        hair,
    )
    c.line([(262, 122), (214, 150), (172, 186)], (92, 54, 62), 5)
    c.line([(262, 122), (312, 156), (346, 190)], (92, 54, 62), 5)
    for x in (206, 306):
        c.ellipse((x, 250), 27, 25, (255, 252, 244))
        c.ellipse((x + 2, 252), 15, 16, (70, 118, 108))
        c.ellipse((x + 2, 252), 8, 9, (24, 30, 38))
        c.ellipse((x + 8, 245), 5, 5, (255, 255, 255))
        c.line([(x - 28, 246), (x - 10, 228), (x + 12, 227), (x + 29, 243)], (44, 26, 34), 6)
        c.ring((x, 251), 42, (208, 158, 74), 6)
        c.line([(x - 26, 200), (x, 190), (x + 26, 200)], hair, 8)
    c.line([(248, 250), (256, 246), (264, 250)], (208, 158, 74), 6)
    c.line([(254, 272), (248, 300), (262, 304)], (208, 140, 112), 5)
    c.line([(222, 334), (244, 346), (272, 346), (294, 330)], (170, 74, 82), 7)
    c.ellipse((400, 392), 62, 62, (255, 198, 92, 120), blur=18)
    c.polygon([(372, 372), (428, 372), (420, 440), (380, 440)], (255, 214, 120))
    c.ellipse((400, 408), 13, 22, (255, 248, 214))
    for x in (372, 428):
        c.line([(x, 368), (x + (8 if x < 400 else -8), 444)], (96, 66, 40), 6)
    c.line([(366, 370), (434, 370)], (96, 66, 40), 9)
    c.line([(374, 444), (426, 444)], (96, 66, 40), 11)
    c.line([(380, 366), (384, 338), (400, 328), (416, 338), (420, 366)], (96, 66, 40), 6)
    return c.finish()


def juno() -> Image.Image:
    """Juno Quill, fox courier of the sky islands: coral dawn, goggles, a torn ear."""
    c = Canvas((255, 178, 128), (126, 196, 222))
    c.ellipse((392, 120), 70, 70, (255, 236, 190, 220), blur=3)
    for x, y, r in ((70, 410, 60), (132, 436, 74), (214, 470, 80), (330, 468, 84), (420, 438, 76), (470, 400, 60)):
        c.ellipse((x, y), r, r * 0.7, (255, 250, 244, 235), blur=2)
    fur, dark, cream = (226, 108, 48), (88, 44, 40), (255, 240, 218)
    ear = [(120, 230), (108, 120), (126, 52), (178, 96), (232, 168)]
    c.blob(ear, fur)
    c.blob([(138, 192), (130, 128), (138, 88), (172, 124), (206, 170)], dark)
    right = mirrored(ear)
    c.blob([right[0], right[1], (392, 62), (372, 86), (352, 76), (334, 96), right[4]], fur)
    c.blob([(374, 192), (382, 128), (376, 98), (340, 124), (306, 170)], dark)
    c.blob([(256, 398), (150, 428), (96, 540), (416, 540), (362, 428)], (54, 74, 112))
    c.blob([(256, 420), (186, 410), (168, 470), (256, 506), (344, 470), (326, 410)], (214, 60, 66))
    c.blob(
        [
            (256, 150),
            (150, 178),
            (96, 280),
            (70, 344),
            (150, 366),
            (210, 420),
            (256, 436),
            (302, 420),
            (362, 366),
            (442, 344),
            (416, 280),
            (362, 178),
        ],
        fur,
    )
    c.blob([(80, 342), (140, 318), (200, 316), (240, 352), (256, 434), (206, 414), (150, 366)], cream)
    c.blob(mirrored([(80, 342), (140, 318), (200, 316), (240, 352), (256, 434), (206, 414), (150, 366)]), cream)
    c.blob([(256, 326), (214, 346), (222, 410), (256, 436), (290, 410), (298, 346)], cream)
    for x in (186, 326):
        c.ellipse((x, 284), 27, 30, (255, 250, 240))
        c.ellipse((x, 287), 19, 22, (196, 138, 40))
        c.ellipse((x, 287), 9, 15, (36, 24, 26))
        c.ellipse((x + 7, 278), 6, 6, (255, 255, 255))
        c.line([(x - 30, 276), (x - 8, 254), (x + 16, 253), (x + 30, 272)], dark, 7)
    c.blob([(256, 352), (232, 344), (238, 370), (256, 382), (274, 370), (280, 344)], (46, 28, 32))
    c.ellipse((248, 352), 6, 4, (150, 130, 130))
    c.line([(256, 380), (254, 398), (230, 408), (212, 398)], dark, 5)
    c.line([(256, 380), (258, 398), (284, 410), (306, 394)], dark, 5)
    for y in (0, 16):
        c.line([(140, 352 + y), (112, 350 + y), (84, 358 + y)], (255, 250, 240, 200), 3)
        c.line([(372, 352 + y), (400, 350 + y), (428, 358 + y)], (255, 250, 240, 200), 3)
    c.line([(108, 226), (180, 186), (256, 176), (332, 186), (404, 226)], (92, 58, 42), 24)
    for x in (200, 312):
        c.ellipse((x, 186), 56, 46, (74, 50, 42))
        c.ellipse((x, 186), 45, 36, (206, 150, 70))
        c.ellipse((x, 186), 36, 28, (112, 196, 214))
        c.polygon([(x - 24, 196), (x - 4, 164), (x + 10, 164), (x - 12, 206)], (232, 250, 252, 170))
    c.line([(244, 182), (268, 182)], (74, 50, 42), 12)
    return c.finish()


def tock() -> Image.Image:
    """Tock, the brass gardener of a greenhouse ship: violet space, green leaves, a sprout."""
    c = Canvas((40, 26, 74), (92, 58, 128))
    dice = random.Random(3)
    for _ in range(40):
        r = dice.uniform(0.8, 2.4)
        c.ellipse((dice.uniform(0, 512), dice.uniform(0, 512)), r, r, (230, 224, 255, dice.randint(90, 230)))
    c.ellipse((92, 104), 66, 66, (104, 168, 214))
    c.ellipse((78, 90), 52, 44, (142, 200, 232, 150), blur=8)
    c.ellipse((92, 104), 88, 12, (214, 226, 240, 130), turn=-18)
    c.blob([(256, 420), (160, 432), (120, 540), (392, 540), (352, 432)], (150, 98, 46))
    c.blob([(256, 446), (206, 448), (196, 540), (316, 540), (306, 448)], (196, 140, 66))
    c.polygon([(226, 398), (286, 398), (290, 440), (222, 440)], (116, 76, 40))
    for y in (408, 422):
        c.line([(222, y), (290, y)], (84, 54, 32), 5)
    brass, light, deep = (214, 158, 72), (240, 200, 120), (150, 98, 42)
    c.ellipse((256, 276), 154, 138, deep)
    c.ellipse((256, 270), 150, 134, brass)
    c.ellipse((214, 200), 80, 42, (255, 228, 160, 120), blur=14, turn=-24)
    for x in (98, 414):
        c.ellipse((x, 284), 26, 40, deep)
        c.ellipse((x, 284), 16, 28, light)
    c.ellipse((256, 292), 112, 84, (38, 34, 56))
    c.ellipse((256, 290), 106, 78, (52, 48, 78))
    for x in (206, 306):
        c.ellipse((x, 280), 40, 40, (120, 240, 190, 110), blur=9)
        c.ellipse((x, 280), 29, 31, (158, 252, 206))
        c.ellipse((x, 280), 20, 22, (228, 255, 240))
        c.ellipse((x + 4, 284), 10, 12, (34, 86, 76))
        c.ellipse((x + 9, 277), 4, 4, (255, 255, 255))
    c.line([(222, 338), (240, 350), (272, 350), (290, 338)], (158, 252, 206), 7)
    for x, y in ((140, 216), (372, 216), (138, 340), (374, 340)):
        c.ellipse((x, y), 8, 8, deep)
        c.ellipse((x - 2, y - 2), 5, 5, light)
    c.line([(256, 140), (258, 108), (250, 74)], (86, 150, 70), 9)
    c.blob([(250, 80), (208, 82), (168, 48), (214, 36), (246, 58)], (126, 206, 96))
    c.blob([(252, 76), (286, 74), (330, 36), (288, 18), (256, 46)], (98, 186, 84))
    c.line([(246, 76), (214, 64), (186, 50)], (70, 140, 62), 4)
    c.line([(256, 70), (284, 52), (312, 36)], (70, 140, 62), 4)
    c.ellipse((256, 146), 40, 15, deep)
    c.ellipse((256, 142), 32, 10, (92, 62, 44))
    c.blob([(372, 470), (430, 430), (486, 440), (452, 490), (400, 500)], (98, 186, 84))
    c.line([(382, 482), (430, 462), (470, 446)], (70, 140, 62), 4)
    c.blob([(140, 474), (84, 428), (26, 440), (62, 494), (110, 504)], (126, 206, 96))
    c.line([(130, 486), (82, 464), (42, 448)], (70, 140, 62), 4)
    return c.finish()


DRAWINGS: dict[str, Callable[[], Image.Image]] = {"mira": mira, "juno": juno, "tock": tock}


def main() -> None:
    """Write every face."""
    FACES.mkdir(exist_ok=True)
    for name, draw in DRAWINGS.items():
        draw().save(FACES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
