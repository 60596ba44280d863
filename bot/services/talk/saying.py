"""What a person may say through a command. Pure."""

from __future__ import annotations

from bot import limits
from bot.services.characters.drafts import clean_text
from bot.texts import N_


def clean_saying(typed: str) -> str:
    """The line as it is shown and heard. Raises `InvalidInput` where nothing can be seen in it or it is too long."""
    return clean_text("text", N_("Text"), typed, limits.SAY_TEXT_MAX, required=True)
