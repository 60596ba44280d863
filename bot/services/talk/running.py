"""Turns at work, as others may look at them, break them off, or wait for their end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from bot.ports import Models, Prompt
from bot.services.talk.rows import Worded
from bot.texts import Text
from db.models import Rewording
from db.queries.lore.runs import LoreRecord
from db.queries.talk.turns import Standing


class Interruption(StrEnum):
    """Why an answer is broken off from outside."""

    STOPPED = "stopped"
    """Somebody pressed Stop: what there is so far is the answer."""
    WITHDRAWN = "withdrawn"
    """The message was deleted, or the character sent away: nothing is said."""
    REWORDED = "reworded"
    """The message was changed before anything was shown: begin again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ended for those who wait for it: well, or with the sentence that says why not."""

    is_well: bool
    sentence: Text | None = None
    values: dict[str, object] = field(default_factory=dict[str, object])


WELL = Outcome(is_well=True)
NOTHING_SAID = Outcome(is_well=False)
"""Broken off before there was a word, or nothing was to be done."""


@dataclass(slots=True)
class Running:
    """A turn at work. `text` is the whole answer so far, for a reply that goes on with what stood before it.

    `is_outgrown`: its prompt forgets lines that no recap tells of yet.
    """

    turn: Standing
    models: Models
    text: str = ""
    is_opened: bool = False
    is_sending: bool = False
    is_outgrown: bool = False
    interruption: Interruption | None = None
    prompt: Prompt = field(default_factory=lambda: Prompt(()))
    lore: LoreRecord | None = None
    task: asyncio.Task[Worded] | None = None

    @property
    def before(self) -> str:
        """What the new words go on from; empty for words of their own."""
        goes_on = self.turn.rewording is Rewording.CONTINUED and self.turn.stands is not None
        return self.turn.stands.content if goes_on and self.turn.stands else ""

    def interrupt(self, how: Interruption) -> bool:
        """Break the answer off. False where it is too late."""
        if self.is_sending or self.interruption is not None:
            return False
        self.interruption = how
        if self.task is not None:
            self.task.cancel()
        return True
