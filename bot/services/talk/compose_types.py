"""What prompt assembly works from: plain values, read from the database once per turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Count = Callable[[str], int]
"""Tokens of a text, for the model that will read it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said. `message_id` is Discord's, where it has one; it labels the line in a prompt's account."""

    speaker: str
    text: str
    is_character: bool = False
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A short exchange that shows how a character talks."""

    user: str
    character: str


@dataclass(frozen=True, slots=True)
class CharacterSheet:
    """What a creator wrote about a character."""

    name: str
    description: str = ""
    system_prompt: str = ""
    greeting: str = ""
    examples: tuple[Example, ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one answer may be made from.

    `history` is oldest first and ends with the line to answer. `others` names the other characters present.
    `language` is the reader's Discord locale (`es-ES`), if known. `lore` and `memories` come most important first.
    """

    character: CharacterSheet
    user_name: str
    history: tuple[Line, ...]
    others: tuple[str, ...] = ()
    language: str | None = None
    lore: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()
