"""A character as somebody typed it, and what is kept of that. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.examples import Exchange, parse_examples
from bot.services.characters.names import clean_name, refuse_taken, slug_of
from bot.texts import N_, Text


@dataclass(frozen=True, slots=True)
class CharacterDraft:
    """The form as it was typed; nothing is cleaned yet."""

    name: str
    description: str = ""
    system_prompt: str = ""
    greeting: str = ""
    examples: str = ""


@dataclass(frozen=True, slots=True)
class CheckedCharacter:
    """A draft that may be kept."""

    name: str
    slug: str
    description: str
    system_prompt: str
    greeting: str
    examples: tuple[Exchange, ...]


def check(draft: CharacterDraft, *, taken: Iterable[str] = (), is_defined: bool = False) -> CheckedCharacter:
    """The draft cleaned. `taken` are names it must not pass for; what `is_defined` elsewhere needs no instructions.

    Raises `InvalidInput` that names the first field at fault (in the form's order) and the limit.
    """
    name = clean_name(draft.name)
    refuse_taken(name, taken)
    return CheckedCharacter(
        name=name,
        slug=slug_of(name),
        description=clean_text("description", N_("Description"), draft.description, limits.DESCRIPTION_MAX),
        system_prompt=clean_text(
            "system_prompt",
            N_("Instructions"),
            draft.system_prompt,
            limits.SYSTEM_PROMPT_MAX,
            required=not is_defined,
        ),
        greeting=clean_greeting(draft.greeting),
        examples=parse_examples(_straight("examples", N_("Examples"), draft.examples), name),
    )


def clean_greeting(typed: str) -> str:
    """The first thing a character says; empty is nothing. Raises `InvalidInput` (field `greeting`)."""
    return clean_text("greeting", N_("Greeting"), typed, limits.GREETING_MAX)


def clean_words(text: str) -> str:
    """Text as it is kept: NFC; without control characters (but line breaks and tabs), lone surrogates, direction marks.

    Isolates and embeddings are dropped rather than refused: long texts pick them up by copying, and nothing that can be
    read changes. Overrides do change what is read: `clean_text` refuses them.
    """
    kept = "".join(char for char in text.replace("\r\n", "\n").replace("\r", "\n") if _is_kept(char))
    return unicodedata.normalize("NFC", kept).strip()


def clean_text(field: str, label: Text, typed: str, maximum: limits.Limit, *, required: bool = False) -> str:
    """One field's text cleaned.

    Raises `InvalidInput` where it is too long, where it is required and empty, or where something was typed and nothing
    of it can be seen: whoever pasted that thinks the field is filled.
    """
    text = _straight(field, label, typed)
    if len(text) > maximum:
        raise InvalidInput(
            f"{field}_too_long",
            N_("{label}: at most {maximum} characters are allowed; you wrote {length}."),
            field=field,
            **{"label": label, "maximum": int(maximum), "length": len(text)},
        )
    if not has_visible(text):
        if not required and not typed.strip():
            return ""
        raise InvalidInput(
            f"{field}_empty",
            N_("{label}: nothing can be seen there. Write up to {maximum} characters."),
            field=field,
            **{"label": label, "maximum": int(maximum)},
        )
    return text


def _straight(field: str, label: Text, typed: str) -> str:
    """The text cleaned. Raises `InvalidInput` where it makes what is read differ from what is written."""
    found = next((char for char in typed if char in "\u202d\u202e"), None)
    if found is not None:
        raise InvalidInput(
            f"{field}_turned_around",
            N_(
                "{label}: there is a hidden character ({code}) that turns the reading direction around. "
                "Delete it, or type the text anew."
            ),
            field=field,
            label=label,
            code=f"U+{ord(found):04X}",
        )
    return clean_words(typed)


def has_visible(text: str) -> bool:
    """Whether anything in the text can be seen."""
    return any(
        unicodedata.category(char)[0] in "LNPS" and char not in "\u3164\u115f\u1160\uffa0\u2800" for char in text
    )


def _is_kept(char: str) -> bool:
    if char in "\n\t":
        return True
    if char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff":
        return False
    return unicodedata.category(char) not in {"Cc", "Cs"}
