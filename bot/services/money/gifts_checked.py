"""A gift as somebody typed it, and what is kept of that. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import clean_text
from bot.texts import N_

_WHOLE = re.compile(r"[+]?[0-9][0-9 _\u00a0\u202f]*")
_LONGEST = 40
"""No amount is written longer; what is longer is not even looked at."""


@dataclass(frozen=True, slots=True)
class GiftDraft:
    """What somebody wants to give. `amount` as it was typed, or as a number."""

    amount: int | str
    message: str = ""
    character_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CheckedGift:
    """A gift that may be given, as far as that can be told without looking anything up."""

    amount: int
    message: str
    character_id: UUID | None


def check(draft: GiftDraft) -> CheckedGift:
    """The draft cleaned. Raises `InvalidInput` that names the first field at fault and its limit."""
    return CheckedGift(
        amount=clean_amount(draft.amount),
        message=clean_text("message", N_("Message"), draft.message, limits.GIFT_MESSAGE_MAX),
        character_id=draft.character_id,
    )


def clean_amount(typed: int | str, *, most: int = int(limits.GIFT_MAX)) -> int:
    """A whole number of tokens from 1 to `most`. Raises `InvalidInput` (field `amount`).

    Points and commas are refused: one and the same amount means another thing in another country.
    """
    amount = typed if isinstance(typed, int) else _read(typed)
    if amount is None or isinstance(typed, bool) or not 1 <= amount <= most:
        raise InvalidInput(
            "amount_out_of_range",
            N_("Amount: write a whole number of tokens from 1 to {maximum}, in digits alone. Nothing was given."),
            field="amount",
            maximum=most,
        )
    return amount


def _read(typed: str) -> int | None:
    text = typed.strip()
    if len(text) > _LONGEST or _WHOLE.fullmatch(text) is None:
        return None
    return int(re.sub(r"[^0-9]", "", text))
