"""A rest as one of the gates between being spoken to and answering (`bot.services.talk.gates`)."""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.ports import Place
from bot.services.talk.gates import Held, Silence
from bot.services.wellbeing.limit_words import words
from bot.services.wellbeing.limited import Limited
from bot.services.wellbeing.rules import Rest


class Rests:
    """For whom characters are known to rest (`gates.RestOf`)."""

    def __init__(self, limited: Limited, clock: Clock) -> None:
        self._limited = limited
        self._clock = clock

    def __call__(self, discord_id: int, place: Place, at: datetime | None) -> Held | None:
        """The gate that is closed for somebody; from memory."""
        rest = self._limited.resting_of(discord_id, place, at or self._clock.now())
        return None if rest is None else held_by(rest)


def held_by(rest: Rest) -> Held:
    """A rest, as the gate it closes; its words are for the person alone."""
    sentence, values = words(rest)
    return Held(Silence.LIMIT, values, sentence)
