"""The whole program on a local Discord, a real Postgres and a scripted model, with a browser before it."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr
from sqlalchemy import make_url

from bot.app import Program, Running
from bot.demo.seed import seed as seed_demo
from bot.local.model import REHEARSAL
from bot.providers.openai_models import Server
from bot.rehearsal.server import FAST, MODEL, RehearsalServer
from bot.settings import PlansChoice, Settings
from bot.transport.pointing import pointed_at
from db.raw import RawConnection
from db.work import Database
from sandbox.server import Sandbox
from tests.client.chromium import chromium
from tests.client.visits import Visit
from tests.conftest import TEMPLATE
from tests.fakes.scripted_provider import ScriptedProvider

expect.set_options(timeout=15_000)
Opens = Callable[..., Awaitable[Visit]]


def a_free_port() -> int:
    """A port of this machine that nobody listens on, and that the system gives to nobody of its own accord.

    What it hands out for connections begins at 32768 (Linux) or above; a port from there could be taken between now and
    the start of what is to listen on it. Of two runs that share the tests each has a range of its own.
    """
    first = 20_000 if os.environ.get("TEST_HALF") == "2" else 26_000
    for port in random.SystemRandom().sample(range(first, first + 6_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a hundred ports in a row are taken")


@pytest.fixture
def free_ports() -> dict[str, str]:
    return {"WEB_PORT": str(a_free_port()), "SANDBOX_PORT": str(a_free_port())}


@dataclass(frozen=True)
class Open:
    """Everything of one running program that a test may look at."""

    sandbox: Sandbox
    program: Program
    running: Running
    provider: ScriptedProvider
    settings: Settings


@asynccontextmanager
async def program_on(
    owner_url: str, folder: Path, *, sells: bool = False, rehearses: bool = False
) -> AsyncIterator[Open]:
    """The program, wired by `bot.app` itself, with the demo's cast at home.

    `sells`: plans, for play money. `rehearses`: the rehearsal speaks instead of what a test scripted.
    """
    async with AsyncExitStack() as exits:
        database = Database(owner_url)
        exits.push_async_callback(database.close)
        await seed_demo(database, folder)
        sandbox = await exits.enter_async_context(Sandbox.start())
        sandbox.core.limits.relax()
        provider = await exits.enter_async_context(ScriptedProvider.start())
        pointing = exits.enter_context(ExitStack())
        pointing.enter_context(pointed_at(sandbox.url))
        settings = Settings(
            _env_file=None,
            data_dir=folder,
            database_url=SecretStr(owner_url),
            discord_token=SecretStr(sandbox.bot_token),
            discord_base_url=sandbox.url,
            discord_client_secret=SecretStr(sandbox.application.client_secret),
            web_port=a_free_port(),
            trusted_proxies="127.0.0.1",
        )
        if sells:
            selling = {"plans": PlansChoice.ON, "stripe_secret_key": SecretStr("sk_test_e2e")}
            settings = settings.model_copy(update=selling | {"stripe_base_url": f"{sandbox.url}/till"})
        server = Server("scripted", provider.base_url, "scripted", is_ours=True)
        if rehearses:
            rehearsal = await exits.enter_async_context(RehearsalServer.start(pace=FAST))
            server = Server(REHEARSAL, rehearsal.base_url, MODEL, is_ours=True)
        program = Program(settings, server, exits=exits)
        await program.open()
        yield Open(sandbox, program, await program.connect(), provider, settings)


@pytest.fixture
async def opened(owner_url: str, tmp_path: Path) -> AsyncIterator[Open]:
    """A program of the test's own."""
    async with program_on(owner_url, tmp_path) as running:
        yield running


@asynccontextmanager
async def database_on(postgres_url: str, server: RawConnection) -> AsyncIterator[str]:
    """A database for the tests of a module."""
    name = f"test_{secrets.token_hex(6)}"
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def shared(
    postgres_url: str, server: RawConnection, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Open]:
    """One program for a module's tests, which keep out of each other's channels."""
    async with database_on(postgres_url, server) as url, program_on(url, tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture
async def opens(opened: Open, browser: Browser) -> AsyncIterator[Opens]:
    """`await opens("member", "lantern-archive")`: a person at the browser. Errors of the page fail the test."""
    errors: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_client(who: str = "member", channel: str = "lantern-archive", **context: object) -> Visit:
            options = {"viewport": {"width": 1280, "height": 800}, **context}
            tab = await browser.new_context(**options)  # type: ignore[arg-type]
            stack.push_async_callback(tab.close)
            page: Page = await tab.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: errors.append(str(error)))
            visit = Visit(page, opened.sandbox)
            await visit.go(who, channel)
            return visit

        yield open_client
    assert not errors, errors
