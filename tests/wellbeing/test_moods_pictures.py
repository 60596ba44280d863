"""Pictures of check-ins: they can be read, by whoever looks and by whoever listens, and nothing waits for them."""

from __future__ import annotations

import io
import math
import random
import threading
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image

from bot.services.wellbeing import pictures
from bot.services.wellbeing.choices import MoodOption
from bot.services.wellbeing.entries import CheckIn
from bot.services.wellbeing.insights import Insights, insights
from bot.services.wellbeing.pictures_canvas import BACK, FAINT, INK, QUIET_INK, Canvas, Colour, colour_of, drawable
from bot.services.wellbeing.pictures_words import PictureKind, alt
from bot.texts import Say

LAST = date(2026, 5, 4)


def some(days: int, *, activities: tuple[str, ...] = ("Tea", "散歩", "🏃 Läufe", "Чтение")) -> Insights:
    """Check-ins of a span with gaps, and minutes of every day."""
    chance, first = random.Random(5), LAST - timedelta(days=days - 1)
    entries: list[CheckIn] = []
    for number in range(days):
        if 8 < number < 20 or chance.random() < 0.2:
            continue
        day = first + timedelta(days=number)
        score = round(3 + 2 * math.sin(number / 6))
        entries.append(
            CheckIn(
                uuid4(),
                datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
                "UTC",
                MoodOption("x", "X", "", score),
                activities=tuple(name for place, name in enumerate(activities) if chance.random() < 0.6 / (place + 1)),
            )
        )
    minutes = {first + timedelta(days=number): chance.randint(0, 120) for number in range(days)}
    return insights(entries, first=first, last=LAST, minutes=minutes)


@pytest.mark.parametrize("kind", list(PictureKind))
@pytest.mark.parametrize(("days", "language"), [(30, "en"), (90, "es"), (365, "qps")])
async def test_each_is_a_png_that_discord_takes_and_says_what_it_shows(
    kind: PictureKind, days: int, language: str
) -> None:
    found, say = some(days), Say(language)
    png = await pictures.drawn(kind, found, say)
    assert png is not None
    assert len(png) < 500_000
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB"), "a ground of its own: nothing shines through"
        assert picture.width == 900
        assert 300 <= picture.height <= 1200
    assert 40 < len(alt(kind, found, say)) <= 1024


async def test_nothing_is_drawn_of_nothing() -> None:
    empty = insights([], first=LAST, last=LAST)
    for kind in PictureKind:
        assert await pictures.drawn(kind, empty, Say("en")) is None
    one = some(2, activities=())
    assert await pictures.drawn(PictureKind.MINUTES, one, Say("en")) is None
    assert "Too few days" in alt(PictureKind.MINUTES, one, Say("en"))
    assert await pictures.drawn(PictureKind.ACTIVITIES, one, Say("en")) is None


async def test_drawing_is_done_by_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    drawing = pictures.calendar

    def noted(found: Insights, say: Say) -> bytes:
        seen.append(threading.get_ident())
        return drawing(found, say)

    monkeypatch.setattr(pictures, "calendar", noted)
    await pictures.drawn(PictureKind.CALENDAR, some(30), Say("en"))
    assert seen
    assert threading.get_ident() not in seen


def test_a_gap_stays_a_gap() -> None:
    """Between the two pieces of the line no pixel of it is drawn."""
    found = some(60)
    gap = [point for point in found.trend if point.smooth is None]
    assert gap
    pieces = pictures.line_pieces(found.trend)
    assert len(pieces) >= 2
    assert sum(len(piece) for piece in pieces) == len(found.trend) - len(gap)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("Tea", "Tea"),
        ("🏃 Läufe", "Läufe"),
        ("Чтение", "Чтение"),
        ("Ñandú", "Ñandú"),
        ("散歩", ""),
        ("walk 散歩", ""),
        ("🙂", ""),
        ("", ""),
    ],
)
def test_names_that_cannot_be_written_are_not_written_half(name: str, drawn: str) -> None:
    assert drawable(name) == drawn
    assert pictures.name_of(name, 3, Say("en")) == (drawn or "#4")


def test_every_letter_we_write_has_a_shape() -> None:
    """No boxes: each letter of the languages we have differs from what stands for a missing one."""
    canvas = Canvas(10, 10)
    missing = canvas.shape_of("\uffff")
    assert canvas.shape_of("散") == missing, "the check sees what is missing"
    for letter in "abcxyzABCXYZ0123456789áéíóúñüÁÉÍÓÚÑ¿¡äößçãõêôøåœžščćłżğışőαβωΩабвяЖЯ–—…·•№=":
        assert canvas.shape_of(letter) != missing, letter


def test_texts_can_be_told_from_the_ground_and_steps_from_each_other() -> None:
    """WCAG 2.2: 4.5 to 1 for words, 3 to 1 for shapes; what is faint on purpose is told in words as well."""
    for ink, least in ((INK, 7.0), (QUIET_INK, 7.0), (FAINT, 4.5)):
        assert _contrast(ink, BACK) >= least
    for score in range(1, 6):
        assert _contrast(colour_of(score), BACK) >= 4.5, (
            "the numbers on a day's square are written in the ground's colour"
        )
    assert len({colour_of(score) for score in range(1, 6)}) == 5


def _contrast(a: Colour, b: Colour) -> float:
    bright, dark = sorted((_light(a), _light(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _light(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
