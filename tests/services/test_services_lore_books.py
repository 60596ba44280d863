"""Books: made, listed, found, looked at, copied, deleted, had back, and published by the operator."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import Caller
from bot.services.lore import books as module
from bot.services.lore.books import LoreBooks
from bot.services.lore.engine.book import Entry, Key
from bot.services.lore.entries import LoreEntries
from bot.services.lore.fields import BOOK_FIELDS
from bot.services.lore.publishing import Publishing
from bot.services.lore.shown import LoreBook, May, Shelf
from bot.services.lore.stored import NewEntry, settings_of
from bot.services.people import People
from db.ids import new_id
from db.models import BookSettings, Visibility
from db.work import Database
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA
from tests.services.test_services_lore_fields import TYPED_BOOK


@dataclass
class Room:
    """Two people and their books."""

    database: Database
    people: People
    books: LoreBooks
    entries: LoreEntries
    clock: FakeClock

    async def do(self, what: str, *arguments: Any, by: Caller = ROBIN, **named: Any) -> Any:
        async with self.people.at_work(by) as (user, work):
            return await getattr(self.books, what)(work, user, *arguments, **named)

    async def of_entries(self, what: str, *arguments: Any, by: Caller = ROBIN, **named: Any) -> Any:
        async with self.people.at_work(by) as (user, work):
            return await getattr(self.entries, what)(work, user, *arguments, **named)

    async def publish(self, code: str, **what: Any) -> UUID:
        return await Publishing(self.database).publish(code, **what)


@pytest.fixture
def room(database: Database) -> Room:
    clock = FakeClock()
    return Room(database, People(database), LoreBooks(clock), LoreEntries(len), clock)


async def test_a_book_has_everything_its_form_said(room: Room) -> None:
    made: LoreBook = await room.do("create", TYPED_BOOK)
    assert (made.owner_name, made.may, made.visibility, made.version) == ("Robin", May.OWN, Visibility.PRIVATE, 1)
    assert len(made.code) == 8
    shown = room.books.typed(made, *BOOK_FIELDS)
    assert shown == {**TYPED_BOOK, "groups": "kings: 2, score\nqueens: 1"}
    again = await room.do("edit", made.id, shown)
    assert again.version == 1, "a form sent back as it was shown changes something"
    assert made.settings.groups["kings"].winners == 2


async def test_each_field_of_a_book_alone_is_kept_and_counted(room: Room) -> None:
    made = await room.do("create", {"name": "South"})
    version = made.version
    for name, typed in TYPED_BOOK.items():
        before = await room.do("get", made.id)
        changed = await room.do("edit", made.id, {name: typed})
        version += 1
        assert changed.version == version, name
        assert room.books.typed(changed, name) == {name: typed}
        others = [one for one in BOOK_FIELDS if one != name]
        assert room.books.typed(changed, *others) == room.books.typed(before, *others), name
    chosen = await room.do("set", made.id, {"scan_depth": 9, "difficulty": None})
    assert (chosen.settings.scan_depth, chosen.difficulty) == (9, None)


async def test_what_makes_no_sense_changes_nothing(room: Room) -> None:
    made = await room.do("create", {"name": "South"})
    for wrong in ({"name": " "}, {"name": "x" * 81}, {"steps": "0"}, {"moon": "1"}, {"category": "fish"},
                  {"description": "x" * 301}, {"groups": "a: 99"}):  # fmt: skip
        with pytest.raises(InvalidInput):
            await room.do("edit", made.id, {"description": "Good words.", **wrong})
    assert (await room.do("get", made.id)).version == 1
    with pytest.raises(InvalidInput):
        await room.do("create", {"description": "Without a name."})
    assert (await room.do("page")).total == 1


async def test_books_are_listed_and_found_by_what_one_remembers(room: Room) -> None:
    made = [await room.do("create", {"name": f"Book {number:02}", "tags": "sea"}) for number in range(11)]
    await room.do("create", {"name": "Çelik şehir", "description": "A city of steel."})
    first = await room.do("page")
    assert (first.total, len(first.books), first.last) == (12, 8, 1)
    assert (await room.do("page", 1)).books[-1].name == "Çelik şehir"
    assert (await room.do("page", 99)).number == 1, "a page beyond the last is the last"
    for typed, total in (("steel", 1), ("SEA", 11), (made[3].code, 1), ("book 0", 10), ("x" * 60, 0), ("%", 0)):
        assert (await room.do("page", text=typed)).total == total, typed
    assert [one.id for one in await room.do("find", "celik")] == [one.id for one in await room.do("find", "ÇELİK")]
    assert (await room.do("find", made[5].code[:4]))[0].id == made[5].id
    assert await room.do("chosen", "book 03") == made[3].id
    assert await room.do("chosen", made[4].code) == made[4].id
    unknown = uuid4()
    assert await room.do("chosen", str(unknown)) == unknown
    with pytest.raises(NotFound):
        await room.do("get", unknown)
    for typed in ("", "Book", "nothing"):
        with pytest.raises(NotFound):
            await room.do("chosen", typed)
    assert (await room.do("page", by=SASHA)).total == 0


async def test_a_deleted_book_comes_back_for_a_day(room: Room) -> None:
    made = await room.do("create", {"name": "South"})
    await room.of_entries("add", made.id, {"content": "Warm sand.", "keys": "beach"})
    gone = await room.do("delete", made.id)
    assert [one.name for one in await room.do("deleted")] == ["South"]
    assert await room.do("deleted", by=SASHA) == ()
    for attempt in (room.do("get", made.id), room.of_entries("page", made.id), room.do("delete", made.id),
                    room.do("restore", made.id, by=SASHA), room.do("edit", made.id, {"name": "x"})):  # fmt: skip
        with pytest.raises(NotFound):
            await attempt
    assert (await room.of_entries("search", "sand")).total == 0
    assert (await room.do("page")).total == 0
    assert await room.do("chosen_deleted", "south") == made.id
    back = await room.do("restore", await room.do("chosen_deleted", str(gone.id)))
    assert (back.name, back.entry_count) == ("South", 1)
    assert (await room.of_entries("search", "sand")).total == 1
    await room.do("delete", made.id)
    await room.clock.advance(24 * 3600 + 1)
    assert await room.do("deleted") == ()
    for typed in ("South", "nothing"):
        with pytest.raises(NotFound):
            await room.do("chosen_deleted", typed)
    with pytest.raises(NotFound):
        await room.do("restore", made.id)


async def test_nobody_has_more_books_than_they_may(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.limits, "LORE_BOOKS_PER_PERSON", module.limits.Limit(2, "books", ""))
    one = await room.do("create", {"name": "One"})
    await room.do("create", {"name": "Two"})
    for attempt in (room.do("create", {"name": "Three"}), room.do("fork", one.id),
                    room.do("create_read", "Three", "", BookSettings())):  # fmt: skip
        with pytest.raises(LimitReached):
            await attempt
    await room.do("delete", one.id)
    await room.do("create", {"name": "Three"})
    with pytest.raises(LimitReached):
        await room.do("restore", one.id)


async def test_a_copy_is_whole_and_ones_own(room: Room) -> None:
    made = await room.do("create", {**TYPED_BOOK, "name": "South"})
    first, second = new_id(), new_id()
    await room.of_entries("add_read", made.id, [
        NewEntry(Entry(first, "One", "Warm.", keys=(Key("a"),)), folder="f", tags=("t",), raw={"x": 1}, source_id="7"),
        NewEntry(Entry(second, "Two", "Sand.", keys=(Key("b"),), requires=frozenset({first}))),
    ])  # fmt: skip
    await room.of_entries("settle", made.id)
    await room.of_entries("delete", (await room.of_entries("add", made.id, {"content": "x", "keys": "y"})).id)
    await room.publish(made.code, visibility="public")
    await room.do("edit", made.id, {"allow_fork": "no"})
    with pytest.raises(NotAllowed):
        await room.do("fork", made.id, by=SASHA)
    await room.do("edit", made.id, {"allow_fork": "yes"})
    copy = await room.do("fork", made.id, "My south", by=SASHA)
    assert (copy.name, copy.may, copy.forked_from, copy.visibility) == (
        "My south", May.OWN, made.id, Visibility.PRIVATE,
    )  # fmt: skip
    assert copy.code != made.code
    assert (copy.entry_count, copy.token_count, copy.size_bytes) == (2, 10, 10)
    words = [name for name, one in BOOK_FIELDS.items() if one.path[0] == "settings"]
    assert room.books.typed(copy, *words) == room.books.typed(made, *words)
    lines = (await room.of_entries("page", copy.id, by=SASHA)).entries
    assert [(one.number, one.name, one.folder, one.tags) for one in lines] == [
        (1, "One", "f", ("t",)),
        (2, "Two", "", ()),
    ]
    assert not {one.id for one in lines} & {first, second}
    two = await room.of_entries("get", lines[1].id, by=SASHA)
    assert two.entry.requires == {lines[0].id}, "a copy names entries of the book it came from"
    assert (await room.of_entries("add", copy.id, {"content": "x", "keys": "y"}, by=SASHA)).number == 4
    assert (await room.do("get", made.id)).fork_count == 1
    one = await room.of_entries("get", lines[0].id, by=SASHA)
    assert one.source_id == "7"
    assert (await room.of_entries("history", one.id, by=SASHA)).lines[0].by_name == "Sasha"
    await room.of_entries("edit", lines[0].id, {"content": "Changed."}, by=SASHA)
    assert (await room.of_entries("get", first)).state.content == "Warm."


async def test_the_operator_publishes_curates_and_features(room: Room) -> None:
    made = await room.do("create", {"name": "South"})
    with pytest.raises(NotFound):
        await room.do("get", made.id, by=SASHA)
    with pytest.raises(NotFound):
        await room.publish("nosuchbk", visibility="public")
    assert await room.publish(made.code.upper(), visibility="public") == made.id
    seen = await room.do("look", made.id, by=SASHA)
    assert (seen.may, seen.view_count, seen.owner_name) == (May.READ, 1, "Robin")
    assert seen.last_viewed_at is not None
    assert (await room.do("look", made.id)).view_count == 1, "one's own looking is counted"
    assert (await room.do("look", made.id, by=SASHA)).view_count == 2
    assert seen.version == (await room.do("get", made.id)).version, "looking is a change"
    assert [one.id for one in await room.do("find", "sou", by=SASHA)] == [made.id]
    assert await room.do("find", "sou", by=SASHA, may=May.WRITE) == ()
    assert (await room.do("page", which=Shelf.PUBLIC, by=SASHA)).total == 1
    assert (await room.do("page", which=Shelf.MINE, by=SASHA)).total == 0
    await room.publish(made.code, is_curated=True, is_featured=True, notes="A fine place.")
    seen = await room.do("get", made.id, by=SASHA)
    assert (seen.is_curated, seen.is_featured, seen.curator_notes) == (True, True, "A fine place.")
    with pytest.raises(NotAllowed):
        await room.do("edit", made.id, {"name": "x"}, by=SASHA)
    await room.publish(made.code, visibility="private", is_featured=False)
    with pytest.raises(NotFound):
        await room.do("get", made.id, by=SASHA)


async def test_totals_tell_what_a_book_costs(room: Room) -> None:
    made = await room.do("create", {"name": "South"})
    for content, typed in (
        ("12345", {"mode": "constant", "folder": "a", "tags": "sea, land"}), ("123", {"keys": "x", "tags": "sea"}),
        ("1234567", {"mode": "constant", "is_enabled": "no"}),
    ):  # fmt: skip
        await room.of_entries("add", made.id, {"content": content, **typed})
    totals = await room.do("totals", made.id)
    assert (totals.entries, totals.enabled, totals.tokens, totals.constant_tokens) == (3, 2, 15, 5)
    assert [(one.name, one.entries, one.tokens) for one in totals.folders] == [("", 2, 10), ("a", 1, 5)]
    assert [(one.name, one.entries) for one in totals.tags] == [("sea", 2), ("land", 1)]
    assert {one.name: one.tokens for one in totals.modes} == {"constant": 5, "keyword": 3, "disabled": 7}
    empty = await room.do("totals", (await room.do("create", {"name": "Empty"})).id)
    assert (empty.entries, empty.tokens, empty.folders) == (0, 0, ())


async def test_a_book_out_of_a_file_fits_into_a_line(room: Room) -> None:
    made = await room.do(
        "create_read", " A\n very " + "long " * 40, "d" * 400, settings_of(module_book()), raw={"k": [1]},
        source_format="world",
    )  # fmt: skip
    assert len(made.name) <= 80
    assert len(made.description) == 300
    assert (made.settings.scan_depth, made.source_format) == (7, "world")
    assert (await room.do("create_read", "", "", BookSettings())).name == "Lore"
    async with room.people.at_work(ROBIN) as (_, work):
        raw = (await work.session.execute(text("SELECT raw FROM lore_books WHERE source_format = 'world'"))).scalar()
    assert raw == {"k": [1]}


def module_book() -> Any:
    from bot.services.lore.engine.book import Book

    return Book(UUID(int=1), 1, scan_depth=7)
