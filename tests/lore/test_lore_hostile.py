"""What somebody writes to hurt: it is refused with a sentence, or costs no more than anything else.

Work is bounded by what is counted (places of a pattern, decisions made), never by a clock; times are printed for people
(`pytest -s`).
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from itertools import islice, product
from uuid import UUID

import pytest
import re2

from bot import limits
from bot.errors import InvalidInput
from bot.services.lore.compatible.matching import regex_of
from bot.services.lore.engine.activation import activate
from bot.services.lore.engine.book import Book, Entry, Key, Mode, Waking
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.keys import checked, pattern_of
from bot.services.lore.engine.reasons import Trouble, Why
from bot.services.lore.engine.repeats import places
from bot.services.lore.engine.scene import Said, Scene, Speaker

DIE = UUID(int=5)
CODES = frozenset({"key_no_regex", "key_matches_nothing", "key_too_costly", "key_too_long"})
MESSAGE = 4_000
"""Letters of the longest message there is on Discord."""


def scene(*newest_first: str) -> Scene:
    window = (Said(1000 - place, Speaker.USER, "", text) for place, text in enumerate(newest_first))
    return Scene(DIE, tuple(window))


def entry(number: int, *keys: Key, **fields: object) -> Entry:
    return Entry(UUID(int=number), keys=keys, **{"content": f"c{number}", "tokens": 10, **fields})  # type: ignore[arg-type]


def active(deck: Deck, where: Scene, budget: int = 1_000) -> set[int]:
    return {one.entry.id.int for one in activate(deck, where, budget).active}


# ------------------------------------------------------------------------------------------------ patterns

KNOWN = (
    r"(a+)+$", r"(a|a)*$", r"(a|aa)+$", r"(.*a){20}", r"(.*a){12}$", r"(a?){50}a{50}", r"([a-z]+)*x", r"(\w+\s?)*$",
    r"(x+x+)+y", r"(.+)+b", r"((a+)+)+$", r"(a*)*b", r"[\s\S]*[\s\S]*[\s\S]*z", r"(\pL+){30}9", r"(.{1,40}){1,25}z",
    r".{500}z", r"(a.{1,100}b){1,5}z", r"(?:.?){200}z", r"\pL{1,1000}9", r"(\pL\pN?){1,300}z", r"(.*)(.*)(.*)(.*)9",
    r"^(.*?,){11}P", r"[a-q][^u-z]{13}x", r"(?i)(ſ|k|K)+$", r"(a{1,30}){1,30}$", r"(((a{1,10}){1,10}){1,10})b",
    r"\p{Han}{1,500}z", r"[^\x00]{900}z", r"(\S+@\S+)+$", r"(?s).*?.*?.*?.*?z", r"(aa|aab?)*c", r"(a+){10}{10}",
    r"(?=a)b", r"(?<!a)b", r"(a)\1", r"(?>a+)b", r"a++b", r"[", r"(", r"a{2000}", r"(?P<x>a+)+$", r"\C*z", "\ud800+",
    r"(" * 80 + "a" + ")" * 80 + "*", r"(a" * 40 + ")*" * 40, "|".join("abcdefghij" * 9), r"a?" * 99, r".*" * 90 + "z",
    r"((((((.?){2}){2}){2}){2}){2}){2}z", r"[\d\D]{99}z", r"(\d+|\w+|\s+)*!", r"(?U)(.*)*$", r"(^|.)+(^|.)+$",
)  # fmt: skip


def hostile() -> list[str]:
    """More than 500 patterns: those everybody knows, and every way of nesting repeats in repeats."""
    atoms = ("a", ".", r"\w", r"\pL", "[^b]", "(a|ab)", "(.|a)", r"(a\s?)")
    inner = ("+", "*", "?", "{1,9}", "{10}", "{2,}")
    outer = ("+", "*", "{1,9}", "{3}", "{1,200}")
    nested = (f"({atom}{one}){two}{end}" for atom, one, two, end in product(atoms, inner, outer, ("$", "z")))
    dice = random.Random(4)
    made = list(islice(nested, 480))
    grown = [f"({dice.choice(made)[:-1]}|{dice.choice(atoms)}*){dice.choice(outer)}!" for _ in range(60)]
    return [*KNOWN, *made, *grown]


TEXTS = (
    "a" * MESSAGE,
    "ab" * (MESSAGE // 2),
    "a" * (MESSAGE - 1) + "!",
    "aé猫 " * (MESSAGE // 4),
    "".join(random.Random(1).choices("abcxyz ,@é猫1", k=MESSAGE)),
)


def spent(pattern: str) -> float:
    """Refuse a pattern, or look for it in every text. The most CPU milliseconds that refusing or one text took."""
    begun = time.process_time()
    try:
        key = checked(Key(pattern, is_regex=True))
    except InvalidInput as error:
        return -(time.process_time() - begun) * 1e3 if error.code in CODES else 1 / 0
    assert places(pattern) <= limits.LORE_REGEX_PLACES_MAX
    assert type(pattern_of(key)).__module__ == re2.__name__, "time grows with the text, never beyond"
    deck = Deck([Book(UUID(int=1), 1, entries=(entry(1, key),))])
    most = (time.process_time() - begun) * 1e3
    for text in TEXTS:
        begun = time.process_time()
        deck.index.find(text)
        most = max(most, (time.process_time() - begun) * 1e3)
    return most


def test_every_pattern_is_refused_or_harmless() -> None:
    patterns = hostile()
    assert len(patterns) > 500
    took = {pattern: spent(pattern) for pattern in patterns}
    refused = [-time_ for time_ in took.values() if time_ <= 0]
    worst = max(took, key=lambda pattern: abs(took[pattern]))
    line = (
        f"{len(patterns)} patterns, {len(refused)} refused (at most {max(refused):.2f} ms), the others in texts of "
        f"{MESSAGE} letters; slowest {abs(took[worst]):.2f} ms: {worst}; all {sum(map(abs, took.values())):.0f} ms"
    )
    sys.stdout.write(f"\n{line}\n")
    assert 0 < len(refused) < len(patterns) * 2 / 3, "not everything is refused"


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("dragons?", 1), ("(the|a) dragon", 0), ("dragon.{0,80}gold", 80), ("(a{1,30}){1,30}", 2700), ("(a+)+$", 3),
        (r"\p{L}{3}", 30), (r"\p{L}", 9), (r"[^\p{L}]+", 10), ("((a{2})b){3}", 27), ("[]a]{5}", 5), ("(?P<n>ab)*", 2),
        ("(?i)a", 0), ("x{5}?", 5),
        (r"\Qa+\E", 0), ("(((", 0), (")))", 0), ("a{3", 0), ("", 0), ("\\", 0),
    ],
)  # fmt: skip
def test_places_are_counted(pattern: str, count: int) -> None:
    assert places(pattern) == count


def test_a_pattern_that_repeats_too_much_is_refused_everywhere() -> None:
    worst = "(.{1,40}){1,25}z"
    with pytest.raises(InvalidInput) as caught:
        checked(Key(worst, is_regex=True))
    assert caught.value.code == "key_too_costly"
    assert "3000" in str(caught.value)
    deck = Deck([Book(UUID(int=1), 1, entries=(entry(1, Key(worst, is_regex=True), Key("b")),))])
    assert active(deck, scene("a" * 50 + "z")) == set(), "one that comes from elsewhere is not tried"
    assert active(deck, scene("b")) == {1}, "its other keys are"
    assert [one.trouble for one in deck.warnings] == [Trouble.KEY_BROKEN]
    assert regex_of(f"/{worst}/") is None
    assert regex_of("/(a+)+$/") is not None


def test_useful_patterns_are_not_refused() -> None:
    long = "|".join(["monday", "tuesday", "wednesday"] * 7)
    for pattern in (
        r"\bking\W+(?:\w+\W+){0,5}crown\b", r"dragon.{0,80}gold", r"\p{L}+heim", "(mon|tues|wednes)day", "[一-龥]{2,6}",
        r"\d{1,2}[./]\d{1,2}[./]\d{2,4}", r"\p{L}+ \p{L}+ \p{L}+", r"[\p{L}\d]{1,8}x", long,
    ):  # fmt: skip
        checked(Key(pattern, is_regex=True))


# ------------------------------------------------------------------------------------------------ keys


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u200b", "\ufeff \u00ad", "\u3000", "\ud800"])
def test_a_key_of_blanks_is_refused_and_would_match_nothing(blank: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked(Key(blank))
    assert caught.value.code == "key_blank"
    deck = Deck([Book(UUID(int=1), 1, entries=(entry(1, Key(blank)),))])
    assert active(deck, scene("hello", " ", "")) == set()
    assert [one.trouble for one in deck.warnings] == [Trouble.KEY_EMPTY]


def test_keys_that_share_every_word_are_still_told_apart() -> None:
    """Thousands of keys made of the same two words: none of them may lie in wait behind one word."""
    keys = [" ".join(words) for words in islice(product(("aaa", "bbb"), repeat=12), 3000)]
    deck = Deck([Book(UUID(int=1), 1, entries=tuple(entry(n, Key(key)) for n, key in enumerate(keys, start=1)))])
    assert active(deck, scene(keys[1234]), 100_000) == {1235}
    assert max(len(some) for _, _, at in (*deck.index._words, *deck.index._others) for some in at) <= 64


def test_halves_of_letters_are_no_text() -> None:
    deck = Deck(
        [Book(UUID(int=1), 1, entries=(entry(1, Key("dra\ud800gon")), entry(2, Key("[\ud800]", is_regex=True))))]
    )
    assert active(deck, scene("the dra\udc00gon")) == {1}


# ------------------------------------------------------------------------------------------------ size


def test_a_megabyte_of_content_is_read_in_its_beginning_only() -> None:
    huge = "tower " * 170_000
    loud = entry(1, Key("dragon"), content=huge + " lamp", tokens=20)
    woken, beyond = entry(2, Key("tower")), entry(3, Key("lamp"))
    deck = Deck([Book(UUID(int=1), 1, entries=(loud, woken, beyond))])
    assert active(deck, scene("dragon")) == {1, 2}, "what lies beyond the bound is not read"
    found = activate(deck, scene(huge), 1_000)
    assert {one.entry.id.int for one in found.active} == {2}
    cut = next(one for one in found.warnings if one.trouble is Trouble.TEXT_CUT)
    assert cut.number == len(huge) - limits.LORE_TEXT_MAX


def test_five_thousand_constant_entries() -> None:
    entries = tuple(entry(n, mode=Mode.CONSTANT, tokens=10, order=n) for n in range(1, 5001))
    deck = Deck([Book(UUID(int=1), 1, entries=entries)])
    found = activate(deck, scene("hello"), 1_000)
    assert [one.entry.id.int for one in found.active] == list(range(5000, 4900, -1)), "the first hundred by rank"
    assert found.spent == 1_000
    refused = found.refused
    assert len(refused) == 4900
    assert {one.out.why for one in refused} == {Why.BUDGET}
    every = activate(deck, scene("hello"), 100_000)
    assert len(every.active) == 5000
    assert every.spent == 50_000


def test_a_circle_of_waking_ends() -> None:
    size = 300
    entries = tuple(
        entry(n, Key(f"word{n}"), content=f"word{n % size + 1} word1", tokens=1) for n in range(1, size + 1)
    )
    deck = Deck([Book(UUID(int=1), 1, entries=entries, steps=10_000)])
    found = activate(deck, scene("word1"), 10_000)
    assert len(found.active) == size
    assert max(one.wave for one in found.active) == size - 1, "each once, one wave after another"
    few = activate(Deck([Book(UUID(int=1), 1, entries=entries, steps=5)]), scene("word1"), 10_000)
    assert max(one.wave for one in few.active) == 5


def test_levels_beyond_every_wave_end_too() -> None:
    far = entry(1, Key("x"), waking=Waking(level=100))
    deck = Deck([Book(UUID(int=1), 1, entries=(far, entry(2, Key("x"))), steps=8)])
    found = activate(deck, scene("x"), 100)
    assert {one.entry.id.int for one in found.active} == {2}
    assert [(one.trouble, one.number) for one in found.warnings] == [(Trouble.NEVER_WOKEN, 100)]


def test_requirements_in_a_circle_keep_each_other_out() -> None:
    one = entry(1, Key("x"), requires=frozenset({UUID(int=2)}))
    two = entry(2, Key("x"), requires=frozenset({UUID(int=1)}))
    found = activate(Deck([Book(UUID(int=1), 1, entries=(one, two))]), scene("x"), 100)
    assert not found.active
    assert {out.out.why for out in found.refused} == {Why.REQUIRES}


# ------------------------------------------------------------------------------------------------ the event loop


async def test_a_deck_that_is_made_aside_leaves_the_loop_to_others() -> None:
    """Not by a clock: the loop goes round while the deck is made, and does not when it is made on the loop."""
    book = Book(UUID(int=1), 1, entries=tuple(entry(n, Key(f"some{n} thing{n % 977}")) for n in range(8_000)))
    rounds = 0

    async def turn() -> None:
        nonlocal rounds
        while True:
            await asyncio.sleep(0)
            rounds += 1

    turning = asyncio.create_task(turn())
    await asyncio.sleep(0)
    before = rounds
    Deck([book])
    assert rounds == before, "the control: made here, nobody else has a turn"
    await asyncio.to_thread(Deck, [book])
    turning.cancel()
    assert rounds > before + 5


def test_the_automaton_is_made_in_slices() -> None:
    book = Book(UUID(int=1), 1, entries=tuple(entry(n, Key(f"unlike{n}word{n * 7919}")) for n in range(20_000)))
    slices = Deck([book]).index._words
    assert len(slices) > 3
    assert sum(len(at) for _, _, at in slices) == 20_000


def test_what_was_found_is_forgotten_before_it_takes_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LORE_REMEMBERED_BYTES", 20_000)
    index = Deck([Book(UUID(int=1), 1, entries=tuple(entry(n, Key("many")) for n in range(1, 500)))]).index
    texts = [f"many {n}" for n in range(50)]
    first = [index.read(text) for text in texts]
    assert 0 < len(index._remembered) < 20, "it is the entries found that weigh"
    assert texts[-1] in index._remembered
    assert [index.read(text) for text in texts] == first
    index.forget()
    assert not index._remembered
    assert index._room == 20_000
