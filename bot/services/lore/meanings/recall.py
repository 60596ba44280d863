"""Which entries speak of what was just said: how near their meanings are.

Two steps, since a server may take its time: `meant` turns words into vectors and needs no database, `scores` compares
them and waits for nobody. What an embedding model cannot do is never a reason not to answer: a reply goes on without,
and its trace says so.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean
from uuid import UUID

import structlog

from bot import limits
from bot.errors import ProviderError, Slow
from bot.ports.embedding import Embedder, Kind
from bot.services.lore.meanings.neutral import NEUTRAL
from db.direct import Direct
from db.queries.lore import chunks
from db.queries.lore.chunks import Sought

_log = structlog.get_logger(__name__)

_REMEMBERED = 512
_NO_THRESHOLD = 1.0


class Trouble(StrEnum):
    """Why entries were not looked for by meaning."""

    NO_MODEL = "no_model"
    SLOW = "slow"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Ask:
    """In which books something near to these texts is sought: the newest messages, newest first, as many as the books
    want to be looked at together."""

    book_ids: tuple[UUID, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meant:
    """What asks mean to a model. `trouble`: entries by meaning cannot be found this time, and why."""

    model: str = ""
    asks: tuple[Sought, ...] = ()
    trouble: Trouble | None = None


class Recall:
    """Finds entries by meaning. Without an embedder it finds none, and says so."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder
        self._known: OrderedDict[str, Sequence[float]] = OrderedDict()
        self._neutral: asyncio.Task[Sequence[float]] | None = None
        self._large: OrderedDict[tuple[UUID, ...], None] = OrderedDict()

    @property
    def model(self) -> str | None:
        """The embedding model's name."""
        return None if self._embedder is None else self._embedder.model

    @property
    def threshold(self) -> float:
        """From which cosine on an entry counts as near, where neither it nor its book says otherwise."""
        return _NO_THRESHOLD if self._embedder is None else self._embedder.threshold

    async def meant(self, asks: Iterable[Ask]) -> Meant:
        """What these texts mean. Open no transaction meanwhile; never raises a provider's error."""
        asks = [ask for ask in asks if ask.book_ids and _questions(ask)]
        if self._embedder is None:
            return Meant(trouble=Trouble.NO_MODEL if asks else None)
        model = self._embedder.model
        try:
            async with asyncio.timeout(limits.LORE_MEANING_SECONDS):
                found = await self._vectors(self._embedder, {text for ask in asks for text in _questions(ask)})
                neutral = await self._middle(self._embedder) if asks else ()
        except TimeoutError:
            return Meant(model, trouble=Trouble.SLOW)
        except ProviderError as error:
            _log.warning("lore_meaning_unavailable", model=model, error=str(error))
            return Meant(model, trouble=Trouble.SLOW if isinstance(error, Slow) else Trouble.DOWN)
        return Meant(
            model,
            tuple(Sought(ask.book_ids, model, [found[text] for text in _questions(ask)], neutral) for ask in asks),
        )

    async def scores(self, direct: Direct, meant: Meant, shut: Collection[UUID] = ()) -> Mapping[UUID, float]:
        """By entry how near it is to any of its ask's texts (1 the same, 0 unrelated), of the entries of an ask's
        books that have chunks the nearest `limits.LORE_SCORES_MAX`. One trip for each ask; two to four for very large
        books.

        `shut` are entries that may not come in whatever is said (their filters keep them out here). Where not every
        entry can be told, they take no place among those that are.
        """
        scores: dict[UUID, float] = {}
        for sought in meant.asks:
            for entry_id, score in (await self._near(direct, sought, shut)).items():
                scores[entry_id] = max(score, scores.get(entry_id, -1.0))
        return scores

    async def _near(self, direct: Direct, sought: Sought, shut: Collection[UUID]) -> Mapping[UUID, float]:
        """Exactly, as long as that is fast; by the index where the books are large, and exactly again where that comes
        back short."""
        key = tuple(sorted(sought.book_ids))
        most = int(limits.LORE_SCORES_MAX)
        admitted = replace(sought, shut=shut)
        if key not in self._large:
            near = await chunks.exactly(direct, sought, limits.LORE_EXACT_CHUNKS + 1, entries=most)
            if near.seen <= limits.LORE_EXACT_CHUNKS * len(sought.vectors):
                if not shut or len(near.scores) < most:
                    return near.scores
                return {**near.scores, **(await chunks.exactly(direct, admitted, _ALL, entries=most)).scores}
            self._large[key] = None
            if len(self._large) > _REMEMBERED:
                self._large.popitem(last=False)
        near = await chunks.nearest(direct, admitted, limits.LORE_NEAREST_CHUNKS)
        if near.seen >= limits.LORE_NEAREST_CHUNKS * len(sought.vectors):
            return near.scores
        self._large.pop(key, None)
        return (await chunks.exactly(direct, admitted, _ALL, entries=most)).scores

    async def _middle(self, embedder: Embedder) -> Sequence[float]:
        """What the model makes of texts that speak of nothing in particular; asked for once.

        Whoever waits may give up; it is made to its end, and is there for the next.
        """
        if self._neutral is None or (self._neutral.done() and _has_failed(self._neutral)):
            self._neutral = asyncio.create_task(_neutral(embedder), name="neutral meaning")
            self._neutral.add_done_callback(_has_failed)
        return await asyncio.shield(self._neutral)

    async def _vectors(self, embedder: Embedder, texts: Set[str]) -> Mapping[str, Sequence[float]]:
        """Texts' vectors; what was asked lately is remembered, so that a new turn embeds only what is new."""
        found = {text: self._known[text] for text in texts if text in self._known}
        if new := sorted(texts - found.keys()):
            found |= zip(new, await embedder.embed(new, Kind.QUERY), strict=True)
        for text, vector in found.items():
            self._known[text] = vector
            self._known.move_to_end(text)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found


async def _neutral(embedder: Embedder) -> Sequence[float]:
    vectors = await embedder.embed(NEUTRAL, Kind.PASSAGE)
    return [fmean(numbers) for numbers in zip(*vectors, strict=True)]


def _has_failed(task: asyncio.Task[Sequence[float]]) -> bool:
    return task.cancelled() or task.exception() is not None


_ALL = 2**31


def _questions(ask: Ask) -> list[str]:
    """What an ask asks with: no model reads more than a text's beginning anyway."""
    texts = (" ".join(text[: limits.LORE_MEANING_TEXT_MAX].split()) for text in ask.texts)
    return list(dict.fromkeys(text for text in texts if text))
