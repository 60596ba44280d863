"""Entries: written, found, moved, changed by the many, undone; and who may."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import Caller
from bot.services.lore import keeping
from bot.services.lore.books import LoreBooks
from bot.services.lore.engine.book import Choice, Entry, Filters, Key, Mode
from bot.services.lore.entries import LoreEntries
from bot.services.lore.fields import ENTRY_FIELDS
from bot.services.lore.searching import tsquery, words_of
from bot.services.lore.shown import Bulk, BulkKind, EntryChange, LoreEntry, May, Which
from bot.services.lore.stored import NewEntry, book_of, entry_of, rules_of
from bot.services.people import People
from db.ids import new_id
from db.models import LoreBook, Permission
from db.models import LoreEntry as EntryModel
from db.work import Database
from tests.services.stagecraft import ROBIN, SASHA
from tests.services.test_services_lore_fields import TYPED


def words(content: str) -> int:
    return len(content.split())


@dataclass
class Library:
    """Two people, and what they do with books."""

    database: Database
    people: People
    books: LoreBooks
    entries: LoreEntries

    async def book(self, by: Caller = ROBIN, name: str = "The north", **typed: str) -> UUID:
        async with self.people.at_work(by) as (user, work):
            return (await self.books.create(work, user, {"name": name, **typed})).id

    async def add(self, book: UUID, content: str = "Cold water.", by: Caller = ROBIN, **typed: str) -> LoreEntry:
        return await self.do("add", book, {"keys": "harbour", "content": content, **typed}, by=by)

    async def do(self, what: str, *arguments: Any, by: Caller = ROBIN, **named: Any) -> Any:
        async with self.people.at_work(by) as (user, work):
            return await getattr(self.entries, what)(work, user, *arguments, **named)

    async def grant(self, book: UUID, to: Caller, permission: Permission) -> None:
        guest = await self.people.arrive(to)
        async with self.people.at_work(ROBIN) as (user, work):
            await work.session.execute(
                text(
                    "INSERT INTO grants (id, user_id, book_id, permission, status, granted_by)"
                    " VALUES (:id, :guest, :book, :permission, 'active', :owner)"
                ),
                {"id": new_id(), "guest": guest, "book": book, "permission": permission.value, "owner": user},
            )

    async def row(self, book: UUID) -> LoreBook:
        async with self.people.at_work(ROBIN) as (_, work):
            found = await work.session.get(LoreBook, book)
            assert found is not None
            return found


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database, People(database), LoreBooks(), LoreEntries(words))


async def test_an_entry_has_everything_its_form_said(library: Library) -> None:
    book = await library.book()
    first, second = await library.add(book, "One."), await library.add(book, "Two.")
    own = {**TYPED, "excludes": f"#{first.number}"}
    made = await library.do("add", book, own)
    assert (first.number, second.number, made.number) == (1, 2, 3)
    assert made.entry.mode is Mode.DISABLED
    assert made.entry.keys[0] == Key("harbour", case_sensitive=True, whole_words=False)
    assert made.entry.requires == {first.id, second.id}
    assert made.entry.excludes == {first.id}
    assert made.tokens == 2
    async with library.people.at_work(ROBIN) as (_, work):
        shown = await library.entries.typed(work, made, *ENTRY_FIELDS)
    assert shown["requires"] == "#1, #2"
    again = await library.do("edit", made.id, {name: text for name, text in shown.items() if text})
    assert again.state == made.state, "a form sent back as it was shown changes something"
    assert again.version == made.version


async def test_each_field_alone_is_kept_counted_written_down_and_undone(library: Library) -> None:
    book = await library.book()
    first = await library.add(book, "One.")
    await library.add(book, "Two.")
    made = await library.add(book, "Three.", outlet="x", secondary="a")
    for name in ENTRY_FIELDS:
        if name in {"case_sensitive", "whole_words"}:
            continue
        version = (await library.row(book)).version
        changed = await library.do("edit", made.id, {name: TYPED[name] if name != "excludes" else str(first.id)})
        assert changed.state != made.state, name
        assert changed.entry != made.entry or name in {"folder", "tags"}, name
        assert (await library.row(book)).version == version + 1, name
        line = (await library.do("history", made.id)).lines[0]
        assert (line.fields, line.by_name) == ((name,), "Robin")
        undone = await library.do("undo", made.id, to=changed.version - 1)
        assert (undone.state, undone.entry) == (made.state, made.entry), name


async def test_an_entry_that_could_never_come_in_is_refused(library: Library) -> None:
    book = await library.book()
    for typed, field in (
        ({"content": "x"}, "keys"),
        ({"content": "x", "keys": "a", "position": "outlet"}, "outlet"),
        ({"content": " ", "keys": "a"}, "content"),
        ({"keys": "a"}, "content"),
        ({"content": "x", "keys": "a", "moon": "1"}, None),
        ({"content": "x", "keys": "a", "requires": "#1"}, "requires"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await library.do("add", book, typed)
        assert refused.value.field == field
    made = await library.do("add", book, {"content": "x", "mode": "constant"})
    with pytest.raises(InvalidInput):
        await library.do("edit", made.id, {"mode": "keyword"})
    assert (await library.do("get", made.id)).entry.mode is Mode.CONSTANT
    assert (await library.row(book)).entry_count == 1


async def test_the_books_counts_are_those_of_its_entries(library: Library) -> None:
    book = await library.book()
    one = await library.add(book, "é two three")
    await library.add(book, "four five")
    row = await library.row(book)
    assert (row.entry_count, row.token_count, row.size_bytes) == (2, 5, 21)
    await library.do("edit", one.id, {"content": "one"})
    row = await library.row(book)
    assert (row.entry_count, row.token_count, row.size_bytes) == (2, 3, 12)
    await library.do("delete", one.id)
    row = await library.row(book)
    assert (row.entry_count, row.token_count, row.version) == (1, 2, 5)


async def test_what_is_stored_is_what_the_engine_reads(library: Library) -> None:
    book = await library.book(
        scan_depth="7", token_budget="90", recursion="no", steps="3", at_least="2", at_least_depth="9",
        constants_first="no", timing="messages", groups="kings: 2, score",
    )  # fmt: skip
    made = await library.do(
        "add", book, {**TYPED, "requires": "", "excludes": "", "wakes_only": "", "woken_only_by": ""}
    )
    async with library.people.at_work(ROBIN) as (_, work):
        row = await work.session.get(EntryModel, made.id)
        found = await work.session.get(LoreBook, book)
        assert row is not None
        assert found is not None
        read = book_of(found, [row])
        assert entry_of(row) == read.entries[0] == made.entry
        assert rules_of(made.entry) == row.rules.model_copy(update={"speakers": ("ada", "mo")})
    assert (read.scan_depth, read.token_budget, read.recursion, read.steps) == (7, 90, False, 3)
    assert (read.at_least, read.at_least_depth, read.constants_first, read.timing.value) == (2, 9, False, "messages")
    assert (read.groups["kings"].winners, read.groups["kings"].scores) == (2, True)


# ---------------------------------------------------------------------------------------------------- who may


READS: tuple[Callable[[Library, UUID, UUID, Caller], Awaitable[Any]], ...] = (
    lambda it, book, entry, by: it.do("get", entry, by=by),
    lambda it, book, entry, by: it.do("page", book, by=by),
    lambda it, book, entry, by: it.do("count", book, by=by),
    lambda it, book, entry, by: it.do("folders", book, by=by),
    lambda it, book, entry, by: it.do("tags", book, by=by),
    lambda it, book, entry, by: it.do("find", "har", book_id=book, by=by),
    lambda it, book, entry, by: it.do("chosen", "#1", book_id=book, by=by),
    lambda it, book, entry, by: it.do("search", "cold", book_id=book, by=by),
)
WRITES: tuple[Callable[[Library, UUID, UUID, Caller], Awaitable[Any]], ...] = (
    lambda it, book, entry, by: it.do("add", book, {"content": "x", "keys": "y"}, by=by),
    lambda it, book, entry, by: it.do("edit", entry, {"name": "Other"}, by=by),
    lambda it, book, entry, by: it.do("set", entry, {"sticky": 3}, by=by),
    lambda it, book, entry, by: it.do("enable", entry, False, by=by),
    lambda it, book, entry, by: it.do("move", entry, folder="There", by=by),
    lambda it, book, entry, by: it.do("bulk", book, Which(), Bulk(BulkKind.DISABLE), by=by),
    lambda it, book, entry, by: it.do("history", entry, by=by),
    lambda it, book, entry, by: it.do("undo", entry, by=by),
    lambda it, book, entry, by: it.do("deleted", book, by=by),
    lambda it, book, entry, by: it.do("delete", entry, by=by),
    lambda it, book, entry, by: it.do("settle", book, by=by),
    lambda it, book, entry, by: it.do("add_read", book, [NewEntry(Entry(new_id()))], by=by),
    lambda it, book, entry, by: it.do("replace_read", book, {entry: NewEntry(Entry(entry))}, by=by),
)


@pytest.mark.parametrize("deed", [*READS, *WRITES], ids=str)
async def test_for_a_stranger_nothing_is_there(
    library: Library, deed: Callable[[Library, UUID, UUID, Caller], Awaitable[Any]]
) -> None:
    book = await library.book()
    entry = await library.add(book, name="Harbour")
    await library.do("edit", entry.id, {"name": "The harbour"})
    with pytest.raises(NotFound):
        await deed(library, book, entry.id, SASHA)
    assert (await library.do("get", entry.id)).name == "The harbour"
    assert (await library.row(book)).version == 3
    await deed(library, book, entry.id, ROBIN)  # the control: for its owner it works


@pytest.mark.parametrize("deed", WRITES, ids=str)
async def test_a_reader_changes_nothing_and_a_writer_may(
    library: Library, deed: Callable[[Library, UUID, UUID, Caller], Awaitable[Any]]
) -> None:
    book = await library.book()
    entry = await library.add(book)
    await library.do("edit", entry.id, {"name": "The harbour"})
    await library.grant(book, SASHA, Permission.READ)
    for read in READS:
        await read(library, book, entry.id, SASHA)
    with pytest.raises((NotAllowed, NotFound)):
        await deed(library, book, entry.id, SASHA)
    assert (await library.row(book)).version == 3
    async with library.people.at_work(ROBIN) as (_, work):
        await work.session.execute(text("UPDATE grants SET permission = 'write'"))
    await deed(library, book, entry.id, SASHA)


async def test_a_search_over_all_books_finds_only_what_one_may_read(library: Library) -> None:
    mine, other, shared = await library.book(), await library.book(SASHA), await library.book(SASHA, "Lent")
    await library.add(mine, "A dragon sleeps.")
    await library.add(other, "A dragon wakes.", by=SASHA)
    async with library.people.at_work(ROBIN) as (_, work):
        assert (await work.session.execute(text("SELECT count(*) FROM lore_entries"))).scalar() == 1
    page = await library.do("search", "dragon")
    assert (page.total, [one.book_id for one in page.entries]) == (1, [mine])
    await library.add(shared, "A dragon flies.", by=SASHA)
    guest, owner = await library.people.arrive(ROBIN), await library.people.arrive(SASHA)
    async with library.people.at_work(SASHA) as (_, work):
        await work.session.execute(
            text(
                "INSERT INTO grants (id, user_id, book_id, permission, granted_by)"
                " VALUES (:id, :guest, :book, 'read', :owner)"
            ),
            {"id": new_id(), "guest": guest, "book": shared, "owner": owner},
        )
    assert (await library.do("search", "dragon")).total == 2


# ---------------------------------------------------------------------------------------------------- lists


async def test_a_book_is_turned_through_forwards_and_back(library: Library) -> None:
    book = await library.book()
    made = [
        (await library.add(book, f"Text {number}.", folder="even" if number % 2 == 0 else "")).id
        for number in range(19)
    ]
    async with library.people.at_work(ROBIN) as (user, work):
        seen: list[UUID] = []
        page = await library.entries.page(work, user, book)
        firsts = [page.entries[0].id]
        seen += [one.id for one in page.entries]
        assert page.before is None
        while page.after is not None:
            assert len(page.after) <= 12
            page = await library.entries.page(work, user, book, after=page.after)
            firsts.append(page.entries[0].id)
            seen += [one.id for one in page.entries]
        assert seen == made
        assert (page.total, page.tokens) == (19, 38)
        backwards = [page.entries[0].id]
        while page.before is not None:
            page = await library.entries.page(work, user, book, before=page.before)
            backwards.append(page.entries[0].id)
        assert backwards[::-1] == firsts
        even = await library.entries.page(work, user, book, which=Which(folder="even"))
        assert (even.total, len(even.entries)) == (10, 8)
        for nonsense in ("", "x", "!.!", "a.b.c.d", "9" * 400 + ".1"):
            await library.entries.page(work, user, book, after=nonsense)


async def test_words_are_found_in_every_language_and_pages_turn(library: Library) -> None:
    book, other = await library.book(), await library.book(name="South")
    await library.add(book, "Der alte Hafen am Fluß.", name="Häfen")
    await library.add(book, "彼は黒猫が好き。", keys="猫")
    await library.add(book, "Кот спит на крыше.", keys="кот", folder="cats", tags="pets")
    for number in range(20):
        await library.add(other if number % 2 else book, f"Ship {number} sails.", keys=f"ship{number}")
    for typed, total in (
        ("hafen", 1), ("FLUSS", 1), ("häf", 1), ("黒猫", 1), ("猫", 1), ("好き", 1), ("犬", 0), ("кот крыше", 1),
        ("ship", 20), ("ship 7", 1), ("'; DROP", 0), ("& | ! :*", 0), ("", 0),
    ):  # fmt: skip
        assert (await library.do("search", typed)).total == total, typed
    seen: set[UUID] = set()
    page = await library.do("search", "ship")
    while True:
        seen |= {one.id for one in page.entries}
        if page.after is None:
            break
        assert len(page.after) <= 48
        page = await library.do("search", "ship", after=page.after)
    assert len(seen) == 20
    page = await library.do("search", "ship", before=page.before)
    assert page.before is not None
    fitting = await library.do("page", book, which=Which(text="cat кот", folder="cats"))
    assert fitting.total == 0
    fitting = await library.do("page", book, which=Which(text="кот", folder="cats", tag="pets"))
    assert fitting.total == 1
    assert (await library.do("page", book, which=Which(text="кот", folder="dogs"))).total == 0


async def test_an_option_names_an_entry_by_number_name_or_id(library: Library) -> None:
    book = await library.book()
    one = await library.add(book, name="The Harbour")
    two = await library.add(book, "Nameless but long. " * 10)
    for typed in ("#1", "1", "the harbour", str(one.id)):
        assert await library.do("chosen", typed, book_id=book) == one.id
    for typed in ("#9", "nothing", "²"):
        with pytest.raises(NotFound):
            await library.do("chosen", typed, book_id=book)
    labels = [choice.label for choice in await library.do("find", "", book_id=book)]
    assert labels[0] == "#1 The Harbour"
    assert labels[1].startswith("#2 Nameless but long.")
    assert all(len(label) <= 100 for label in labels)
    assert [choice.id for choice in await library.do("find", "2", book_id=book)] == [two.id]
    assert [choice.id for choice in await library.do("find", "harb", book_id=book)] == [one.id, two.id]
    anywhere = await library.do("find", "HARB")
    assert [choice.id for choice in anywhere] == [one.id, two.id]
    assert anywhere[0].label == "#1 The Harbour (The north)"
    assert all(len(choice.label) <= 100 for choice in anywhere)
    assert [choice.id for choice in await library.do("find", "")] == [one.id, two.id]
    assert await library.do("find", "", by=SASHA) == ()
    await library.do("delete", one.id)
    assert await library.do("chosen", "#1", book_id=book, deleted=True) == one.id
    assert [choice.id for choice in await library.do("find", "#1", book_id=book, deleted=True)] == [one.id]
    with pytest.raises(NotFound):
        await library.do("chosen", "#1", book_id=book)


# ---------------------------------------------------------------------------------------------------- moved


async def order(library: Library, book: UUID) -> list[int]:
    return [line.number for line in (await library.do("page", book)).entries]


async def test_entries_move_within_their_book(library: Library) -> None:
    book = await library.book()
    one, two, three = [await library.add(book, f"{number}.") for number in range(3)]
    await library.do("move", three.id, before=one.id)
    assert await order(library, book) == [3, 1, 2]
    await library.do("move", three.id)
    assert await order(library, book) == [1, 2, 3]
    moved = await library.do("move", two.id, folder="Places")
    assert moved.folder == "Places"
    assert await order(library, book) == [1, 2, 3]
    assert (await library.do("history", two.id)).lines[0].change is EntryChange.MOVED
    for _ in range(24):
        # Halving the same gap again and again: there is always room.
        await library.do("move", three.id, before=two.id)
        await library.do("move", one.id, before=three.id)
        await library.do("move", one.id, before=two.id)
    assert await order(library, book) == [3, 1, 2]
    with pytest.raises(NotFound):
        await library.do("move", one.id, before=uuid4())


async def test_what_is_found_by_its_meaning_is_learnt_where_it_was_changed(library: Library) -> None:
    book, other = await library.book(), await library.book(name="South")
    entry = await library.add(book)
    assert await learning(library) == []
    await library.do("edit", entry.id, {"mode": "hybrid"})
    assert await learning(library) == [book]
    await library.do("move", entry.id, book_id=other)
    assert set(await learning(library)) == {book, other}
    await library.do("edit", entry.id, {"mode": "keyword"})
    assert await learning(library) == [other]
    await library.do("edit", entry.id, {"name": "x"})
    assert await learning(library) == []


async def learning(library: Library) -> list[UUID]:
    """The books that are to be learnt, and none of them any more."""
    async with library.people.at_work(ROBIN) as (_, work):
        rows = await work.session.execute(
            text("DELETE FROM pgqueuer WHERE entrypoint = 'lore_chunks' RETURNING payload")
        )
        return [UUID(json.loads(row.payload)["book"]) for row in rows]


async def test_an_entry_moves_into_another_book_with_its_history(library: Library) -> None:
    book, other = await library.book(), await library.book(name="South")
    await library.add(other)
    entry = await library.add(book, name="Old name")
    await library.do("edit", entry.id, {"name": "New name"})
    async with library.people.at_work(ROBIN) as (_, work):
        await work.session.execute(
            text("INSERT INTO lore_entry_uses (entry_id, book_id, activated_count) VALUES (:entry, :book, 4)"),
            {"entry": entry.id, "book": book},
        )
    moved = await library.do("move", entry.id, book_id=other)
    assert (moved.book_id, moved.number, moved.uses) == (other, 2, 4)
    assert ((await library.row(book)).entry_count, (await library.row(other)).entry_count) == (0, 2)
    back = await library.do("undo", entry.id, to=1)
    assert (back.name, back.book_id, back.number) == ("Old name", other, 2)
    theirs = await library.book(SASHA)
    with pytest.raises(NotFound):
        await library.do("move", entry.id, book_id=theirs)
    assert (await library.do("get", entry.id)).book_id == other


# ---------------------------------------------------------------------------------------------------- at once


async def test_many_writers_at_once_lose_nothing_and_never_wait_for_each_other_in_a_ring(library: Library) -> None:
    book, other = await library.book(), await library.book(name="South")
    here = [await library.add(book, f"{n}.") for n in range(4)]
    there = [await library.add(other, f"{n}.") for n in range(4)]
    await asyncio.gather(
        *(library.do("edit", one.id, {"name": f"By the {n}th"}) for n, one in enumerate(here)),
        *(library.do("edit", here[0].id, {"order": str(n)}) for n in range(4)),
        *(library.add(book, f"New {n}.") for n in range(4)),
        *(library.do("move", one.id, book_id=other) for one in here[2:]),
        *(library.do("move", one.id, book_id=book) for one in there[2:]),
        library.do("bulk", book, Which(), Bulk(BulkKind.TAG, value="sea")),
        library.do("bulk", other, Which(), Bulk(BulkKind.TAG, value="sea")),
        library.do("delete", there[0].id),
    )
    for which, numbers in ((book, 8), (other, 3)):
        page = await library.do("page", which)
        row = await library.row(which)
        assert (page.total, row.entry_count, row.token_count) == (numbers, numbers, page.tokens)
        assert len({one.number for one in page.entries}) == numbers
    assert (await library.do("history", here[0].id)).lines[0].version >= 6
    changed = await library.do("get", here[0].id)
    assert (changed.name, changed.entry.order in range(4)) == ("By the 0th", True)


# ---------------------------------------------------------------------------------------------------- undone


async def test_undoing_goes_back_step_by_step(library: Library) -> None:
    book = await library.book()
    entry = await library.add(book, name="One")
    for name in ("Two", "Three", "Four"):
        await library.do("edit", entry.id, {"name": name})
    names = [(await library.do("undo", entry.id)).name for _ in range(3)]
    assert names == ["Three", "Two", "One"]
    with pytest.raises(Conflict):
        await library.do("undo", entry.id)
    assert (await library.do("undo", entry.id, to=4)).name == "Four"
    await library.do("edit", entry.id, {"name": "Five"})
    assert (await library.do("undo", entry.id)).name == "Four"
    for nowhere in (0, -1, 99):
        with pytest.raises(Conflict):
            await library.do("undo", entry.id, to=nowhere)
    changes = [line.change for line in (await library.do("history", entry.id)).lines]
    assert changes[:2] == [EntryChange.RESTORED, EntryChange.EDITED]


async def test_a_deleted_entry_comes_back_whole(library: Library) -> None:
    book = await library.book()
    entry_id = new_id()
    new = NewEntry(
        Entry(entry_id, "Lamp", "Green light.", keys=(Key("lamp"),), filters=Filters(roles=Choice(frozenset({5})))),
        folder="Things", tags=("old",), source_id="17", raw={"format": "world", "object": {"x": [1, {"y": 2}]}},
    )  # fmt: skip
    await library.do("add_read", book, [new])
    await library.do("settle", book)
    before = await library.do("get", entry_id)
    gone = await library.do("delete", entry_id)
    assert gone.label == "#1 Lamp"
    with pytest.raises(NotFound):
        await library.do("edit", entry_id, {"name": "x"})
    assert [one.id for one in await library.do("deleted", book)] == [entry_id]
    ghost = await library.do("get", entry_id)
    assert ghost.is_deleted
    assert ghost.name == "Lamp"
    next_one = await library.add(book)
    assert next_one.number == 2, "the number of a deleted entry was used again"
    back = await library.do("undo", entry_id)
    assert back.entry == before.entry
    assert (back.number, back.source_id, back.folder, back.tags) == (1, "17", "Things", ("old",))
    async with library.people.at_work(ROBIN) as (_, work):
        row = await work.session.get(EntryModel, entry_id)
        assert row is not None
        assert row.raw == new.raw
    assert await library.do("deleted", book) == ()
    assert [line.change for line in (await library.do("history", entry_id)).lines] == [
        EntryChange.RESTORED, EntryChange.DELETED, EntryChange.IMPORTED,
    ]  # fmt: skip


async def test_only_the_newest_versions_are_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping.limits, "LORE_VERSIONS_KEPT", keeping.limits.Limit(3, "versions", ""))
    book = await library.book()
    entry = await library.add(book)
    for number in range(6):
        await library.do("edit", entry.id, {"name": f"Name {number}"})
    versions = [line.version for line in (await library.do("history", entry.id)).lines]
    assert versions == [7, 6, 5]
    with pytest.raises(Conflict):
        await library.do("undo", entry.id, to=4)


# ---------------------------------------------------------------------------------------------------- many at once


async def test_many_are_changed_at_once_and_each_can_be_undone(library: Library) -> None:
    book = await library.book()
    made = [await library.add(book, f"Ship {n}.", folder="ships" if n % 2 else "", tags="sea") for n in range(6)]
    ships = Which(folder="ships")
    assert await library.do("count", book, ships) == 3
    done = await library.do("bulk", book, ships, Bulk(BulkKind.DISABLE))
    assert (done.count, done.unchanged) == (3, 0)
    done = await library.do("bulk", book, Which(), Bulk(BulkKind.DISABLE))
    assert (done.count, done.unchanged) == (3, 3)
    assert (await library.do("page", book, which=Which(is_enabled=True))).total == 0
    await library.do("bulk", book, Which(text="ship 3"), Bulk(BulkKind.ENABLE))
    assert [one.number for one in (await library.do("page", book, which=Which(is_enabled=True))).entries] == [4]
    await library.do("bulk", book, Which(tag="sea"), Bulk(BulkKind.TAG, value="Big Water"))
    assert (await library.do("get", made[0].id)).tags == ("sea", "big-water")
    await library.do("bulk", book, Which(ids=(made[0].id,)), Bulk(BulkKind.UNTAG, value="sea"))
    assert (await library.do("get", made[0].id)).tags == ("big-water",)
    await library.do("bulk", book, ships, Bulk(BulkKind.FOLDER, value="Fleet"))
    assert await library.do("folders", book) == ("Fleet",)
    done = await library.do("bulk", book, Which(folder="Fleet"), Bulk(BulkKind.DELETE))
    assert done.count == 3
    row = await library.row(book)
    assert (row.entry_count, row.token_count) == (3, 6)
    back = await library.do("undo", made[1].id)
    assert (back.folder, back.entry.mode) == ("Fleet", Mode.DISABLED)
    undone = await library.do("undo", back.id, to=1)
    assert undone.state == made[1].state


async def test_each_field_can_be_set_for_many(library: Library) -> None:
    book = await library.book()
    one = await library.add(book, "One.", outlet="a")
    two = await library.add(book, "Two.", outlet="a", keys="/re/i, word")
    alone = await library.add(book, "Two.", outlet="a", keys="/re/i, word")
    for name in ENTRY_FIELDS:
        if name in {"name", "content", "keys", "secondary"}:
            continue
        deed = Bulk(BulkKind.SET, name, TYPED[name] if name != "excludes" else "#1")
        done = await library.do("bulk", book, Which(ids=(two.id,)), deed)
        assert (done.count, done.unchanged) == (1, 0), name
        by_itself = await library.do("edit", alone.id, {name: deed.value})
        changed = await library.do("get", two.id)
        assert replace(changed.entry, id=alone.id) == by_itself.entry, name
        assert (changed.folder, changed.tags) == (by_itself.folder, by_itself.tags), name
        assert (await library.do("get", one.id)).state == one.state, name
        again = await library.do("bulk", book, Which(ids=(two.id,)), deed)
        assert (again.count, again.unchanged) == (0, 1), name
        assert (await library.do("undo", two.id, to=changed.version - 1)).state == two.state, name
        await library.do("undo", alone.id, to=by_itself.version - 1)


async def test_what_every_entry_has_of_its_own_is_not_set_for_many(library: Library) -> None:
    book = await library.book()
    entry = await library.add(book)
    for deed in (
        Bulk(BulkKind.SET, "content", "x"), Bulk(BulkKind.SET, "moon", "x"), Bulk(BulkKind.SET, "sticky", "many"),
        Bulk(BulkKind.TAG, value=" "), Bulk(BulkKind.SET, "requires", "#77"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            await library.do("bulk", book, Which(), deed)
    assert (await library.do("get", entry.id)).version == 1


async def test_a_book_takes_no_more_than_it_may_have(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping.limits, "LORE_ENTRIES_PER_BOOK", keeping.limits.Limit(2, "entries", ""))
    book, other = await library.book(), await library.book(name="South")
    one = await library.add(book)
    await library.add(book)
    with pytest.raises(LimitReached):
        await library.add(book)
    with pytest.raises(LimitReached):
        await library.do("add_read", book, [NewEntry(Entry(new_id()))])
    moving = await library.add(other)
    with pytest.raises(LimitReached):
        await library.do("move", moving.id, book_id=book)
    await library.do("delete", one.id)
    await library.add(book)
    with pytest.raises(LimitReached):
        await library.do("undo", one.id)


async def test_what_a_newer_file_says_takes_the_place_of_what_was_there(library: Library) -> None:
    book = await library.book()
    entry = await library.add(book, name="Mine")
    new = NewEntry(
        Entry(new_id(), "Theirs", "Other words here.", mode=Mode.DISABLED), is_enabled=False, mode=Mode.CONSTANT,
        source_id="9", raw={"a": 1},
    )  # fmt: skip
    assert await library.do("replace_read", book, {entry.id: new, new_id(): new}) == (entry.id,)
    await library.do("settle", book)
    changed = await library.do("get", entry.id)
    assert (changed.name, changed.number, changed.tokens, changed.source_id) == ("Theirs", 1, 3, "9")
    assert (changed.entry.mode, changed.state.mode.value) == (Mode.DISABLED, "constant")
    assert (await library.do("undo", entry.id)).name == "Mine"


def test_words_hold_nothing_that_a_search_could_be_made_of() -> None:
    @given(text_of_any_kind())
    @settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    def check(typed: str) -> None:
        assert all(word.isalnum() for word in words_of(typed))
        assert tsquery(typed).count("'") % 2 == 0

    check()


def text_of_any_kind() -> Any:
    from hypothesis import strategies as st

    return st.text(max_size=60)


def test_may_includes_what_is_less() -> None:
    assert May.OWN.includes(May.ADMIN)
    assert May.ADMIN.includes(May.WRITE)
    assert May.WRITE.includes(May.READ)
    assert not May.READ.includes(May.WRITE)
