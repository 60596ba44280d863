"""Properties of the engine that must hold for whatever anybody writes."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.lore.book import Book, Entry, Key, Logic, Mode, Position, Role, Waking
from bot.services.lore.deck import Deck
from bot.services.lore.engine import activate
from bot.services.lore.folding import folded, plain, stands_alone
from bot.services.lore.index import Index
from bot.services.lore.placing import placed
from bot.services.lore.scene import Fired, Past, Said, Scene, Speaker

EXAMPLES = int(os.environ.get("LORE_EXAMPLES", "500"))
"""How many cases each property is tried on."""

LETTERS = st.sampled_from(list("abAB eéÉßSsıİiIкКЁё猫黒แม용이 .,'’_-*\n\u0301\u200bﬁ①Ⅳ"))
WORDS = st.lists(LETTERS, min_size=0, max_size=24).map("".join)
ANYTHING = st.one_of(WORDS, st.text(max_size=24))
KEYS = st.builds(
    Key, ANYTHING.filter(lambda text: bool(folded(text))), case_sensitive=st.booleans(), whole_words=st.booleans()
)


def obviously(key: Key, text: str) -> bool:
    """The slow way: try every place of the text."""
    form = plain if key.case_sensitive else folded
    wanted, low = form(key.text), form(text)
    places = (at for at in range(len(low) - len(wanted) + 1) if low[at : at + len(wanted)] == wanted)
    return any(not key.whole_words or stands_alone(low, at, at + len(wanted)) for at in places)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(KEYS, min_size=1, max_size=8), ANYTHING)
def test_the_automaton_finds_what_an_obvious_search_finds(keys: list[Key], text: str) -> None:
    entries = [Entry(UUID(int=n), keys=(key,)) for n, key in enumerate(keys)]
    index = Index(entries)
    found = index.find(text)
    for entry, numbers in zip(entries, index.keys_of, strict=True):
        assert (numbers[0] in found) is obviously(entry.keys[0], text), (entry.keys[0], text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(ANYTHING)
def test_folding_is_stable_and_blind_to_form(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))


WORD = st.sampled_from(["red", "dragon", "gold", "cave", "witch", "sea", "tower"])
TEXT = st.lists(WORD, max_size=6).map(" ".join)


@st.composite
def books(draw: st.DrawFn) -> list[Book]:
    some: list[Book] = []
    number = 0
    for which in range(draw(st.integers(1, 2))):
        entries: list[Entry] = []
        for _ in range(draw(st.integers(0, 6))):
            number += 1
            entries.append(
                Entry(
                    UUID(int=number),
                    content=draw(TEXT),
                    tokens=draw(st.integers(0, 60)),
                    mode=draw(st.sampled_from([Mode.KEYWORD, Mode.KEYWORD, Mode.CONSTANT, Mode.DISABLED])),
                    keys=tuple(Key(one) for one in draw(st.lists(WORD, max_size=3))),
                    secondary=tuple(Key(one) for one in draw(st.lists(WORD, max_size=2))),
                    logic=draw(st.sampled_from(Logic)),
                    probability=draw(st.sampled_from([0, 30, 100])),
                    order=draw(st.integers(0, 3)),
                    sticky=draw(st.integers(0, 3)),
                    cooldown=draw(st.integers(0, 3)),
                    groups=frozenset(draw(st.lists(st.sampled_from("gh"), max_size=2))),
                    waking=Waking(level=draw(st.integers(0, 2)), wakes=draw(st.booleans())),
                    requires=frozenset(UUID(int=n) for n in draw(st.lists(st.integers(1, 12), max_size=1))),
                    excludes=frozenset(UUID(int=n) for n in draw(st.lists(st.integers(1, 12), max_size=1))),
                    position=draw(st.sampled_from(Position)),
                    role=draw(st.sampled_from(Role)),
                    ignores_budget=draw(st.booleans()),
                )
            )
        some.append(
            Book(
                UUID(int=900 + which), 1, entries=tuple(entries),
                token_budget=draw(st.sampled_from([None, 0, 50])), at_least=draw(st.integers(0, 3)),
            )
        )  # fmt: skip
    return some


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    texts = draw(st.lists(TEXT, min_size=1, max_size=5))
    ids = tuple(range(len(texts), 0, -1))
    fired = tuple(
        Fired(UUID(int=draw(st.integers(1, 12))), draw(st.integers(1, len(texts))))
        for _ in range(draw(st.integers(0, 3)))
    )
    window = tuple(Said(n, draw(st.sampled_from(Speaker)), "Ann", text) for n, text in zip(ids, texts, strict=True))
    return Scene(UUID(int=draw(st.integers(1, 99))), window, past=Past(fired, ids, ids, len(ids), len(ids)))


@settings(max_examples=EXAMPLES, deadline=None)
@given(books(), scenes(), st.integers(0, 150))
def test_budgets_hold_and_everything_has_one_fate(some: list[Book], scene: Scene, budget: int) -> None:
    found = activate(Deck(some), scene, budget)
    counted = [one for one in found.active if not one.entry.ignores_budget]
    assert sum(one.entry.tokens for one in counted) == found.spent <= budget
    for number, book in enumerate(some):
        if book.token_budget is not None:
            assert sum(one.entry.tokens for one in counted if one.book == number) <= book.token_budget
    inside, outside = [one.entry.id for one in found.active], [one.entry.id for one in found.refused]
    assert len({*inside, *outside}) == len(inside) + len(outside), "in or out, once"
    active = {one.entry.id: one.entry for one in found.active}
    for entry in active.values():
        assert not entry.excludes & (active.keys() - {entry.id})
        assert entry.mode is not Mode.DISABLED


@settings(max_examples=EXAMPLES, deadline=None)
@given(books(), scenes(), st.integers(0, 150))
def test_the_same_question_has_the_same_answer(some: list[Book], scene: Scene, budget: int) -> None:
    deck = Deck(some)
    first = activate(deck, scene, budget)
    assert activate(deck, scene, budget) == first, "what a deck remembers changes nothing"
    assert activate(Deck(some), scene, budget) == first
    again = replace(scene, past=replace(scene.past, fired=first.fired))
    assert activate(deck, again, budget) == first, "answered anew, a turn undoes what it did"


@settings(max_examples=EXAMPLES, deadline=None)
@given(books(), scenes(), st.integers(0, 500), st.randoms(use_true_random=False))
def test_places_have_one_order(some: list[Book], scene: Scene, budget: int, random: object) -> None:
    active = list(activate(Deck(some), scene, budget).active)
    at_once = placed(active)
    random.shuffle(active)  # type: ignore[attr-defined]
    assert placed(active) == at_once
    shown = [
        *(one for some_ in at_once.fixed.values() for one in some_),
        *(one for depth in at_once.depths for one in depth.entries),
        *(one for some_ in at_once.outlets.values() for one in some_),
    ]
    assert len(shown) == sum(bool(one.entry.content.strip()) for one in active), "nothing is lost on the way"
