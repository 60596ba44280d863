"""The rehearsal as a server: reached through the very client that reaches every other model."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.ports import Finished, ModelRequest, Prompt, PromptMessage, Role, Token
from bot.providers.openai_models import OpenAIModels, Server
from bot.providers.tokens import Tokenizer
from bot.rehearsal.server import FAST, RehearsalServer

PROMPT = Prompt(
    (
        PromptMessage(Role.SYSTEM, "You are Mira. Your cat is called Comma.", "Mira"),
        PromptMessage(Role.USER, "Alex: who is Comma?"),
    ),
    stop=("\nAlex:",),
)


@pytest.fixture
async def server() -> AsyncIterator[RehearsalServer]:
    async with RehearsalServer.start(pace=FAST) as running:
        yield running


async def test_it_streams_through_the_ordinary_client(server: RehearsalServer) -> None:
    models = OpenAIModels(Server("rehearsal", server.base_url, "rehearsal", is_ours=True), tokenizer=Tokenizer())
    items = [item async for item in models.stream(ModelRequest(PROMPT, 400, seed=3))]
    again = [item async for item in models.stream(ModelRequest(PROMPT, 400, seed=3))]
    await models.close()
    assert "My cat is called Comma." in "".join(item.text for item in items if isinstance(item, Token))
    assert len(items) > 3
    finished = items[-1]
    assert isinstance(finished, Finished)
    assert (finished.usage.tokens_in, finished.usage.cost_micros) == (15, 0)
    assert items[:-1] == again[:-1]


async def test_it_answers_whole_too_and_lists_its_model(server: RehearsalServer) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{server.base_url}/models") as response:
            assert (await response.json())["data"][0]["id"] == "rehearsal"
        body = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}], "max_tokens": 5}
        async with session.post(f"{server.base_url}/chat/completions", json=body) as response:
            answer = await response.json()
    assert answer["choices"][0]["message"]["content"]
    assert answer["usage"]["completion_tokens"] <= 5


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"messages": []}', b'{"messages": [7]}', b"\xff"])
async def test_nonsense_is_refused_in_words(server: RehearsalServer, body: bytes) -> None:
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{server.base_url}/chat/completions", data=body, headers=headers) as response:
            assert response.status == 400
            assert (await response.json())["error"]["message"]


async def test_a_taken_port_is_an_error(server: RehearsalServer) -> None:
    with pytest.raises(OSError):  # noqa: PT011
        async with RehearsalServer.start(server.port):
            pass
