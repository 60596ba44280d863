"""The way to a provider: connections are used again, the environment's proxies heeded, bodies come through whole."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest
from aiohttp import web

from bot.providers.deadlines import Deadlines
from bot.providers.wire import capped_client


class FakeServer:
    """Answers every request, and notes who connected and what was asked for."""

    def __init__(self) -> None:
        self.connections: set[object] = set()
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.connections.add(request.transport)
        self.asked.append(f"{request.headers['Host']}{request.path}")
        if request.path.endswith("/packed"):
            return web.Response(body=gzip.compress(b"unpacked"), headers={"Content-Encoding": "gzip"})
        return web.Response(body=await request.read(), headers={"X-Twice": request.headers.get("X-Twice", "")})


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    fake = FakeServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with capped_client(Deadlines(), trust_environment=False) as made:
        yield made


async def test_what_is_sent_and_answered_comes_through(server: FakeServer, client: httpx2.AsyncClient) -> None:
    response = await client.post(f"{server.url}/echo", content="Grüße".encode(), headers={"X-Twice": "a, b"})
    assert (response.status_code, response.text, response.headers["x-twice"]) == (200, "Grüße", "a, b")
    assert (await client.get(f"{server.url}/packed")).text == "unpacked"


async def test_a_connection_is_used_again_once_its_answer_was_read(
    server: FakeServer, client: httpx2.AsyncClient
) -> None:
    for _ in range(3):
        await client.get(f"{server.url}/echo")
    assert len(server.connections) == 1


@pytest.mark.parametrize("trusted", [True, False])
async def test_proxies_of_the_environment_stand_between_where_they_may(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with capped_client(Deadlines(connect=0.5), trust_environment=trusted) as client:
        if trusted:
            await client.get("http://models.example/v1/models")
            assert server.asked == ["models.example/v1/models"]
        else:
            with pytest.raises(httpx2.ConnectError):
                await client.get("http://127.0.0.1:9/v1/models")
            assert server.asked == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://exa mple.test/", "ftp://127.0.0.1/"])
async def test_where_there_is_nothing_there_is_no_connection(client: httpx2.AsyncClient, address: str) -> None:
    with pytest.raises((httpx2.HTTPError, httpx2.InvalidURL)):
        await client.get(address)
