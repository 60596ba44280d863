"""Form controls made of field tables: one field of a character, an entry or a book, as a browser asks for it.

The tables are the services' own (`characters.whole`, `lore.fields`), so every field has its control without being named
here, and a new one appears by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.services.characters.whole import Asked, WholeField
from bot.services.lore.fields import Field, Kind
from bot.texts import Say, Text

YES = "yes"


class Look(StrEnum):
    """How a control looks."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    TICK = "tick"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Control:
    """One control. `choices` are value and words; `none` are the words for no choice, where there may be none.

    `most` bounds a text's characters; a browser only counts them, and the service says what is too long.
    """

    name: str
    label: str
    look: Look
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    none: str | None = None
    most: int | None = None
    rows: int = 3
    is_required: bool = False
    is_whole: bool = True


_ROWS: Mapping[str, int] = {
    "system_prompt": 12, "definition": 12, "examples": 8, "greeting": 6, "content": 12, "keys": 4, "secondary": 3,
    "description": 3, "phrases": 4, "other_greetings": 6, "groups": 3,
}  # fmt: skip

_LOOKS: Mapping[Asked, Look] = {
    Asked.LINE: Look.LINE,
    Asked.TEXT: Look.TEXT,
    Asked.NUMBER: Look.NUMBER,
    Asked.CHOICE: Look.CHOICE,
    Asked.FLAG: Look.TICK,
}


def of_character(field: WholeField, say: Say) -> Control:
    """The control of a field of a character. The choices of its model are the caller's to give."""
    choices = tuple((value, say(label)) for value, label in field.choices if value)
    none = next((say(label) for value, label in field.choices if not value), None)
    return Control(
        field.name,
        say(field.label),
        _LOOKS[field.asked],
        say(field.hint) if field.hint else "",
        choices,
        none,
        field.most,
        _ROWS.get(field.name, 4),
        field.is_required,
        is_whole=field.name != "temperature",
    )


_OF_KINDS: Mapping[Kind, Look] = {
    Kind.LINE: Look.LINE,
    Kind.TEXT: Look.TEXT,
    Kind.NUMBER: Look.NUMBER,
    Kind.FLAG: Look.TICK,
    Kind.CHOICE: Look.CHOICE,
    Kind.CHOICES: Look.TICKS,
    Kind.KEYS: Look.TEXT,
    Kind.GROUP_RULES: Look.TEXT,
    Kind.CHARACTERS: Look.TICKS,
    Kind.PERSONAS: Look.TICKS,
}


Around = Mapping[Kind, tuple[tuple[str, str], ...]]
"""What can be chosen of characters and personas: written ids and names."""


def of_lore(field: Field, say: Say, around: Around | None = None) -> Control:
    """The control of a field of a book or an entry. `around` names what can be chosen of characters and personas."""
    choices = tuple((value, say(label)) for value, label in field.choices)
    if field.kind.holds_ids:
        choices = (around or {}).get(field.kind, ())
    bounds = _bounds(field, say)
    hint = " ".join(part for part in (say(field.hint) if field.hint else "", bounds) if part)
    return Control(
        field.name,
        say(field.label),
        _OF_KINDS.get(field.kind, Look.LINE),
        hint,
        choices,
        say("as it is usual") if field.kind is Kind.CHOICE and field.is_optional else None,
        int(field.most) if field.kind in (Kind.LINE, Kind.TEXT) and field.most < 1e9 else None,
        _ROWS.get(field.name, 4),
        field.is_required,
        field.is_whole,
    )


def said_in_words(field: Field, text: str, around: Around, say: Say) -> str:
    """A field's text as people read it. `text` is as forms have it."""
    match field.kind:
        case Kind.FLAG:
            return say("yes") if text == "yes" else say("no")
        case Kind.CHOICE | Kind.CHOICES:
            names = {value: say(label) for value, label in field.choices}
        case Kind.CHARACTERS | Kind.PERSONAS:
            names = dict(around.get(field.kind, ()))
            return ", ".join(names.get(piece.strip(), say("one you do not see")) for piece in text.split(","))
        case _:
            return text
    return ", ".join(names.get(piece.strip(), piece.strip()) for piece in text.split(","))


def _bounds(field: Field, say: Say) -> str:
    if field.kind is not Kind.NUMBER or field.most > 1e9:
        return ""
    return say("From {least} to {most}.", least=f"{field.least:g}", most=f"{field.most:g}")


def labels(fields: Iterable[WholeField | Field]) -> dict[str, Text]:
    """What the fields are called, by name."""
    return {one.name: one.label for one in fields}
