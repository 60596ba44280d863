"""Lore files come in and go out without loss, in every format; what they say means here what it meant there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.services.lore.engine.book import Entry, Key, Logic, Mode, Occasion, Position, Role, Source
from bot.services.lore.formats.keys import read_key, written_key
from bot.services.lore.formats.reading import Fate, Format, JsonObject, ReadBook
from bot.services.lore.formats.recognise import read_book
from bot.services.lore.formats.writing import written_character_book, written_world

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cards"


def read(raw: JsonObject) -> ReadBook:
    ids: Iterator[int] = count(1)
    return read_book(raw, "file", lambda: UUID(int=next(ids)))


def only(entry: JsonObject, **rest: object) -> Entry:
    return read({"entries": {"0": entry}, **rest}).entries[0].entry


def notes(found: ReadBook) -> set[tuple[Fate, str]]:
    return {(note.fate, note.field) for one in found.entries for note in one.notes}


WORLD: JsonObject = {
    "uid": 3, "key": ["Dragon", "/dra+gon/i"], "keysecondary": ["gold"], "comment": "The dragon",
    "content": "It sleeps.",
    "constant": False, "vectorized": True, "selective": True, "selectiveLogic": 3, "addMemo": True, "order": 40,
    "position": 4, "disable": False, "ignoreBudget": True, "excludeRecursion": True, "preventRecursion": True,
    "matchPersonaDescription": True, "matchScenario": True, "delayUntilRecursion": 2, "probability": 30,
    "useProbability": True, "depth": 6, "role": 1, "group": "g, h", "groupOverride": True, "groupWeight": 7,
    "scanDepth": 5, "caseSensitive": True, "matchWholeWords": False, "sticky": 3, "cooldown": 2, "delay": 1,
    "triggers": ["continue", "quiet"], "characterFilter": {"names": ["mira"], "tags": [], "isExclude": False},
    "automationId": "a1", "displayIndex": 9, "someThingNew": {"x": [1]},
}  # fmt: skip


def test_a_world_entry_means_here_what_it_meant_there() -> None:
    entry = only(WORLD)
    assert entry.keys == (
        Key("Dragon", case_sensitive=True, whole_words=False),
        Key("dra+gon", is_regex=True, whole_words=False),
    )
    assert (entry.name, entry.content, entry.mode, entry.logic) == (
        "The dragon",
        "It sleeps.",
        Mode.HYBRID,
        Logic.AND_ALL,
    )
    assert (entry.order, entry.position, entry.depth, entry.role) == (40, Position.AT_DEPTH, 6, Role.USER)
    assert (entry.probability, entry.scan_depth, entry.ignores_budget) == (30, 5, True)
    assert (entry.waking.wakes, entry.waking.is_woken, entry.waking.level) == (False, False, 2)
    assert (entry.sticky, entry.cooldown, entry.delay) == (3, 2, 1)
    assert (entry.groups, entry.group_first, entry.group_weight) == ({"g", "h"}, True, 7)
    assert entry.sources & Source.PERSONA
    assert entry.sources & Source.SCENARIO
    assert not entry.sources & Source.NOTES
    assert entry.filters.occasions == {Occasion.CONTINUE}


def test_what_has_no_meaning_here_is_told_and_kept() -> None:
    found = read({"entries": {"0": WORLD}})
    assert notes(found) == {
        (Fate.KEPT, "characterFilter"), (Fate.KEPT, "triggers"), (Fate.KEPT, "automationId"),
        (Fate.KEPT, "someThingNew"),
    }  # fmt: skip
    raws = {one.entry.id: one.raw for one in found.entries}
    assert written_world(found.book, raws, found.raw)["entries"] == {"3": WORLD}


def test_only_what_was_changed_here_is_changed_in_the_file() -> None:
    found = read({"entries": {"0": WORLD}, "name": "W", "extensions": {"a": 1}})
    edited = replace(found.book.entries[0], content="It wakes.", sticky=0)
    made = written_world(replace(found.book, entries=(edited,)), {edited.id: WORLD}, found.raw)
    assert made == {
        "entries": {"3": {**WORLD, "content": "It wakes.", "sticky": 0}}, "name": "W", "extensions": {"a": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"key": ["x"], "keysecondary": ["y"]}, {"secondary": ()}),
        ({"key": ["x"], "probability": 10}, {"probability": 10}),
        ({"key": ["x"], "probability": 10, "useProbability": False}, {"probability": 100}),
        ({"key": ["x"]}, {"depth": 4, "role": Role.SYSTEM, "probability": 100}),
        ({"key": "x, y"}, {"keys": (Key("x"), Key("y"))}),
        ({"key": ["x"], "delayUntilRecursion": True}, {"waking": replace(Entry(UUID(int=0)).waking, level=1)}),
        ({"key": [], "vectorized": True}, {"mode": Mode.VECTOR}),
        ({"key": ["x"], "disable": True}, {"mode": Mode.DISABLED}),
        ({"key": ["x"], "constant": True}, {"mode": Mode.CONSTANT}),
        ({"key": ["x"], "position": 7, "outletName": "o"}, {"position": Position.OUTLET, "outlet": "o"}),
        ({"key": ["x"], "role": None}, {"role": Role.SYSTEM}),
    ],
)
def test_old_and_odd_world_files(raw: JsonObject, expected: dict[str, object]) -> None:
    entry = only(raw)
    assert {name: getattr(entry, name) for name in expected} == expected


def test_bad_values_are_told_and_nothing_else_is_lost() -> None:
    found = read({"entries": {"0": {"key": [" ", "/[/", "x"], "depth": 9999, "order": "many", "content": "c"}}})
    entry = found.entries[0].entry
    assert (entry.depth, entry.order, entry.content) == (100, 100, "c")
    assert {(Fate.REFUSED, "key"), (Fate.CHANGED, "depth"), (Fate.REFUSED, "order")} <= notes(found)
    assert Key("x") in entry.keys


def test_two_entries_with_one_id_both_come_in() -> None:
    found = read({"entries": [{"uid": 1, "key": ["a"]}, {"uid": 1, "key": ["b"]}]})
    assert [one.source_id for one in found.entries] == ["1", "1′"]
    assert len(written_world(found.book, {one.entry.id: one.raw for one in found.entries})["entries"]) == 2  # type: ignore[arg-type]


CARD_ENTRY: JsonObject = {
    "id": 1, "keys": ["dragon"], "content": "@@depth 2\n@@unknown_thing 5\nIt sleeps.", "enabled": True,
    "insertion_order": 7, "case_sensitive": True, "name": "N", "comment": "C", "priority": 3, "selective": True,
    "secondary_keys": ["gold"], "constant": False, "position": "after_char", "use_regex": True,
    "extensions": {"exclude_recursion": True, "probability": 20, "useProbability": True, "position": 6, "weight": 10},
}  # fmt: skip


def test_a_cards_book_keeps_what_others_drop() -> None:
    found = read({
        "spec": "chara_card_v3",
        "data": {"character_book": {
            "name": "B", "scan_depth": 9, "token_budget": 300, "recursive_scanning": False, "entries": [CARD_ENTRY],
        }},
    })  # fmt: skip
    assert (found.format, found.book.scan_depth, found.book.token_budget, found.book.recursion) == (
        Format.CHARACTER_BOOK, 9, 300, False,
    )  # fmt: skip
    entry = found.entries[0].entry
    assert entry.keys == (Key("dragon", case_sensitive=True),), "use_regex is believed only of what looks like one"
    assert entry.secondary == (Key("gold", case_sensitive=True),)
    assert (entry.name, entry.content, entry.priority, entry.order) == ("C", "It sleeps.", 3, 7)
    assert (entry.position, entry.depth, entry.probability) == (Position.AT_DEPTH, 2, 20)
    assert not entry.waking.is_woken
    assert (Fate.KEPT, "@@unknown_thing") in notes(found)
    raws = {one.entry.id: one.raw for one in found.entries}
    assert written_character_book(found.book, raws, found.raw) == found.raw


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"position": "before_char"}, {"position": Position.BEFORE_CHARACTER}),
        ({"position": ""}, {"position": Position.BEFORE_CHARACTER}),
        ({"position": "somewhere"}, {"position": Position.AFTER_CHARACTER}),
        ({"extensions": {"excludeRecursion": True}}, {"waking": replace(Entry(UUID(int=0)).waking, is_woken=False)}),
        ({"sticky": 4, "cooldown": 5}, {"sticky": 4, "cooldown": 5}),
        ({"keys": "a, b"}, {"keys": (Key("a"), Key("b"))}),
        ({"keys": ["/a+/"], "use_regex": True, "constant": True}, {"mode": Mode.KEYWORD}),
        ({"enabled": False}, {"mode": Mode.DISABLED}),
        ({"content": "@@activate\nx"}, {"mode": Mode.CONSTANT, "content": "x"}),
        ({"content": "@@nobody_knows\n@@@role user\nx"}, {"role": Role.USER}),
        ({"content": "@@role user\n@@@role assistant\nx"}, {"role": Role.USER}),
        ({"content": "@@exclude_keys a, b\nx"}, {"secondary": (Key("a"), Key("b")), "logic": Logic.NOT_ANY}),
        ({"content": "@@additional_keys a\nx"}, {"secondary": (Key("a"),), "logic": Logic.AND_ANY}),
        ({"content": "@@keep_activate_after_match\nx"}, {"sticky": 50}),
        ({"content": "@@dont_activate_after_match\nx"}, {"cooldown": 50}),
    ],
)
def test_cards_as_they_are_found(extra: JsonObject, expected: dict[str, object]) -> None:
    book: JsonObject = {"entries": [{"keys": ["x"], "content": "c", "insertion_order": 1, "enabled": True, **extra}]}
    entry = read({"character_book": book}).entries[0].entry
    assert {name: getattr(entry, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("raw", "kind", "expected"),
    [
        (
            {"type": "risu", "ver": 1, "data": [
                {"key": "a, b", "secondkey": "c", "selective": True, "comment": "n", "content": "t", "insertorder": 5,
                 "alwaysActive": False, "activationPercent": 40, "mode": "normal"},
                {"key": "\uf000folder:1", "mode": "folder", "comment": "f"},
            ]},
            Format.RISU,
            {"keys": (Key("a", whole_words=False), Key("b", whole_words=False)), "order": 5, "probability": 40},
        ),
        (
            {"kind": "memory", "name": "M", "entries": [
                {"name": "n", "keywords": ["a"], "entry": "t", "weight": 5, "priority": 8, "enabled": True},
            ]},
            Format.AGNAI,
            {"keys": (Key("a"),), "order": 5, "priority": 8, "content": "t"},
        ),
        (
            {"lorebookVersion": 4, "entries": [
                {"displayName": "n", "keys": ["a"], "text": "t", "enabled": True, "forceActivation": True,
                 "contextConfig": {"budgetPriority": 400, "prefix": "<", "suffix": ">\n"}},
            ]},
            Format.NOVEL,
            {"mode": Mode.CONSTANT, "order": 400, "content": "<t>", "name": "n"},
        ),
        (
            {"spec": "lorebook_v3", "data": {"entries": [{"keys": ["a"], "content": "t"}]}},
            Format.LOREBOOK_V3,
            {"keys": (Key("a"),), "content": "t"},
        ),
    ],
)  # fmt: skip
def test_other_programs_books(raw: JsonObject, kind: Format, expected: dict[str, object]) -> None:
    found = read(raw)
    assert (found.format, len(found.entries)) == (kind, 1)
    assert {name: getattr(found.entries[0].entry, name) for name in expected} == expected


def test_what_is_no_book_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no lore book"):
        read({"name": "x"})


def test_an_edited_card_entry_says_in_fields_what_its_decorators_said() -> None:
    found = read({"character_book": {"entries": [CARD_ENTRY]}})
    edited = replace(found.entries[0].entry, content="It wakes.", depth=5)
    made = written_character_book(replace(found.book, entries=(edited,)), {edited.id: CARD_ENTRY}, found.raw)
    entry = made["entries"][0]  # type: ignore[index]
    assert entry["content"] == "@@unknown_thing 5\nIt wakes."
    assert entry["extensions"] == {**CARD_ENTRY["extensions"], "depth": 5, "position": 4}  # type: ignore[dict-item]
    again = read({"character_book": made}).entries[0].entry
    assert replace(again, id=edited.id) == edited


KEYS = st.builds(
    Key, st.text(alphabet="ab c/é\\", min_size=1, max_size=8).map(str.strip).filter(bool), case_sensitive=st.booleans()
)


@settings(max_examples=300, deadline=None)
@given(KEYS)
def test_a_plain_key_survives_the_way_out_and_in(key: Key) -> None:
    again = read_key(written_key(key), key.case_sensitive, key.whole_words)
    assert again == key or again.is_regex, "only what looks like a pattern is read as one"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ENTRY = st.fixed_dictionaries(
    {}, optional={name: JSON for name in (*WORLD, "keys", "secondary_keys", "insertion_order", "enabled", "extensions")}
)


@settings(max_examples=400, deadline=None)
@given(st.lists(ENTRY, max_size=3), st.sampled_from(["world", "card"]))
def test_whatever_a_file_says_it_is_read_and_written_back_unchanged(entries: list[JsonObject], kind: str) -> None:
    raw: JsonObject = {"entries": {str(n): one for n, one in enumerate(entries)}}
    if kind == "card":
        raw = {"character_book": {"entries": entries}}
    found = read(raw)
    raws = {one.entry.id: one.raw for one in found.entries}
    if kind == "card":
        assert written_character_book(found.book, raws, found.raw) == found.raw
    else:
        assert list(written_world(found.book, raws)["entries"].values()) == entries  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["lorebooks_world_one.json", "with_lorebook.json", "ccv3_st_export_like.json"])
def test_the_samples_lose_nothing(path: str) -> None:
    raw = orjson.loads((SAMPLES / path).read_bytes())
    found = read(raw)
    raws = {one.entry.id: one.raw for one in found.entries}
    written = written_world if found.format is Format.WORLD else written_character_book
    assert written(found.book, raws, found.raw) == found.raw
