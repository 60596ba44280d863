"""Traits and behaviour in people's words. One text per option, so that each language can say it its own way."""

from __future__ import annotations

from enum import StrEnum

from bot.services.characters import Character
from bot.services.characters.wording import TRAIT_NAMES as NAMES
from bot.services.characters.wording import TRAIT_OPTIONS as OPTIONS
from bot.texts import Say

__all__ = ["NAMES", "OPTIONS", "choice_of", "in_words"]


def choice_of(character: Character, field: str) -> StrEnum | None:
    """What was chosen of a field, if anything."""
    return character.gender if field == "gender" else getattr(character.traits, field)


def in_words(character: Character, say: Say) -> str:
    """Everything chosen, as a line people can read; empty where nothing is."""
    said: list[str] = []
    if character.age is not None:
        said.append(say.plural("{n} year old", "{n} years old", character.age))
    for field in ("gender", *(name for name in NAMES if name != "gender")):
        option = choice_of(character, field)
        if option is not None:
            said.append(say(OPTIONS[field][option.value]))
    return " · ".join(said)
