"""Choosing lines: seeded, filled from the scene, and never one that was said lately."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterable, Sequence

from bot.rehearsal import stock_en, stock_es, stock_more
from bot.rehearsal.knowledge import Knowledge
from bot.rehearsal.scene import Scene
from bot.services.talk import relevance

# Nothing is repeated within this many of the character's own turns.
REMEMBERED_TURNS = 10
# What a person told may be said back to them whenever they ask for it.
_REPEATABLE = frozenset({"recalled", "told"})
# Shorter sentences ("Good.", "I see.") may come back.
_WORDS_THAT_COUNT = 4


class Lines:
    """One reply's choices."""

    def __init__(self, scene: Scene, know: Knowledge, rng: random.Random, *, spanish: bool, user: str) -> None:
        self._scene, self._know, self._rng = scene, know, rng
        lines, more = (stock_es.LINES, stock_more.SPANISH) if spanish else (stock_en.LINES, stock_more.ENGLISH)
        self._stock = {**lines, **more}
        # All that was said lately, as one run of bare words, so that a sentence is found inside a longer one.
        self._said = " | ".join(_key(line) for line in scene.own_lines[-REMEMBERED_TURNS:])
        self.quotes = spanish and not know.is_spanish
        self._slots: dict[str, str] = {"user": user, "name": scene.character}
        self._draw_things()
        for key, values in (("love", know.loves), ("hate", know.hates)):
            if values and not self.quotes:
                self._slots[key] = rng.choice(values)

    def _draw_things(self) -> None:
        things = [name.removeprefix("the ") if self.quotes else name for name in self._know.things]
        recent = " ".join(self._scene.own_lines[-2:]).casefold()
        fresh = [name for name in things if name.casefold() not in recent] or things
        self._rng.shuffle(fresh)
        for key, name in zip(("thing", "thing2"), fresh, strict=False):
            self._slots[key] = name
        if self._know.props and not self.quotes:
            self._slots["prop"] = self._rng.choice(self._know.props)

    def is_fresh(self, text: str) -> bool:
        """Whether no telling sentence of a text was said lately."""
        return not any(_key(part) in self._said for part in relevance.sentences(text) if _counts(part))

    def use(self, text: str) -> str:
        """Note a text as said, so that the same reply does not say it twice."""
        self._said += f" | {_key(text)}"
        return text

    def say(self, kind: str, **slots: str | None) -> str | None:
        """A fresh line of a kind, its slots filled; None where there is none left."""
        values = {**self._slots, **{name: value for name, value in slots.items() if value}}
        lines = list(self._stock.get(kind, ()))
        self._rng.shuffle(lines)
        for line in lines:
            text = _filled(line, values, spoken_fact=self.quoted)
            around = _filled(
                line, {**values, **{name: "…" for name in _REPEATABLE & slots.keys()}}, spoken_fact=self.quoted
            )
            if text is not None and around is not None and self.is_fresh(around):
                return self.use(text)
        return None

    def any_line(self, kind: str) -> str:
        """A line of a kind that needs nothing, said before or not: there is always something to say."""
        return self._rng.choice(self._stock[kind]).format(**self._slots)

    def first(self, *texts: str | None) -> str | None:
        """The first text that is there and fresh."""
        return next((self.use(text) for text in texts if text and self.is_fresh(text)), None)

    def pick(self, texts: Iterable[str]) -> str | None:
        """Any one of several texts that was not said lately, however short."""
        fresh = [text for text in texts if not any(_key(part) in self._said for part in relevance.sentences(text))]
        return self.use(self._rng.choice(fresh)) if fresh else None

    # -------------------------------------------------------------------------------------------- facts

    def fact(self, indexes: Sequence[int], most: int = 2) -> str | None:
        """The first passage among these facts that was not told lately."""
        for index in indexes:
            passage = self._know.passage(index, most)
            if self.is_fresh(passage):
                return passage
        return None

    def new_fact(self) -> str | None:
        """Some fact about the world that was not told lately; not who the character is.

        None where the card is in another language: a sentence of it is quoted only for who asked about it.
        """
        if self.quotes:
            return None
        indexes = [i for i, fact in enumerate(self._know.facts) if i and fact.source != "memory"]
        self._rng.shuffle(indexes)
        return self.fact(indexes)

    def quoted(self, fact: str) -> str:
        """A fact as it is told: between quotation marks where the card is in another language."""
        return f"«{fact}»" if self.quotes else fact


def _filled(line: str, values: dict[str, str], *, spoken_fact: object) -> str | None:
    """A line with its slots filled, `{Thing}` with a capital; None where one has nothing to fill it."""
    filled = dict[str, str]()
    for _, name, _, _ in string.Formatter().parse(line):
        if name is None:
            continue
        value = values.get(name) or values.get(name[:1].lower() + name[1:])
        if not value:
            return None
        if name in {"fact", "clause", "identity"} and callable(spoken_fact):
            value = str(spoken_fact(value))
        filled[name] = value[:1].upper() + value[1:] if name[:1].isupper() else value
    return re.sub(r"(?<!\.)([.!?])\.(?!\.)", r"\1", line.format(**filled))


def _key(sentence: str) -> str:
    return " ".join(re.findall(r"\w+", sentence.casefold()))


def _counts(sentence: str) -> bool:
    return len(re.findall(r"\w+", sentence)) >= _WORDS_THAT_COUNT
