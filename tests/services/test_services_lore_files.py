"""Lore books out of files and into them: whole or not at all, again with what differs, and by whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import func, select, text

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.jobs import Jobs
from bot.ports import Caller
from bot.services.characters.cards.containers import opened
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.formats.reading import Format, JsonObject
from bot.services.lore.formats.writing import WRITTEN
from bot.services.lore.shown import LoreBook, May, Which
from bot.services.lore.transfer import exporting, importing
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import JOB, Choice, ImportState, LoreImports, Progress
from bot.services.lore.transfer.parsing import parsed
from bot.services.people import People
from db.models import LoreEntry as EntryModel
from db.models import LoreImport
from db.work import Actor, Database
from tests.services.stagecraft import ROBIN, SASHA

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cards"


def world(*names: str, **rest: object) -> bytes:
    some = {str(n): entry(n, name) for n, name in enumerate(names)}
    return orjson.dumps({"entries": some, "name": "Harbour", **rest})


def entry(uid: int, name: str, content: str = "It is old.", **rest: object) -> JsonObject:
    return {"uid": uid, "key": [name], "comment": name, "content": content, "selective": True, "order": 100, **rest}


@dataclass
class Desk:
    """One who brings files, and what is there afterwards."""

    database: Database
    people: People
    books: LoreBooks
    entries: LoreEntries
    imports: LoreImports
    exports: LoreExports

    async def bring(self, data: bytes, by: Caller = ROBIN, name: str = "the file.json", **more: Any) -> Progress:
        return await self.imports.begin(await self.people.arrive(by), data, name, "en", **more)

    async def mine(self, by: Caller = ROBIN) -> tuple[LoreBook, ...]:
        async with self.people.at_work(by) as (user, work):
            return (await self.books.page(work, user)).books

    async def contents(self, book_id: UUID, by: Caller = ROBIN) -> dict[str, str]:
        async with self.people.at_work(by) as (user, work):
            page = await self.entries.page(work, user, book_id, which=Which())
            some = [await self.entries.get(work, user, line.id) for line in page.entries]
        return {one.name: one.state.content for one in some}

    async def edit(self, book_id: UUID, name: str, content: str) -> None:
        async with self.people.at_work(ROBIN) as (user, work):
            found = await self.entries.chosen(work, user, name, book_id=book_id)
            await self.entries.edit(work, user, found, {"content": content})

    async def export(self, book_id: UUID, kind: Format = Format.WORLD, by: Caller = ROBIN) -> JsonObject:
        found = await self.exports.export(await self.people.arrive(by), book_id, kind)
        return orjson.loads(found.data)

    async def queued(self) -> list[Mapping[str, str]]:
        async with self.database.work(Actor.job("test")) as work:
            rows = await work.session.execute(
                text("SELECT payload FROM pgqueuer WHERE entrypoint = :job"), {"job": JOB}
            )
            return [json.loads(bytes(row.payload)) for row in rows]

    async def rows(self, by: Caller = ROBIN) -> tuple[int, list[LoreImport]]:
        """How many entries and which imports this person sees at all."""
        async with self.people.at_work(by) as (_, work):
            count = await work.session.scalar(select(func.count()).select_from(EntryModel)) or 0
            return count, list(await work.session.scalars(select(LoreImport)))


@pytest.fixture
def desk(database: Database) -> Desk:
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    imports, exports = LoreImports(database, books, entries), LoreExports(database, books)
    return Desk(database, People(database), books, entries, imports, exports)


async def test_a_file_becomes_a_book_that_goes_out_as_it_came(desk: Desk) -> None:
    data = world("dragon", "gate", odd={"x": 1})
    told = await desk.bring(data)
    assert (told.state, told.done, told.total, told.book_name) == (ImportState.DONE, 2, 2, "Harbour")
    assert (told.kept, told.refused, told.waits) == (1, 0, False)
    assert told.report.splitlines()[1].startswith("#0 dragon: fields taken over: 5")
    assert told.book_id is not None
    (book,) = await desk.mine()
    assert (book.name, book.entry_count, book.token_count, book.source_format) == ("Harbour", 2, 6, "world")
    assert await desk.contents(told.book_id) == {"dragon": "It is old.", "gate": "It is old."}
    assert await desk.export(told.book_id) == orjson.loads(data)
    _, (row,) = await desk.rows()
    assert row.content is None, "the file itself is kept no longer than it is needed"


@pytest.mark.parametrize("path", ["lorebooks_world_one.json", "with_lorebook.json", "ccv3_st_export_like.json"])
@pytest.mark.parametrize("kind", WRITTEN)
async def test_what_is_kept_is_what_was_read_in_every_format(desk: Desk, path: str, kind: Format) -> None:
    """Through the database and out, and in again as another book: the same file."""
    data = (SAMPLES / path).read_bytes()
    told = await desk.bring(data, name=path)
    assert told.book_id is not None
    first = await desk.export(told.book_id, kind)
    if told.format is kind:
        raw = opened(data).data
        held = raw.get("data")
        assert first == (held["character_book"] if isinstance(held, dict) and "spec" in raw else raw)
    again = await desk.bring(orjson.dumps(first), name="again.json")
    assert again.book_id is not None
    assert await desk.export(again.book_id, kind) == first


async def test_what_is_changed_here_is_what_the_file_says(desk: Desk) -> None:
    told = await desk.bring(world("dragon", "gate"))
    assert told.book_id is not None
    await desk.edit(told.book_id, "gate", "It is open.")
    out = await desk.export(told.book_id)
    assert parsed(orjson.dumps(out), "f").entries[1].entry.content == "It is open."
    assert out["entries"]["0"] == entry(0, "dragon")  # type: ignore[index]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{}", "not_a_lore_book"),
        (world("a") + b"]", "card_no_json"),
        (world("a", **{"entries": {"0": entry(0, "a", "x" * 1_000_000)}}), "book_entry_too_long"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "card_too_deep"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_leaves_nothing(desk: Desk, data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await desk.bring(data)
    assert caught.value.code == code
    assert await desk.rows() == (0, [])
    assert await desk.mine() == ()


async def test_a_large_file_is_stored_by_a_job_that_may_die(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LORE_IMPORT_AT_ONCE", 2)
    told = await desk.bring(world(*(f"name {n}" for n in range(250))))
    assert (told.state, told.done, told.total) == (ImportState.WAITING, 0, 250)
    (payload,) = await desk.queued()
    seen: list[int] = []
    add = desk.entries.add_read

    async def dies(*arguments: Any) -> Any:
        seen.append((await desk.rows())[0])
        if len(seen) == 2:
            raise ConnectionResetError("the program is killed")
        return await add(*arguments)

    monkeypatch.setattr(desk.entries, "add_read", dies)
    with pytest.raises(ConnectionResetError):
        await desk.imports.run(payload)
    assert await desk.mine() == (), "nothing of it is to be seen"
    assert (await desk.rows())[0] == 0
    monkeypatch.undo()
    await desk.imports.run(payload)
    (book,) = await desk.mine()
    assert book.entry_count == 250
    await desk.imports.run(payload)
    assert len(await desk.mine()) == 1, "a job that comes twice does it once"
    assert seen == [0, 0]
    over = await desk.imports.progress(await desk.people.arrive(ROBIN), told.id)
    assert (over.state, over.done, over.is_over) == (ImportState.DONE, 250, True)


async def test_the_queue_runs_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LORE_IMPORT_AT_ONCE", 2)
    jobs, stop = Jobs(desk.database), asyncio.Event()
    jobs.register(JOB, desk.imports.run)
    told = await desk.bring(world("a", "b", "c"))
    running = asyncio.create_task(jobs.run(stop))
    user_id = await desk.people.arrive(ROBIN)
    async with asyncio.timeout(20):
        while not (await desk.imports.progress(user_id, told.id)).is_over:  # noqa: ASYNC110 - the queue runs it
            await asyncio.sleep(0.003)
    stop.set()
    await running
    assert (await desk.mine())[0].entry_count == 3


async def test_what_stands_in_the_way_of_storing_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LORE_BOOKS_PER_PERSON", 1)
    await desk.bring(world("a"))
    told = await desk.bring(world("b"))
    assert told.state is ImportState.FAILED
    assert told.failure is not None
    assert "1" in told.failure
    assert len(await desk.mine()) == 1


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice.THEIRS, {"same": "It is old.", "theirs": "new", "both": "new", "added": "It is old."}),
        (Choice.OURS, {"same": "It is old.", "theirs": "new", "both": "ours", "ours": "ours", "gone": "It is old.",
                       "added": "It is old."}),
    ],
)  # fmt: skip
async def test_the_same_book_again_asks_what_to_do(desk: Desk, choice: Choice, expected: dict[str, str]) -> None:
    first = await desk.bring(world("same", "theirs", "both", "ours", "gone"))
    assert first.book_id is not None
    for name in ("both", "ours"):
        await desk.edit(first.book_id, name, "ours")
    newer = [entry(0, "same"), entry(1, "theirs", "new"), entry(2, "both", "new"), entry(3, "ours"), entry(9, "added")]
    if choice is Choice.THEIRS:
        newer.pop(3)  # and so it is gone there and changed here
    data = orjson.dumps({"entries": {str(one["uid"]): one for one in newer}, "name": "Harbour"})
    told = await desk.bring(data, book_id=first.book_id)
    assert told.waits
    counts = {"same": 1, "changed": 1, "both": 1, "added": 1, "gone": 1}
    other = {"gone_both": 1} if choice is Choice.THEIRS else {"ours": 1}
    assert dict(told.differ) == counts | other
    assert "changed in the file and here: both (content)" in told.report
    unchanged = await desk.contents(first.book_id)
    assert unchanged["theirs"] == "It is old.", "nothing happens before it is decided"
    user_id = await desk.people.arrive(ROBIN)
    done = await desk.imports.choose(user_id, told.id, choice)
    assert done.state is ImportState.DONE
    assert await desk.contents(first.book_id) == expected
    (book,) = await desk.mine()
    assert book.entry_count == len(expected)
    again = await desk.bring(data, book_id=first.book_id)
    assert set(again.differ) <= {"same", "ours", "gone"}, "what was decided is not asked again"
    with pytest.raises(Conflict):
        await desk.imports.choose(user_id, told.id, choice)


async def test_large_books_are_compared_and_written_by_a_process_with_the_same_outcome(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (importing, exporting):
        monkeypatch.setattr(module, "_LIGHT_PAGES", -1)
    first = await desk.bring(world("same", "theirs", "gone"))
    assert first.book_id is not None
    told = await desk.bring(world("same", "new", "theirs"), book_id=first.book_id)
    assert told.waits
    await desk.imports.choose(await desk.people.arrive(ROBIN), told.id, Choice.THEIRS)
    out: Any = await desk.export(first.book_id)
    assert {one["comment"] for one in out["entries"].values()} == {"same", "new", "theirs"}


async def test_an_import_that_waits_can_be_left(desk: Desk) -> None:
    first = await desk.bring(world("a"))
    told = await desk.bring(world("a", "b"), book_id=first.book_id)
    user_id = await desk.people.arrive(ROBIN)
    left = await desk.imports.cancel(user_id, told.id)
    assert (left.state, left.waits) == (ImportState.CANCELLED, False)
    assert first.book_id is not None
    assert len(await desk.contents(first.book_id)) == 1
    assert [one.state for one in await desk.imports.recent(user_id)] == [ImportState.CANCELLED, ImportState.DONE]


async def test_another_person_knows_nothing_of_it(desk: Desk) -> None:
    told = await desk.bring(world("a"))
    sasha = await desk.people.arrive(SASHA)
    with pytest.raises(NotFound):
        await desk.imports.progress(sasha, told.id)
    with pytest.raises(NotFound):
        await desk.bring(world("a"), by=SASHA, book_id=told.book_id)
    assert told.book_id is not None
    with pytest.raises(NotFound):
        await desk.export(told.book_id, by=SASHA)
    assert await desk.rows(SASHA) == (0, [])


async def test_a_reader_takes_a_copy_only_where_copies_are_allowed(desk: Desk) -> None:
    told = await desk.bring(world("a"))
    robin, sasha = await desk.people.arrive(ROBIN), await desk.people.arrive(SASHA)
    assert told.book_id is not None
    async with desk.people.at_work(ROBIN) as (_, work):
        await work.session.execute(
            text("INSERT INTO grants (id, user_id, book_id, permission, status, granted_by)"
                 " VALUES (gen_random_uuid(), :guest, :book, 'read', 'active', :by)"),
            {"guest": sasha, "book": told.book_id, "by": robin},
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        await desk.export(told.book_id, by=SASHA)
    with pytest.raises(NotAllowed):
        await desk.bring(world("a"), by=SASHA, book_id=told.book_id)
    async with desk.people.at_work(ROBIN) as (user, work):
        await desk.books.edit(work, user, told.book_id, {"allow_fork": "yes"})
    assert "entries" in await desk.export(told.book_id, by=SASHA)


async def test_files_that_wait_are_not_piled_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LORE_IMPORTS_WAITING", 1)
    first = await desk.bring(world("a"))
    await desk.bring(world("b"), book_id=first.book_id)
    with pytest.raises(LimitReached):
        await desk.bring(world("c"))


async def test_links_between_entries_point_to_the_entries_here(desk: Desk) -> None:
    """A book of ours goes out and comes back over itself: what it requires is still the entry that was there."""
    first = await desk.bring(world("a", "b"))
    assert first.book_id is not None
    async with desk.people.at_work(ROBIN) as (user, work):
        a = await desk.entries.chosen(work, user, "a", book_id=first.book_id)
        b = await desk.entries.chosen(work, user, "b", book_id=first.book_id)
        await desk.entries.edit(work, user, a, {"requires": "#2"})
    out = await desk.export(first.book_id)
    out["entries"]["0"]["content"] = "Changed elsewhere."  # type: ignore[index]
    told = await desk.bring(orjson.dumps(out), book_id=first.book_id)
    await desk.imports.choose(await desk.people.arrive(ROBIN), told.id, Choice.THEIRS)
    async with desk.people.at_work(ROBIN) as (user, work):
        found = await desk.entries.get(work, user, a, may=May.WRITE)
    assert (found.state.content, found.entry.requires) == ("Changed elsewhere.", {b})
    fresh = await desk.bring(orjson.dumps(out))
    assert fresh.book_id is not None
    async with desk.people.at_work(ROBIN) as (user, work):
        copy = await desk.entries.chosen(work, user, "a", book_id=fresh.book_id)
        other = await desk.entries.chosen(work, user, "b", book_id=fresh.book_id)
        assert (await desk.entries.get(work, user, copy)).entry == replace(
            found.entry, id=copy, requires=frozenset({other})
        )


async def test_a_number_that_only_a_database_holds_whole_goes_out(desk: Desk) -> None:
    told = await desk.bring(world("dragon", weight=1e25, odd=2**64 - 1))
    assert told.book_id is not None
    out = await desk.export(told.book_id)
    assert (out["weight"], out["odd"]) == (1e25, 2**64 - 1)


async def test_a_small_file_is_stored_with_one_connection(desk: Desk, database: Database) -> None:
    first = await desk.bring(world("dragon", "gate"))
    again = await desk.bring(world("dragon", "gate", "well"), book_id=first.book_id)
    alone = Database(database.url, pool_size=1, max_overflow=0)
    imports = LoreImports(alone, desk.books, desk.entries)
    told = await asyncio.wait_for(imports.choose(await desk.people.arrive(ROBIN), again.id, Choice.THEIRS), 10)
    assert (told.state, told.done) == (ImportState.DONE, 3)
    await alone.close()
