"""What the fields of a character are called, and what their options and places mean: the same words on every face."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.characters.parts import Part
from bot.texts import N_, Text

TRAIT_NAMES: Mapping[str, Text] = {
    "tone": N_("Tone"),
    "formality": N_("Formality"),
    "humor": N_("Humor"),
    "style": N_("Way of talking"),
    "length": N_("Length of answers"),
    "creativity": N_("Creativity"),
    "knowledge": N_("Sharing what it knows"),
    "gender": N_("Gender"),
}

TRAIT_OPTIONS: Mapping[str, Mapping[str, Text]] = {
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

NOTE_ROLES: Mapping[str, Text] = {
    "system": N_("as instructions"),
    "user": N_("as a remark beside what people say"),
    "assistant": N_("as its own words"),
}

PART_HINTS: Mapping[Part, Text] = {
    Part.SYSTEM_PROMPT: N_("Who it is and how it speaks. “You are …”"),
    Part.DEFINITION: N_("All about it, at length; cards call this the description"),
    Part.PERSONALITY: N_("What it is like, in a few words"),
    Part.SCENARIO: N_("What is going on when people meet it"),
    Part.LAST_INSTRUCTIONS: N_("Stands after the conversation, where a model heeds it most"),
    Part.NOTE: N_("Stands among the last messages, so that it is not forgotten"),
    Part.EXAMPLES: N_("You: Hello!\nName: Good evening."),
    Part.GREETING: N_("The first thing it says"),
    Part.OTHER_GREETINGS: N_("Greetings to choose from, with a line ===== between them"),
    Part.GROUP_GREETINGS: N_("Said where other characters are already; ===== between them"),
    Part.CREATOR_NOTES: N_("For people who look at it; a model reads them nowhere"),
    Part.CARD_VERSION: N_("Which version of it this is, if you count them"),
}
