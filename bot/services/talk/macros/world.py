"""What macros can speak of, how far they may go, and what they leave behind. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# A text that wants more than this is a bomb: what is beyond stays as it was typed.
MOST_STEPS = 2000
"""Macros evaluated in one text."""
MOST_DEPTH = 20
"""Macros inside macros."""
MOST_OUTPUT = 32_000
"""Characters that the macros of one text may put in, all together."""
MOST_DICE = 100
MOST_SIDES = 1_000_000
MOST_VARIABLES = 64
GLOBAL = "global:"
"""Begins the names of variables that creators call global; they live as long as the conversation all the same."""
LONGEST_VARIABLE_NAME = 64
LONGEST_VALUE = 1000
"""Characters a variable may hold."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything a macro can name. Empty: nothing is known of it, and the macro gives nothing.

    The card's fields (`description` to `first_message`) and the outlets (by `outlet_name`) are creators' words: macros
    inside of them are expanded.
    All else is inserted as it is and never expanded: it may hold what a member wrote. `now` is aware; without it
    macros that tell the time stay as they stand. `place` makes `{{pick}}` stable (a conversation's id), `chance` makes
    `{{random}}` and `{{roll}}` differ from answer to answer. `variables` are the conversation's; global ones
    have a prefix to their names (`GLOBAL`).
    """

    char: str
    user: str
    persona: str = ""
    description: str = ""
    personality: str = ""
    scenario: str = ""
    examples: str = ""
    char_prompt: str = ""
    char_instruction: str = ""
    depth_prompt: str = ""
    creator_notes: str = ""
    char_version: str = ""
    first_message: str = ""
    original: str = ""
    group: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    model: str = ""
    now: datetime | None = None
    time_zone: str | None = None
    last_spoke_at: datetime | None = None
    last_message: str = ""
    last_user_message: str = ""
    last_char_message: str = ""
    lines: int = 0
    input: str = ""
    most_prompt: int | None = None
    most_context: int | None = None
    most_response: int | None = None
    outlets: Mapping[str, str] = field(default_factory=dict[str, str])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    place: str = ""
    chance: str = ""


Changes = Mapping[str, str | None]
"""Variables that texts set, or with None deleted."""


def outlet_name(typed: str) -> str:
    """An outlet's name as it is compared: case and outer blanks aside."""
    return typed.strip().casefold()


def applied(before: Mapping[str, str], changes: Changes) -> dict[str, str]:
    """Variables as they stand after changes."""
    after = {**before, **changes}
    return {name: value for name, value in after.items() if value is not None}
