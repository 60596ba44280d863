"""A sandbox per test, and visitors."""

from collections.abc import AsyncIterator

import pytest

from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person, connected


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox.start() as running:
        running.core.limits.relax()
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with connected(sandbox) as ready:
        yield ready


@pytest.fixture
async def robin(sandbox: Sandbox) -> AsyncIterator[Person]:
    async with Person.arrive(sandbox, "robin") as person:
        yield person


@pytest.fixture
async def alex(sandbox: Sandbox) -> AsyncIterator[Person]:
    async with Person.arrive(sandbox, "alex") as person:
        yield person
