"""Which entries come in: one test for each field of an entry, one statement each for how they play together."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from bot.services.lore.engine.activation import Activation, activate
from bot.services.lore.engine.book import (
    Blend,
    Book,
    Choice,
    Entry,
    Filters,
    GroupRule,
    Key,
    Logic,
    Meaning,
    Mode,
    Occasion,
    Overrides,
    Position,
    Source,
    Timing,
    Waking,
    overridden,
)
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.reasons import Trouble, Via, Why
from bot.services.lore.engine.scene import Fired, Past, Places, Said, Scene, Speaker

DIE = UUID(int=77)


def uid(number: int) -> UUID:
    return UUID(int=number)


def entry(number: int = 1, *keys: str, **fields: object) -> Entry:
    keys_ = tuple(Key(key) for key in keys)
    return replace(Entry(uid(number), f"entry {number}", f"content {number}", 10, keys=keys_), **fields)  # type: ignore[arg-type]


def book(*entries: Entry, **fields: object) -> Book:
    return replace(Book(uid(900), 1, "book", entries), **fields)  # type: ignore[arg-type]


def said(*newest_first: str | tuple[Speaker, str, str]) -> tuple[Said, ...]:
    window: list[Said] = []
    for number, one in enumerate(newest_first):
        speaker, name, text = (Speaker.USER, "Ann", one) if isinstance(one, str) else one
        window.append(Said(1000 - number, speaker, name, text))
    return tuple(window)


def scene(*newest_first: str | tuple[Speaker, str, str], **fields: object) -> Scene:
    return replace(Scene(DIE, said(*newest_first)), **fields)  # type: ignore[arg-type]


def run(books: Book | list[Book], where: Scene, budget: int = 1000) -> Activation:
    return activate(Deck(books if isinstance(books, list) else [books]), where, budget)


def active(activation: Activation) -> set[int]:
    return {one.entry.id.int for one in activation.active}


def why(activation: Activation, number: int) -> Why | None:
    return next((one.out.why for one in activation.refused if one.entry.id.int == number), None)


# ------------------------------------------------------------------------------------------------ each field

TALKING = scene("the dragon sleeps", (Speaker.CHARACTER, "Mira", "an old tower stands there"), "once a raven came")
ONE = entry(1, "dragon")
FAR = entry(1, "raven")


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        pytest.param(ONE, replace(ONE, keys=(Key("wyvern"),)), TALKING, id="keys"),
        pytest.param(ONE, replace(ONE, secondary=(Key("gold"),)), TALKING, id="secondary"),
        pytest.param(
            replace(ONE, secondary=(Key("tower"), Key("gold"))),
            replace(ONE, secondary=(Key("tower"), Key("gold")), logic=Logic.AND_ALL),
            TALKING,
            id="logic",
        ),
        pytest.param(replace(FAR, scan_depth=3), FAR, TALKING, id="scan_depth"),
        pytest.param(ONE, replace(ONE, mode=Mode.DISABLED), TALKING, id="mode"),
        pytest.param(ONE, replace(ONE, sources=Source.CHARACTER), TALKING, id="sources"),
        pytest.param(ONE, replace(ONE, speakers=frozenset({"mira"})), TALKING, id="speakers"),
        pytest.param(ONE, replace(ONE, probability=0), TALKING, id="probability"),
        pytest.param(ONE, replace(ONE, delay=5), TALKING, id="delay"),
        pytest.param(ONE, replace(ONE, requires=frozenset({uid(5)})), TALKING, id="requires"),
        pytest.param(ONE, replace(ONE, tokens=2000), TALKING, id="tokens"),
        pytest.param(replace(ONE, tokens=2000, ignores_budget=True), replace(ONE, tokens=2000), TALKING, id="budget"),
        pytest.param(ONE, replace(ONE, waking=Waking(level=9)), TALKING, id="level"),
        *[
            pytest.param(
                ONE,
                replace(ONE, filters=Filters(**{field: Choice(only=frozenset({other}))})),
                TALKING,
                id=f"only {field}",
            )
            for field, other in {
                "characters": uid(5), "personas": uid(5), "channels": 5, "servers": 5, "roles": 5, "tags": "sea",
            }.items()
        ],
        *[
            pytest.param(
                ONE,
                replace(ONE, filters=Filters(**{field: Choice(never=frozenset({here}))})),
                replace(
                    TALKING, character_id=uid(6), persona_id=uid(6), channel_ids=frozenset({6}), server_id=6,
                    role_ids=frozenset({6}), tags=frozenset({"hill"}),
                ),
                id=f"never {field}",
            )
            for field, here in {
                "characters": uid(6), "personas": uid(6), "channels": 6, "servers": 6, "roles": 6, "tags": "hill",
            }.items()
        ],
        pytest.param(
            ONE, replace(ONE, filters=Filters(occasions=frozenset({Occasion.CONTINUE}))), TALKING, id="occasions"
        ),
    ],
)  # fmt: skip
def test_a_field_alone_decides(before: Entry, after: Entry, where: Scene) -> None:
    assert active(run(book(before), where)) == {1}
    assert active(run(book(after), where)) == set()


# ------------------------------------------------------------------------------------------------ keys


@pytest.mark.parametrize(
    ("key", "text", "stands"),
    [
        (Key("dragon"), "A DRAGON!", True),
        (Key("dragon"), "dragonfly", False),
        (Key("dragon", whole_words=False), "dragonfly", True),
        (Key("Dragon", case_sensitive=True), "a dragon", False),
        (Key("Dragon", case_sensitive=True), "a Dragon", True),
        (Key("red dragon"), "the red\n  dragon", True),
        (Key("red dragon"), "the bored dragonfly", False),
        (Key("café"), "un cafe\u0301 noir", True),
        (Key("caf"), "café", False),
        (Key("кот"), "который", False),
        (Key("кот"), "Вот КОТ.", True),
        (Key("straße"), "STRASSE", True),
        (Key("istanbul"), "İstanbul", True),
        (Key("don't"), "I don’t", True),
        (Key("Mira"), "Mira's lamp", True),
        (Key("dragon"), "_dragon_ **x**", True),
        (Key("猫"), "黒猫がいる", True),
        (Key("แมว"), "เจอแมวดำ", True),
        (Key("용"), "용이 잔다", True),
        (Key("Dragon"), "竜Dragonは", True),
        (Key("!help"), "say !help", True),
        (Key("dra+gon", is_regex=True), "DRAAAGON", True),
        (Key("dra+gon", is_regex=True, case_sensitive=True), "DRAAAGON", False),
        (Key("ＤＲＡＧＯＮ"), "dragon", True),
        (Key("dragon"), "dra\u200bgon", True),
    ],
)
def test_a_key_stands_where_a_reader_sees_it(key: Key, text: str, stands: bool) -> None:
    assert (active(run(book(entry(1, keys=(key,))), scene(text))) == {1}) is stands


@pytest.mark.parametrize(
    ("logic", "with_all", "with_one", "with_none"),
    [
        (Logic.AND_ANY, True, True, False),
        (Logic.AND_ALL, True, False, False),
        (Logic.NOT_ALL, False, True, True),
        (Logic.NOT_ANY, False, False, True),
    ],
)
def test_secondary_keys_follow_their_logic(logic: Logic, with_all: bool, with_one: bool, with_none: bool) -> None:
    one = entry(1, "dragon", secondary=(Key("gold"), Key("cave")), logic=logic)
    for text, expected in (("gold cave", with_all), ("gold", with_one), ("", with_none)):
        found = run(book(one), scene(f"dragon {text}"))
        assert (active(found) == {1}) is expected
        assert expected or why(found, 1) is Why.SECONDARY


def test_a_name_counts_as_said_unless_left_out() -> None:
    one = entry(1, "Ann")
    assert active(run(book(one), scene("hello"))) == {1}
    assert active(run(book(replace(one, sources=Source.USER | Source.CHARACTER)), scene("hello"))) == set()


def test_card_and_persona_are_read_where_an_entry_asks() -> None:
    for source in (
        Source.DESCRIPTION,
        Source.PERSONALITY,
        Source.SCENARIO,
        Source.PERSONA,
        Source.NOTES,
        Source.SYSTEM,
    ):
        where = scene("hello", texts={source: "keeper of a lamp"})
        assert active(run(book(entry(1, "lamp")), where)) == set()
        found = run(book(entry(1, "lamp", sources=Source.USER | source)), where)
        assert active(found) == {1}
        place = found.active[0].cause.place
        assert place is not None
        assert place.source is source


def test_the_cause_names_the_newest_key() -> None:
    found = run(book(entry(1, "raven", "tower", scan_depth=5)), TALKING).active[0].cause
    assert found.via is Via.KEYWORD
    assert found.key == "tower"
    assert found.place is not None
    assert (found.place.message, found.place.offset) == (1, 7)


# ------------------------------------------------------------------------------------------------ meaning


def test_meaning_brings_in_who_is_near_enough_nearest_first() -> None:
    entries = [entry(n, mode=Mode.VECTOR, meaning=Meaning(results=2)) for n in (1, 2, 3)]
    found = run(book(*entries), scene("x", scores={uid(1): 0.8, uid(2): 0.9, uid(3): 0.75}))
    assert active(found) == {1, 2}
    assert why(found, 3) is Why.RESULTS
    assert {one.cause.score for one in found.active} == {0.8, 0.9}
    lower = replace(entries[0], meaning=Meaning(threshold=0.2))
    assert active(run(book(lower), scene("x", scores={uid(1): 0.3}))) == {1}


@pytest.mark.parametrize(
    ("blend", "key_only", "near_only", "both"),
    [(Blend.OR, True, True, True), (Blend.AND, False, False, True), (Blend.WEIGHTED, False, False, True)],
)
def test_hybrid_joins_keys_and_meaning(blend: Blend, key_only: bool, near_only: bool, both: bool) -> None:
    one = entry(1, "dragon", mode=Mode.HYBRID, meaning=Meaning(blend=blend))
    near = {uid(1): 0.75}
    for text, scores, expected in (("dragon", {}, key_only), ("x", near, near_only), ("dragon", near, both)):
        assert (active(run(book(one), scene(text, scores=scores))) == {1}) is expected


# ------------------------------------------------------------------------------------------------ room


def test_whatever_still_fits_is_taken() -> None:
    entries = [entry(1, "x", tokens=50), entry(2, "x", tokens=60, order=90), entry(3, "x", tokens=10, order=80)]
    found = run(book(*entries), scene("x"), 100)
    assert active(found) == {1, 3}
    assert next(one for one in found.refused).out.number == 10
    assert found.spent == 60
    assert active(run(book(*entries[:2]), scene("x"), 110)) == {1, 2}, "an exact fit fits"


def test_constants_go_first_unless_the_book_says_otherwise() -> None:
    entries = [entry(1, "x", tokens=60, order=200), entry(2, mode=Mode.CONSTANT, tokens=60)]
    assert active(run(book(*entries), scene("x"), 100)) == {2}
    assert active(run(book(*entries, constants_first=False), scene("x"), 100)) == {1}


def test_a_book_has_its_own_budget() -> None:
    small = book(entry(1, "x", tokens=60), entry(2, "x", tokens=60), token_budget=100)
    other = replace(book(entry(3, "x", tokens=60)), id=uid(901))
    found = run([small, other], scene("x"), 1000)
    assert len(active(found) & {1, 2}) == 1
    assert 3 in active(found)
    assert {one.out.why for one in found.refused} == {Why.BOOK_BUDGET}


def test_what_ignores_the_budget_costs_the_others_nothing() -> None:
    found = run(book(entry(1, "x", tokens=90), entry(2, "x", tokens=500, ignores_budget=True)), scene("x"), 100)
    assert active(found) == {1, 2}
    assert (found.spent, found.beside) == (90, 500)


# ------------------------------------------------------------------------------------------------ waking


def chain(**fields: object) -> list[Entry]:
    return [
        entry(1, "dragon", content="It guards the tower."),
        entry(2, "tower", content="A witch lives there."),
        entry(3, "witch", **fields),
    ]


def test_what_came_in_wakes_others() -> None:
    found = run(book(*chain()), scene("dragon"))
    assert active(found) == {1, 2, 3}
    third = next(one for one in found.active if one.entry.id.int == 3)
    assert third.wave == 2
    assert [one.id.int for one in third.parents] == [2]
    assert third.cause.place is not None
    assert third.cause.place.parent is not None
    assert active(run(book(*chain(), recursion=False), scene("dragon"))) == {1}
    assert active(run(book(*chain(), steps=1), scene("dragon"))) == {1, 2}


@pytest.mark.parametrize(
    ("waking", "woken"),
    [
        (Waking(is_woken=False), False),
        (Waking(woken_only_by=frozenset({uid(1)})), False),
        (Waking(woken_only_by=frozenset({uid(2)})), True),
    ],
)
def test_an_entry_says_who_may_wake_it(waking: Waking, woken: bool) -> None:
    assert (3 in active(run(book(*chain(waking=waking)), scene("dragon")))) is woken


@pytest.mark.parametrize(
    ("waking", "woken"), [(Waking(wakes=False), {1}), (Waking(wakes_only=frozenset({uid(2)})), {1, 2, 3})]
)
def test_an_entry_says_whom_it_wakes(waking: Waking, woken: set[int]) -> None:
    entries = chain()
    assert active(run(book(replace(entries[0], waking=waking), *entries[1:]), scene("dragon"))) == woken


def test_what_found_no_room_wakes_nobody() -> None:
    entries = chain()
    assert active(run(book(replace(entries[0], tokens=500), *entries[1:]), scene("dragon"), 100)) == set()


def test_a_circle_ends() -> None:
    one, two = entry(1, "a b", content="c d"), entry(2, "c d", content="a b")
    assert active(run(book(one, two), scene("a b"))) == {1, 2}


def test_a_level_waits_for_its_wave_even_when_nobody_wakes() -> None:
    assert active(run(book(entry(1, "x", waking=Waking(level=2))), scene("x"))) == {1}


def test_a_forbidden_key_that_comes_later_withdraws() -> None:
    shy = entry(4, "dragon", content="lamp", secondary=(Key("witch"),), logic=Logic.NOT_ANY)
    woken = entry(5, "lamp")
    found = run(book(*chain(), shy, woken), scene("dragon"))
    assert active(found) == {1, 2, 3}
    assert why(found, 4) is Why.FORBIDDEN_LATER
    assert why(found, 5) is Why.WAKER_LEFT
    assert found.spent == 30


def test_a_book_looks_further_back_for_more() -> None:
    near, far, farther = entry(1, "dragon"), entry(2, "raven"), entry(3, "sea")
    where = scene("dragon", "", "", "raven", "", "", "sea")
    assert active(run(book(near, far, farther), where)) == {1}
    assert active(run(book(near, far, farther, at_least=2), where)) == {1, 2}
    assert active(run(book(near, far, farther, at_least=3), where)) == {1, 2, 3}
    assert active(run(book(near, far, farther, at_least=3, at_least_depth=5), where)) == {1, 2}


# ------------------------------------------------------------------------------------------------ others


def test_requirements_and_exclusions() -> None:
    needs = entry(1, "x", requires=frozenset({uid(2)}))
    found = run(book(needs, entry(2, "y")), scene("x"))
    assert why(found, 1) is Why.REQUIRES
    assert active(run(book(needs, entry(2, "y")), scene("x y"))) == {1, 2}
    bans = entry(3, "x", order=300, excludes=frozenset({uid(4)}))
    found = run(book(bans, entry(4, "x")), scene("x"))
    assert active(found) == {3}
    assert why(found, 4) is Why.EXCLUDED
    assert active(run(book(replace(bans, order=1), entry(4, "x")), scene("x"))) == {4}, "the first by rank stays"


def test_of_a_group_only_so_many_come_in() -> None:
    members = [entry(n, "x", groups=frozenset({"g"})) for n in range(1, 6)]
    found = run(book(*members, entry(9, "x")), scene("x"))
    assert len(active(found) - {9}) == 1
    assert 9 in active(found)
    assert {one.out.why for one in found.refused} == {Why.GROUP}
    three = run(book(*members, groups={"g": GroupRule(winners=3)}), scene("x"))
    assert len(active(three)) == 3


def test_groups_are_drawn_by_weight_first_by_rule_or_by_keys() -> None:
    light, heavy = entry(1, "x", groups=frozenset({"g"}), group_weight=1), entry(2, "x", groups=frozenset({"g"}))
    wins = [active(run(book(light, heavy), scene("x", die=uid(die)))) for die in range(1, 301)]
    assert 0 < wins.count({1}) < 15
    never = replace(heavy, group_weight=0)
    assert active(run(book(light, never), scene("x"))) == {1}
    ruled = replace(light, group_first=True)
    assert all(active(run(book(ruled, heavy), scene("x", die=uid(die)))) == {1} for die in range(1, 40))
    more = entry(3, "x", "y", groups=frozenset({"g"}))
    scored = book(heavy, more, groups={"g": GroupRule(scores=True)})
    assert all(active(run(scored, scene("x y", die=uid(die)))) == {3} for die in range(1, 40))


def test_an_entry_in_two_groups_needs_a_place_in_both_and_leaves_nobody_behind() -> None:
    both = entry(1, "x", groups=frozenset({"g", "h"}), group_first=True)
    first, second = entry(2, "x", groups=frozenset({"g"})), entry(3, "x", groups=frozenset({"h"}))
    assert active(run(book(both, first, second, entry(4, "x")), scene("x"))) == {1, 4}
    no_room = replace(both, tokens=5000)
    assert active(run(book(no_room, first, second), scene("x"))) == {2, 3}, "a winner without room makes place"


def test_the_die_is_cast_once_a_turn() -> None:
    one = entry(1, "x", probability=50)
    results = [active(run(book(one), scene("x", die=uid(die)))) for die in range(1, 201)]
    assert 70 < results.count({1}) < 130
    assert all(active(run(book(one), scene("x", die=uid(7)))) == results[6] for _ in range(5))


def test_a_person_calls_an_entry_in() -> None:
    found = run(book(entry(1, "nothing", cooldown=3, probability=0)), scene("x", manual=frozenset({uid(1)})))
    assert found.active[0].cause.via is Via.MANUAL
    plain = run(book(entry(1, "nothing"), entry(2, "x")), scene("x", manual=frozenset({uid(1)})))
    assert {one.entry.id.int: one.cause.via for one in plain.active} == {1: Via.MANUAL, 2: Via.KEYWORD}


# ------------------------------------------------------------------------------------------------ time


def played(one: Entry, texts: list[str], **fields: object) -> list[bool]:
    """Whether the entry came in at each turn of a conversation in which only people's messages are counted."""
    fired: tuple[Fired, ...] = ()
    came: list[bool] = []
    for number, text in enumerate(texts, start=1):
        ids = tuple(range(number, 0, -1))
        window = (Said(number, Speaker.USER, "Ann", text),)
        past = Past(fired, ids, ids[1:], number, number - 1)
        found = run(book(one, **fields), Scene(uid(number), window, past=past))
        fired = found.fired
        came.append(bool(found.active))
    return came


def test_sticky_runs_on_and_cooldown_follows() -> None:
    always = ["x"] * 9
    once = ["x", *[""] * 8]
    assert played(entry(1, "x", sticky=2), once) == [True, True, True, *[False] * 6]
    assert played(entry(1, "x", cooldown=2), always) == [True, False, False] * 3
    both = entry(1, "x", sticky=1, cooldown=2)
    assert played(both, always) == [True, True, False, False, True, True, False, False, True]
    assert played(entry(1, "x", delay=3), always) == [False] * 3 + [True] * 6
    assert played(entry(1, "x", delay=3), always, timing=Timing.MESSAGES) == [False] * 2 + [True] * 7


def test_what_is_deleted_or_answered_anew_never_happened() -> None:
    one = entry(1, "x", cooldown=5)
    fired = (Fired(uid(1), 10),)
    kept = Past(fired, (11, 10, 9), (10, 9), 3, 2)
    assert why(run(book(one), Scene(DIE, (Said(11, Speaker.USER, "Ann", "x"),), past=kept)), 1) is Why.COOLDOWN
    deleted = Past(fired, (11, 9), (9,), 2, 1)
    assert active(run(book(one), Scene(DIE, (Said(11, Speaker.USER, "Ann", "x"),), past=deleted))) == {1}
    anew = Scene(DIE, (Said(10, Speaker.USER, "Ann", "x"),), past=kept)
    assert active(run(book(one), anew)) == {1}
    assert run(book(one), anew).fired == (Fired(uid(1), 10),), "and fires once, not twice"


# ------------------------------------------------------------------------------------------------ places and warnings


def troubles(found: Activation) -> list[tuple[Trouble, int | None]]:
    return [(one.trouble, one.entry.id.int if one.entry else None) for one in found.warnings]


def test_who_is_filtered_out_takes_no_place_from_the_others_near() -> None:
    elsewhere = Filters(channels=Choice(only=frozenset({9})))
    shut = [entry(n, mode=Mode.VECTOR, meaning=Meaning(results=2), filters=elsewhere) for n in range(1, 6)]
    open_ = [entry(n, mode=Mode.VECTOR, meaning=Meaning(results=2)) for n in range(6, 9)]
    where = scene("x", scores={uid(n): 1 - n / 100 for n in range(1, 9)})
    found = run(book(*shut, *open_), where)
    assert active(found) == {6, 7}
    assert {why(found, n) for n in range(1, 6)} == {Why.CHANNEL}
    control = [replace(one, filters=Filters()) for one in shut]
    assert active(run(book(*control, *open_), where)) == {1, 2}


def test_who_has_no_place_in_this_prompt_takes_no_room_and_is_told_of() -> None:
    top = entry(1, "x", position=Position.SYSTEM_TOP, tokens=60, content="a lamp")
    board, wall = (
        entry(n, "x", position=Position.OUTLET, outlet=name, tokens=20) for n, name in ((2, "board"), (3, "wall"))
    )
    rest, woken = entry(4, "x", tokens=60, order=1), entry(5, "lamp")
    few = Places(frozenset({Position.BEFORE_CHARACTER}), frozenset({"wall"}))
    found = run(book(top, board, wall, rest, woken), scene("x", places=few), 100)
    assert active(found) == {3, 4}, "what is in no prompt wakes nobody either"
    assert {why(found, 1), why(found, 2)} == {Why.NOWHERE}
    assert sorted(troubles(found)) == [(Trouble.NOWHERE, 1), (Trouble.NOWHERE, 2)]
    every = run(book(top, board, wall, rest, woken), scene("x"), 1000)
    assert active(every) == {1, 2, 3, 4, 5}
    assert troubles(every) == []


def test_an_outlet_without_a_name_is_nowhere() -> None:
    found = run(book(entry(1, "x", position=Position.OUTLET), entry(2, "x")), scene("x"))
    assert active(found) == {2}
    assert troubles(found) == [(Trouble.OUTLET_UNNAMED, 1), (Trouble.NOWHERE, 1)]


def test_what_is_too_long_is_shortened_with_an_account() -> None:
    words = "It guards a lamp. Nobody knows the witch. She left long ago."
    long = entry(1, "x", content=words, tokens=16, max_tokens=6)
    found = run(book(long, entry(2, "lamp"), entry(3, "witch")), scene("x"))
    assert active(found) == {1, 2}, "words that are left out wake nobody"
    assert found.active[0].text == "It guards a lamp."
    assert found.spent == 5 + 10
    assert troubles(found) == [(Trouble.SHORTENED, 1)]
    assert found.warnings[0].number == 11
    whole = run(book(replace(long, max_tokens=16), entry(3, "witch")), scene("x"))
    assert active(whole) == {1, 3}
    assert troubles(whole) == []


def test_tokens_of_shortened_words_are_counted_where_somebody_can_count() -> None:
    long = entry(1, "x", content="one two three four five six", tokens=6, max_tokens=3)
    deck = Deck([book(long)], count=lambda text: len(text.split()))
    found = activate(deck, scene("x"), 100)
    assert (found.active[0].text, found.spent) == ("one two three", 3)


def test_keys_that_cannot_be_looked_for_are_told_of() -> None:
    broken = entry(1, "x", keys=(Key("(", is_regex=True), Key("x")))
    emptied = entry(2, secondary=(Key("{{nothing}}"),), keys=(Key("x"),))
    deck = Deck(
        [book(broken, emptied, entry(3, keys=(Key("["),)))], expand=lambda text: text.replace("{{nothing}}", "")
    )
    found = activate(deck, scene("x ["), 100)
    assert active(found) == {1, 3}
    assert [(one.trouble, one.key) for one in found.warnings] == [
        (Trouble.KEY_BROKEN, "("),
        (Trouble.KEY_EMPTY, "{{nothing}}"),
    ]


def test_an_entry_without_words_is_told_of() -> None:
    found = run(book(entry(1, "x", content="  ")), scene("x"))
    assert active(found) == {1}
    assert troubles(found) == [(Trouble.NO_WORDS, 1)]


def test_who_waits_for_a_key_that_a_late_wave_brings_comes_then() -> None:
    """Also where the wave in between brought nobody."""
    shy = entry(1, "x", secondary=(Key("lamp"),))
    late = entry(2, mode=Mode.CONSTANT, content="a lamp", waking=Waking(level=2))
    assert active(run(book(shy, late), scene("x"))) == {1, 2}


def test_who_needs_somebody_that_is_withdrawn_goes_too() -> None:
    shy = entry(4, "dragon", secondary=(Key("witch"),), logic=Logic.NOT_ANY)
    needs = entry(5, "tower", requires=frozenset({uid(4)}))
    found = run(book(*chain(), shy, needs), scene("dragon"))
    assert active(found) == {1, 2, 3}
    assert why(found, 5) is Why.REQUIRES


def test_who_would_not_fit_anyway_is_still_told_the_gate_that_shuts_it() -> None:
    first = entry(1, "x", tokens=95, order=900)
    unlucky, big, unkeyed = entry(2, "x", probability=0), entry(3, "x"), entry(4, "y")
    woken = entry(5, "content")
    found = run(book(first, unlucky, big, unkeyed, woken), scene("x"), 100)
    assert active(found) == {1}
    assert {number: why(found, number) for number in (2, 3, 4, 5)} == {
        2: Why.DIE,
        3: Why.BUDGET,
        4: None,
        5: Why.BUDGET,
    }, "5 is woken by what came in"
    assert {one.out.number for one in found.refused if one.out.why is Why.BUDGET} == {5}


def test_a_room_that_only_a_shut_out_entry_found_too_small_is_not_full() -> None:
    unlucky, far = entry(1, "x", probability=0, tokens=5000), entry(2, "raven")
    where = scene("x", "", "", "raven")
    assert active(run(book(unlucky, far, at_least=1), where, 100)) == {2}
    assert active(run(book(replace(unlucky, probability=100), far, at_least=1), where, 100)) == set(), "the control"


def test_a_book_is_read_as_it_is_attached() -> None:
    one = book(entry(1, "raven"), entry(2, "dragon", content="tower"), entry(3, "tower"))
    where = scene("dragon", "", "", "raven")
    assert active(run(one, where)) == {2, 3}
    assert active(run(overridden(one, Overrides(scan_depth=4)), where)) == {1, 2, 3}
    assert active(run(overridden(one, Overrides(recursion=False)), where)) == {2}
    assert active(run(overridden(one, Overrides(token_budget=10)), where)) == {2}
