"""The house's models: what is offered, what is picked, and which of them see."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.ports import Offer, Profile
from bot.providers.openai_models import Server
from bot.providers.pool import HouseModels
from bot.providers.sight import sees
from bot.providers.tokens import Tokenizer

OWN = Server(
    "openai",
    "http://127.0.0.1:9/v1",
    "gpt-x",
    others=(
        Server("openai", "http://127.0.0.1:9/v1", "gpt-4o", sees=True),
        Server("openai", "http://127.0.0.1:9/v1", "tiny-1b", profile=Profile.COMPACT),
    ),
)


@pytest.fixture
async def pool() -> AsyncIterator[HouseModels]:
    made = HouseModels(OWN, tokenizer=Tokenizer())
    yield made
    await made.close()


async def test_the_houses_own_choice_comes_first(pool: HouseModels) -> None:
    assert pool.offers() == (Offer("openai", "gpt-x"), Offer("openai", "gpt-4o", True), Offer("openai", "tiny-1b"))
    assert pool.pick().model == "gpt-x"
    assert pool.pick() is pool.pick()


async def test_what_is_offered_can_be_picked(pool: HouseModels) -> None:
    assert pool.pick("openai", "gpt-4o").sees
    assert not pool.pick().sees
    assert pool.pick(None, "tiny-1b").profile is Profile.COMPACT


@pytest.mark.parametrize(("provider", "model"), [("openai", "gone"), ("elsewhere", "gpt-4o"), (None, "gone")])
async def test_what_is_not_offered_any_more_is_replaced_and_said_so(
    pool: HouseModels, provider: str | None, model: str
) -> None:
    with capture_logs() as logs:
        assert pool.pick(provider, model).model == "gpt-x"
    assert [(log["event"], log["wanted"], log["taken"]) for log in logs] == [("model_not_offered", model, "gpt-x")]


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o-mini",
        "openai/gpt-5.1",
        "o3",
        "claude-sonnet-4-5",
        "claude-3-haiku",
        "gemini-2.5-flash",
        "pixtral-12b",
        "llava:7b",
        "qwen2.5vl:7b",
        "Qwen2.5-VL-7B",
        "gemma3:4b",
        "llama3.2-vision",
        "meta-llama/llama-4-scout",
    ],
)
def test_models_known_to_see(model: str) -> None:
    assert sees(model)


@pytest.mark.parametrize(
    "model",
    [
        "gpt-3.5-turbo",
        "o1-mini",
        "o3-mini",
        "gpt-4o-audio-preview",
        "llama3.1:8b",
        "gemma3:1b",
        "deepseek-chat",
        "mira",
        "",
    ],
)
def test_the_unknown_does_not_see_unless_the_operator_says_so(model: str) -> None:
    assert not sees(model)
    assert sees(model, [model])
