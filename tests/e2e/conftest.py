"""The whole program on a local Discord, a real Postgres and a scripted model, with a browser before it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from bot.app import Program, Running
from bot.demo.seed import seed as seed_demo
from bot.providers.openai_models import Server
from bot.settings import Settings
from bot.transport.pointing import pointed_at
from db.work import Database
from sandbox.server import Sandbox
from tests.client.chromium import chromium
from tests.client.visits import Visit
from tests.fakes.scripted_provider import ScriptedProvider

expect.set_options(timeout=15_000)
Opens = Callable[..., Awaitable[Visit]]


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


@pytest.fixture
async def opened(owner_url: str, database: Database, tmp_path: Path) -> AsyncIterator[Open]:
    """The program, wired by `bot.app` itself."""
    await seed_demo(database, tmp_path)
    async with AsyncExitStack() as exits:
        sandbox = await exits.enter_async_context(Sandbox.start())
        sandbox.core.limits.relax()
        provider = await exits.enter_async_context(ScriptedProvider.start())
        pointing = exits.enter_context(ExitStack())
        pointing.enter_context(pointed_at(sandbox.url))
        settings = Settings(
            _env_file=None,
            data_dir=tmp_path,
            database_url=SecretStr(owner_url),
            discord_token=SecretStr(sandbox.bot_token),
            discord_base_url=sandbox.url,
            web_port=a_free_port(),
        )
        server = Server("scripted", provider.base_url, "scripted", is_ours=True)
        program = Program(settings, server, exits=exits)
        await program.open()
        yield Open(sandbox, program, await program.connect(), provider, settings)


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
