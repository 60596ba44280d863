"""A local Discord, a bot with one of everything, and a browser looking at them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page

from sandbox.server import Sandbox
from tests.client.chromium import chromium
from tests.client.house_bot import HouseBot, house_bot
from tests.client.visits import Visit

Opens = Callable[..., Awaitable[Visit]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox.start(acknowledge_within=0.6) as running:
        running.core.limits.relax()
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[HouseBot]:
    async with house_bot(sandbox) as running:
        yield running


@pytest.fixture
async def opens(sandbox: Sandbox, browser: Browser) -> AsyncIterator[Opens]:
    """`await opens("member", "tavern")`: the client in a browser of its own. Errors of the page fail the test."""
    errors: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_client(
            who: str = "member", channel: str = "tavern", *, width: int = 1280, height: int = 800, touch: bool = False
        ) -> Visit:
            context = await browser.new_context(viewport={"width": width, "height": height}, has_touch=touch)
            stack.push_async_callback(context.close)
            page: Page = await context.new_page()
            page.set_default_timeout(8000)
            page.on("pageerror", lambda error: errors.append(str(error)))
            visit = Visit(page, sandbox)
            await visit.go(who, channel)
            return visit

        yield open_client
    assert not errors, errors
