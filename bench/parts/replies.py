"""Replies under load: how much later than the message the model is asked, and the first words are posted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.parts.report import percentile
from bench.parts.size import Size
from bench.parts.stand import Stand, Subject
from bench.parts.town import Stamps
from sandbox.world.models import Channel

_PATIENCE_SECONDS = 30.0
_WARM = 1
"""Messages to each channel before anything is measured: webhooks and pictures are made once, not per reply."""


@dataclass
class Replies:
    """Milliseconds from the message's frame being written to the model's request, and to the first webhook call."""

    asked: list[float]
    posted: list[float]
    sent: int
    seconds: float
    cpu: float
    refused: int
    calls: int

    @property
    def is_sound(self) -> bool:
        """Whether every message was answered."""
        return 0 < self.sent == len(self.posted)

    def figures(self) -> dict[str, Any]:
        """For the JSON line."""
        return {
            "added_p50_ms": round(percentile(self.asked, 50), 1),
            "added_p99_ms": round(percentile(self.asked, 99), 1),
            "first_webhook_p50_ms": round(percentile(self.posted, 50), 1),
            "first_webhook_p99_ms": round(percentile(self.posted, 99), 1),
            "replies_asked": self.sent, "replies_sent": len(self.posted),
            "replies_per_s": round(len(self.posted) / self.seconds, 1),
            "cpu_ms_per_reply": round(self.cpu * 1000 / max(self.sent, 1), 1),
            "rate_limited": self.refused,
        }  # fmt: skip

    def rows(self) -> list[tuple[str, str, str]]:
        """For the table."""
        found = self.figures()
        return [
            (
                "replies",
                f"{found['replies_sent']} of {self.sent}",
                f"{found['replies_per_s']}/s for {self.seconds:.0f} s",
            ),
            ("  message to model, p50", f"{found['added_p50_ms']} ms", "≤ 15 ms"),
            ("  message to model, p99", f"{found['added_p99_ms']} ms", "≤ 50 ms"),
            ("  message to first webhook call, p50", f"{found['first_webhook_p50_ms']} ms", ""),
            ("  message to first webhook call, p99", f"{found['first_webhook_p99_ms']} ms", ""),
            ("  CPU of the program per reply", f"{found['cpu_ms_per_reply']} ms", ""),
        ]

    def notes(self) -> list[str]:
        """What the figures rest on."""
        return [
            f"Replies: under Discord's own send limits, {self.calls} REST calls, {self.refused} refused with 429.",
        ]


async def measure_replies(on: Stand, program: Subject, streets: Sequence[Channel], size: Size) -> Replies:
    """Speak to characters at an even pace, each time elsewhere, and follow every message."""
    for _ in range(_WARM):
        await on.spoken_to(program, *streets)
    stamps = Stamps(program.driver)
    before = (await program.child.ask(do="arm"))["cpu"]
    began = asyncio.get_running_loop().time()
    sent = await _speak(on, streets, size)
    asked = await _all_posted(on, stamps, sent)
    seconds = asyncio.get_running_loop().time() - began
    after = (await program.child.ask(do="arm"))["cpu"]
    stamps.end()
    return Replies(
        asked=_milliseconds(stamps.left, asked),
        posted=_milliseconds(stamps.left, stamps.posted),
        sent=sent,
        seconds=min(seconds, size.seconds),
        cpu=after - before,
        refused=stamps.refused,
        calls=stamps.calls,
    )


async def _speak(on: Stand, streets: Sequence[Channel], size: Size) -> int:
    chance = random.Random(11)
    loop = asyncio.get_running_loop()
    began = loop.time()
    count = int(size.per_second * size.seconds)
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / size.per_second - loop.time()))
        street = streets[number % len(streets)]
        name = on.names_in(number % len(streets))[0]
        text = f"{name}, would you look after lantern {number} for me? It flickers whenever the door opens."
        on.town.say(street, chance.choice(on.town.people), text)
    return count


async def _all_posted(on: Stand, stamps: Stamps, sent: int) -> Mapping[int, int]:
    """Wait until every reply stands, or patience ends; when the model was asked for each."""
    for _ in range(int(_PATIENCE_SECONDS / 0.1)):
        if len(stamps.posted) >= sent:
            break  # else the figures tell how many are missing
        await asyncio.sleep(0.1)
    arrived = (await on.model.ask(do="arrivals"))["arrived"]
    return {int(number): at for number, at in arrived.items()}


def _milliseconds(begun: Mapping[int, int], ended: Mapping[int, int]) -> list[float]:
    return [(ended[number] - at) / 1e6 for number, at in begun.items() if number in ended]
