"""When an entry of a lore book belongs into a prompt, and where: the choices, and the shape they are stored in.

The names are those of `bot.services.lore.engine.book`, which says what each means; a stored rule and the engine's entry
are turned into each other by `bot.services.lore.stored`.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Mode(StrEnum):
    """What brings an entry in."""

    KEYWORD = "keyword"
    VECTOR = "vector"
    HYBRID = "hybrid"
    CONSTANT = "constant"
    DISABLED = "disabled"


class Logic(StrEnum):
    """What secondary keys ask for, once a primary key was found."""

    AND_ANY = "and_any"
    AND_ALL = "and_all"
    NOT_ALL = "not_all"
    NOT_ANY = "not_any"

    @property
    def forbids(self) -> bool:
        """It speaks of keys that must be missing."""
        return self in {Logic.NOT_ALL, Logic.NOT_ANY}


class Blend(StrEnum):
    """How a hybrid entry joins what its keys and its meaning say."""

    OR = "or"
    AND = "and"
    WEIGHTED = "weighted"


class Position(StrEnum):
    """Where an entry stands in the prompt."""

    SYSTEM_TOP = "system_top"
    BEFORE_CHARACTER = "before_character"
    AFTER_CHARACTER = "after_character"
    BEFORE_EXAMPLES = "before_examples"
    AFTER_EXAMPLES = "after_examples"
    SYSTEM_BOTTOM = "system_bottom"
    AT_DEPTH = "at_depth"
    OUTLET = "outlet"


class Role(StrEnum):
    """As whose message an entry at depth stands in the history."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Timing(StrEnum):
    """What sticky, cooldown and delay are counted in."""

    TURNS = "turns"
    MESSAGES = "messages"


class Occasion(StrEnum):
    """What an answer is made for."""

    ANSWER = "answer"
    CONTINUE = "continue"
    REGENERATE = "regenerate"


class Sought(StrEnum):
    """A text in which an entry's keys are looked for (the stored form of `bot.services.lore.engine.book.Source`)."""

    USER = "user"
    CHARACTER = "character"
    NAMES = "names"
    SYSTEM = "system"
    DESCRIPTION = "description"
    PERSONALITY = "personality"
    SCENARIO = "scenario"
    PERSONA = "persona"
    NOTES = "notes"


TALK = (Sought.USER, Sought.CHARACTER, Sought.NAMES)


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyRule(_Rule):
    """One key as its author wrote it."""

    text: str
    is_regex: bool = False
    case_sensitive: bool = False
    whole_words: bool = True


class Only(_Rule):
    """Who or what an entry is for: any of `only` (empty: everyone), none of `never`. Ids as text, or tags."""

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


EVERYONE = Only()


class EntryRules(_Rule):
    """Everything that decides about an entry but its mode and whether it is switched on."""

    keys: tuple[KeyRule, ...] = ()
    secondary: tuple[KeyRule, ...] = ()
    logic: Logic = Logic.AND_ANY
    scan_depth: int | None = None
    sources: tuple[Sought, ...] = TALK
    speakers: tuple[str, ...] = ()
    threshold: float | None = None
    results: int = 5
    blend: Blend = Blend.OR
    weight: float = 0.5
    probability: float = 100
    position: Position = Position.BEFORE_CHARACTER
    depth: int = 4
    role: Role = Role.SYSTEM
    outlet: str = ""
    order: int = 100
    priority: int | None = None
    sticky: int = 0
    cooldown: int = 0
    delay: int = 0
    characters: Only = EVERYONE
    personas: Only = EVERYONE
    channels: Only = EVERYONE
    servers: Only = EVERYONE
    roles: Only = EVERYONE
    tags: Only = EVERYONE
    occasions: tuple[Occasion, ...] = ()
    groups: tuple[str, ...] = ()
    group_weight: float = 100
    group_first: bool = False
    wakes: bool = True
    is_woken: bool = True
    level: int = 0
    wakes_only: tuple[UUID, ...] = ()
    woken_only_by: tuple[UUID, ...] = ()
    requires: tuple[UUID, ...] = ()
    excludes: tuple[UUID, ...] = ()
    ignores_budget: bool = False
    max_tokens: int | None = None
