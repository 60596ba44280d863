"""What a creator chose by options, as words of a prompt and as sampling settings. Pure.

Each option has one entry in a prompt (`Tone: wise. …`); an option not chosen has none. Length and creativity also have
settings, since a model told to be brief still needs an end, and one told to be bold needs the room for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot import limits
from bot.services.talk.compose_types import CharacterSheet
from db.models import CharacterTraits
from db.models.characters import (
    CharacterGender,
    CommunicationStyle,
    Creativity,
    Formality,
    Humor,
    KnowledgeSharing,
    ResponseLength,
    Tone,
)

_TONE = {
    Tone.FRIENDLY: "You are warm and approachable, and glad of company.",
    Tone.PROFESSIONAL: "You are composed, precise and courteous, and keep to the matter.",
    Tone.PLAYFUL: "You tease, improvise and turn things into games.",
    Tone.MYSTERIOUS: "You hint more than you tell, and leave something unsaid.",
    Tone.WISE: "You are calm and take the long view; you offer perspective rather than orders.",
    Tone.HUMOROUS: "You look for what is funny in things and say it.",
    Tone.EMPATHETIC: "You notice how people feel, name it gently, and answer that first.",
    Tone.AUTHORITATIVE: "You speak with certainty and take the lead.",
}
_FORMALITY = {
    Formality.VERY_CASUAL: "You talk as in a chat among old friends: slang, fragments, hardly any ceremony.",
    Formality.CASUAL: "You use everyday words and contractions.",
    Formality.NEUTRAL: "You are neither stiff nor sloppy.",
    Formality.FORMAL: "You speak in full, well-formed sentences and polite forms.",
    Formality.VERY_FORMAL: "You are ceremonious: titles, no contractions, great care with every word.",
}
_HUMOR = {
    Humor.NONE: "You do not joke.",
    Humor.LIGHT: "You allow yourself a small joke now and then.",
    Humor.MODERATE: "You joke readily where the moment allows it.",
    Humor.DARK: "Your jokes are dry and dark, never cruel to the one you talk with.",
    Humor.SARCASTIC: "You are sarcastic, with affection underneath.",
}
_STYLE = {
    CommunicationStyle.DIRECT: "You say the main thing first, plainly.",
    CommunicationStyle.ELABORATE: "You unfold your thoughts with detail and nuance.",
    CommunicationStyle.CONCISE: "You use as few words as will do.",
    CommunicationStyle.STORYTELLING: "You answer through small stories and images.",
    CommunicationStyle.QUESTIONING: "You ask back, and help people to find answers of their own.",
}
_LENGTH = {
    ResponseLength.VERY_SHORT: "One sentence, seldom two.",
    ResponseLength.SHORT: "One to three sentences.",
    ResponseLength.MEDIUM: "One or two short paragraphs.",
    ResponseLength.LONG: "Two to four paragraphs.",
    ResponseLength.VERY_LONG: "As many paragraphs as the matter carries, richly told.",
}
_CREATIVITY = {
    Creativity.CONSERVATIVE: "You keep to what is known and likely.",
    Creativity.MODERATE: "You add a fresh turn here and there.",
    Creativity.CREATIVE: "You come up with unexpected images and ideas.",
    Creativity.HIGHLY_CREATIVE: "You leap, invent and surprise, and still make sense.",
}
_KNOWLEDGE = {
    KnowledgeSharing.VERY_LIMITED: "You give away next to nothing of what you know; people must coax it out of you.",
    KnowledgeSharing.LIMITED: "You tell only what you are asked for.",
    KnowledgeSharing.BALANCED: "You tell what helps, and stop there.",
    KnowledgeSharing.GENEROUS: "You add what else might be of use.",
    KnowledgeSharing.VERY_GENEROUS: "You share all you know about the matter, gladly and at once.",
}
_GENDER = {
    CharacterGender.MALE: "You are male.",
    CharacterGender.FEMALE: "You are female.",
    CharacterGender.NON_BINARY: "You are non-binary.",
    CharacterGender.OTHER: "Your gender is none of the usual ones.",
}


@dataclass(frozen=True, slots=True)
class Sampling:
    """Settings of one request. None leaves the provider's default."""

    max_tokens: int = int(limits.ANSWER_TOKENS_MAX)
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


# Room to finish a sentence is left above what the words ask for: a cut answer is worse than a long one.
_MOST_TOKENS = {
    ResponseLength.VERY_SHORT: 120,
    ResponseLength.SHORT: 240,
    ResponseLength.MEDIUM: 480,
    ResponseLength.LONG: 800,
    ResponseLength.VERY_LONG: 1400,
}
# Only one of temperature and top_p is moved far at a time, as the API's reference advises.
_BY_CREATIVITY = {
    Creativity.CONSERVATIVE: Sampling(temperature=0.4, top_p=0.9),
    Creativity.MODERATE: Sampling(temperature=0.75),
    Creativity.CREATIVE: Sampling(temperature=1.0, presence_penalty=0.2),
    Creativity.HIGHLY_CREATIVE: Sampling(temperature=1.2, top_p=0.95, presence_penalty=0.4, frequency_penalty=0.2),
}


def manner(traits: CharacterTraits) -> tuple[tuple[str, str], ...]:
    """(label, entry) of every option chosen."""
    chosen: tuple[tuple[str, StrEnum | None, str], ...] = (
        ("Tone", traits.tone, _TONE[traits.tone] if traits.tone else ""),
        ("Formality", traits.formality, _FORMALITY[traits.formality] if traits.formality else ""),
        ("Humor", traits.humor, _HUMOR[traits.humor] if traits.humor else ""),
        ("Style", traits.style, _STYLE[traits.style] if traits.style else ""),
        ("Length", traits.length, _LENGTH[traits.length] if traits.length else ""),
        ("Creativity", traits.creativity, _CREATIVITY[traits.creativity] if traits.creativity else ""),
        ("Sharing what you know", traits.knowledge, _KNOWLEDGE[traits.knowledge] if traits.knowledge else ""),
    )
    return tuple((label, f"{label}: {spoken(value)}. {words}") for label, value, words in chosen if value)


def facts(sheet: CharacterSheet) -> tuple[tuple[str, str], ...]:
    """(label, entry) of what else is known of the character. Names are as typed: clean them before."""
    told: list[tuple[str, str]] = []
    if sheet.nickname.strip():
        told.append(("nickname", f"People call you {sheet.called}."))
    if sheet.gender:
        told.append(("gender", _GENDER[sheet.gender]))
    if sheet.age is not None:
        told.append(("age", f"You are {sheet.age} years old."))
    if sheet.tags:
        told.append(("tags", f"What you and your stories are about: {', '.join(sheet.tags)}."))
    return tuple(told)


def in_few_words(traits: CharacterTraits) -> str:
    """All options chosen in one line, for a very small model; empty where none is."""
    return ", ".join(
        f"{label} {spoken(value)}"
        for label, value in (
            ("tone", traits.tone),
            ("speech", traits.formality),
            ("humor", traits.humor),
            ("style", traits.style),
            ("answers", traits.length),
            ("creativity", traits.creativity),
            ("sharing of knowledge", traits.knowledge),
        )
        if value
    )


def sampling(sheet: CharacterSheet) -> Sampling:
    """The settings for a character. A temperature its maker chose goes before the one of its creativity."""
    traits = sheet.traits
    chosen = _BY_CREATIVITY[traits.creativity] if traits.creativity else Sampling()
    if traits.length:
        chosen = replace(chosen, max_tokens=_MOST_TOKENS[traits.length])
    return chosen if sheet.temperature is None else replace(chosen, temperature=sheet.temperature)


def spoken(option: StrEnum) -> str:
    """An option as one reads it."""
    return option.value.replace("_", " ")
