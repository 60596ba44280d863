"""Schemathesis over the document in three roles, with rows of other people present.

A slice runs with every run; `API_FUZZ=full` (`make test-api`) runs all phases, some thousand cases a role.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from db.work import Database
from tests.api.cafe import Site, open_site
from tests.api.fuzzing import Fuzzed, fuzz
from tests.api.people import ROLES, fill

FULL = os.environ.get("API_FUZZ") == "full"
EXAMPLES, PHASES = (20, "examples,coverage,fuzzing,stateful") if FULL else (4, "fuzzing,stateful")
LEAST = 1500 if FULL else 150
"""Cases a role. All three together are at least 1,500 in full by far."""


@pytest.fixture
async def open_to_all(database: Database, owner_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A site where nobody calls too often."""
    opened = await open_site(database, owner_url, tmp_path, SystemClock(), many=True)
    yield opened
    await opened.client.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_nothing_breaks_leaks_or_differs_from_the_document(
    open_to_all: Site, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    people, things = await fill(open_to_all)
    told: list[Fuzzed] = []
    for role in ROLES:
        canaries = [f"canary-{one.discord_id}" for name, one in people.items() if name != role]
        found = await fuzz(
            open_to_all, people[role], role, things[role], things["stranger"], canaries, tmp_path,
            examples=EXAMPLES, phases=PHASES, seed=seed,
        )  # fmt: skip
        told.append(found)
        with capsys.disabled():
            print(found)  # noqa: T201
        assert not found.failures, (found.failures[:5], re.sub(r"\n{2,}", "\n", found.text)[-6000:])
        assert found.cases >= LEAST
        assert sum(found.statuses[status] for status in (200, 201, 204)) >= found.cases // 12, "it looked at something"
    assert any("/staff/" in one for one in told[2].succeeded), "the admin got at what is for staff"
    assert not any("/staff/" in one for one in told[0].succeeded), "the member did not"
