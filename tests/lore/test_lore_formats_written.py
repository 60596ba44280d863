"""Books written in every format that is written: read again they are the same, and written again they do not change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import count
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Position,
    Role,
    Source,
    Timing,
    Waking,
)
from bot.services.lore.formats.reading import Came, Format, JsonObject, Leaf, ReadBook, Shelf
from bot.services.lore.formats.recognise import read_book
from bot.services.lore.formats.writing import WRITTEN, written_book

CARDS = (Format.CHARACTER_BOOK, Format.LOREBOOK_V3)
LINE = st.text(alphabet="ab é猫'-", max_size=6)
WORD = st.text(alphabet="abé猫", min_size=1, max_size=6)
IDS = st.frozensets(st.integers(1, 3).map(lambda n: UUID(int=n)), max_size=2)
SNOWFLAKES = st.frozensets(st.integers(2**60, 2**60 + 9), max_size=2)
KEY = st.one_of(
    st.builds(Key, WORD, st.just(value=False), st.booleans(), st.booleans()),
    st.builds(
        Key, st.sampled_from(["a+b", "(?s)x.y", r"\d/\d"]), st.just(value=True), st.booleans(), st.just(value=False)
    ),
)


def choice(values: Any) -> Any:
    return st.builds(Choice, values, values)


ENTRY = st.builds(
    Entry,
    id=st.just(UUID(int=0)),
    name=LINE,
    content=LINE,
    mode=st.sampled_from([Mode.KEYWORD, Mode.VECTOR, Mode.HYBRID, Mode.CONSTANT]),
    keys=st.lists(KEY, max_size=2, unique=True).map(tuple),
    secondary=st.lists(KEY, max_size=2, unique=True).map(tuple),
    logic=st.sampled_from(Logic),
    scan_depth=st.none() | st.integers(0, 20),
    sources=st.integers(0, 511).map(Source),
    speakers=st.frozensets(WORD, max_size=2),
    meaning=st.builds(
        Meaning,
        st.none() | st.sampled_from([0.1, 0.7]),
        st.integers(1, 20),
        st.sampled_from(Blend),
        st.sampled_from([0.5, 1]),
    ),
    probability=st.sampled_from([0, 33, 100, 12.5]),
    position=st.sampled_from(Position),
    depth=st.integers(0, 100),
    role=st.sampled_from(Role),
    outlet=LINE,
    order=st.integers(-5, 1000),
    priority=st.none() | st.integers(-5, 100),
    sticky=st.integers(0, 50),
    cooldown=st.integers(0, 50),
    delay=st.integers(0, 100),
    filters=st.builds(
        Filters, choice(IDS), choice(IDS), choice(SNOWFLAKES), choice(SNOWFLAKES), choice(SNOWFLAKES),
        choice(st.frozensets(WORD, max_size=2)), st.frozensets(st.sampled_from(Occasion), max_size=2),
    ),
    groups=st.frozensets(WORD, max_size=2),
    group_weight=st.sampled_from([0, 100, 2.5]),
    group_first=st.booleans(),
    waking=st.builds(Waking, st.booleans(), st.booleans(), st.integers(0, 5), IDS, IDS),
    requires=IDS,
    excludes=IDS,
    ignores_budget=st.booleans(),
    max_tokens=st.none() | st.integers(1, 900),
)  # fmt: skip
LEAF = st.builds(Leaf, ENTRY, st.booleans(), LINE, st.lists(WORD, max_size=2).map(tuple))
BOOK = st.builds(
    Book,
    id=st.just(UUID(int=9)),
    version=st.just(1),
    name=WORD,
    scan_depth=st.integers(0, 20),
    token_budget=st.none() | st.integers(1, 5000),
    recursion=st.booleans(),
    steps=st.integers(0, 9),
    at_least=st.integers(0, 5),
    at_least_depth=st.integers(1, 30),
    constants_first=st.booleans(),
    timing=st.sampled_from(Timing),
    groups=st.dictionaries(WORD, st.builds(GroupRule, st.integers(1, 3), st.booleans()), max_size=2),
)


def numbered(book: Book, leaves: list[Leaf]) -> Shelf:
    """A shelf whose leaves have the ids 1, 2, 3 (what they refer to) and numbers."""
    named = [
        replace(leaf, entry=replace(leaf.entry, id=UUID(int=n)), number=n) for n, leaf in enumerate(leaves, start=1)
    ]
    return Shelf(book, tuple(named), "What it is.", more={"tags": ["a"]})


def read(raw: JsonObject) -> ReadBook:
    ids: Iterator[int] = count(1)
    return read_book(orjson.loads(orjson.dumps(raw)), "file", lambda: UUID(int=next(ids)))


def shelf_of(found: ReadBook) -> Shelf:
    leaves = tuple(one.leaf(found.format) for one in found.entries)
    return Shelf(found.book, leaves, found.description, Came(found.format, found.raw, "file"), found.more)


def said(leaf: Leaf, ids: dict[UUID, UUID]) -> Leaf:
    """The leaf without what is told apart by where it came from, and with others' ids as `ids` has them."""

    def other(some: frozenset[UUID]) -> frozenset[UUID]:
        return frozenset(ids.get(one, one) for one in some)

    entry = leaf.entry
    waking = replace(
        entry.waking, wakes_only=other(entry.waking.wakes_only), woken_only_by=other(entry.waking.woken_only_by)
    )
    entry = replace(
        entry, id=UUID(int=0), tokens=0, waking=waking, requires=other(entry.requires), excludes=other(entry.excludes)
    )
    return replace(leaf, entry=entry, came=None, number=0)


@pytest.mark.parametrize("kind", WRITTEN)
@settings(max_examples=40, deadline=None)
@given(book=BOOK, leaves=st.lists(LEAF, min_size=1, max_size=3))
def test_what_is_written_is_read_again_as_it_was_and_written_again_the_same(
    kind: Format, book: Book, leaves: list[Leaf]
) -> None:
    shelf = numbered(book, leaves)
    written = written_book(shelf, kind)
    found = read(written)
    ids = {one.entry.id: UUID(int=n) for n, one in enumerate(found.entries, start=1)}
    again = shelf_of(found)
    assert [said(leaf, ids) for leaf in again.leaves] == [said(leaf, {}) for leaf in shelf.leaves]
    assert replace(again.book, id=book.id, entries=()) == book
    assert (again.description, again.more) == ("What it is.", {"tags": ["a"]})
    assert written_book(again, kind) == orjson.loads(orjson.dumps(written))


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("other", WRITTEN)
@settings(max_examples=15, deadline=None)
@given(book=BOOK, leaves=st.lists(LEAF, min_size=1, max_size=3))
def test_a_book_says_the_same_in_another_format(kind: Format, other: Format, book: Book, leaves: list[Leaf]) -> None:
    first = shelf_of(read(written_book(numbered(book, leaves), kind)))
    second = shelf_of(read(written_book(first, other)))
    ids = {a.entry.id: b.entry.id for a, b in zip(first.leaves, second.leaves, strict=True)}
    assert [said(leaf, {}) for leaf in second.leaves] == [said(leaf, ids) for leaf in first.leaves]
    assert replace(second.book, id=book.id, entries=()) == book


@settings(max_examples=40, deadline=None)
@given(book=BOOK, leaves=st.lists(LEAF, min_size=1, max_size=2), changed=ENTRY, kind=st.sampled_from(WRITTEN))
def test_whatever_is_changed_here_is_what_the_file_says_then(
    book: Book, leaves: list[Leaf], changed: Entry, kind: Format
) -> None:
    first = shelf_of(read(written_book(numbered(book, leaves), kind)))
    leaf = first.leaves[0]
    edited = replace(leaf, entry=replace(changed, id=leaf.entry.id, requires=frozenset(), excludes=frozenset(),
                                         waking=Waking()))  # fmt: skip
    second = shelf_of(read(written_book(replace(first, leaves=(edited, *first.leaves[1:])), kind)))
    assert said(second.leaves[0], {}) == said(edited, {})


def test_a_field_another_program_changed_since_counts_as_it_says_now() -> None:
    leaf = Leaf(Entry(UUID(int=1), keys=(Key("x"),), position=Position.SYSTEM_TOP, speakers=frozenset({"Ann"})))
    written = written_book(Shelf(Book(UUID(int=9), 1, "B"), (leaf,)), Format.WORLD)
    entry = cast("dict[str, JsonObject]", written["entries"])["0"]
    assert read(written).entries[0].entry.position is Position.SYSTEM_TOP
    entry["position"] = 4
    found = read(written).entries[0].entry
    assert (found.position, found.speakers) == (Position.AT_DEPTH, {"Ann"})


def test_a_hostile_key_is_refused_wherever_it_stands() -> None:
    leaf = Leaf(Entry(UUID(int=1), keys=(Key("x", case_sensitive=True), Key("y")), sticky=1))
    written = written_book(Shelf(Book(UUID(int=9), 1, "B"), (leaf,)), Format.WORLD)
    block = cast(Any, written)["entries"]["0"]["extensions"]["botcafe"]
    block["keys"]["is"][0] = {"text": "(", "is_regex": True}
    block["sticky"] = {"is": 10**9, "else": 1}
    found = read(written).entries[0]
    assert found.entry.keys == (Key("x"), Key("y"))
    assert found.entry.sticky == 50
    assert [note.field for note in found.notes] == ["botcafe.keys"]


@pytest.mark.parametrize(
    ("raw", "folder", "unknown"),
    [
        (
            {"type": "risu", "ver": 1, "data": [
                {"key": "\uf000folder:1", "mode": "folder", "comment": "Harbour"},
                {"key": "a, b", "secondkey": "c", "selective": True, "comment": "n", "content": "t", "insertorder": 5,
                 "alwaysActive": False, "activationPercent": 40, "mode": "normal", "folder": "\uf000folder:1",
                 "loreCache": {"k": 1}},
                {"key": "a|b", "useRegex": True, "content": "t", "insertorder": 5, "alwaysActive": False},
            ]},
            "Harbour",
            "loreCache",
        ),
        ({"kind": "memory", "name": "M", "entries": [
            {"name": "n", "keywords": ["a"], "entry": "t", "weight": 5, "priority": 8, "enabled": False, "odd": 1},
        ]}, "", "odd"),
        ({"lorebookVersion": 4, "entries": [
            {"displayName": "n", "keys": ["a"], "text": "t", "enabled": True, "forceActivation": True, "odd": 1,
             "contextConfig": {"budgetPriority": 400, "prefix": "<", "suffix": ">\n"}},
        ]}, "", "odd"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", WRITTEN)
def test_what_is_only_read_is_written_in_other_formats_without_loss(
    raw: JsonObject, folder: str, unknown: str, kind: Format
) -> None:
    first = shelf_of(read(raw))
    assert first.leaves[0].folder == folder
    written = written_book(first, kind)
    second = shelf_of(read(written))
    assert [said(leaf, {}) for leaf in second.leaves] == [said(leaf, {}) for leaf in first.leaves]
    assert (
        f'"{"lore_cache" if unknown == "loreCache" and kind in CARDS else unknown}"' in orjson.dumps(written).decode()
    )


def test_every_field_is_tried_here() -> None:
    """The control: a field that stays at its default would pass without being written at all."""
    entries: list[Entry] = []
    books: list[Book] = []

    @settings(max_examples=100, database=None)
    @given(ENTRY, BOOK)
    def look(entry: Entry, book: Book) -> None:
        entries.append(entry)
        books.append(book)

    look()
    assert _untried(Entry, entries) == {"id", "tokens"}
    assert _untried(Book, books) == {"id", "version", "entries"}


def _untried(kind: Any, some: list[Any]) -> set[str]:
    names = {one.name for one in fields(kind)}
    return {name for name in names if all(getattr(one, name) == getattr(some[0], name) for one in some)}
