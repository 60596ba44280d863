"""Finding model servers on this machine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.ports import Profile
from bot.providers.discover import Found, chat_model, discover, profile_of


@contextlib.asynccontextmanager
async def serving(answer: web.Response | None) -> AsyncIterator[int]:
    """A server whose /v1/models gives this answer, or none at all."""
    never = asyncio.Event()

    async def models(_: web.Request) -> web.Response:
        if answer is None:
            await never.wait()
        return answer or web.Response()

    app = web.Application()
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        never.set()
        await runner.cleanup()


async def test_a_server_with_a_chat_model_is_found() -> None:
    listed = web.json_response({"data": [{"id": "nomic-embed-text"}, {"id": "llama3.2:3b"}]})
    async with serving(listed) as port:
        found = await discover([("LM Studio", 9), ("Ollama", port)])
    assert found == [Found("Ollama", f"http://127.0.0.1:{port}/v1", "llama3.2:3b")]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        web.Response(status=404),
        web.Response(text="<html>", content_type="text/html"),
        web.json_response({"data": []}),
        web.json_response([1, 2]),
        web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"}),
    ],
    ids=["silent", "404", "html", "empty", "other json", "redirect"],
)
async def test_whatever_else_lives_there_is_left_alone(answer: web.Response | None) -> None:
    async with serving(answer) as port:
        assert await discover([("Ollama", port)]) == []


async def test_no_ports_no_servers() -> None:
    assert await discover([]) == []


@pytest.mark.parametrize("listed", [None, 7, {}, {"data": 3}, {"data": [None, {"id": ""}, {"id": 5}]}])
def test_nonsense_names_no_model(listed: object) -> None:
    assert chat_model(listed) is None


@pytest.mark.parametrize(
    ("model", "profile"),
    [
        ("llama3.2:1b", Profile.COMPACT),
        ("SmolLM2-135M-Instruct.Q4_1", Profile.COMPACT),
        ("qwen2.5:0.5b-instruct", Profile.COMPACT),
        ("llama3.1:8b", Profile.FULL),
        ("gpt-4o-mini", Profile.FULL),
        ("mixtral-8x7b", Profile.FULL),
        ("llama3", Profile.FULL),
    ],
)
def test_small_models_get_compact_prompts(model: str, profile: Profile) -> None:
    assert profile_of(model) is profile
