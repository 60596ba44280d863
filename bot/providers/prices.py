"""What an answer cost, from the price tables inside genai-prices; never from the network.

Unknown is None, never zero. A price below zero (seen in the wild for routers that name no price) counts as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation

_MICROS = Decimal(1_000_000)
FREE_SOURCE = "local"
TABLE_SOURCE = "genai-prices"
PROVIDER_SOURCE = "provider"


@dataclass(frozen=True, slots=True)
class Cost:
    """Millionths of a US dollar and where the price came from; None is unknown."""

    micros: int | None = None
    source: str | None = None


UNKNOWN = Cost()
FREE = Cost(0, FREE_SOURCE)


def reported(dollars: object) -> Cost:
    """The cost a provider itself reports with the usage (OpenRouter does), if it is a number."""
    if isinstance(dollars, bool) or not isinstance(dollars, (int, float, str)):
        return UNKNOWN
    try:
        amount = Decimal(str(dollars))
    except InvalidOperation:
        return UNKNOWN
    return Cost(_micros(amount), PROVIDER_SOURCE) if amount.is_finite() else UNKNOWN


def priced(*, base_url: str, model: str, tokens_in: int | None, tokens_out: int | None) -> Cost:
    """The cost by the table for this address and model; unknown where either or a count is not known."""
    if tokens_in is None or tokens_out is None:
        return UNKNOWN
    found = _calculated(base_url, model, tokens_in, tokens_out)
    if found is None:
        return UNKNOWN
    return Cost(_micros(found.total_price), f"{TABLE_SOURCE} {version(TABLE_SOURCE)}")


def _calculated(
    base_url: str, model: str, tokens_in: int | None = None, tokens_out: int | None = None
) -> PriceCalculation | None:
    # Its tables take megabytes: a house that pays nobody need not load them.
    import genai_prices

    usage = genai_prices.Usage(input_tokens=tokens_in, output_tokens=tokens_out)
    try:
        return genai_prices.calc_price(usage, model, provider_api_url=base_url)
    except (LookupError, ValueError):  # not in the table; or a price that needs figures we do not have
        return None


def _micros(dollars: Decimal) -> int:
    return max(int((dollars * _MICROS).to_integral_value(ROUND_HALF_UP)), 0)


def context_window(*, base_url: str, model: str) -> int | None:
    """How many tokens a model holds in mind, by the table; None where it is not known."""
    found = _calculated(base_url, model)
    return None if found is None else found.model.context_window
