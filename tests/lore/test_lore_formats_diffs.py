"""A newer file beside a book: what was added, changed, gone, and where both sides changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from uuid import UUID

import pytest

from bot.services.lore.engine.book import Entry, Key
from bot.services.lore.formats.reading import Format, JsonObject, Leaf, ReadBook
from bot.services.lore.formats.recognise import read_book
from bot.services.lore.formats.told import shelf_of
from bot.services.lore.formats.writing import written_book
from bot.services.lore.transfer.diffs import Choice, Difference, Kind, differences, settled

HERE = count(1000)


def read(*entries: JsonObject) -> ReadBook:
    ids: Iterator[int] = count(next(HERE) * 100)
    return read_book({"entries": {str(n): one for n, one in enumerate(entries)}}, "f", lambda: UUID(int=next(ids)))


def entry(uid: int | None, name: str, content: str = "c", **rest: object) -> JsonObject:
    return {**({} if uid is None else {"uid": uid}), "key": [name], "comment": name, "content": content, **rest}


def book(*entries: JsonObject) -> tuple[Leaf, ...]:
    found = read(*entries)
    return tuple(replace(leaf, number=100 + n) for n, leaf in enumerate(shelf_of(found).leaves))


def edited(leaf: Leaf, content: str) -> Leaf:
    return replace(leaf, entry=replace(leaf.entry, content=content))


def kinds(found: tuple[Difference, ...]) -> dict[str, str]:
    return {one.name: one.kind.value for one in found}


def test_the_same_file_again_says_nothing_new() -> None:
    some = (entry(1, "a"), entry(2, "b"))
    assert kinds(differences(book(*some), read(*some))) == {"a": "same", "b": "same"}


def test_each_way_two_sides_can_differ() -> None:
    leaves = list(book(*(entry(n, name) for n, name in enumerate("abcdef"))))
    for at in (2, 3, 5):
        leaves[at] = edited(leaves[at], "ours")
    leaves.append(Leaf(Entry(UUID(int=5), "made here", "x", keys=(Key("x"),)), number=7))
    theirs = read(entry(0, "a"), entry(1, "b", "theirs"), entry(2, "c", "theirs"), entry(3, "d"), entry(9, "new"))
    found = differences(leaves, theirs)
    assert kinds(found) == {
        "a": "same", "b": "changed", "c": "both", "d": "ours", "e": "gone", "f": "gone_both", "new": "added",
        "made here": "ours",
    }  # fmt: skip
    assert next(one for one in found if one.name == "b").fields == ("content",)

    def named(choice: Choice) -> tuple[list[str], list[str], int]:
        added, replaced, removed = settled(found, choice)
        names = sorted(one.entry.name for one in replaced.values())
        return [one.entry.name for one in added], names, len(removed)

    assert named(Choice.THEIRS) == (["new"], ["b", "c"], 2)
    assert named(Choice.OURS) == (["new"], ["b"], 0)


def test_entries_without_ids_are_known_by_what_they_say() -> None:
    leaves = book(entry(None, "a"), entry(None, "b"))
    found = differences(leaves, read(entry(None, "b"), entry(None, "a", "other")))
    assert kinds(found) == {"b": "same", "a": "changed"}


def test_ids_of_another_file_mean_nothing() -> None:
    found = differences(book(entry(0, "dragon", "It sleeps.")), read(entry(0, "harbour", "It is wide.")))
    assert sorted(one.kind for one in found) == [Kind.ADDED, Kind.GONE]


@pytest.mark.parametrize("kind", [Format.WORLD, Format.CHARACTER_BOOK, Format.LOREBOOK_V3])
def test_a_book_exported_and_edited_elsewhere_comes_back_as_changes(kind: Format) -> None:
    """Also what was made here, and what was read from another format."""
    first, second = UUID(int=1), UUID(int=2)
    made = (
        Leaf(Entry(first, "made", "x", keys=(Key("x"),), requires=frozenset({second})), number=4, folder="F"),
        Leaf(Entry(second, "other", "y", keys=(Key("y"),)), number=9),
        *book(entry(0, "read")),
    )
    shelf = replace(shelf_of(read(entry(0, "a"))), leaves=made, came=None)
    ids: Iterator[int] = count(1)
    again = read_book(written_book(shelf, kind), "f", lambda: UUID(int=next(ids)))
    assert kinds(differences(made, again)) == {"made": "same", "other": "same", "read": "same"}
    gone = replace(again, entries=again.entries[1:])
    assert kinds(differences(made, gone))["made"] == "ours", "what was made here is not gone because a file lacks it"
