"""Made-up books and chats, the same ones at every run.

Texts are spread as real ones are (few words are said often, most hardly ever); keys are chosen evenly from the same
vocabulary, so that every word of every text is a key of some entries in large books. A share of the entries uses each
thing that the engine must look at besides keys; `MIX` says how many.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bot.services.lore.engine.book import (
    Book,
    Choice,
    Entry,
    Filters,
    GroupRule,
    Key,
    Logic,
    Mode,
    Position,
    Waking,
)
from bot.services.lore.engine.scene import Fired, Past, Said, Scene, Speaker

SYLLABLES = [
    first + middle + last
    for first in ("b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "br", "sh")
    for middle in ("a", "e", "i", "o", "u", "ea", "oo")
    for last in ("", "n", "r", "l", "s")
]
VOCABULARY = 15_000
MESSAGES = 10
WORDS = 100
CHARACTER, OTHER = UUID(int=1), UUID(int=2)
CHANNEL, SERVER, ROLE = 11, 12, 13

MIX = {
    "secondary keys": 10, "own depth": 15, "probability": 5, "timed": 5, "group": 5, "filter": 5, "regex": 2,
    "case or part of a word": 4, "other place": 15, "own waking": 5, "card": 2, "speaker": 2, "requires": 1,
}  # fmt: skip
"""Of a hundred entries, how many have each; an entry may have several."""


@dataclass(frozen=True)
class Words:
    """The vocabulary and how often each word is said."""

    words: Sequence[str]
    weights: Sequence[float]

    def some(self, dice: random.Random, count: int) -> str:
        """So many words, with blanks between."""
        return " ".join(dice.choices(self.words, cum_weights=self.weights, k=count))

    def key(self, dice: random.Random, count: int) -> str:
        """A key of so many words."""
        return " ".join(dice.choices(self.words, k=count))


def words() -> Words:
    """The vocabulary of all books and chats."""
    dice = random.Random(15)
    known: dict[str, None] = {}
    while len(known) < VOCABULARY:
        known["".join(dice.choices(SYLLABLES, k=dice.randint(1, 3)))] = None
    total, weights = 0.0, list[float]()
    for rank in range(VOCABULARY):
        total += 1 / (rank + 300)
        weights.append(total)
    return Words(list(known), weights)


def book(size: int, seed: int = 4) -> Book:
    """A book of so many entries, each with three keys of one, two and three words (and whatever `MIX` adds)."""
    dice, said = random.Random(seed), words()
    entries = [_entry(number, dice, said) for number in range(size)]
    return Book(
        UUID(int=1 << 100), 1, "Town", tuple(entries), recursion=True, steps=3, token_budget=6000,
        groups={"g1": GroupRule(winners=2), "g2": GroupRule(scores=True)},
    )  # fmt: skip


def chat(number: int, said: Words, count: int = MESSAGES) -> tuple[Said, ...]:
    """The newest messages of some chat, newest first; each number gives another one."""
    dice = random.Random(1000 + number)
    return tuple(_message(place, dice, said) for place in range(1_000_000 + number, 1_000_000 + number - count, -1))


def scene(number: int, window: tuple[Said, ...], book_: Book) -> Scene:
    """A turn of a conversation of some length, in which a few entries' effects run."""
    ids = tuple(range(window[0].id, window[0].id - 100, -1))
    timed = [one.id for one in book_.entries if one.sticky or one.cooldown][:20]
    fired = tuple(Fired(one, ids[1 + place % 5]) for place, one in enumerate(timed))
    return Scene(
        UUID(int=(7 << 90) + number), window, character_id=CHARACTER, channel_ids=frozenset({CHANNEL}),
        server_id=SERVER, role_ids=frozenset({ROLE}), past=Past(fired, ids, ids, 100, 100),
    )  # fmt: skip


def _message(place: int, dice: random.Random, said: Words) -> Said:
    speaker, name = (Speaker.USER, "Ann") if place % 2 else (Speaker.CHARACTER, "Mira")
    return Said(place, speaker, name, said.some(dice, WORDS) + ".")


def _entry(number: int, dice: random.Random, said: Words) -> Entry:
    keys = tuple(Key(said.key(dice, 1 + place)) for place in range(3))
    content = said.some(dice, 40)
    entry = Entry(_id(number), f"Entry {number}", content, tokens=dice.randint(30, 120), keys=keys,
                  order=dice.randint(1, 200))  # fmt: skip
    for name, percent in MIX.items():
        if dice.random() * 100 < percent:
            entry = _CHANGES[name](entry, dice, said)
    if number % 1000 == 7:
        entry = replace(entry, mode=Mode.CONSTANT)
    return replace(entry, mode=Mode.DISABLED) if number % 100 == 99 else entry


def _id(number: int) -> UUID:
    return UUID(int=(3 << 100) + number)


_Change = Callable[[Entry, random.Random, Words], Entry]


def _regex(one: Entry, dice: random.Random, said: Words) -> Entry:
    word = said.key(dice, 1)
    pattern = dice.choice((rf"\b{word}(s|es)?\b", rf"{word[:5]}\w*", rf"(the|a) {word}"))
    return replace(one, keys=(*one.keys, Key(pattern, is_regex=True)))


def _loose(one: Entry, dice: random.Random, _: Words) -> Entry:
    cased = dice.random() < 0.5
    return replace(one, keys=tuple(replace(key, case_sensitive=cased, whole_words=cased) for key in one.keys))


def _filter(one: Entry, dice: random.Random, _: Words) -> Entry:
    return replace(one, filters=dice.choice((
        Filters(characters=Choice(only=frozenset({CHARACTER}))), Filters(characters=Choice(only=frozenset({OTHER}))),
        Filters(channels=Choice(never=frozenset({CHANNEL}))), Filters(roles=Choice(only=frozenset({ROLE}))),
        Filters(servers=Choice(only=frozenset({SERVER}))),
    )))  # fmt: skip


def _second(one: Entry, dice: random.Random, said: Words) -> Entry:
    return replace(one, secondary=(Key(said.key(dice, 1)), Key(said.key(dice, 1))), logic=dice.choice(list(Logic)))


def _timed(one: Entry, dice: random.Random, _: Words) -> Entry:
    return replace(one, sticky=dice.randint(0, 3), cooldown=dice.randint(0, 4), delay=dice.randint(0, 5))


def _waking(one: Entry, dice: random.Random, _: Words) -> Entry:
    return replace(one, waking=dice.choice((Waking(wakes=False), Waking(is_woken=False), Waking(level=1))))


def _place(one: Entry, dice: random.Random, _: Words) -> Entry:
    return replace(one, position=dice.choice(list(Position)), outlet="board", depth=dice.randint(0, 6))


_CHANGES: dict[str, _Change] = {
    "secondary keys": _second,
    "own depth": lambda one, dice, _: replace(one, scan_depth=dice.randint(1, 10)),
    "probability": lambda one, dice, _: replace(one, probability=dice.randint(20, 90)),
    "timed": _timed,
    "group": lambda one, dice, _: replace(one, groups=frozenset({f"g{dice.randint(1, 20)}"})),
    "filter": _filter,
    "regex": _regex,
    "case or part of a word": _loose,
    "other place": _place,
    "own waking": _waking,
    "card": lambda one, dice, _: replace(one, sources=one.sources | dice.choice((16, 32, 64))),  # type: ignore[operator]
    "speaker": lambda one, dice, _: replace(one, speakers=frozenset({dice.choice(("ann", "mira"))})),
    "requires": lambda one, dice, _: replace(one, requires=frozenset({_id(dice.randint(0, 99))})),
}
