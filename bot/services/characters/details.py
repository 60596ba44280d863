"""The smaller things a maker says of a character, as typed and as kept: nickname, age, phrases, tags, traits. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import clean_text, has_visible
from bot.services.characters.names import clean_name, refuse_taken
from bot.texts import N_
from db.models import (
    CharacterGender,
    CommunicationStyle,
    Creativity,
    Formality,
    Humor,
    KnowledgeSharing,
    ResponseLength,
    Tone,
)

TRAITS: Mapping[str, type[StrEnum]] = {
    "tone": Tone,
    "formality": Formality,
    "humor": Humor,
    "style": CommunicationStyle,
    "length": ResponseLength,
    "creativity": Creativity,
    "knowledge": KnowledgeSharing,
}
"""What can be chosen of a character's personality and behaviour, by field of `CharacterTraits`."""

GENDER = "gender"
CHOOSABLE: Mapping[str, type[StrEnum]] = {**TRAITS, GENDER: CharacterGender}

_BULLET = re.compile(r"^\s*(?:[-*•·–]\s+)?(.*?)\s*$")
_BETWEEN_TAGS = re.compile(r"[,;\n#]+")


@dataclass(frozen=True, slots=True)
class DetailsDraft:
    """The second form as it was typed. `phrases` has one a line."""

    nickname: str = ""
    age: str = ""
    phrases: str = ""


@dataclass(frozen=True, slots=True)
class CheckedDetails:
    """What is kept of it."""

    nickname: str
    age: int | None
    phrases: tuple[str, ...]


def check_details(draft: DetailsDraft, *, taken: Iterable[str] = ()) -> CheckedDetails:
    """The draft cleaned. Raises `InvalidInput` that names the field and the limit."""
    return CheckedDetails(clean_nickname(draft.nickname, taken), clean_age(draft.age), clean_phrases(draft.phrases))


def clean_nickname(typed: str, taken: Iterable[str] = ()) -> str:
    """A nickname obeys the rules of names; empty is none. Raises `InvalidInput` (field `nickname`)."""
    if not typed.strip():
        return ""
    try:
        nickname = clean_name(typed)
        refuse_taken(nickname, taken)
    except InvalidInput as error:
        values = {**error.values, "label": N_("The nickname")}
        raise InvalidInput(f"nick{error.code}", error.message, field="nickname", **values) from None
    return nickname


def clean_age(typed: str) -> int | None:
    """Years, in any digits; empty is none. Raises `InvalidInput` (field `age`)."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    try:
        age = int(text) if len(text) <= 6 and text.isdecimal() else 0
    except ValueError:
        age = 0
    if not 1 <= age <= limits.CHARACTER_AGE_MAX:
        raise InvalidInput(
            "age_out_of_range",
            N_("Age: write a whole number from 1 to {maximum}, or leave it empty."),
            field="age",
            maximum=int(limits.CHARACTER_AGE_MAX),
        )
    return age


def clean_phrases(typed: str) -> tuple[str, ...]:
    """Phrases, one a line, each once. Raises `InvalidInput` (field `phrases`)."""
    whole = clean_text("phrases", N_("Phrases"), typed, limits.FORM_FIELD_MAX)
    lines = [match[1] for line in whole.splitlines() if (match := _BULLET.match(line)) and match[1]]
    phrases = tuple(dict.fromkeys(clean_text("phrases", N_("Phrases"), line, limits.PHRASE_MAX) for line in lines))
    if len(phrases) > limits.PHRASES_MAX:
        raise InvalidInput(
            "phrases_too_many",
            N_("Phrases: at most {maximum} are allowed, one a line; you wrote {count}."),
            field="phrases",
            maximum=int(limits.PHRASES_MAX),
            count=len(phrases),
        )
    return phrases


def clean_tags(typed: str) -> tuple[str, ...]:
    """Tags between commas: small letters, words joined by hyphens, each once. Raises `InvalidInput` (field `tags`)."""
    pieces = [piece for piece in _BETWEEN_TAGS.split(clean_text("tags", N_("Tags"), typed, limits.FORM_FIELD_MAX))]
    tags = tuple(dict.fromkeys(clean_tag(piece) for piece in pieces if piece.strip()))
    if len(tags) > limits.TAGS_MAX:
        raise InvalidInput(
            "tags_too_many",
            N_("Tags: at most {maximum} are allowed; you wrote {count}."),
            field="tags",
            maximum=int(limits.TAGS_MAX),
            count=len(tags),
        )
    return tags


def clean_tag(typed: str) -> str:
    """One tag as it is kept. Raises `InvalidInput`."""
    tag = tag_of(typed)
    if not limits.TAG_MIN <= len(tag) <= limits.TAG_MAX:
        raise InvalidInput(
            "tag_length",
            N_("Tags: “{tag}” must have {minimum} to {maximum} letters or digits. Put commas between tags."),
            field="tags",
            tag=typed.strip()[: limits.TAG_MAX],
            minimum=int(limits.TAG_MIN),
            maximum=int(limits.TAG_MAX),
        )
    return tag


def tag_of(typed: str) -> str:
    """A tag's letters and digits, small, other signs made hyphens; accents stay, since they belong to the word."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", typed).casefold())
    spaced = "".join(char if _is_of_words(char) else " " for char in plain)
    return "-".join(spaced.split())


def _is_of_words(char: str) -> bool:
    kind = unicodedata.category(char)[0]
    return kind == "M" or (kind in "LN" and has_visible(char))


def chosen_trait(field: str, value: str | None) -> StrEnum | None:
    """The option meant, None for no choice. Raises `InvalidInput` for a field or an option that is none."""
    kind = CHOOSABLE.get(field)
    if kind is not None and value is None:
        return None
    if kind is None or value not in {option.value for option in kind}:
        raise InvalidInput("no_such_trait", N_("There is no such choice any more. Open /character traits again."))
    return kind(value)
