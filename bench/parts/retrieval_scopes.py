"""From how many pieces on the index is faster than comparing them all; and what it finds of what is there."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any
from uuid import UUID

import numpy

from bot.local.postgres import LocalPostgres
from bot.ports import Caller
from bot.services.people import People
from db.direct import Direct
from db.engine import connection_arguments
from db.ids import new_id
from db.migrate import upgrade
from db.queries.lore import chunks
from db.queries.lore.chunks import Near, Sought
from db.raw import RawConnection, connect
from db.work import Actor, Database

_NUMBERS = 384
_MODEL = "bench"
_OTHER_BOOKS = 10
_TOPICS = 300
_WIDTH = 0.8
_MOST = 200
_ROUNDS = 9

_CHUNK = (
    "INSERT INTO chunks (id, entry_id, book_id, chunk_index, total_chunks, text, content_sha256, model, dimensions,"
    " embedding) VALUES ($1, $2, $3, 0, 1, repeat('x', 300), repeat('0', 64), $4, 384, ($5::text)::halfvec)"
)
_INDEX = (
    "CREATE INDEX ix_chunks_embedding_384 ON chunks USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops)"
    " WHERE dimensions = 384"
)


@dataclass(frozen=True)
class Scope:
    """One size of scope among all pieces there are. `recall`: of the five nearest, what part the index finds too.
    `short`: how many of 200 it finds without iterating."""

    pieces: int
    exact_ms: float
    index_ms: float
    recall: float
    short: int


class _Meanings:
    """Vectors around some topics, as texts have them."""

    def __init__(self) -> None:
        self._dice = numpy.random.default_rng(1)
        self._topics = self._dice.normal(size=(_TOPICS, _NUMBERS))

    def some(self, count: int) -> list[list[float]]:
        near = self._topics[self._dice.integers(0, _TOPICS, count)]
        found = near + self._dice.normal(size=near.shape) * _WIDTH
        return (found / numpy.linalg.norm(found, axis=1, keepdims=True)).tolist()


async def measure_scopes(total: int, sizes: Sequence[int]) -> list[Scope]:
    """Fill a database with `total` pieces, of which books of these sizes are a part, and search each book."""
    with tempfile.TemporaryDirectory(prefix="botcafe-bench-", ignore_cleanup_errors=True) as folder:
        server = LocalPostgres(Path(folder), durable=False)
        url = await server.start()
        try:
            await upgrade(url)
            database = Database(url)
            owner = await People(database).arrive(Caller(1, "bench", "Bench", "en-US"))
            meanings = _Meanings()
            books = await _fill(url, owner, meanings, total, sizes)
            asked = meanings.some(_ROUNDS)
            found = [await _searched(database, owner, size, book, asked) for size, book in books.items()]
            await database.close()
            return found
        finally:
            await server.stop()


async def _fill(url: str, owner: UUID, meanings: _Meanings, total: int, sizes: Sequence[int]) -> dict[int, UUID]:
    connection = await connect(connection_arguments(url, as_owner=True))
    others = [(total - sum(sizes)) // _OTHER_BOOKS] * _OTHER_BOOKS
    # Built at once over what is there: piece by piece takes minutes.
    await connection.execute("DROP INDEX ix_chunks_embedding_384")
    books = {size: await _book(connection, owner, meanings, size) for size in sizes}
    for size in others:
        await _book(connection, owner, meanings, size)
    await connection.execute("SET maintenance_work_mem = '512MB'")
    await connection.execute(_INDEX)
    await connection.execute("VACUUM ANALYZE chunks")
    await connection.close()
    return books


async def _book(connection: RawConnection, owner: UUID, meanings: _Meanings, size: int) -> UUID:
    book = new_id()
    await connection.execute(
        "INSERT INTO lore_books (id, owner_id, code, name) VALUES ($1, $2, $3, 'bench')",
        book,
        owner,
        secrets.token_hex(4),
    )
    entries = await connection.fetch(
        "INSERT INTO lore_entries (id, book_id, number, content, mode, content_sha256)"
        " SELECT gen_random_uuid(), $1, number, 'x', 'vector', repeat('0', 64)"
        " FROM generate_series(1, $2::integer) AS number RETURNING id",
        book,
        size,
    )
    for start in range(0, size, 2000):
        some = entries[start : start + 2000]
        rows: list[tuple[Any, ...]] = [
            (new_id(), entry["id"], book, _MODEL, "[" + ",".join(f"{one:.4f}" for one in vector) + "]")
            for entry, vector in zip(some, meanings.some(len(some)), strict=True)
        ]
        await connection.executemany(_CHUNK, rows)
    return book


async def _searched(database: Database, owner: UUID, size: int, book: UUID, asked: Sequence[Sequence[float]]) -> Scope:
    exact_ms: list[float] = []
    index_ms: list[float] = []
    recall: list[float] = []
    short: list[int] = []

    async def timed(took: list[float], search: Callable[[Direct], Awaitable[Near]]) -> Near:
        async with database.directly(Actor.user(owner)) as direct:
            began = time.perf_counter()
            near = await search(direct)
            took.append((time.perf_counter() - began) * 1000)
        return near

    for vector in asked:
        sought = Sought([book], _MODEL, [vector], [0.0] * _NUMBERS)
        exact = await timed(exact_ms, lambda direct, sought=sought: chunks.exactly(direct, sought, 10**9, entries=1000))
        near = await timed(index_ms, lambda direct, sought=sought: chunks.nearest(direct, sought, _MOST))
        handful = await timed([], lambda direct, sought=sought: chunks.nearest(direct, sought, _MOST, iterates=False))
        recall.append(mean(one in near.scores for one in list(exact.scores)[:5]))
        short.append(handful.seen)
    return Scope(size, round(median(exact_ms), 1), round(median(index_ms), 1), round(mean(recall), 3), min(short))
