"""A till of play money over HTTP, localstripe over HTTP, and the real `stripe` client at either."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from bot.providers.stripe_till import StripeTill
from db.work import Database
from sandbox.till.till import Till

if TYPE_CHECKING:
    from tests.payments.shopcraft import Shop

KEY = "sk_test_of_a_test"
SECRET = "whsec_of_a_test"


@dataclass
class Counter:
    """A till over HTTP, and what it was told to do by hand."""

    url: str
    till: Till
    client: aiohttp.ClientSession

    async def play(self, act: str, **form: object) -> Any:
        """Pull one of the till's handles."""
        async with self.client.post(f"{self.url}/play/{act}", json=form) as answer:
            return await answer.json()

    def row(self, kind: str, number: int = 0) -> dict[str, Any]:
        """A row of the till's, the newest first."""
        return self.till.shop.all(kind)[number]

    def kinds(self) -> list[str]:
        """The kinds of everything that happened, in order."""
        return [event["type"] for event in self.till.shop.all("events")][::-1]


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """A till that keeps its events back until they are sent by hand."""
    till = Till()
    till.post.is_held = True
    app = web.Application()
    app.add_subapp("/till", till.application())
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/till"
    till.open(url)
    async with aiohttp.ClientSession() as client:
        yield Counter(url, till, client)
    await till.close()
    await runner.cleanup()


@pytest.fixture
async def stripe_till(counter: Counter) -> AsyncIterator[StripeTill]:
    """Our side of it, through the real client."""
    ours = StripeTill(KEY, (SECRET,), base_url=counter.url)
    yield ours
    await ours.close()


@dataclass
class Heard:
    """What a webhook of ours was sent."""

    url: str
    posts: list[tuple[bytes, str]] = field(default_factory=list[tuple[bytes, str]])
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, kind: str, about: str = "") -> tuple[bytes, str]:
        """Wait for a notice of a kind, about an object that holds these words."""
        async with asyncio.timeout(20):
            while True:
                for body, signature in self.posts:
                    if json.loads(body)["type"] == kind and about in body.decode():
                        return body, signature
                self.more.clear()
                await self.more.wait()


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    """A webhook that keeps what it is sent."""
    app = web.Application()
    runner = web.AppRunner(app)

    async def take(request: web.Request) -> web.Response:
        known.posts.append((await request.read(), request.headers.get("Stripe-Signature", "")))
        known.more.set()
        return web.Response()

    app.router.add_post("/hooks/stripe", take)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    known = Heard(f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/stripe")
    yield known
    await runner.cleanup()


@pytest.fixture(scope="session")
async def localstripe(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """localstripe as a server of its own; what it says goes to a file."""
    folder = tmp_path_factory.mktemp("localstripe")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"),
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        await _answers(url, process, folder / "log")
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with aiohttp.ClientSession() as client, asyncio.timeout(30):
        while True:
            if process.returncode is not None:
                raise RuntimeError(await asyncio.to_thread(log.read_text, "utf-8"))
            try:
                async with client.get(f"{url}/v1/plans", headers={"Authorization": f"Bearer {KEY}"}):
                    return
            except aiohttp.ClientConnectorError:
                # A server that does not listen yet tells nobody when it does.
                await asyncio.sleep(0.05)


@pytest.fixture
async def shop(database: Database, owner_url: str, counter: Counter, stripe_till: StripeTill) -> "Shop":
    """Our side whole, on a database of its own."""
    from tests.payments.shopcraft import Shop

    opened = Shop(database, owner_url, counter, stripe_till)
    await opened.open()
    return opened
