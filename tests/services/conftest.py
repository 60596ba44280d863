from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.ports import Offer
from bot.services.characters import Characters, Pictures
from db.work import Database
from tests.services.stagecraft import Channels, FakeModels, Program, build

OFFERS = (Offer("scripted", "parrot"), Offer("scripted", "owl"))


@pytest.fixture
def channels() -> Channels:
    return Channels()


@pytest.fixture
def start(database: Database, channels: Channels, tmp_path: Path) -> "Callable[..., Program]":
    """Make a program over this test's database and Discord."""

    def make(models: FakeModels | None = None, **more: object) -> Program:
        return build(
            database, channels, models or FakeModels(), Characters(Pictures(tmp_path), offers=lambda: OFFERS), **more
        )  # type: ignore[arg-type]

    return make


@pytest.fixture
async def program(start: "Callable[..., Program]") -> AsyncIterator[Program]:
    """A running program."""
    started = start()
    await started.listening.start()
    yield started
    await started.listening.close()
    await started.turns.close(within_seconds=5)
