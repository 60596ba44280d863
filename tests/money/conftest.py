"""A ledger for each test."""

import pytest

from bot.services.money.ledger import Ledger
from db.work import Database
from tests.fakes.clock import FakeClock
from tests.money.bankcraft import Bank


@pytest.fixture
def bank(database: Database, clock: FakeClock) -> Bank:
    return Bank(database, clock, Ledger(clock))
