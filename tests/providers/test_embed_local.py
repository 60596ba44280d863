"""Models that run here: what is near to what, that they load late and let short questions through."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator

import pytest

from bot.errors import Down
from bot.ports.embedding import Kind
from bot.providers.embed_local import ENGLISH, MULTILINGUAL, LocalEmbedder, LocalModel

FACT = "The lighthouse keeper hides a brass key under the third stair."
OTHER = "Bread in the harbour town is baked before dawn."


@pytest.fixture(params=[ENGLISH, MULTILINGUAL], ids=lambda model: model.name)
async def embedder(request: pytest.FixtureRequest) -> AsyncIterator[LocalEmbedder]:
    opened = LocalEmbedder(request.param)
    yield opened
    await opened.close()


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_what_means_the_same_is_nearer_than_what_does_not(embedder: LocalEmbedder) -> None:
    (question,) = await embedder.embed(["Where is the key to the lighthouse?"], Kind.QUERY)
    fact, other = await embedder.embed([FACT, OTHER], Kind.PASSAGE)
    assert embedder.dimensions == len(question) == len(fact) == 384
    assert math.isclose(math.hypot(*question), 1, abs_tol=1e-3)
    assert cosine(question, fact) > cosine(question, other)


async def test_other_languages_are_understood_by_the_multilingual_one() -> None:
    opened = LocalEmbedder(MULTILINGUAL)
    (question,) = await opened.embed(["Wo ist der Schlüssel zum Leuchtturm?"], Kind.QUERY)
    fact, other = await opened.embed([FACT, OTHER], Kind.PASSAGE)
    assert cosine(question, fact) > cosine(question, other)
    await opened.close()


async def test_a_text_means_the_same_whatever_else_is_asked(embedder: LocalEmbedder) -> None:
    alone = await embedder.embed([FACT], Kind.PASSAGE)
    among = await embedder.embed([OTHER, FACT, "x"], Kind.PASSAGE)
    assert alone[0] == among[1]


@pytest.mark.parametrize("text", ["", " ", "\0", "a\0b", "\ud800", "🐉" * 400, "x" * 2_000])
async def test_odd_texts_have_a_meaning_too(embedder: LocalEmbedder, text: str) -> None:
    (vector,) = await embedder.embed([text], Kind.PASSAGE)
    assert all(math.isfinite(one) for one in vector)
    assert embedder.count(text) >= 0


async def test_nothing_is_loaded_before_it_is_needed(embedder: LocalEmbedder) -> None:
    assert not embedder.is_loaded
    assert await embedder.embed([], Kind.QUERY) == []
    assert not embedder.is_loaded
    await embedder.embed(["now"], Kind.QUERY)
    assert embedder.is_loaded


async def test_a_question_does_not_wait_for_a_long_job(embedder: LocalEmbedder) -> None:
    order: list[str] = []

    async def ask(name: str, texts: list[str]) -> None:
        await embedder.embed(texts, Kind.PASSAGE)
        order.append(name)

    job = asyncio.create_task(ask("job", [f"{FACT} {number}" for number in range(40)]))
    await asyncio.sleep(0)
    await ask("question", ["Where?"])
    await job
    assert order == ["question", "job"]


async def test_a_model_that_cannot_be_loaded_is_down_and_says_no_path() -> None:
    def broken() -> object:
        raise OSError("/home/somebody/model.onnx is gone")

    opened = LocalEmbedder(LocalModel("broken", (), broken, 0.5, 100))  # type: ignore[arg-type]
    with pytest.raises(Down) as error:
        await opened.embed(["x"], Kind.QUERY)
    assert "broken cannot be loaded" in str(error.value)
    assert "somebody" not in str(error.value)
    with pytest.raises(Down):
        opened.count("x")
    await opened.close()


def test_what_is_not_installed_says_so() -> None:
    assert ENGLISH.is_installed
    assert not LocalModel("none", ("no_such_package",), ENGLISH.load, 0.5, 100).is_installed


async def test_the_operators_threshold_wins() -> None:
    opened = LocalEmbedder(ENGLISH, threshold=0.9)
    assert opened.threshold == 0.9
    await opened.close()
