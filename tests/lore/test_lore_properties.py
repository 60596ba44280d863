"""Properties of the engine that must hold for whatever anybody writes.

`make test` tries a slice of each; `LORE_EXAMPLES=10000 pytest tests/lore/test_lore_properties.py` is the whole run.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace
from uuid import UUID

import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.lore.engine.activation import activate
from bot.services.lore.engine.anchors import needed
from bot.services.lore.engine.book import Book, Entry, Key, Logic, Mode, Position, Role, Waking
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.folding import folded, plain, stands_alone
from bot.services.lore.engine.index import Index
from bot.services.lore.engine.keys import pattern_of
from bot.services.lore.engine.placing import placed
from bot.services.lore.engine.reasons import Trouble, Why
from bot.services.lore.engine.scene import Fired, Past, Said, Scene, Speaker
from bot.services.lore.engine.shortening import shortened

EXAMPLES = int(os.environ.get("LORE_EXAMPLES", "100"))
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


PHRASES = st.lists(
    st.sampled_from(["red", "dragon", "Dragon", "dragonfly", "red-hot", "café", "猫", "it", "drag", "on", "İstanbul"]),
    min_size=1, max_size=5,
).map(" ".join)  # fmt: skip
LONG = st.builds(Key, PHRASES, case_sensitive=st.booleans(), whole_words=st.booleans())


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(LONG, min_size=1, max_size=90), st.lists(PHRASES, max_size=4).map(" ".join))
def test_keys_that_share_their_words_are_found_by_each_other_s_words(keys: list[Key], text: str) -> None:
    """Long keys are looked for by one of their words, and by all of them where too many share it."""
    index = Index([Entry(UUID(int=n), keys=(key,)) for n, key in enumerate(keys)])
    found = index.find(text)
    for numbers, key in zip(index.keys_of, keys, strict=True):
        assert (numbers[0] in found) is obviously(key, text), (key, text)


PIECES = st.sampled_from(
    [
        "a",
        "b",
        "dragon",
        "drag",
        r"\b",
        r"\w",
        ".",
        "[ab]",
        "[^a]",
        "(?:ab|on)",
        "(dragon|a)",
        " ",
        r"\s",
        "é",
        r"\.",
        "^",
        "$",
    ]
)
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,1}", "{1,}"])
PATTERNS = st.lists(st.tuples(PIECES, REPEATS).map("".join), min_size=1, max_size=6).map("".join)
PATTERNS = st.one_of(PATTERNS, st.tuples(PATTERNS, PATTERNS).map("|".join))
SPOKEN = st.lists(
    st.sampled_from(["dragon", "Dragons", "drag", "a", "b", "ab", "é", "e\u0301", " ", ".", "on", "dra"]), max_size=12
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.builds(Key, PATTERNS, st.just(True), st.booleans()), min_size=1, max_size=5), SPOKEN.map("".join))
def test_no_regex_is_missed_for_want_of_the_letters_it_needs(keys: list[Key], text: str) -> None:
    index = Index([Entry(UUID(int=n), keys=(key,)) for n, key in enumerate(keys)])
    found = index.find(text)
    for numbers, key in zip(index.keys_of, keys, strict=True):
        try:
            match = pattern_of(key).search(text)
        except re2.error:
            assert numbers[0] in index.broken
            continue
        assert found.get(numbers[0]) == (match.start() if match else None), (key, text)
        assert not match or needed(key.text) in folded(text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.one_of(KEYS, LONG), min_size=1, max_size=6), st.one_of(ANYTHING, PHRASES))
def test_one_key_alone_stands_where_all_of_them_do(keys: list[Key], text: str) -> None:
    index = Index([Entry(UUID(int=n), keys=(key,)) for n, key in enumerate(keys)])
    alone = {numbers[0]: index.place(numbers[0], text) for numbers in index.keys_of}
    found = index.find(text)
    assert {key: place for key, place in alone.items() if place is not None} == dict(found)
    assert all(index.may_stand(key, folded(text)) for key in found)


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
                    outlet="board",
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
@given(st.text(), st.integers(1, 500), st.integers(0, 500), st.booleans())
def test_what_is_shortened_is_a_beginning_that_fits(text: str, tokens: int, most: int, counts: bool) -> None:
    count = (lambda part: -(-len(part.encode(errors="replace")) // 3)) if counts else None
    part, used = shortened(text, tokens, most, count)
    assert text.startswith(part)
    assert used <= most
    assert used == 0 or part


@settings(max_examples=EXAMPLES, deadline=None)
@given(books(), scenes(), st.integers(0, 500))
def test_an_entry_takes_no_more_than_it_may(some: list[Book], scene: Scene, budget: int) -> None:
    short = [
        replace(one, entries=tuple(replace(entry, max_tokens=7, content="a b c. d e f") for entry in one.entries))
        for one in some
    ]
    deck = Deck(short)
    found = activate(deck, scene, budget)
    costs = {one.entry.id: deck.tokens[deck.number[one.entry.id]] for one in found.active}
    assert all(cost <= 7 for cost in costs.values())
    assert found.spent + found.beside == sum(costs.values())
    told = {one.entry.id for one in found.warnings if one.trouble is Trouble.SHORTENED and one.entry}
    assert told == {one.entry.id for one in found.active if one.text != one.entry.content}


@settings(max_examples=EXAMPLES, deadline=None)
@given(books(), scenes(), st.integers(0, 300))
def test_waves_end_and_everybody_comes_once(some: list[Book], scene: Scene, budget: int) -> None:
    some = [replace(one, steps=3) for one in some]
    found = activate(Deck(some), scene, budget)
    ids = [one.entry.id for one in found.active]
    assert len(set(ids)) == len(ids)
    active = {one.entry.id: one.wave for one in found.active}
    for one in found.active:
        assert one.wave <= 3 or one.entry.waking.level or not one.parents
        assert all(active.get(parent.id, -1) < one.wave for parent in one.parents)
        assert not one.parents or any(parent.id in active for parent in one.parents)


@settings(max_examples=EXAMPLES, deadline=None)
@given(books())
def test_rank_is_total_and_does_not_hang_on_the_order_of_the_file(some: list[Book]) -> None:
    deck, turned = Deck(some), Deck([replace(one, entries=one.entries[::-1]) for one in some])
    assert sorted(deck.rank) == list(range(len(deck.entries)))
    assert sorted(deck.number, key=lambda one: deck.rank[deck.number[one]]) == sorted(
        turned.number, key=lambda one: turned.rank[turned.number[one]]
    )


@settings(max_examples=EXAMPLES, deadline=None)
@given(books(), st.lists(st.one_of(TEXT, st.sampled_from(["undo", "again"])), min_size=1, max_size=12))
def test_deleting_and_answering_anew_leave_no_trace(some: list[Book], script: list[str]) -> None:
    """A conversation with deletions and new wordings in it ends as the one without them does."""
    deck = Deck(some)

    def play(lines: list[str], *, with_detours: bool) -> tuple[list[str], tuple[Fired, ...], list[object]]:
        said, fired, results = list[str](), tuple[Fired, ...](), list[object]()
        for line in lines:
            if line == "undo":
                said, results = said[:-1], results[:-1]
                continue
            if line != "again":
                said.append(line)
            if not said:
                continue
            for _ in range(2 if with_detours else 1):  # asked twice, answers and remembers the same
                ids = tuple(range(len(said), 0, -1))
                window = tuple(Said(n, Speaker.USER, "Ann", said[n - 1]) for n in ids[:5])
                past = Past(fired, ids, ids, len(ids), len(ids) - 1)
                found = activate(deck, Scene(UUID(int=len(said)), window, past=past), 120)
                fired = found.fired
            results = [*results[: len(said) - 1], [one.entry.id for one in found.active]]
        return said, fired, results

    said, fired, results = play(script, with_detours=True)
    straight = play(said, with_detours=False)
    alive = range(1, len(said) + 1)
    assert results == straight[2]
    assert {one for one in fired if one.message_id in alive} == set(straight[1])


@settings(max_examples=EXAMPLES, deadline=None)
@given(books(), scenes(), st.integers(0, 150))
def test_asking_why_changes_nothing(some: list[Book], scene: Scene, budget: int) -> None:
    deck = Deck(some)
    found = activate(deck, scene, budget)
    before = (found.active, found.spent, found.fired, found.warnings)
    first = found.refused
    assert sorted(map(str, first)) == sorted(map(str, found.refused))
    assert (found.active, found.spent, found.fired, found.warnings) == before
    for one in first:
        if one.out.why in {Why.BUDGET, Why.BOOK_BUDGET}:
            assert one.out.number is not None
            assert 0 < one.out.number <= one.entry.tokens
            assert not one.entry.ignores_budget


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
