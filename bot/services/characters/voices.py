"""Which model a character speaks with, and how boldly. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot import limits
from bot.errors import InvalidInput
from bot.ports import Offer
from bot.texts import N_


def key_of(offer: Offer) -> str:
    """How an offered model is named in an option."""
    return f"{offer.provider}/{offer.model}"


def stored_key(provider: str | None, model: str | None) -> str:
    """How a character's own choice is named in an option; empty where it has none."""
    return "" if model is None else model if provider is None else f"{provider}/{model}"


def chosen_offer(typed: str, offers: Sequence[Offer]) -> Offer:
    """The model meant: by its key, or by its name alone where one has it. Raises `InvalidInput` that lists them."""
    wanted = typed.strip().casefold()
    meant = [one for one in offers if key_of(one).casefold() == wanted]
    meant = meant or [one for one in offers if one.model.casefold() == wanted]
    if len(meant) != 1:
        raise InvalidInput(
            "no_such_model",
            N_("Model: choose one of these: {models}."),
            field="model",
            models=", ".join(key_of(one) for one in offers[: limits.CHOICES_MAX]) or "—",
        )
    return meant[0]


def fitting(typed: str, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The models to suggest while somebody types."""
    wanted = typed.strip().casefold()
    return tuple(one for one in offers if wanted in key_of(one).casefold())[: limits.CHOICES_MAX]


def clean_temperature(value: float) -> float:
    """A temperature rounded to hundredths. Raises `InvalidInput`."""
    if not math.isfinite(value) or not 0 <= value <= limits.TEMPERATURE_MAX:
        raise InvalidInput(
            "temperature_out_of_range",
            N_("Temperature: write a number from 0 (predictable) to {maximum} (wild)."),
            field="temperature",
            maximum=int(limits.TEMPERATURE_MAX),
        )
    return round(value, 2)


def clean_temperature_typed(typed: str) -> float | None:
    """A temperature as it was typed, None where nothing was. Raises `InvalidInput`."""
    text = typed.strip().replace(",", ".")
    if not text:
        return None
    try:
        return clean_temperature(float(text))
    except ValueError:
        return clean_temperature(math.nan)
