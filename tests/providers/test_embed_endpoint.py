"""Embeddings of a server, over real sockets: every failure becomes the right error, nothing is believed unread."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import BadKey, Down, ProviderError, RateLimited, Refused, Slow
from bot.ports.embedding import Kind
from bot.providers.deadlines import Deadlines
from bot.providers.embed_endpoint import EndpointEmbedder
from tests.fakes.scripted_provider import Act, Heard, Html, Json, Quiet, Raw, ScriptedProvider, Status

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedProvider]:
    async with ScriptedProvider.start() as running:
        yield running


def made(provider: ScriptedProvider, model: str = "any", **more: Any) -> EndpointEmbedder:
    deadlines = Deadlines(connect=0.5, total=1.0)
    return EndpointEmbedder(
        provider="scripted", base_url=provider.base_url, model=model, key=KEY, deadlines=deadlines, **more
    )


@pytest.fixture
async def embedder(provider: ScriptedProvider) -> AsyncIterator[EndpointEmbedder]:
    opened = made(provider)
    yield opened
    await opened.close()


def data(*vectors: list[Any]) -> Json:
    items = [{"object": "embedding", "index": number, "embedding": one} for number, one in enumerate(vectors)]
    return Json({"object": "list", "data": items, "model": "any", "usage": {"prompt_tokens": 5, "total_tokens": 5}})


def echo(heard: Heard) -> Act:
    return data(*([float(len(text)), 1.0] for text in heard.body["input"]))


async def test_vectors_come_in_the_order_of_the_texts_with_length_one(
    provider: ScriptedProvider, embedder: EndpointEmbedder
) -> None:
    assert embedder.dimensions is None
    reversed_items = [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 4]}]
    provider.will(Json({"data": reversed_items}))
    assert await embedder.embed(["one", "two"], Kind.PASSAGE) == [[0.6, 0.8], [0.0, 1.0]]
    assert embedder.dimensions == 2
    heard = provider.requests[0]
    assert heard.path == "/v1/embeddings"
    assert heard.body == {"model": "any", "input": ["one", "two"], "encoding_format": "float"}
    assert heard.headers["Authorization"] == f"Bearer {KEY}"


async def test_many_texts_go_in_several_requests(provider: ScriptedProvider, embedder: EndpointEmbedder) -> None:
    provider.otherwise = echo
    vectors = await embedder.embed(["x" * number for number in range(1, 71)], Kind.PASSAGE)
    assert len(vectors) == 70
    assert [len(heard.body["input"]) for heard in provider.requests] == [32, 32, 6]
    assert vectors[0] < vectors[69]


async def test_families_that_ask_for_it_are_told_which_is_the_question(provider: ScriptedProvider) -> None:
    provider.otherwise = echo
    for model, query, passage in (
        ("intfloat/multilingual-e5-small", "query: hi", "passage: hi"),
        ("nomic-embed-text", "search_query: hi", "search_document: hi"),
        ("text-embedding-3-small", "hi", "hi"),
    ):
        opened = made(provider, model)
        await opened.embed(["hi"], Kind.QUERY)
        await opened.embed(["hi"], Kind.PASSAGE)
        await opened.close()
        assert [heard.body["input"] for heard in provider.requests[-2:]] == [[query], [passage]]


async def test_an_empty_text_and_half_a_letter_are_sent_as_something(
    provider: ScriptedProvider, embedder: EndpointEmbedder
) -> None:
    provider.otherwise = echo
    await embedder.embed(["", "\ud800"], Kind.QUERY)
    assert provider.requests[0].body["input"] == ["…", "?"]


FAULTS: list[tuple[str, Act, type[ProviderError]]] = [
    ("401", Status(401, {"message": f"Incorrect API key {KEY}", "code": "invalid_api_key"}), BadKey),
    ("402", Status(402, {"message": "pay"}), BadKey),
    ("404", Status(404, {"message": "no such model", "code": "model_not_found"}), Refused),
    ("400", Status(400, {"message": "too long", "code": "context_length_exceeded"}), Refused),
    ("429", Status(429, {"message": "slow down"}, headers={"Retry-After": "7"}), RateLimited),
    ("500", Status(500, {"message": "oops"}), Down),
    ("302", Status(302, headers={"Location": "http://127.0.0.1:1/"}), Down),
    ("html", Html(), Down),
    ("not json", Raw(b"{oops"), Down),
    ("error in a good answer", Json({"error": {"message": KEY, "code": 429}}), RateLimited),
    ("no data", Json({"hello": "there"}), Down),
    ("too few", data([1, 0]), Down),
    ("too many", data([1, 0], [1, 0], [0, 1]), Down),
    ("different lengths", data([1, 0], [1, 0, 0]), Down),
    ("empty", data([], []), Down),
    ("all zero", data([0, 0], [0, 0]), Down),
    ("not numbers", data(["a", 0], [1, 0]), Down),
    ("huge", Raw(b'{"data":[{"index":0,"embedding":[1%s,1]},{"index":1,"embedding":[1,1]}]}' % (b"0" * 400)), Down),
    ("too large", Raw(b'{"data":[{"index":0,"embedding":[1e200,1]},{"index":1,"embedding":[1,1]}]}'), Down),
    ("not finite", Raw(b'{"data":[{"index":0,"embedding":[NaN,1]},{"index":1,"embedding":[1,1]}]}'), Down),
    ("same place twice", Json({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}), Down),
    ("longer than is searched", data([1.0] * 4001, [1.0] * 4001), Down),
    ("nothing at all", Quiet(even_headers=False), Slow),
]


@pytest.mark.parametrize(("act", "kind"), [(act, kind) for _, act, kind in FAULTS], ids=[name for name, *_ in FAULTS])
async def test_every_fault_is_the_right_error_and_tells_no_secret(
    provider: ScriptedProvider,
    embedder: EndpointEmbedder,
    act: Act,
    kind: type[ProviderError],
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider.will(act)
    with caplog.at_level(logging.DEBUG), pytest.raises(kind) as caught:
        await embedder.embed(["the prince is a frog", "two"], Kind.PASSAGE)
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(embedder)
    assert KEY not in told
    assert "the prince" not in str(caught.value)
    if kind is RateLimited and isinstance(act, Status):
        assert caught.value.retry_after_seconds == 7


async def test_a_server_that_changes_its_vectors_length_is_not_believed(
    provider: ScriptedProvider, embedder: EndpointEmbedder
) -> None:
    provider.will(data([1, 0]), data([1, 0, 0]))
    await embedder.embed(["x"], Kind.QUERY)
    with pytest.raises(Down, match="vectors of 3 numbers"):
        await embedder.embed(["x"], Kind.QUERY)


async def test_no_server_is_down() -> None:
    opened = EndpointEmbedder(provider="none", base_url="http://127.0.0.1:9/v1", model="any")
    with pytest.raises(Down):
        await opened.embed(["x"], Kind.QUERY)
    await opened.close()


async def test_what_it_costs_is_logged_without_words(
    provider: ScriptedProvider, embedder: EndpointEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.will(data([1, 0]))
    await embedder.embed(["the prince is a frog"], Kind.PASSAGE)
    said = capsys.readouterr().out
    assert "embedded" in said
    assert "tokens=5" in said
    assert "prince" not in said


async def test_the_operators_threshold_wins(provider: ScriptedProvider) -> None:
    told, usual = made(provider, threshold=0.7), made(provider)
    assert told.threshold == 0.7 > usual.threshold
    await told.close()
    await usual.close()
