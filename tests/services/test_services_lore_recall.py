"""Entries found by meaning: like with like, whose books they are, never short, and never in a reply's way."""

from __future__ import annotations

import asyncio
import math
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from operator import mul
from statistics import fmean
from uuid import UUID

import pytest
from sqlalchemy import insert

from bench.parts.retrieval import centre_of, seen_from
from bot import limits
from bot.jobs import Jobs
from bot.limits import Limit
from bot.ports.embedding import Kind
from bot.providers.deadlines import Deadlines
from bot.providers.embed_endpoint import EndpointEmbedder
from bot.providers.embed_local import ENGLISH, LocalEmbedder
from bot.services.lore.books import LoreBooks
from bot.services.lore.engine.book import Choice, Filters, Mode
from bot.services.lore.entries import LoreEntries
from bot.services.lore.meanings import recall as recalling
from bot.services.lore.meanings.chunks import JOB, Chunks, refresh
from bot.services.lore.meanings.neutral import NEUTRAL
from bot.services.lore.meanings.recall import Ask, Meant, Recall, Trouble
from bot.services.people import People
from db.ids import new_id
from db.models import Chunk, Grant, LoreBook, LoreEntry
from db.models.lore.rules import Mode as StoredMode
from db.queries.lore import chunks as queries
from db.queries.lore.chunks import Sought
from db.work import Actor, Database
from tests.fakes.scripted_provider import Act, Heard, Json, Quiet, ScriptedProvider, Status
from tests.services.lorecraft import attach, entry, prompt_text
from tests.services.lorecraft import book as lore_book
from tests.services.stagecraft import ROBIN, SASHA, Program, make, said, summon

FACTS = (
    "The lighthouse keeper hides a brass key under the third stair.",
    "Bread in the harbour town is baked before dawn.",
    "The white stag of Fenwood brings bad luck to every hunter.",
)
NO_HASH = "0" * 64


@pytest.fixture(scope="module")
async def english() -> AsyncIterator[LocalEmbedder]:
    opened = LocalEmbedder(ENGLISH)
    yield opened
    await opened.close()


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedProvider]:
    async with ScriptedProvider.start() as running:
        running.otherwise = answer
        yield running


@pytest.fixture
async def endpoint(provider: ScriptedProvider) -> AsyncIterator[EndpointEmbedder]:
    deadlines = Deadlines(connect=0.5, total=5)
    opened = EndpointEmbedder(provider="scripted", base_url=provider.base_url, model="toy", deadlines=deadlines)
    yield opened
    await opened.close()


def answer(heard: Heard) -> Act:
    """The angle of a text is the number it holds, in degrees."""
    vectors: list[object] = []
    for number, one in enumerate(heard.body["input"]):
        angle = math.radians(float("".join(letter for letter in one if letter.isdigit()) or 0))
        vectors.append({"index": number, "embedding": [math.cos(angle), math.sin(angle)]})
    return Json({"data": vectors})


async def book_of(database: Database, owner: UUID, *contents: str) -> tuple[UUID, list[UUID]]:
    book = LoreBook(id=new_id(), owner_id=owner, code=secrets.token_hex(4), name="Harbour")
    entries = [
        LoreEntry(
            id=new_id(), book_id=book.id, number=number, content=one, mode=StoredMode.VECTOR, content_sha256=NO_HASH
        )
        for number, one in enumerate(contents, 1)
    ]
    async with database.work(Actor.user(owner)) as work:
        work.session.add(book)
        await work.session.flush()
        work.session.add_all(entries)
    return book.id, [one.id for one in entries]


async def learn(database: Database, owner: UUID, chunks: Chunks, *books: UUID) -> None:
    for book in books:
        await chunks.run({"book": str(book), "user": str(owner)})


async def scores(database: Database, user: UUID, recall: Recall, *asks: Ask) -> dict[UUID, float]:
    meant = await recall.meant(asks)
    assert meant.trouble is None
    async with database.directly(Actor.user(user)) as direct:
        return dict(await recall.scores(direct, meant))


# ------------------------------------------------------------------------------------------------ what is near


async def test_the_entry_that_answers_is_nearest_and_above_the_threshold(
    database: Database, english: LocalEmbedder
) -> None:
    robin = await People(database).arrive(ROBIN)
    book, entries = await book_of(database, robin, *FACTS)
    await learn(database, robin, Chunks(database, english), book)
    recall = Recall(english)
    found = await scores(database, robin, recall, Ask((book,), ("Where is the key to the lighthouse?",)))
    assert set(found) == set(entries)
    assert max(found, key=lambda one: found[one]) == entries[0]
    assert found[entries[0]] >= recall.threshold > max(found[entries[1]], found[entries[2]])


async def test_each_of_the_newest_messages_asks_for_itself(database: Database, english: LocalEmbedder) -> None:
    robin = await People(database).arrive(ROBIN)
    book, entries = await book_of(database, robin, *FACTS)
    await learn(database, robin, Chunks(database, english), book)
    recall = Recall(english)
    texts = ("Should we hunt the pale deer?", "Where is the key to the lighthouse?", " ", "")
    found = await scores(database, robin, recall, Ask((book,), texts))
    alone = [await scores(database, robin, recall, Ask((book,), (text,))) for text in texts[:2]]
    assert found == pytest.approx({one: max(alone[0][one], alone[1][one]) for one in entries}, abs=1e-6)


async def test_an_entry_is_as_near_as_its_nearest_piece(database: Database, endpoint: EndpointEmbedder) -> None:
    robin = await People(database).arrive(ROBIN)
    book, (entry,) = await book_of(database, robin, "none")
    rows = [
        {
            "id": new_id(), "entry_id": entry, "book_id": book, "chunk_index": number, "total_chunks": 3, "text": "x",
            "content_sha256": NO_HASH, "model": "toy", "dimensions": 2, "embedding": vector,
        }
        for number, vector in enumerate(([1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]))
    ]  # fmt: skip
    async with database.work(Actor.user(robin)) as work:
        await work.session.execute(insert(Chunk), rows)
    assert await scores(database, robin, Recall(endpoint), Ask((book,), ("90",))) == pytest.approx({entry: 1.0})


async def test_scores_are_seen_from_the_centre_of_the_book(database: Database, english: LocalEmbedder) -> None:
    """The very figures that the bench works out by hand; and what a book's texts share counts for nothing."""
    robin = await People(database).arrive(ROBIN)
    contents = [f"En el puerto de la ciudad vieja {what}." for what in ("se vende pan", "hay un faro", "vive un gato")]
    book, entries = await book_of(database, robin, *contents)
    await learn(database, robin, Chunks(database, english), book)
    text = "¿Dónde vive el gato?"
    vectors = await english.embed(contents, Kind.PASSAGE)
    (question,) = await english.embed([text], Kind.QUERY)
    neutral = [fmean(numbers) for numbers in zip(*await english.embed(NEUTRAL, Kind.PASSAGE), strict=True)]
    centre = centre_of(vectors, neutral)
    asked = seen_from(question, centre)
    wanted = {
        entry: sum(map(mul, asked, seen_from(vector, centre))) for entry, vector in zip(entries, vectors, strict=True)
    }
    found = await scores(database, robin, Recall(english), Ask((book,), (text,)))
    assert found == pytest.approx(wanted, abs=0.01)
    plain = [sum(map(mul, question, vector)) for vector in vectors]
    assert max(found, key=lambda one: found[one]) == entries[2]
    assert min(plain) > english.threshold > sorted(found.values())[0]


async def test_only_books_that_were_asked_and_may_be_read_are_searched(
    database: Database, endpoint: EndpointEmbedder
) -> None:
    robin, sasha = await People(database).arrive(ROBIN), await People(database).arrive(SASHA)
    chunks, recall = Chunks(database, endpoint), Recall(endpoint)
    (mine, (first,)), (other, (second,)) = [await book_of(database, robin, "10") for _ in range(2)]
    await learn(database, robin, chunks, mine, other)
    ask = Ask((mine, other), ("10",))
    assert set(await scores(database, robin, recall, ask)) == {first, second}
    assert set(await scores(database, robin, recall, Ask((mine,), ("10",)))) == {first}
    assert await scores(database, sasha, recall, ask) == {}
    async with database.work(Actor.user(robin)) as work:
        work.session.add(Grant(user_id=sasha, book_id=other, permission="read", status="active", granted_by=robin))
    assert set(await scores(database, sasha, recall, ask)) == {second}


async def test_what_another_model_made_is_never_compared(
    database: Database, endpoint: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    robin = await People(database).arrive(ROBIN)
    book, entries = await book_of(database, robin, "10")
    await learn(database, robin, Chunks(database, endpoint), book)
    same_length = EndpointEmbedder(provider="scripted", base_url=provider.base_url, model="other")
    assert await scores(database, robin, Recall(same_length), Ask((book,), ("10",))) == {}
    await learn(database, robin, Chunks(database, same_length), book)
    assert set(await scores(database, robin, Recall(same_length), Ask((book,), ("10",)))) == set(entries)
    # The same name with vectors of another length: neither an error nor a match.
    provider.otherwise = lambda heard: Json(
        {"data": [{"index": number, "embedding": [1.0, 0.0, 0.0]} for number in range(len(heard.body["input"]))]}
    )
    grown = EndpointEmbedder(provider="scripted", base_url=provider.base_url, model="other")
    assert await scores(database, robin, Recall(grown), Ask((book,), ("10",))) == {}
    await same_length.close()
    await grown.close()


async def test_books_may_look_back_differently(database: Database, endpoint: EndpointEmbedder) -> None:
    robin = await People(database).arrive(ROBIN)
    (near, (first,)), (far, (second,)) = [await book_of(database, robin, "40") for _ in range(2)]
    await learn(database, robin, Chunks(database, endpoint), near, far)
    found = await scores(database, robin, Recall(endpoint), Ask((near,), ("100",)), Ask((far,), ("100", "40")))
    assert found[second] == pytest.approx(1.0, abs=1e-3)
    assert found[first] < 0.9


# ------------------------------------------------------------------------------------------------ what it takes


async def test_a_text_is_asked_for_once(
    database: Database, endpoint: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    recall, book = Recall(endpoint), new_id()
    await recall.meant([Ask((book,), ("one", "two")), Ask((new_id(),), ("one",))])
    assert [sorted(heard.body["input"]) for heard in provider.requests] == [["one", "two"], sorted(NEUTRAL)]
    await recall.meant([Ask((book,), ("three", "one"))])
    assert provider.requests[-1].body["input"] == ["three"]
    await recall.meant([Ask((book,), ("three",))])
    assert len(provider.requests) == 3


async def test_nothing_is_asked_where_there_is_nothing_to_ask(
    endpoint: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    recall = Recall(endpoint)
    for asks in ([], [Ask((), ("words",))], [Ask((new_id(),), ())], [Ask((new_id(),), (" \n ", ""))]):
        assert await recall.meant(asks) == Meant("toy")
    assert provider.requests == []
    assert await Recall(None).meant([]) == Meant()


@pytest.mark.parametrize(
    ("act", "trouble"),
    [
        (Status(500, {"message": "no"}), Trouble.DOWN),
        (Status(401, {"message": "no"}), Trouble.DOWN),
        (Status(504, {"message": "no"}), Trouble.SLOW),
        (Json({"data": "nonsense"}), Trouble.DOWN),
    ],
)
async def test_trouble_is_told_and_never_raised(
    database: Database, endpoint: EndpointEmbedder, provider: ScriptedProvider, act: Act, trouble: Trouble
) -> None:
    recall, ask = Recall(endpoint), Ask((new_id(),), ("words",))
    provider.will(act)
    meant = await recall.meant([ask])
    assert meant == Meant("toy", trouble=trouble)
    async with database.directly(Actor.user(new_id())) as direct:
        assert await recall.scores(direct, meant) == {}
    assert (await recall.meant([ask])).trouble is None  # and it is asked again the next time


async def test_trouble_with_what_is_neutral_is_told_too_and_passes(
    endpoint: EndpointEmbedder, provider: ScriptedProvider
) -> None:
    recall, ask = Recall(endpoint), Ask((new_id(),), ("words",))
    provider.will(answer(Heard("", {"input": ["words"]}, {})), Status(500, {"message": "no"}))
    assert (await recall.meant([ask])).trouble is Trouble.DOWN
    meant = await recall.meant([ask])
    assert meant.trouble is None
    assert meant.asks[0].neutral == pytest.approx([1.0, 0.0])


async def test_a_reply_does_not_wait_for_a_silent_server(
    endpoint: EndpointEmbedder, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LORE_MEANING_SECONDS", 0.05)
    provider.will(Quiet(even_headers=False))
    assert (await Recall(endpoint).meant([Ask((new_id(),), ("words",))])).trouble is Trouble.SLOW


async def test_without_a_model_that_is_told() -> None:
    recall = Recall(None)
    assert (await recall.meant([Ask((new_id(),), ("words",))])).trouble is Trouble.NO_MODEL
    assert recall.model is None


# ------------------------------------------------------------------------------------------------ large books


def spread(dice: random.Random, around: Sequence[float], width: float) -> list[float]:
    return [one + dice.gauss(0, width) for one in around]


async def crowd(database: Database, owner: UUID, dice: random.Random, count: int, around: Sequence[float]) -> UUID:
    """A book of so many entries whose meanings lie around one."""
    book, entries = await book_of(database, owner, *("x" for _ in range(count)))
    rows = [
        {
            "id": new_id(), "entry_id": entry, "book_id": book, "chunk_index": 0, "total_chunks": 1, "text": "x",
            "content_sha256": NO_HASH, "model": ENGLISH.name, "dimensions": 384,
            "embedding": spread(dice, around, 0.02),
        }
        for entry in entries
    ]  # fmt: skip
    async with database.work(Actor.user(owner)) as work:
        await work.session.execute(insert(Chunk), rows)
    return book


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty pieces count as a large book here."""
    monkeypatch.setattr(limits, "LORE_EXACT_CHUNKS", Limit(20, "pieces", "for the test"))
    monkeypatch.setattr(limits, "LORE_NEAREST_CHUNKS", Limit(30, "pieces", "for the test"))


async def test_a_filtered_search_never_comes_back_short(
    database: Database, english: LocalEmbedder, seed: int, owner_url: str
) -> None:
    """Ours are far away from the question, a crowd of other books' lies right beside it."""
    dice, robin = random.Random(seed), await People(database).arrive(ROBIN)
    (question,) = await english.embed(["Where is the key?"], Kind.QUERY)
    ours = await crowd(database, robin, dice, 60, [-one for one in question])
    await crowd(database, robin, dice, 600, question)
    sought = Sought([ours], ENGLISH.name, [question], [0.0] * 384)
    await by_index_only(owner_url)
    async with database.directly(Actor.user(robin)) as direct:
        found = await queries.nearest(direct, sought, 30)
        everything = await queries.exactly(direct, sought, 1000, entries=1000)
    assert found.seen == len(found.scores) == 30
    assert found.scores.items() <= everything.scores.items()
    # The control: without iterating, the index hands out its first handful, and none of them is ours.
    async with database.directly(Actor.user(robin)) as direct:
        assert (await queries.nearest(direct, sought, 30, iterates=False)).seen < 30


async def test_entries_that_are_shut_take_no_place_among_the_nearest(
    database: Database, english: LocalEmbedder, seed: int, small: None
) -> None:
    dice, robin = random.Random(seed), await People(database).arrive(ROBIN)
    (question,) = await english.embed(["Where is the key?"], Kind.QUERY)
    recall, ask = Recall(english), Ask((await crowd(database, robin, dice, 90, question),), ("Where is the key?",))
    first = await scores(database, robin, recall, ask)
    meant = await recall.meant([ask])
    async with database.directly(Actor.user(robin)) as direct:
        second = await recall.scores(direct, meant, first)
    assert len(first) == len(second) == 30
    assert not first.keys() & second.keys()


async def test_where_all_are_compared_those_that_are_shut_are_told_too_unless_they_take_a_place(
    database: Database, english: LocalEmbedder, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, robin = random.Random(seed), await People(database).arrive(ROBIN)
    (question,) = await english.embed(["Where is the key?"], Kind.QUERY)
    recall, ask = Recall(english), Ask((await crowd(database, robin, dice, 12, question),), ("Where is the key?",))
    everybody = await scores(database, robin, recall, ask)
    nearest = sorted(everybody, key=lambda one: -everybody[one])[:5]
    meant = await recall.meant([ask])
    async with database.directly(Actor.user(robin)) as direct:
        assert await recall.scores(direct, meant, nearest) == everybody
        monkeypatch.setattr(limits, "LORE_SCORES_MAX", Limit(5, "entries", "for the test"))
        assert set(await recall.scores(direct, meant)) == set(nearest)  # the control
        assert len((await recall.scores(direct, meant, nearest)).keys() - set(nearest)) == 5


async def test_a_large_scope_is_searched_by_the_index_and_a_small_one_exactly(
    database: Database, english: LocalEmbedder, seed: int, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, robin = random.Random(seed), await People(database).arrive(ROBIN)
    (question,) = await english.embed(["Where is the key?"], Kind.QUERY)
    large, little = [await crowd(database, robin, dice, count, question) for count in (80, 15)]
    ways: list[str] = []
    exactly, nearest = queries.exactly, queries.nearest

    async def noted(way: str, search: object, *given: object, **more: object) -> object:
        ways.append(way)
        return await search(*given, **more)  # type: ignore[operator]

    monkeypatch.setattr(recalling.chunks, "exactly", lambda *one, **more: noted("exactly", exactly, *one, **more))
    monkeypatch.setattr(recalling.chunks, "nearest", lambda *one, **more: noted("nearest", nearest, *one, **more))
    recall = Recall(english)
    for book, wanted, taken in (
        (little, 15, ["exactly"]),
        (large, 30, ["exactly", "nearest"]),
        (large, 30, ["nearest"]),  # it is remembered
    ):
        ways.clear()
        found = await scores(database, robin, recall, Ask((book,), ("Where is the key?",)))
        assert (len(found), ways) == (wanted, taken)


async def test_where_the_index_comes_back_short_everything_is_compared(
    database: Database, english: LocalEmbedder, seed: int, small: None
) -> None:
    dice, robin = random.Random(seed), await People(database).arrive(ROBIN)
    (question,) = await english.embed(["Where is the key?"], Kind.QUERY)
    book = await crowd(database, robin, dice, 25, question)
    # 25 are more than are compared one by one, and fewer than the index is asked for.
    assert len(await scores(database, robin, Recall(english), Ask((book,), ("Where is the key?",)))) == 25


async def by_index_only(owner_url: str) -> None:
    """Take the planner's other ways away, as a real crowd would."""
    from db.engine import connection_arguments
    from db.raw import connect

    connection = await connect(connection_arguments(owner_url, as_owner=True))
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute("DROP INDEX ix_chunks_book_id_model")
    await connection.execute("ANALYZE chunks")
    await connection.execute(f"ALTER DATABASE {name} SET enable_seqscan = off")
    await connection.close()


async def test_meanings_are_embedded_once_at_a_time_and_in_order(english: LocalEmbedder) -> None:
    recall, book = Recall(english), new_id()
    many = await asyncio.gather(*(recall.meant([Ask((book,), (f"text {number % 3}",))]) for number in range(9)))
    assert len({tuple(one.asks[0].vectors[0]) for one in many}) == 3


async def test_refresh_is_what_books_call(database: Database, english: LocalEmbedder) -> None:
    robin = await People(database).arrive(ROBIN)
    book, _ = await book_of(database, robin, *FACTS)
    async with database.work(Actor.user(robin)) as work:
        await refresh(work, book)
        told = await Chunks(database, english).progress(work, book)
    assert (told.total, told.done, told.is_over, told.model) == (3, 0, False, ENGLISH.name)


# ------------------------------------------------------------------------------------------------ the whole way


async def test_what_a_person_writes_is_learnt_and_said_to_who_asks_in_other_words(
    start: Callable[..., Program], database: Database, english: LocalEmbedder
) -> None:
    program = start(recall=Recall(english))
    await program.listening.start()
    robin = await program.people.arrive(ROBIN)
    books, entries = LoreBooks(), LoreEntries(len)
    async with database.work(Actor.user(robin)) as work:
        book = await books.create(work, robin, {"name": "The harbour"})
        for content in FACTS:
            await entries.add(work, robin, book.id, {"content": content, "mode": "vector"})
    await attach(program, book.id)
    await worked_off(database, Chunks(database, english), book.id, robin, len(FACTS))
    await summon(program, await make(program))

    async def told(words: str) -> str:
        await program.turns.hear(said(words))
        await program.turns.idle()
        return prompt_text(program)

    asked = await told("Mira, how do I get into the lighthouse?")
    assert FACTS[0] in asked
    assert FACTS[1] not in asked
    # The controls: a line that asks for nothing, and one that speaks of another fact.
    idle = await told("Mira, thank you, that was fun, good night!")
    assert not any(fact in idle for fact in FACTS[1:])
    assert FACTS[2] in await told("Mira, should we hunt that pale deer in the woods?")
    await program.crash()


async def test_entries_for_somebody_else_take_no_place_from_those_that_may_come_in(
    start: Callable[..., Program], english: LocalEmbedder
) -> None:
    """Six are nearer, of which five may come in at once; all of them are for another character."""
    program = start(recall=Recall(english))
    await program.listening.start()
    elsewhere = Filters(characters=Choice(only=frozenset({new_id()})))
    others = [
        entry(f"{number}", "Mira keeps the key of the lighthouse.", mode=Mode.VECTOR, filters=elsewhere)
        for number in range(6)
    ]
    ours = entry("ours", FACTS[0], mode=Mode.VECTOR)
    book = await lore_book(program, *others, ours, entry("bread", FACTS[1], mode=Mode.VECTOR), query_depth=1)
    await attach(program, book)
    await learn(program.database, await program.people.arrive(ROBIN), Chunks(program.database, english), book)
    await summon(program, await make(program))
    await program.turns.hear(said("Mira, where is the key of the lighthouse?"))
    await program.turns.idle()
    assert FACTS[0] in prompt_text(program)
    assert others[0].content not in prompt_text(program)
    await program.crash()


async def worked_off(database: Database, chunks: Chunks, book: UUID, user: UUID, count: int) -> None:
    """Let the queue learn so many entries: nobody but the services that added them has asked for it."""
    jobs, stop, over = Jobs(database), asyncio.Event(), asyncio.Event()

    async def run(payload: Mapping[str, str]) -> None:
        await chunks.run(payload)
        async with database.work(Actor.user(user)) as work:
            if (await chunks.progress(work, book)).done == count:
                over.set()

    jobs.register(JOB, run, at_most=1)
    running = asyncio.create_task(jobs.run(stop))
    await asyncio.wait_for(over.wait(), 30)
    stop.set()
    await running
