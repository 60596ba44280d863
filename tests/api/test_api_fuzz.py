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
from bot.services.people.personas import Personas
from db.work import Database
from tests.api.cafe import Site, open_site
from tests.api.fuzzing import Fuzzed, fuzz
from tests.api.people import ROLES, fill
from web.api import serving
from web.api.kinds import Out

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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("breaks", "only", "expected"),
    [
        ("words", "get_persona", "nobody_elses_words"),
        ("schema", "get_me", "response_schema_conformance"),
        ("server", "list_personas", "not_a_server_error"),
        ("door", "get_me", "ignored_auth"),
    ],
)
async def test_control_what_is_broken_is_found(
    open_to_all: Site, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch, breaks: str, only: str, expected: str
) -> None:
    people, things = await fill(open_to_all)
    canaries = ["canary-100"] if breaks == "words" else []
    match breaks:
        case "schema":
            monkeypatch.setattr(Out, "model_dump_json", lambda self: '{"id": 7}')
        case "server":
            monkeypatch.setattr(Personas, "all", None)
        case "door":
            robin = await open_to_all.desk.tokens.bearer(people["user"].token)

            async def anybody(*_: object) -> object:
                return robin

            monkeypatch.setattr(serving, "_bearer", anybody)
    found = await fuzz(
        open_to_all, people["user"], "user", things["user"], things["stranger"], canaries, tmp_path,
        examples=8, phases="fuzzing", seed=seed, only=only,
    )  # fmt: skip
    assert any(expected in one for one in found.failures), (found.failures, found.text[-3000:])
