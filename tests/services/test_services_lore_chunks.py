"""Meanings of entries: learnt by a job, kept fresh, never half, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from bot import limits
from bot.jobs import Jobs
from bot.ports import Caller
from bot.providers.deadlines import Deadlines
from bot.providers.embed_endpoint import EndpointEmbedder
from bot.providers.embed_local import ENGLISH, LocalEmbedder
from bot.services.lore.meanings.chunks import JOB, Chunks, Progress, refresh
from bot.services.people import People
from db.ids import new_id
from db.models import Chunk, Grant, LoreBook, LoreEntry
from db.models.lore.rules import Mode
from db.work import Actor, Database
from tests.fakes.scripted_provider import Act, Heard, Json, Quiet, ScriptedProvider, Status
from tests.services.stagecraft import ROBIN, SASHA

NO_HASH = "0" * 64


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedProvider]:
    async with ScriptedProvider.start() as running:
        running.otherwise = lengths
        yield running


@pytest.fixture
async def embedder(provider: ScriptedProvider) -> AsyncIterator[EndpointEmbedder]:
    opened = endpoint(provider, "toy")
    yield opened
    await opened.close()


def endpoint(provider: ScriptedProvider, model: str) -> EndpointEmbedder:
    return EndpointEmbedder(
        provider="scripted", base_url=provider.base_url, model=model, deadlines=Deadlines(connect=0.5, total=5)
    )


def lengths(heard: Heard) -> Act:
    """Vectors that tell a text's length."""
    vectors = [{"index": number, "embedding": [1.0, len(one), 1.0]} for number, one in enumerate(heard.body["input"])]
    return Json({"data": vectors})


async def person(database: Database, who: Caller = ROBIN) -> UUID:
    return await People(database).arrive(who)


async def book_of(database: Database, owner: UUID, *contents: str, mode: Mode = Mode.VECTOR) -> UUID:
    """A book with an entry for each of these."""
    book = LoreBook(id=new_id(), owner_id=owner, code=secrets.token_hex(4), name="Harbour")
    async with database.work(Actor.user(owner)) as work:
        work.session.add(book)
        await work.session.flush()
        work.session.add_all(
            LoreEntry(book_id=book.id, number=number, name=f"#{number}", content=one, mode=mode, content_sha256=NO_HASH)
            for number, one in enumerate(contents, 1)
        )
        await refresh(work, book.id)
    return book.id


async def change(database: Database, owner: UUID, book_id: UUID, **values: object) -> None:
    """Change all entries of a book, as whoever may does."""
    async with database.work(Actor.user(owner)) as work:
        await work.session.execute(update(LoreEntry).where(LoreEntry.book_id == book_id).values(**values))
        await refresh(work, book_id)


async def queued(database: Database, job: str = JOB) -> list[Mapping[str, str]]:
    async with database.work(Actor.job("test")) as work:
        found = await work.session.scalars(
            text("SELECT payload FROM pgqueuer WHERE entrypoint = :job AND status = 'queued' ORDER BY id"), {"job": job}
        )
        return [json.loads(one) for one in found]


async def forget_queue(database: Database) -> None:
    async with database.work(Actor.job("test")) as work:
        await work.session.execute(text("DELETE FROM pgqueuer"))


async def work_off(database: Database, chunks: Chunks, most: int = 50) -> int:
    """Run queued jobs until none is left; how many ran."""
    for ran in range(most):
        payloads = await queued(database)
        if not payloads:
            return ran
        await forget_queue(database)
        for payload in payloads:
            await chunks.run(payload)
    raise AssertionError("the job queues itself for ever")


async def rows(database: Database, owner: UUID) -> list[Any]:
    async with database.work(Actor.user(owner)) as work:
        statement = select(LoreEntry.number, Chunk.chunk_index, Chunk.total_chunks, Chunk.model, Chunk.text)
        found = statement.join(Chunk, Chunk.entry_id == LoreEntry.id).order_by(LoreEntry.number, Chunk.chunk_index)
        return [tuple(row) for row in await work.session.execute(found)]


async def progress(database: Database, chunks: Chunks, user: UUID, book_id: UUID) -> tuple[int, int, int]:
    async with database.work(Actor.user(user)) as work:
        told = await chunks.progress(work, book_id)
    return told.total, told.done, told.refused


def asked(provider: ScriptedProvider) -> int:
    return sum(len(heard.body["input"]) for heard in provider.requests)


# ------------------------------------------------------------------------------------------------ learning


async def test_entries_found_by_meaning_are_learnt_and_others_are_not(
    database: Database, embedder: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    book = await book_of(database, robin, "The lamp is green.", "The key is brass.")
    other = await book_of(database, robin, "Only keys find me.", mode=Mode.KEYWORD)
    assert await progress(database, chunks, robin, book) == (2, 0, 0)
    await work_off(database, chunks)
    assert await rows(database, robin) == [
        (1, 0, 1, "toy", "#1\nThe lamp is green."),
        (2, 0, 1, "toy", "#2\nThe key is brass."),
    ]
    assert await progress(database, chunks, robin, book) == (2, 2, 0)
    assert await progress(database, chunks, robin, other) == (0, 0, 0)
    assert asked(provider) == 2


async def test_nothing_is_asked_again_unless_it_changed(
    database: Database, embedder: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    book = await book_of(database, robin, "The lamp is green.")
    await work_off(database, chunks)
    await change(database, robin, book, tags=["lamp"])
    await work_off(database, chunks)
    assert asked(provider) == 1
    await change(database, robin, book, content="The lamp is red.")
    assert await progress(database, chunks, robin, book) == (1, 0, 0)
    await work_off(database, chunks)
    assert [row[4] for row in await rows(database, robin)] == ["#1\nThe lamp is red."]
    await change(database, robin, book, name="The lamp")
    await work_off(database, chunks)
    assert [row[4] for row in await rows(database, robin)] == ["The lamp\nThe lamp is red."]
    assert asked(provider) == 3


@pytest.mark.parametrize("values", [{"mode": Mode.KEYWORD}, {"is_enabled": False}, {"content": " "}])
async def test_what_is_not_found_by_meaning_any_more_is_forgotten(
    database: Database, embedder: EndpointEmbedder, values: dict[str, object]
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    book = await book_of(database, robin, "The lamp is green.")
    await work_off(database, chunks)
    assert await rows(database, robin)
    await change(database, robin, book, **values)
    await work_off(database, chunks)
    assert await rows(database, robin) == []
    assert await progress(database, chunks, robin, book) == (0, 0, 0)


async def test_an_entry_that_moved_is_found_in_its_new_book_and_not_in_the_old(
    database: Database, embedder: EndpointEmbedder
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    old, new = await book_of(database, robin, "The lamp is green."), await book_of(database, robin)
    await work_off(database, chunks)
    async with database.work(Actor.user(robin)) as work:
        await work.session.execute(update(LoreEntry).where(LoreEntry.book_id == old).values(book_id=new))
        await refresh(work, new)
        await refresh(work, old)
    assert await progress(database, chunks, robin, new) == (1, 0, 0)
    await work_off(database, chunks)
    assert await progress(database, chunks, robin, new) == (1, 1, 0)
    async with database.work(Actor.user(robin)) as work:
        assert list(await work.session.scalars(select(Chunk.book_id))) == [new]


async def test_odd_blanks_end(database: Database, embedder: EndpointEmbedder) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    book = await book_of(database, robin, "\u00a0\u3000")
    await work_off(database, chunks)
    assert await progress(database, chunks, robin, book) == (1, 0, 1)


async def test_another_model_learns_all_anew_and_the_old_ones_are_gone(
    database: Database, embedder: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    robin = await person(database)
    book = await book_of(database, robin, "The lamp is green.", "The key is brass.")
    await work_off(database, Chunks(database, embedder))
    newer = endpoint(provider, "newer")
    chunks = Chunks(database, newer)
    assert await progress(database, chunks, robin, book) == (2, 0, 0)
    await chunks.sweep({})
    assert [one["book"] for one in await queued(database)] == [str(book)]
    await work_off(database, chunks)
    assert {row[3] for row in await rows(database, robin)} == {"newer"}
    await chunks.sweep({})
    assert await queued(database) == []
    await newer.close()


async def test_the_sweep_finds_books_of_everybody(database: Database, embedder: EndpointEmbedder) -> None:
    robin, sasha, chunks = await person(database), await person(database, SASHA), Chunks(database, embedder)
    books = {str(await book_of(database, one, "The lamp is green.")) for one in (robin, sasha)}
    await forget_queue(database)
    await chunks.sweep({})
    await chunks.sweep({})  # what waits is not queued twice
    assert {one["book"] for one in await queued(database)} == books
    assert len(await queued(database)) == 2
    await work_off(database, chunks)
    assert len(await rows(database, robin)) == len(await rows(database, sasha)) == 1


async def test_a_long_entry_has_several_pieces_and_every_word_is_in_one(database: Database) -> None:
    robin = await person(database)
    local = LocalEmbedder(ENGLISH)
    chunks = Chunks(database, local)
    content = " ".join(f"The harbour has a lamp that shines in colour {number}." for number in range(120))
    await book_of(database, robin, content)
    await work_off(database, chunks)
    found = await rows(database, robin)
    assert len(found) > 4
    assert [row[1:3] for row in found] == [(number, len(found)) for number in range(len(found))]
    assert all(local.count(row[4]) <= local.window for row in found)
    said = "\n".join(row[4] for row in found)
    assert all(f"colour {number}." in said for number in range(120))
    await local.close()


# ------------------------------------------------------------------------------------------------ many, and trouble


async def test_a_large_book_is_learnt_in_steps_and_goes_on_after_a_kill(
    database: Database, embedder: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    count = limits.LORE_CHUNKED_AT_ONCE * 2 + 3
    book = await book_of(database, robin, *(f"Fact {number}." for number in range(count)))
    (payload,) = await queued(database)
    await forget_queue(database)
    await chunks.run(payload)
    assert await progress(database, chunks, robin, book) == (count, limits.LORE_CHUNKED_AT_ONCE, 0)
    # Killed while the next step asks its server: nothing of it is kept, and the queue runs it again.
    (payload,) = await queued(database)
    dying = asyncio.create_task(Chunks(database, embedder).run(payload))
    before = len(provider.requests)
    provider.will(Quiet(even_headers=False))
    await provider.asked(before + 1)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await progress(database, chunks, robin, book) == (count, limits.LORE_CHUNKED_AT_ONCE, 0)
    assert await work_off(database, chunks) == 3  # two steps, and one that finds nothing
    assert await progress(database, chunks, robin, book) == (count, count, 0)
    assert len(await rows(database, robin)) == count


async def test_a_queue_works_it_all_off(database: Database, embedder: EndpointEmbedder) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    count = limits.LORE_CHUNKED_AT_ONCE + 5
    books = [await book_of(database, robin, *(f"Fact {number}." for number in range(count))) for _ in range(2)]
    jobs, stop, learnt = Jobs(database), asyncio.Event(), asyncio.Event()

    async def run(payload: Mapping[str, str]) -> None:
        await chunks.run(payload)
        if all([await progress(database, chunks, robin, one) == (count, count, 0) for one in books]):
            learnt.set()

    jobs.register(JOB, run, at_most=1)
    running = asyncio.create_task(jobs.run(stop))
    await asyncio.wait_for(learnt.wait(), 30)
    stop.set()
    await running
    assert await jobs.held() == []


@pytest.mark.parametrize(
    ("act", "seconds"),
    [
        (Status(500, {"message": "oops"}), 300),
        (Status(401, {"message": "key"}), 300),
        (Status(429, {"message": "slow"}, headers={"Retry-After": "7"}), 7),
    ],
)
async def test_trouble_puts_it_off_and_loses_nothing(
    database: Database, embedder: EndpointEmbedder, provider: ScriptedProvider, act: Act, seconds: int
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    book = await book_of(database, robin, "The lamp is green.")
    (payload,) = await queued(database)
    await forget_queue(database)
    provider.will(act, act)
    await chunks.run(payload)
    await chunks.run(payload)
    async with database.work(Actor.job("test")) as work:
        after = text("SELECT round(extract(epoch FROM execute_after - created)) FROM pgqueuer WHERE entrypoint = :job")
        assert [int(one) for one in await work.session.scalars(after, {"job": JOB})] == [seconds]
    assert await work_off(database, chunks) == 2
    assert await progress(database, chunks, robin, book) == (1, 1, 0)


async def test_a_text_the_server_refuses_for_good_is_kept_without_meaning(
    database: Database, embedder: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)

    def choosy(heard: Heard) -> Act:
        bad = any("poison" in one for one in heard.body["input"])
        return Status(400, {"message": "no", "code": "content_policy_violation"}) if bad else lengths(heard)

    provider.otherwise = choosy
    book = await book_of(database, robin, "Fine.", "It is poison.", "Good.")
    await work_off(database, chunks)
    assert await progress(database, chunks, robin, book) == (3, 2, 1)
    before = asked(provider)
    await change(database, robin, book, tags=["again"])
    await work_off(database, chunks)
    assert asked(provider) == before
    await change(database, robin, book, content="It is bread.")
    await work_off(database, chunks)
    assert await progress(database, chunks, robin, book) == (3, 3, 0)


async def test_a_server_that_refuses_everything_is_not_taken_for_bad_texts(
    database: Database, embedder: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    robin, chunks = await person(database), Chunks(database, embedder)
    provider.otherwise = Status(404, {"message": "no such model", "code": "model_not_found"})
    book = await book_of(database, robin, "Fine.")
    (payload,) = await queued(database)
    await chunks.run(payload)
    assert await progress(database, chunks, robin, book) == (1, 0, 0)
    assert await rows(database, robin) == []


# ------------------------------------------------------------------------------------------------ who may


async def test_who_may_not_write_in_a_book_changes_nothing_of_it(
    database: Database, embedder: EndpointEmbedder
) -> None:
    robin, sasha, chunks = await person(database), await person(database, SASHA), Chunks(database, embedder)
    book = await book_of(database, robin, "The lamp is green.")
    await forget_queue(database)
    await chunks.run({"book": str(book), "user": str(sasha)})
    assert await queued(database) == []
    assert await rows(database, robin) == []
    assert await progress(database, chunks, sasha, book) == (0, 0, 0)
    async with database.work(Actor.user(robin)) as work:
        work.session.add(Grant(user_id=sasha, book_id=book, permission="read", status="active", granted_by=robin))
    await chunks.run({"book": str(book), "user": str(sasha)})
    assert await queued(database) == []
    assert await rows(database, robin) == []
    # The control: its owner does.
    await chunks.run({"book": str(book), "user": str(robin)})
    assert len(await rows(database, robin)) == 1


async def test_without_a_model_nothing_is_done_and_progress_says_so(database: Database) -> None:
    robin, chunks = await person(database), Chunks(database, None)
    book = await book_of(database, robin, "The lamp is green.")
    (payload,) = await queued(database)
    await chunks.run(payload)
    await chunks.sweep({})
    async with database.work(Actor.user(robin)) as work:
        assert await chunks.progress(work, book) == Progress(1, 0, 0, None)


async def test_meanings_are_learnt_in_somebodys_name(database: Database) -> None:
    async with database.work(Actor.job("test")) as work:
        with pytest.raises(ValueError, match="somebody's name"):
            await refresh(work, new_id())
