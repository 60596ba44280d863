"""The meanings of entries: cut into pieces, embedded by a job, made anew when words or model change.

Whatever changes an entry calls `refresh` in the same work. The job takes a few entries at a time, writes them and
queues itself again in that very transaction: killed anywhere it goes on where it was, and a book of ten thousand
entries lets others through in between. What is searched by meaning is what has chunks, so an entry is found as soon as
its own few are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from bot import limits
from bot.errors import ProviderError, Refused
from bot.ports.embedding import Embedder, Kind
from bot.services.lore.meanings.cutting import cut
from db.queries.lore import chunks
from db.queries.lore.chunks import Piece, Unlearnt
from db.work import Actor, Database, Work

JOB = "lore_chunks"
"""Learns a book's entries; its payload names the book, and as whom it is read and written."""
SWEEP = "lore_chunks_sweep"
"""Finds books whose entries are not learnt, whoever owns them: after a change of model, or of what was missed."""

_log = structlog.get_logger(__name__)
_AGAIN = timedelta(minutes=5)
"""After trouble with a model's server, where it named no time itself."""
_BOOKS_AT_ONCE = 500
_HARMLESS = "lore"


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a book's entries that are to be found by meaning: how many there are, how many are learnt, how many the
    model's server refused for good. `model` None: there is no embedding model here, and nothing will be learnt."""

    total: int
    done: int
    refused: int
    model: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to learn."""
        return self.done + self.refused >= self.total


async def refresh(work: Work, book_id: UUID) -> None:
    """Have a book's meanings brought up to date once this work is committed. Works as the person whose work it is."""
    if work.actor.user_id is None:
        raise ValueError("meanings are learnt in somebody's name: there is no person behind this work")
    await work.enqueue(JOB, _payload(book_id, work.actor.user_id))


def _payload(book_id: UUID, user_id: UUID) -> Mapping[str, str]:
    return {"book": str(book_id), "user": str(user_id)}


class Chunks:
    """Cuts and embeds entries. Without an embedder there is nothing to do, and `progress` says so."""

    def __init__(self, database: Database, embedder: Embedder | None) -> None:
        self._database = database
        self._embedder = embedder

    async def progress(self, work: Work, book_id: UUID) -> Progress:
        """How far a book is learnt, by the present model. All zero for a book this person may not read."""
        model = None if self._embedder is None else self._embedder.model
        tally = await chunks.tally(work.session, book_id, model or "")
        return Progress(tally.total, tally.learnt, tally.refused, model)

    async def sweep(self, _: Mapping[str, str]) -> None:
        """Queue `JOB` for every book with entries to learn."""
        if self._embedder is None:
            return
        async with self._database.work(Actor.job(SWEEP)) as work:
            books = await chunks.waiting(work.session, self._embedder.model, _BOOKS_AT_ONCE)
            for book in books:
                payload = _payload(book.book_id, book.owner_id)
                await work.enqueue(JOB, payload, once=f"{JOB} {book.book_id}")
            if len(books) == _BOOKS_AT_ONCE:
                await work.enqueue(SWEEP, after=_AGAIN)

    async def run(self, payload: Mapping[str, str]) -> None:
        """Learn some of a book's entries, and queue what is left. Trouble with the model puts it off, for ever."""
        if self._embedder is None:
            return
        book_id, actor = UUID(payload["book"]), Actor.user(UUID(payload["user"]))
        async with self._database.work(actor) as work:
            await chunks.tidy(work.session, book_id)
            entries = await chunks.unlearnt(work.session, book_id, self._embedder.model, limits.LORE_CHUNKED_AT_ONCE)
        if not entries:
            return
        try:
            learnt = await self._learnt(self._embedder, entries)
        except ProviderError as error:
            later = _AGAIN if error.retry_after_seconds is None else timedelta(seconds=error.retry_after_seconds)
            _log.warning("lore_not_learnt", model=self._embedder.model, again_in=str(later), error=str(error))
            async with self._database.work(actor) as work:
                # However many jobs of this book wait for the server, one of them tries again.
                await work.enqueue(JOB, payload, after=later, once=f"{JOB} {book_id} again")
            return
        async with self._database.work(actor) as work:
            # None: they were deleted, or this person may not write here any more. Whoever did that, or the sweep, has
            # asked for a job of their own.
            if await chunks.put(work.session, book_id, self._embedder.model, learnt):
                await work.enqueue(JOB, payload)

    async def _learnt(
        self, embedder: Embedder, entries: Sequence[Unlearnt]
    ) -> Mapping[UUID, tuple[str, Sequence[Piece]]]:
        """By entry the hash of what was read, and its pieces."""

        def all_cut() -> list[tuple[str, ...]]:
            overlap = int(limits.LORE_CHUNK_OVERLAP)
            return [
                cut(entry.name, entry.content, embedder.count, window=embedder.window, overlap=overlap)
                for entry in entries
            ]

        pieces = await asyncio.to_thread(all_cut)
        texts = [text for of_entry in pieces for text in of_entry]
        vectors = iter(await self._vectors(embedder, texts))
        # What is nothing but odd blanks has no pieces, and is as good as refused.
        return {
            entry.entry_id: (entry.sha256, [Piece(text, next(vectors)) for text in of_entry] or [Piece("", None)])
            for entry, of_entry in zip(entries, pieces, strict=True)
        }

    async def _vectors(self, embedder: Embedder, texts: Sequence[str]) -> Sequence[Sequence[float] | None]:
        """A vector for each text; None for one that is refused although the server takes a harmless one."""
        try:
            return await embedder.embed(texts, Kind.PASSAGE)
        except Refused:
            pass
        await embedder.embed([_HARMLESS], Kind.PASSAGE)
        found: list[Sequence[float] | None] = []
        for text in texts:
            try:
                found += await embedder.embed([text], Kind.PASSAGE)
            except Refused:
                found.append(None)
        return found
