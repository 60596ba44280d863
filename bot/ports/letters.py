"""Direct messages that the house writes to a person by itself: short words, and buttons that come back to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Posted(StrEnum):
    """What became of a direct message."""

    SENT = "sent"
    REFUSED = "refused"
    """The person takes none from us: nothing is sent any more until they ask for it."""
    AWAY = "away"
    """It surely did not arrive, for a reason that passes: it may be sent again."""
    UNSURE = "unsure"
    """It may have arrived: it is not sent again."""


@dataclass(frozen=True, slots=True)
class LetterButton:
    """A button of ours; what it does is read from its `custom_id`."""

    label: str
    custom_id: str


@dataclass(frozen=True, slots=True)
class LetterLink:
    """A button that opens a page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written. At most five buttons; nobody is ever pinged by it beyond being written to."""

    content: str
    buttons: tuple[LetterButton | LetterLink, ...] = ()


class Letters(Protocol):
    """Writes to people."""

    async def send(self, discord_id: int, letter: Letter) -> Posted:
        """Write to somebody once. Raises nothing but cancellation."""
        ...
