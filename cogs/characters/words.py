"""Traits and behaviour in people's words. One text per option, so that each language can say it its own way."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.services.characters import Character
from bot.texts import N_, Say, Text

NAMES: Mapping[str, Text] = {
    "tone": N_("Tone"),
    "formality": N_("Formality"),
    "humor": N_("Humor"),
    "style": N_("Way of talking"),
    "length": N_("Length of answers"),
    "creativity": N_("Creativity"),
    "knowledge": N_("Sharing what it knows"),
    "gender": N_("Gender"),
}

OPTIONS: Mapping[str, Mapping[str, Text]] = {
    "tone": {
        "friendly": N_("friendly"),
        "professional": N_("professional"),
        "playful": N_("playful"),
        "mysterious": N_("mysterious"),
        "wise": N_("wise"),
        "humorous": N_("humorous"),
        "empathetic": N_("empathetic"),
        "authoritative": N_("authoritative"),
    },
    "formality": {
        "very_casual": N_("very casual"),
        "casual": N_("casual"),
        "neutral": N_("neither casual nor formal"),
        "formal": N_("formal"),
        "very_formal": N_("very formal"),
    },
    "humor": {
        "none": N_("no jokes"),
        "light": N_("light humor"),
        "moderate": N_("some humor"),
        "dark": N_("dark humor"),
        "sarcastic": N_("sarcasm"),
    },
    "style": {
        "direct": N_("direct"),
        "elaborate": N_("elaborate"),
        "concise": N_("concise"),
        "storytelling": N_("tells stories"),
        "questioning": N_("asks back"),
    },
    "length": {
        "very_short": N_("very short answers"),
        "short": N_("short answers"),
        "medium": N_("answers of medium length"),
        "long": N_("long answers"),
        "very_long": N_("very long answers"),
    },
    "creativity": {
        "conservative": N_("keeps to the expected"),
        "moderate": N_("sometimes surprising"),
        "creative": N_("creative"),
        "highly_creative": N_("highly creative"),
    },
    "knowledge": {
        "very_limited": N_("tells next to nothing"),
        "limited": N_("tells little"),
        "balanced": N_("tells what is asked"),
        "generous": N_("tells much"),
        "very_generous": N_("tells everything it knows"),
    },
    "gender": {
        "male": N_("male"),
        "female": N_("female"),
        "non_binary": N_("non-binary"),
        "other": N_("another gender"),
    },
}


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
