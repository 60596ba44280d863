"""Pieces of entries and their meanings: what is to be embedded, what was, and what is near to a question.

A search compares only what one model made of one length. Its cast and its `dimensions = …` are written out as in the
indexes (`db.models.lore.chunks`), else Postgres would not use them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Double,
    Text,
    Uuid,
    all_,
    any_,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.ids import new_id
from db.models import Chunk, LoreEntry
from db.models.lore.rules import Mode

_HASH = func.encode(func.sha256(func.convert_to(LoreEntry.name + "\n" + LoreEntry.content, "UTF8")), "hex")
_IS_SOUGHT = LoreEntry.is_enabled & LoreEntry.mode.in_((Mode.VECTOR, Mode.HYBRID))
_IS_SAID = func.btrim(LoreEntry.content, " \t\n\r") != ""


# ------------------------------------------------------------------------------------------------ keeping


@dataclass(frozen=True, slots=True)
class Unlearnt:
    """An entry whose meaning is not known yet, or not any more. `sha256` is that of name and content."""

    entry_id: UUID
    name: str
    content: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an entry and its meaning; None where the model's server refused it."""

    text: str
    vector: Sequence[float] | None


def _fresh(model: str) -> tuple[ColumnElement[bool], ...]:
    """That a chunk is what this model makes of an entry's present words, in the book where it stands now."""
    return (
        Chunk.entry_id == LoreEntry.id,
        Chunk.book_id == LoreEntry.book_id,
        Chunk.model == model,
        Chunk.content_sha256 == _HASH,
    )


async def unlearnt(session: AsyncSession, book_id: UUID, model: str, most: int) -> list[Unlearnt]:
    """Entries of a book that are to be found by meaning and have no chunks of this model and their present words."""
    statement = (
        select(LoreEntry.id, LoreEntry.name, LoreEntry.content, _HASH)
        .where(LoreEntry.book_id == book_id, _IS_SOUGHT, _IS_SAID, ~exists().where(*_fresh(model)))
        .order_by(LoreEntry.number)
        .limit(most)
    )
    return [Unlearnt(*row) for row in await session.execute(statement)]


async def tidy(session: AsyncSession, book_id: UUID) -> int:
    """Remove chunks of entries that are not to be found by meaning any more. How many."""
    kept = exists().where(LoreEntry.id == Chunk.entry_id, LoreEntry.book_id == book_id, _IS_SOUGHT, _IS_SAID)
    connection = await session.connection()
    return (await connection.execute(delete(Chunk).where(Chunk.book_id == book_id, ~kept))).rowcount


async def put(
    session: AsyncSession, book_id: UUID, model: str, learnt: Mapping[UUID, tuple[str, Sequence[Piece]]]
) -> int:
    """Replace the chunks of these entries, of whatever model; by entry the hash of what was read, and its pieces.

    Of how many: an entry that is gone meanwhile, or may not be written by this person any more, stays as it is.
    """
    wanted = select(LoreEntry.id).where(LoreEntry.id.in_(list(learnt)), LoreEntry.book_id == book_id)
    # Locked against another job of the same book.
    there = set((await session.scalars(wanted.with_for_update(key_share=True))).all())
    await session.execute(delete(Chunk).where(Chunk.entry_id.in_(there)))
    rows = [
        {
            "id": new_id(),
            "entry_id": entry_id,
            "book_id": book_id,
            "chunk_index": number,
            "total_chunks": len(pieces),
            "text": piece.text,
            "content_sha256": sha256,
            "model": model,
            "dimensions": None if piece.vector is None else len(piece.vector),
            "embedding": None if piece.vector is None else list(piece.vector),
        }
        for entry_id, (sha256, pieces) in learnt.items()
        if entry_id in there
        for number, piece in enumerate(pieces)
    ]
    if rows:
        await session.execute(insert(Chunk), rows)
    return len(there)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the entries of a book that are to be found by meaning: how many there are, are learnt, and were refused."""

    total: int
    learnt: int
    refused: int


async def tally(session: AsyncSession, book_id: UUID, model: str) -> Tally:
    """How far a book's meanings are known."""
    fresh = select(func.bool_and(Chunk.embedding.is_not(None)).label("is_whole")).where(*_fresh(model)).lateral("fresh")
    whole = fresh.c.is_whole
    counts = (func.count(), func.count().filter(whole.is_(True)), func.count().filter(whole.is_(False)))
    statement = (
        select(*counts)
        .select_from(LoreEntry)
        .join(fresh, true(), isouter=True)
        .where(LoreEntry.book_id == book_id, _IS_SOUGHT, _IS_SAID)
    )
    return Tally(*(await session.execute(statement)).one())


@dataclass(frozen=True, slots=True)
class Waiting:
    """A book with entries to learn."""

    book_id: UUID
    owner_id: UUID


async def waiting(session: AsyncSession, model: str, most: int) -> list[Waiting]:
    """Books of anybody with entries to learn for this model; for jobs only."""
    rows = await session.execute(
        text("SELECT book_id, owner_id FROM lore_to_embed(:model, :most)"), {"model": model, "most": most}
    )
    return [Waiting(*row) for row in rows]


# ------------------------------------------------------------------------------------------------ searching

_BOOKS = bindparam("book_ids", type_=ARRAY(Uuid()))
_SHUT = bindparam("shut", type_=ARRAY(Uuid()))
_MOST = bindparam("most", type_=BigInteger())
_NUMBER: Double[float] = Double()


@lru_cache(16)
def _questions(dimensions: int) -> Any:
    """The questions' vectors, read from their text once."""
    written = func.unnest(bindparam("vectors", type_=ARRAY(Text()))).table_valued(column("written", Text()))
    meaning = cast(written.render_derived("asked").c.written, HALFVEC(dimensions)).label("meaning")
    return select(meaning).cte("questions").prefix_with("MATERIALIZED")


def _here(dimensions: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Chunk.book_id == any_(_BOOKS),
        Chunk.model == bindparam("model", type_=Text()),
        Chunk.dimensions == literal_column(str(int(dimensions))),
        Chunk.entry_id != all_(_SHUT),
    )


def _distance(embedding: Any, dimensions: int) -> Any:
    """The cosine distance of a chunk and a question."""
    meaning: Any = cast(embedding, HALFVEC(dimensions))
    return meaning.op("<=>", return_type=_NUMBER)(_questions(dimensions).c.meaning)


def _scored(distances: Any) -> Prepared:
    """By entry its best score, the best entries first, and with each how many chunks were compared in all."""
    # Worked out before they are sorted: else whole vectors are.
    found = distances.cte("found").prefix_with("MATERIALIZED")
    score = func.max(1 - found.c.distance, type_=_NUMBER).label("score")
    return Prepared(
        select(found.c.entry_id, score, cast(func.sum(func.count()).over(), BigInteger).label("seen"))
        .group_by(found.c.entry_id)
        .order_by(score.desc(), found.c.entry_id)
        .limit(bindparam("entries", type_=BigInteger()))
    )


@lru_cache(16)
def _exactly(dimensions: int) -> Prepared:
    scope = select(Chunk.entry_id, Chunk.embedding).where(*_here(dimensions)).limit(_MOST).subquery("scope")
    distance = _distance(scope.c.embedding, dimensions).label("distance")
    found = select(scope.c.entry_id, distance).join(_questions(dimensions), true())
    return _scored(found)


@lru_cache(16)
def _nearest(dimensions: int) -> Prepared:
    distance = _distance(Chunk.embedding, dimensions)
    near = (
        select(Chunk.entry_id, distance.label("distance"))
        .where(*_here(dimensions))
        .order_by(distance)
        .limit(_MOST)
        .lateral("near")
    )
    return _scored(select(near.c.entry_id, near.c.distance).select_from(_questions(dimensions)).join(near, true()))


_ITERATE = Prepared(
    select(
        func.set_config("hnsw.iterative_scan", bindparam("scan", type_=Text()), literal_column("true")),
        func.set_config("hnsw.ef_search", bindparam("breadth", type_=Text()), literal_column("true")),
        func.set_config("hnsw.max_scan_tuples", bindparam("tuples", type_=Text()), literal_column("true")),
    )
)


@dataclass(frozen=True, slots=True)
class Sought:
    """In which books, what one model made of the questions. Entries that are `shut` are passed over."""

    book_ids: Sequence[UUID]
    model: str
    vectors: Sequence[Sequence[float]]
    shut: Collection[UUID] = ()

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return len(self.vectors[0])

    def values(self, most: int, entries: int) -> dict[str, Any]:
        """The statements' arguments."""
        written = ["[" + ",".join(f"{one:.6g}" for one in vector) + "]" for vector in self.vectors]
        return {
            "book_ids": list(self.book_ids),
            "model": self.model,
            "vectors": written,
            "shut": list(self.shut),
            "most": most,
            "entries": entries,
        }


@dataclass(frozen=True, slots=True)
class Near:
    """By entry the best cosine of any of its chunks with any of the questions. `seen` counts the chunks compared, once
    for each question."""

    scores: Mapping[UUID, float]
    seen: int


async def exactly(direct: Direct, sought: Sought, most: int, *, entries: int) -> Near:
    """Compare every chunk of these books, but no more than `most`, whichever these are: check `seen`. One trip.

    Of the entries the `entries` nearest are told.
    """
    return _near(await direct.rows(_exactly(sought.dimensions), **sought.values(most, entries)))


async def nearest(direct: Direct, sought: Sought, most: int, *, iterates: bool = True, tuples: int = 200_000) -> Near:
    """The `most` nearest chunks to each question, by the index. Two trips.

    The index knows nothing of books: it hands out the nearest of everybody's until enough are of these (pgvector's
    iterative scan, in strict order), or `tuples` were looked at. Without `iterates` it stops after its first handful.
    """
    scan = "strict_order" if iterates else "off"
    await direct.rows(_ITERATE, scan=scan, breadth=str(min(max(most, 40), 1000)), tuples=str(tuples))
    values = sought.values(most, most * len(sought.vectors))
    return _near(await direct.rows(_nearest(sought.dimensions), **values))


def _near(rows: Sequence[Any]) -> Near:
    return Near({row.entry_id: row.score for row in rows}, rows[0].seen if rows else 0)
