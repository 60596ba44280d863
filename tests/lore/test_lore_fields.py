"""Every field of an entry, of what an entry is made of, of a book and of an attachment does something.

Each row changes one field and nothing else, and sees other entries, another place, order, price or warning. A field
without a row fails, so nothing is stored that nobody reads.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

import pytest

from bot.services.lore.engine.activation import Activation, activate
from bot.services.lore.engine.book import (
    AS_IT_IS,
    BY_MEANING,
    FREELY,
    TALK,
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
    Role,
    Source,
    Timing,
    Waking,
    overridden,
)
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.placing import placed
from bot.services.lore.engine.scene import Fired, Past, Said, Scene, Speaker


def uid(number: int) -> UUID:
    return UUID(int=number)


WINDOW = (
    Said(50, Speaker.USER, "Ann", "the dragon and the gold"),
    Said(49, Speaker.CHARACTER, "Mira", "an old Tower with a lamp"),
    Said(48, Speaker.USER, "Bob", "once a raven came"),
    Said(47, Speaker.CHARACTER, "Mira", "the sea is far"),
)
IDS = tuple(range(50, 30, -1))
SCENE = Scene(
    uid(77), WINDOW, character_id=uid(601), persona_id=uid(602), channel_ids=frozenset({603}), server_id=604,
    role_ids=frozenset({605}), tags=frozenset({"hill"}), occasion=Occasion.ANSWER,
    texts={Source.DESCRIPTION: "keeper of the harbour"}, scores={uid(1): 0.8, uid(2): 0.9, uid(3): 0.6}, threshold=0.7,
    past=Past((Fired(uid(1), 48), Fired(uid(9), 48)), IDS, (50, 48, 46, 44), 20, 10),
)  # fmt: skip

OTHERS = (
    Entry(uid(2), "two", "the lamp burns in the harbour", 20, keys=(Key("gold"),)),
    Entry(uid(3), "three", "a cellar below", 30, keys=(Key("tower"),), order=50),
    Entry(uid(4), "four", "an anchor", 10, keys=(Key("burns"),)),
    Entry(uid(5), "five", "a constant bell", 15, mode=Mode.CONSTANT),
)
DRAGON = Entry(uid(1), "one", "It guards the cellar. Its name is Ash.", 40, keys=(Key("dragon"),))
QUIET = replace(DRAGON, keys=(Key("nothing"),))
ONLY_TWO = frozenset({uid(2)})


@dataclass(frozen=True)
class Row:
    """`before` with one field changed is `after`. `others` stand beside it; `book` and `scene` are what they need."""

    before: Any
    after: Any
    others: tuple[Entry, ...] = OTHERS
    budget: int = 1000
    book: dict[str, Any] | None = None
    scene: dict[str, Any] | None = None


def seen(found: Activation) -> dict[str, Any]:
    """Everything that a reader of an activation can tell apart, but names."""
    where = placed(found.active)
    return {
        "in": [one.entry.id for one in found.active],
        "out": sorted((one.entry.id.int, one.out.why) for one in found.refused),
        "words": {one.entry.id: one.text for one in found.active},
        "fixed": {at: [one.entry.id for one in some] for at, some in where.fixed.items()},
        "depths": [(one.depth, one.role, [entry.entry.id for entry in one.entries]) for one in where.depths],
        "outlets": {name: [one.entry.id for one in some] for name, some in where.outlets.items()},
        "spent": (found.spent, found.beside),
        "fired": found.fired,
        "warnings": [(one.trouble, one.entry.id if one.entry else None) for one in found.warnings],
    }  # fmt: skip


def outcome(entry: Entry, row: Row) -> dict[str, Any]:
    book = Book(uid(900), 1, "b", (entry, *row.others), **(row.book or {}))
    return seen(activate(Deck([book]), replace(SCENE, **(row.scene or {})), row.budget))


def changed(before: Entry, *, row: dict[str, Any] | None = None, **after: Any) -> Row:
    return Row(before, replace(before, **after), **(row or {}))


GROUPED = (replace(OTHERS[0], groups=frozenset({"g"}), order=900), *OTHERS[1:])
MEANT = replace(QUIET, mode=Mode.VECTOR)
ENTRY_ROWS: dict[str, Row] = {
    "id": changed(DRAGON, id=uid(700), sticky=5, row={"others": (replace(OTHERS[0], requires=frozenset({uid(1)})),)}),
    "content": changed(DRAGON, content="The anchor burns."),
    "tokens": changed(DRAGON, tokens=41),
    "mode": changed(QUIET, mode=Mode.CONSTANT),
    "keys": changed(QUIET, keys=(Key("sea"), Key("gold"))),
    "secondary": changed(DRAGON, secondary=(Key("nowhere"),)),
    "logic": changed(replace(DRAGON, secondary=(Key("nowhere"),)), logic=Logic.NOT_ANY),
    "scan_depth": changed(replace(DRAGON, keys=(Key("sea"),)), scan_depth=4),
    "sources": changed(replace(DRAGON, keys=(Key("harbour"),)), sources=TALK | Source.DESCRIPTION),
    "speakers": changed(DRAGON, speakers=frozenset({"mira"})),
    "meaning": changed(MEANT, meaning=Meaning(threshold=0.95)),
    "probability": changed(DRAGON, probability=0),
    "position": changed(DRAGON, position=Position.SYSTEM_TOP),
    "depth": changed(replace(DRAGON, position=Position.AT_DEPTH), depth=1),
    "role": changed(replace(DRAGON, position=Position.AT_DEPTH), role=Role.USER),
    "outlet": changed(replace(DRAGON, position=Position.OUTLET, outlet="a"), outlet="b"),
    "order": changed(DRAGON, order=1),
    "priority": changed(DRAGON, priority=1, row={"budget": 60}),
    "sticky": changed(QUIET, sticky=5),
    "cooldown": changed(DRAGON, cooldown=5),
    "delay": changed(DRAGON, delay=11),
    "filters": changed(DRAGON, filters=Filters(tags=Choice(only=frozenset({"sea"})))),
    "groups": changed(replace(DRAGON, group_first=True), groups=frozenset({"g"}), row={"others": GROUPED}),
    "group_weight": changed(
        replace(DRAGON, groups=frozenset({"g"}), group_weight=0), group_weight=1e9, row={"others": GROUPED}
    ),
    "group_first": changed(
        replace(DRAGON, groups=frozenset({"g"}), group_weight=0), group_first=True, row={"others": GROUPED}
    ),
    "waking": changed(replace(DRAGON, content="the burns"), waking=Waking(wakes=False), row={"others": OTHERS[2:]}),
    "requires": changed(DRAGON, requires=frozenset({uid(4)}), row={"budget": 80}),
    "excludes": changed(replace(DRAGON, order=900), excludes=frozenset({uid(2)})),
    "ignores_budget": changed(DRAGON, ignores_budget=True),
    "max_tokens": changed(DRAGON, max_tokens=20),
}
NO_RULE = {"name": "what people call it; shown, never decided by"}


@pytest.mark.parametrize("name", ENTRY_ROWS)
def test_each_field_of_an_entry(name: str) -> None:
    row = ENTRY_ROWS[name]
    before, after = outcome(row.before, row), outcome(row.after, row)
    assert before != after
    assert outcome(replace(row.before, name="another name"), row) == before, "the control: a name alone does nothing"
    parts = {one.name for one in fields(Entry) if getattr(row.before, one.name) != getattr(row.after, one.name)}
    assert parts == {name} if name != "id" else "id" in parts


def filtered(**one: Any) -> Row:
    return changed(DRAGON, filters=Filters(**one))


FILTER_ROWS: dict[str, tuple[Row, Row]] = {
    name: (filtered(**{name: Choice(only=frozenset({other}))}), filtered(**{name: Choice(never=frozenset({here}))}))
    for name, here, other in (
        ("characters", uid(601), uid(5)), ("personas", uid(602), uid(5)), ("channels", 603, 5), ("servers", 604, 5),
        ("roles", 605, 5), ("tags", "hill", "sea"),
    )
}  # fmt: skip


@pytest.mark.parametrize("name", [*FILTER_ROWS, "occasions"])
def test_each_filter_by_only_and_by_never(name: str) -> None:
    rows = FILTER_ROWS.get(name) or (filtered(occasions=frozenset({Occasion.CONTINUE})),)
    for row in rows:
        out = dict(outcome(row.after, row)["out"])
        assert outcome(row.before, row)["in"] != outcome(row.after, row)["in"]
        assert 1 in out, "it is told why"


def keyed(before: Key, **after: Any) -> Row:
    one = replace(DRAGON, keys=(before,))
    return Row(one, replace(one, keys=(replace(before, **after),)))


def meant(before: Meaning = BY_MEANING, entry: Entry = MEANT, **after: Any) -> Row:
    one = replace(entry, meaning=before)
    near = (replace(OTHERS[0], keys=(), mode=Mode.VECTOR), *OTHERS[1:])
    return Row(one, replace(one, meaning=replace(before, **after)), others=near)


def woken(before: Waking = FREELY, number: int = 1, **after: Any) -> Row:
    """`number` 1 wakes entry 4, entry 6 is woken by 2."""
    one = {1: replace(DRAGON, content="it burns"), 6: Entry(uid(6), "", "six", 5, keys=(Key("lamps"),))}[number]
    one = replace(one, waking=before)
    lamps = replace(OTHERS[0], content="the lamps")
    return Row(one, replace(one, waking=replace(before, **after)), others=(lamps, *OTHERS[1:]))


HYBRID = replace(QUIET, mode=Mode.HYBRID)
PART_ROWS: dict[type, dict[str, Row]] = {
    Key: {
        "text": keyed(Key("dragon"), text="wyvern"),
        "is_regex": keyed(Key("dra.on"), is_regex=True),
        "case_sensitive": keyed(Key("tower"), case_sensitive=True),
        "whole_words": keyed(Key("drag"), whole_words=False),
    },
    Meaning: {
        "threshold": meant(threshold=0.85),
        "results": meant(results=1),
        "blend": meant(entry=HYBRID, blend=Blend.AND),
        "weight": meant(Meaning(blend=Blend.WEIGHTED), entry=HYBRID, weight=1.0),
    },
    Waking: {
        "wakes": woken(wakes=False),
        "is_woken": woken(number=6, is_woken=False),
        "level": woken(level=9),
        "wakes_only": woken(wakes_only=frozenset({uid(3)})),
        "woken_only_by": woken(number=6, woken_only_by=frozenset({uid(3)})),
    },
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, rows in PART_ROWS.items() for name in rows])
def test_each_field_of_what_an_entry_is_made_of(kind: type, name: str) -> None:
    row = PART_ROWS[kind][name]
    assert outcome(row.before, row) != outcome(row.after, row)


# ------------------------------------------------------------------------------------------------ books

FAR = replace(DRAGON, keys=(Key("sea"),))
TIMED = replace(QUIET, sticky=2)


def shelf(entry: Entry, before: dict[str, Any], after: dict[str, Any], **row: Any) -> tuple[Row, dict[str, Any]]:
    return Row(entry, entry, book=before, **row), after


G = frozenset({"g"})
BOOK_ROWS: dict[str, tuple[Row, dict[str, Any]]] = {
    "scan_depth": shelf(FAR, {}, {"scan_depth": 4}),
    "token_budget": shelf(DRAGON, {}, {"token_budget": 50}),
    "recursion": shelf(DRAGON, {}, {"recursion": False}),
    "steps": shelf(DRAGON, {}, {"steps": 0}),
    "at_least": shelf(FAR, {}, {"at_least": 5}),
    "at_least_depth": shelf(FAR, {"at_least": 5, "at_least_depth": 2}, {"at_least": 5, "at_least_depth": 9}),
    "constants_first": shelf(replace(DRAGON, order=900), {}, {"constants_first": False}),
    "timing": shelf(TIMED, {}, {"timing": Timing.MESSAGES},
                    scene={"past": replace(SCENE.past, fired=(Fired(uid(1), 46),), turns=(50, 46))}),
    "groups": shelf(replace(DRAGON, groups=G), {}, {"groups": {"g": GroupRule(winners=2)}}, others=GROUPED),
}  # fmt: skip
NO_BOOK_RULE = {
    "id": "which book it is",
    "entries": "the tables above",
    "name": "what people call it",
    "version": "tells copies apart; whoever keeps decks looks at it",
}


@pytest.mark.parametrize("name", BOOK_ROWS)
def test_each_field_of_a_book(name: str) -> None:
    row, after = BOOK_ROWS[name]
    assert outcome(row.before, row) != outcome(row.after, replace(row, book=after))


@pytest.mark.parametrize("name", ["winners", "scores"])
def test_each_field_of_a_group(name: str) -> None:
    strong = replace(DRAGON, groups=G, group_weight=0, keys=(Key("dragon"), Key("gold")))
    rules = {"winners": GroupRule(winners=2), "scores": GroupRule(scores=True)}
    row = Row(strong, strong, others=GROUPED)
    assert outcome(strong, row) != outcome(strong, replace(row, book={"groups": {"g": rules[name]}}))


OVERRIDES = {"scan_depth": (FAR, 4), "token_budget": (DRAGON, 50), "recursion": (DRAGON, False)}


@pytest.mark.parametrize("name", OVERRIDES)
def test_each_override_of_an_attachment(name: str) -> None:
    entry, value = OVERRIDES[name]
    book = Book(uid(900), 1, "b", (entry, *OTHERS))
    there = overridden(book, Overrides(**{name: value}))
    assert seen(activate(Deck([book]), SCENE, 1000)) != seen(activate(Deck([there]), SCENE, 1000))
    assert overridden(book, AS_IT_IS) is book
    assert overridden(there, Overrides(**{name: getattr(book, name)})) == book or book.token_budget is None


def test_an_entry_with_a_depth_of_its_own_keeps_it() -> None:
    book = Book(uid(900), 1, "b", (replace(FAR, scan_depth=1),))
    assert not activate(Deck([overridden(book, Overrides(scan_depth=9))]), SCENE, 1000).active


def test_nothing_is_without_a_row() -> None:
    assert {one.name for one in fields(Entry)} == ENTRY_ROWS.keys() | NO_RULE.keys()
    assert {one.name for one in fields(Filters)} == FILTER_ROWS.keys() | {"occasions"}
    assert {one.name for one in fields(Book)} == BOOK_ROWS.keys() | NO_BOOK_RULE.keys()
    assert {one.name for one in fields(Overrides)} == OVERRIDES.keys()
    assert {one.name for one in fields(GroupRule)} == {"winners", "scores"}
    for kind, rows in PART_ROWS.items():
        assert {one.name for one in fields(kind)} == rows.keys()
