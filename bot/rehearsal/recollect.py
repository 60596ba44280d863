"""What a person told of themselves earlier in the conversation."""

from __future__ import annotations

import re

from bot.rehearsal.hearing import Intent, understand
from bot.rehearsal.scene import Scene
from bot.services.talk import person, relevance, sections

_TELLING = re.compile(
    r"\b(?:i am|i'm|i was|i like|i love|i hate|i have|i've|i live|i work|i play|i study|i want|i come from|"
    r"i grew up|i collect|i would|i'd|"
    r"i dream|i miss|i prefer|i enjoy|i write|i paint|i make|i got|i lost|i can't|my \w+(?: \w+)?(?:'s| is| are|"
    r" was| has|'s name)|"
    r"soy|tengo|vivo|trabajo|me gustan?|me encantan?|odio|prefiero|estudio|mi \w+ (?:es|está|se llama)|quiero|"
    r"me da)\b",
    re.IGNORECASE,
)
# Passing states and courtesies are not worth bringing up again.
_PASSING = re.compile(
    r"\b(?:i'?m|i am) (?:here|back|sorry|fine|ok|okay|good|not sure|just|going|listening|ready)\b|\bi (?:was just|"
    r"mean|think|guess|see)\b",
    re.IGNORECASE,
)
# A name said in passing; what comes after it may be worth more.
_NAME = re.compile(
    r"^.{0,12}\b(?:my name(?: is|'s)|call me|i am called|me llamo|"
    r"mi nombre es) [\w'’-]+(?:(?-i: [A-Z])[\w'’-]+)?[\s,.!;]*(?:and |y )?",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(?:well|yes|no|hi|hello|hey|and|but|so|because|oh)[, ]+", re.IGNORECASE)
_SHORTEST, _LONGEST = 3, 18


def _of_themselves(scene: Scene, spanish: bool) -> list[str]:
    """What the person tells characters of themselves, in the second person."""
    about = [person.as_second(one, spanish) for one in relevance.sentences(scene.asker.get(sections.ABOUT, ""))]
    likes = scene.asker.get(sections.LIKES)
    return [
        *about,
        *([f"Te gusta hablar de {likes}" if spanish else f"You like to talk about {likes}"] if likes else []),
    ]


class Recollection:
    """The person's name and what they said about themselves, in the second person."""

    def __init__(self, scene: Scene, *, spanish: bool) -> None:
        self._scene = scene
        self.name = self._told_name()
        # What they said aloud may be brought up. What they wrote of themselves is told only when they ask for it, and
        # where nobody else hears it: personas and profiles are private.
        self.said = tuple(self._tellings(spanish))
        self.told = (*(_of_themselves(scene, spanish) if scene.is_private else ()), *self.said)

    def best(self, question: str) -> str | None:
        """What they told that bears on a question, as a sentence."""
        found = relevance.rank(person.as_second(question), self.told)
        return f"{self.told[found[0][1]]}." if found else None

    def recent(self, most: int) -> str | None:
        """The latest things they told, as sentences."""
        return " ".join(f"{told}." for told in self.told[-most:]) or None

    def _told_name(self) -> str | None:
        for line in reversed([*self._scene.user_lines, self._scene.last.text]):
            meaning = understand(line, self._scene.character, spanish=False)
            if meaning.intent is Intent.MY_NAME:
                return meaning.caught.strip().title() if meaning.caught.islower() else meaning.caught
        return None

    def _tellings(self, spanish: bool) -> list[str]:
        kept: dict[str, str] = {}
        for line in self._scene.user_lines:
            for sentence in relevance.sentences(line):
                said = _NAME.sub("", sentence)
                words = len(said.split())
                if "?" in said or not _SHORTEST <= words <= _LONGEST:
                    continue
                meaning = understand(said, self._scene.character, spanish=spanish)
                if meaning.intent in {Intent.MY_NAME, Intent.CRISIS, Intent.RUDE, Intent.AFFECTION, Intent.LETS}:
                    continue
                if _TELLING.search(said) and not _PASSING.search(said):
                    told = person.as_second(_OPENING.sub("", said), spanish)
                    kept.setdefault(told.casefold(), told)
        return list(kept.values())
