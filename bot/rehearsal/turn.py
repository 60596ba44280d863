"""What one answer is made with: the scene, what its last line means, and the ways to find words for it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.rehearsal import topics
from bot.rehearsal.hearing import Meaning
from bot.rehearsal.knowledge import Knowledge
from bot.rehearsal.lines import Lines
from bot.rehearsal.recollect import Recollection
from bot.rehearsal.scene import Scene


@dataclass(frozen=True, slots=True)
class Turn:
    """Shared by everything that helps with one answer."""

    scene: Scene
    meaning: Meaning
    know: Knowledge
    recall: Recollection
    lines: Lines
    rng: random.Random
    spanish: bool

    def say(self, kind: str, **slots: str | None) -> str | None:
        """A fresh line of a kind."""
        return self.lines.say(kind, **slots)

    def with_fact(self, kind: str) -> str | None:
        """A line of a kind with something new about the world, or without where there is nothing new."""
        return self.say(kind, fact=self.lines.new_fact()) or self.say(kind)

    def topic(self) -> str | None:
        """What the line is about."""
        return topics.topic(self.meaning.text, spanish=self.spanish)
