"""Prices: known, unknown, reported, negative."""

from __future__ import annotations

import pytest

from bot.providers.prices import UNKNOWN, Cost, context_window, priced, reported

OPENAI = "https://api.openai.com/v1"


def test_a_known_model_has_a_price_and_its_source() -> None:
    cost = priced(base_url=OPENAI, model="gpt-4o-mini", tokens_in=1_000_000, tokens_out=0)
    assert cost.micros is not None
    assert cost.micros > 0
    assert cost.source is not None
    assert cost.source.startswith("genai-prices ")


@pytest.mark.parametrize(
    ("base_url", "model", "tokens_in"),
    [
        ("https://models.example/v1", "gpt-4o-mini", 10),
        (OPENAI, "no-such-model", 10),
        ("https://openrouter.ai/api/v1", "openrouter/auto", 10),
        (OPENAI, "gpt-4o-mini", None),
    ],
)
def test_unknown_is_not_zero(base_url: str, model: str, tokens_in: int | None) -> None:
    assert priced(base_url=base_url, model=model, tokens_in=tokens_in, tokens_out=10) == UNKNOWN == Cost(None, None)


@pytest.mark.parametrize(
    ("dollars", "micros"),
    [(0.0012, 1200), ("0.0012", 1200), (0, 0), (-5, 0), (0.0000004, 0), (0.0000006, 1)],
)
def test_reported_costs_are_taken_and_never_negative(dollars: object, micros: int) -> None:
    assert reported(dollars) == Cost(micros, "provider")


@pytest.mark.parametrize("dollars", [None, "much", True, float("nan"), float("inf"), [], {}])
def test_what_is_no_cost_is_unknown(dollars: object) -> None:
    assert reported(dollars) is UNKNOWN


def test_context_windows() -> None:
    assert context_window(base_url=OPENAI, model="gpt-4o-mini") == 128_000
    assert context_window(base_url=OPENAI, model="no-such-model") is None
