"""The doctor looks at what finds lore by meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor import embeddings
from bot.doctor.findings import Level
from bot.local import embeddings as local
from bot.providers.embed_local import ENGLISH, LocalModel
from bot.settings import Settings
from tests.fakes.scripted_provider import Json, ScriptedProvider, Status

MISSING = LocalModel("missing", ("no_such_package",), ENGLISH.load, 0.5, 100)


async def found(**values: object) -> tuple[Level, str, str]:
    (finding,) = await embeddings.check(Settings.model_validate(values), Path(".env"))
    assert finding.check == "meaning"
    return finding.level, finding.seen, finding.advice


async def test_a_model_that_answers_is_fine() -> None:
    level, seen, _ = await found()
    assert level is Level.OK
    assert f"{ENGLISH.name} answers, with 384 numbers" in seen


async def test_off_is_a_choice() -> None:
    assert (await found(embeddings="off"))[0] is Level.OK


@pytest.mark.parametrize(
    ("choice", "name", "kind"), [("local", "ENGLISH", "run"), ("multilingual", "MULTILINGUAL", "multilingual")]
)
async def test_a_model_that_is_not_installed_is_worth_knowing(
    monkeypatch: pytest.MonkeyPatch, choice: str, name: str, kind: str
) -> None:
    monkeypatch.setattr(local, name, MISSING)
    level, seen, advice = await found(embeddings=choice)
    assert level is Level.WARN
    assert "keys only" in seen
    assert advice.endswith(f"install.py {kind}")


async def test_a_server_that_answers_is_fine_and_one_that_does_not_is_in_the_way() -> None:
    async with ScriptedProvider.start() as provider:
        values = {"embeddings_base_url": provider.base_url, "embeddings_model": "toy"}
        provider.will(Json({"data": [{"index": 0, "embedding": [1, 0]}]}), Status(401, {"message": "sk-canary"}))
        level, seen, _ = await found(**values)
        assert (level, "toy answers, with 2 numbers" in seen) == (Level.OK, True)
        level, seen, advice = await found(**values)
    assert level is Level.RED
    assert "canary" not in seen
    assert "EMBEDDINGS_API_KEY" in advice


async def test_half_a_server_is_in_the_way() -> None:
    level, _, advice = await found(embeddings="endpoint")
    assert level is Level.RED
    assert "EMBEDDINGS_MODEL" in advice
