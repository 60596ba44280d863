"""Pieces of entries and their meanings: what is to be embedded, what was, and what is near to a question.

A search compares only what one model made of one length, seen from the centre of the book an entry stands in: texts of
one language, or of one world, point the same way in every model, more or less, and what they share tells nothing about
which of them is meant. So scores of different models and languages can be held against the same threshold. The index
knows nothing of centres; what it hands out is weighed afterwards.

A search's cast and its `dimensions = …` are written out as in the indexes (`db.models.lore.chunks`), else Postgres
would not use them.
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
    union_all,
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


NEUTRALS = 6
"""How many chunks the neutral vector counts for in a book's centre: enough that two entries are not each other's
opposite, few enough that ten make their own (docs/lore-retrieval.md)."""
_SAMPLE = 500
"""Chunks of a book from which its centre is taken; more move it no further."""


def _same(dimensions: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Chunk.model == bindparam("model", type_=Text()),
        Chunk.dimensions == literal_column(str(int(dimensions))),
    )


def _here(dimensions: int) -> tuple[ColumnElement[bool], ...]:
    return Chunk.book_id == any_(_BOOKS), *_same(dimensions), Chunk.entry_id != all_(_SHUT)


def _meaning(written: Any, dimensions: int) -> Any:
    return cast(written, HALFVEC(dimensions))


@lru_cache(16)
def _questions(dimensions: int) -> Any:
    """The questions' vectors, read from their text once."""
    written = func.unnest(bindparam("vectors", type_=ARRAY(Text()))).table_valued(
        column("written", Text()), with_ordinality="number"
    )
    asked = written.render_derived("asked")
    meaning = _meaning(asked.c.written, dimensions).label("meaning")
    return select(meaning, asked.c.number).cte("questions").prefix_with("MATERIALIZED")


@lru_cache(16)
def _shifted(dimensions: int) -> Any:
    """By book and question the book's centre, and the question seen from there."""
    unnested = func.unnest(_BOOKS).table_valued(column("id", Uuid()))
    book = unnested.render_derived("book")
    some = (
        select(_meaning(Chunk.embedding, dimensions).label("meaning"))
        .where(Chunk.book_id == book.c.id, *_same(dimensions))
        .limit(literal_column(str(_SAMPLE)))
        .lateral("some")
    )
    neutral = _meaning(bindparam("neutral", type_=Text()), dimensions).label("meaning")
    times = func.generate_series(literal_column("1"), literal_column(str(NEUTRALS))).table_valued("number")
    parts = union_all(
        select(book.c.id, some.c.meaning).select_from(book).join(some, true()),
        select(book.c.id, neutral).select_from(book).join(times, true()),
    ).subquery("parts")
    mean = select(parts.c.id, func.avg(parts.c.meaning, type_=HALFVEC()).label("centre")).group_by(parts.c.id)
    centres = mean.cte("centres").prefix_with("MATERIALIZED")
    questions = _questions(dimensions)
    asked = questions.c.meaning.op("-", return_type=HALFVEC())(centres.c.centre).label("asked")
    shifted = select(centres.c.id.label("book_id"), centres.c.centre, asked, questions.c.number)
    return shifted.select_from(centres).join(questions, true()).cte("shifted").prefix_with("MATERIALIZED")


def _distance(meaning: Any, shifted: Any) -> Any:
    """The cosine distance of a chunk and a question, both seen from the centre of the book."""
    seen: Any = meaning.op("-", return_type=HALFVEC())(shifted.c.centre)
    # What stands in the centre itself has no direction.
    return func.nullif(seen.op("<=>", return_type=_NUMBER)(shifted.c.asked), literal_column("'NaN'::float8"))


def _scored(distances: Any) -> Prepared:
    """By entry its best score, the best entries first, and with each how many chunks were compared in all."""
    # Worked out before they are sorted: else whole vectors are.
    found = distances.cte("found").prefix_with("MATERIALIZED")
    score = func.max(1 - found.c.distance, type_=_NUMBER).label("score")
    return Prepared(
        select(found.c.entry_id, score, cast(func.sum(func.count()).over(), BigInteger).label("seen"))
        .group_by(found.c.entry_id)
        .order_by(score.desc().nulls_last(), found.c.entry_id)
        .limit(bindparam("entries", type_=BigInteger()))
    )


@lru_cache(16)
def _exactly(dimensions: int) -> Prepared:
    scope = (
        select(Chunk.entry_id, Chunk.book_id, Chunk.embedding).where(*_here(dimensions)).limit(_MOST).subquery("scope")
    )
    shifted = _shifted(dimensions)
    distance = _distance(_meaning(scope.c.embedding, dimensions), shifted).label("distance")
    return _scored(select(scope.c.entry_id, distance).join(shifted, shifted.c.book_id == scope.c.book_id))


@lru_cache(16)
def _nearest(dimensions: int) -> Prepared:
    questions, shifted = _questions(dimensions), _shifted(dimensions)
    meaning = _meaning(Chunk.embedding, dimensions)
    near = (
        select(Chunk.entry_id, Chunk.book_id, meaning.label("meaning"))
        .where(*_here(dimensions))
        .order_by(meaning.op("<=>", return_type=_NUMBER)(questions.c.meaning))
        .limit(_MOST)
        .lateral("near")
    )
    same = (shifted.c.book_id == near.c.book_id) & (shifted.c.number == questions.c.number)
    found = select(near.c.entry_id, _distance(near.c.meaning, shifted).label("distance")).select_from(questions)
    return _scored(found.join(near, true()).join(shifted, same))


_ITERATE = Prepared(
    select(
        func.set_config("hnsw.iterative_scan", bindparam("scan", type_=Text()), literal_column("true")),
        func.set_config("hnsw.ef_search", bindparam("breadth", type_=Text()), literal_column("true")),
        func.set_config("hnsw.max_scan_tuples", bindparam("tuples", type_=Text()), literal_column("true")),
    )
)


@dataclass(frozen=True, slots=True)
class Sought:
    """In which books, what one model made of the questions. Entries that are `shut` are passed over.

    `neutral` is what the model makes of texts that speak of nothing in particular.
    """

    book_ids: Sequence[UUID]
    model: str
    vectors: Sequence[Sequence[float]]
    neutral: Sequence[float]
    shut: Collection[UUID] = ()

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return len(self.vectors[0])

    def values(self, most: int, entries: int) -> dict[str, Any]:
        """The statements' arguments."""
        return {
            "book_ids": list(self.book_ids),
            "model": self.model,
            "vectors": [_written(vector) for vector in self.vectors],
            "neutral": _written(self.neutral),
            "shut": list(self.shut),
            "most": most,
            "entries": entries,
        }


def _written(vector: Sequence[float]) -> str:
    """A vector as Postgres reads it."""
    return "[" + ",".join(f"{one:.6g}" for one in vector) + "]"


@dataclass(frozen=True, slots=True)
class Near:
    """By entry how near the nearest of its chunks is to the nearest of the questions: the cosine, both seen from the
    centre of the book. `seen` counts the chunks compared, once for each question."""

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
    return Near({row.entry_id: row.score for row in rows if row.score is not None}, rows[0].seen if rows else 0)
