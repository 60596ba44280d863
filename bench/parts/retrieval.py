"""One embedding model over the set of facts and questions, in this process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from math import hypot
from pathlib import Path
from statistics import fmean, median
from typing import Any
from uuid import UUID, uuid5

import psutil

from bot import limits
from bot.ports.embedding import Kind
from bot.providers.embed_local import ENGLISH, MULTILINGUAL, LocalEmbedder, LocalModel
from bot.services.lore.engine.activation import activate
from bot.services.lore.engine.book import Book, Entry, Key
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.scene import Said, Scene, Speaker
from bot.services.lore.meanings.cutting import cut
from bot.services.lore.meanings.neutral import NEUTRAL
from db.queries.lore.chunks import NEUTRALS

NOTHING = "keys alone"
KINDS = ("named", "reworded")
"""Questions that name what they ask for, and those in other words."""
MODELS: Mapping[str, LocalModel] = {one.name: one for one in (ENGLISH, MULTILINGUAL)}
_SET = Path(__file__).parents[1] / "retrieval_set.json"
_HOME = UUID("6f0a2f3e-5c1f-4d7e-9a57-0c6f1f8c2b11")
_MOST_IN = 5


@dataclass(frozen=True)
class Fact:
    """One entry, and the questions it answers: one that names it, one in other words."""

    id: UUID
    language: str
    name: str
    content: str
    keys: tuple[str, ...]
    questions: tuple[str, ...]


@cache
def facts() -> tuple[Fact, ...]:
    """The facts of all languages."""
    return tuple(
        Fact(
            uuid5(_HOME, one["name"]),
            language,
            one["name"],
            one["content"],
            tuple(one["keys"]),
            tuple(one["questions"]),
        )
        for language, of_language in json.loads(_SET.read_text("utf-8"))["facts"].items()
        for one in of_language
    )


@cache
def chatter() -> tuple[str, ...]:
    """Lines that ask for nothing."""
    return tuple(json.loads(_SET.read_text("utf-8"))["chatter"])


@dataclass(frozen=True)
class Question:
    """A question, and the fact that answers it."""

    text: str
    fact: Fact
    is_named: bool


def questions(languages: Sequence[str]) -> list[Question]:
    """What is asked in these languages."""
    return [
        Question(text, fact, is_named=number == 0)
        for fact in facts()
        if fact.language in languages
        for number, text in enumerate(fact.questions)
    ]


class Keys:
    """The engine with keyword entries alone."""

    def __init__(self) -> None:
        entries = tuple(Entry(one.id, one.name, one.content, 30, keys=tuple(map(Key, one.keys))) for one in facts())
        self._deck = Deck([Book(_HOME, 1, "facts", entries, recursion=False)])

    def found(self, text: str) -> list[UUID]:
        """Entries that come in, in the order in which they are given room."""
        scene = Scene(die=_HOME, window=(Said(1, Speaker.USER, "", text),))
        return [one.entry.id for one in activate(self._deck, scene, 1_000_000).active]


Ranks = Mapping[str, Sequence[UUID]]
"""By question all facts that were found, best first."""


def hits(ranks: Ranks, languages: Sequence[str]) -> dict[str, dict[str, float]]:
    """hit@1 and hit@5 by language, and over all of them by kind of question."""
    asked = questions(languages)
    groups = {one: [question for question in asked if question.fact.language == one] for one in languages}
    groups |= dict(
        zip(KINDS, ([one for one in asked if one.is_named is named] for named in (True, False)), strict=True)
    )
    return {
        name: {
            f"hit{most}": round(sum(one.fact.id in ranks[one.text][:most] for one in group) / len(group), 3)
            for most in (1, 5)
        }
        for name, group in groups.items()
    }


def measured(model: str, languages: Sequence[str]) -> dict[str, Any]:
    """All figures of one model, or of keys alone."""
    keys = Keys()
    by_key = {one.text: keys.found(one.text) for one in questions(languages)}
    if model == NOTHING:
        return {"model": model, "ways": {"keys": hits(by_key, languages)}}
    return {"model": model, **asyncio.run(_measured(MODELS[model], by_key, languages))}


async def _measured(local: LocalModel, by_key: Ranks, languages: Sequence[str]) -> dict[str, Any]:
    process = psutil.Process()
    before, began = process.memory_info().rss, time.perf_counter()
    embedder = LocalEmbedder(local)
    async with lagging() as lag:
        await embedder.embed(["loaded"], Kind.QUERY)
    load_ms = (time.perf_counter() - began) * 1000
    of_facts, fact_ms = await _embedded(embedder, [_as_chunk(embedder, one) for one in facts()], Kind.PASSAGE)
    asking = questions(languages)
    of_questions, question_ms = await _embedded(embedder, [one.text for one in asking], Kind.QUERY)
    of_chatter, _ = await _embedded(embedder, chatter(), Kind.QUERY)
    neutral, _ = await _embedded(embedder, NEUTRAL, Kind.PASSAGE)
    memory = process.memory_info().rss - before
    seen = Seen(of_facts, [fmean(numbers) for numbers in zip(*neutral, strict=True)])
    scores = {one.text: seen.scores(vector) for one, vector in zip(asking, of_questions, strict=True)}
    meaning = {asked: sorted(near, key=lambda one: -near[one]) for asked, near in scores.items()}
    both = {asked: _both(near, by_key[asked]) for asked, near in scores.items()}
    await embedder.close()
    idle = [seen.scores(vector) for vector in of_chatter]
    return {
        "ways": {"meaning": hits(meaning, languages), "both": hits(both, languages)},
        "load_ms": round(load_ms, 1),
        "load_lag_ms": round(max(lag) * 1000, 1),
        "question_ms": round(question_ms, 2),
        "fact_ms": round(fact_ms, 2),
        "memory_mb": round(memory / 2**20, 1),
        "threshold": embedder.threshold,
        "chatter_in": stray(idle, embedder.threshold),
        "let_in": {
            name: let_in(group, scores, embedder.threshold)
            for name, group in {
                "english": [one for one in asking if one.fact.language == "en"],
                "others": [one for one in asking if one.fact.language != "en"],
            }.items()
            if group
        },
    }


_BEAT_SECONDS = 0.002


@asynccontextmanager
async def lagging() -> AsyncGenerator[list[float]]:
    """How late the event loop was at each beat meanwhile, in seconds."""
    late = [0.0]

    async def beat() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_BEAT_SECONDS)
            late.append(time.perf_counter() - began - _BEAT_SECONDS)

    beating = asyncio.create_task(beat())
    try:
        yield late
    finally:
        beating.cancel()


def _both(near: Mapping[UUID, float], keyed: Sequence[UUID]) -> list[UUID]:
    """By the engine's weighted blend, half and half."""
    return sorted(near, key=lambda one: -(near[one] + (one in keyed)))


Scores = Mapping[UUID, float]


def let_in(asking: Sequence[Question], scores: Mapping[str, Scores], bar: float) -> dict[str, float]:
    """What a threshold lets in, of at most five: how often the right one, how many wrong ones a question."""
    right = wrong = 0
    for question in asking:
        near = scores[question.text]
        best = sorted(near, key=lambda one: -near[one])[:_MOST_IN]
        inside = [one for one in best if near[one] >= bar]
        right += question.fact.id in inside
        wrong += sum(one != question.fact.id for one in inside)
    return {"right": round(right / len(asking), 3), "wrong": round(wrong / len(asking), 3)}


def stray(idle: Sequence[Scores], bar: float) -> float:
    """How many come in, of at most five, for a line that asks for nothing."""
    return round(sum(min(sum(score >= bar for score in near.values()), _MOST_IN) for near in idle) / len(idle), 3)


def _as_chunk(embedder: LocalEmbedder, fact: Fact) -> str:
    window, overlap = embedder.window, int(limits.LORE_CHUNK_OVERLAP)
    return cut(fact.name, fact.content, embedder.count, window=window, overlap=overlap)[0]


async def _embedded(embedder: LocalEmbedder, texts: Sequence[str], kind: Kind) -> tuple[list[list[float]], float]:
    """Vectors, and the median milliseconds of one."""
    vectors: list[list[float]] = []
    took: list[float] = []
    for text in texts:
        began = time.perf_counter()
        vectors += await embedder.embed([text], kind)
        took.append((time.perf_counter() - began) * 1000)
    return vectors, median(took)


Vector = Sequence[float]


class Seen:
    """Facts as a search sees them (`db.queries.lore.chunks`): each language a book, each book from its own centre."""

    def __init__(self, of_facts: Sequence[Vector], neutral: Vector) -> None:
        self._centres: dict[str, list[float]] = {}
        for language in dict.fromkeys(one.language for one in facts()):
            book = [vector for one, vector in zip(facts(), of_facts, strict=True) if one.language == language]
            self._centres[language] = centre_of(book, neutral)
        self._facts = [
            (one, seen_from(vector, self._centres[one.language])) for one, vector in zip(facts(), of_facts, strict=True)
        ]

    def scores(self, question: Vector) -> dict[UUID, float]:
        """By fact how near it is to a question."""
        asked = {language: seen_from(question, centre) for language, centre in self._centres.items()}
        return {
            one.id: sum(a * b for a, b in zip(vector, asked[one.language], strict=True)) for one, vector in self._facts
        }


def centre_of(book: Sequence[Vector], neutral: Vector) -> list[float]:
    """The middle of a book's vectors and of the neutral one, which counts for a few."""
    return [fmean(numbers) for numbers in zip(*book, *[neutral] * NEUTRALS, strict=True)]


def seen_from(vector: Vector, centre: Vector) -> list[float]:
    """The direction of a vector seen from a centre."""
    seen = [a - b for a, b in zip(vector, centre, strict=True)]
    length = hypot(*seen)
    return [one / length for one in seen]
