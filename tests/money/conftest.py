"""A ledger for each test, and the program of tests/services for those that meter replies."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.services.characters import Characters, Pictures
from bot.services.money.ledger import Ledger
from db.work import Database
from tests.fakes.clock import FakeClock
from tests.money.bankcraft import Bank
from tests.services.conftest import OFFERS
from tests.services.stagecraft import Channels, FakeModels, Program, build


@pytest.fixture
def bank(database: Database, clock: FakeClock) -> Bank:
    return Bank(database, clock, Ledger(clock))


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Callable[..., Program]:
    """Make a program over this test's database and one Discord."""
    channels = Channels()

    def make(models: FakeModels | None = None, **more: object) -> Program:
        characters = Characters(Pictures(tmp_path), offers=lambda: OFFERS)
        return build(database, channels, models or FakeModels(), characters, **more)  # type: ignore[arg-type]

    return make
