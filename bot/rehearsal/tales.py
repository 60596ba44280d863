"""Longer forms: a story of several beats, everything there is to tell, a list."""

from __future__ import annotations

import random
import re

from bot.rehearsal.knowledge import Knowledge
from bot.rehearsal.lines import Lines
from bot.rehearsal.scene import Scene

_NUMBERS = {
    "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "tres": 3,
    "cuatro": 4, "cinco": 5, "seis": 6,
}  # fmt: skip
_FEWEST, _USUAL, _MOST = 3, 5, 10
_TITLE_WORDS = 4


class Tales:
    """What takes more than a few sentences."""

    def __init__(self, scene: Scene, know: Knowledge, lines: Lines, rng: random.Random) -> None:
        self._scene, self._know, self._lines, self._rng = scene, know, lines, rng

    def story(self, asked: str) -> str | None:
        """Opening, place, turn, middle and an end that asks something, about what was asked for where it is known."""
        wanted = self._know.about(re.sub(r"\b(story|tale|legend|historia|cuento)\b", "", asked, flags=re.IGNORECASE))
        rest = self._others(wanted)
        places = [*wanted[:1], *self._know.places, *rest]
        order = [*wanted[1:], *rest]
        beats = [self._lines.say("story_open")]
        for kind, indexes in (("story_place", places), ("story_turn", order), ("story_middle", order)):
            fact = self._lines.fact(indexes)
            beats.append(self._lines.say(kind, fact=fact) if fact else None)
        beats.append(self._lines.say("story_end"))
        told = [beat for beat in beats if beat]
        return "\n\n".join(told) if len(told) > 1 else None

    def everything(self) -> str | None:
        """All lines of the card and lore, linked: well over two Discord messages for a card of a page."""
        paragraphs = [self._lines.say("long_open")]
        links = 0
        for line in self._know.lines():
            linked = self._lines.say("long_link", fact=line) if links < _MOST else None
            links += bool(linked)
            paragraphs.append(linked or line)
        for example in self._scene.examples:
            if example.asked:
                paragraphs.append(self._lines.say("long_example", asked=example.asked, answer=example.answer))
        paragraphs.append(self._lines.say("long_close"))
        return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)

    def listed(self, asked: str) -> str | None:
        """Facts as a numbered list, those that bear on the question first."""
        count = self._wanted_number(asked)
        found = self._know.about(asked)
        rest = self._others(found)
        rows: list[str] = []
        for index in [*found, *rest]:
            fact = self._lines.fact([index], most=1)
            if fact and len(rows) < count:
                rows.append(f"{len(rows) + 1}. {self._titled(self._lines.use(fact))}")
        if len(rows) < _FEWEST:
            return None
        ends = self._lines.say("list_intro"), self._lines.say("list_outro")
        return "\n".join(part for part in (ends[0], *rows, ends[1]) if part)

    def _others(self, taken: list[int]) -> list[int]:
        """All facts but these, who the character is and memories, shuffled."""
        facts = self._know.facts
        rest = [i for i in range(1, len(facts)) if i not in taken and facts[i].source != "memory"]
        self._rng.shuffle(rest)
        return rest

    def _titled(self, fact: str) -> str:
        name = next((name for name in self._know.things if name in fact and len(name.split()) <= _TITLE_WORDS), None)
        return fact.replace(name, f"**{name}**", 1) if name else fact

    def _wanted_number(self, asked: str) -> int:
        words = re.findall(r"\d+|\w+", asked.casefold())
        numbers = [int(word[:3]) if word.isdecimal() else _NUMBERS[word] for word in words if _is_number(word)]
        return min(max(numbers[0], _FEWEST), _MOST) if numbers else _USUAL


def _is_number(word: str) -> bool:
    return (word.isdecimal() and word.isascii()) or word in _NUMBERS
