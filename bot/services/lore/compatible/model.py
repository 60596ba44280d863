"""What a compatible scan works from and what it leaves behind. Plain values with the other program's defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Strategy(StrEnum):
    """Whose entries stand first among a character's and the global books' (statement 4)."""

    CHARACTER_FIRST = "character_first"
    GLOBAL_FIRST = "global_first"
    EVENLY = "evenly"


class Origin(StrEnum):
    """Where a book is attached."""

    CHAT = "chat"
    PERSONA = "persona"
    CHARACTER = "character"
    GLOBAL = "global"


class Logic(IntEnum):
    """What secondary keys ask for (statement 12)."""

    AND_ANY = 0
    NOT_ALL = 1
    NOT_ANY = 2
    AND_ALL = 3


class At(IntEnum):
    """Where an entry stands (statement 40)."""

    BEFORE = 0
    AFTER = 1
    NOTE_TOP = 2
    NOTE_BOTTOM = 3
    DEPTH = 4
    EXAMPLES_TOP = 5
    EXAMPLES_BOTTOM = 6
    OUTLET = 7


CARD_FIELDS = (
    "persona_description",
    "character_description",
    "character_personality",
    "character_depth_prompt",
    "scenario",
    "creator_notes",
)
"""Texts of the card and persona that an entry may ask to be read too (statement 3)."""


@dataclass(frozen=True, slots=True)
class OldEntry:
    """One entry. None in a tri-state field: as the settings say. `reads` names `CARD_FIELDS`."""

    uid: int
    key: tuple[str, ...] = ()
    keysecondary: tuple[str, ...] = ()
    content: str = ""
    constant: bool = False
    selective: bool = True
    selective_logic: Logic = Logic.AND_ANY
    order: int = 100
    position: At = At.BEFORE
    disable: bool = False
    ignore_budget: bool = False
    exclude_recursion: bool = False
    prevent_recursion: bool = False
    delay_until_recursion: int = 0
    reads: frozenset[str] = frozenset()
    probability: float = 100
    use_probability: bool = True
    depth: int = 4
    role: int = 0
    outlet_name: str = ""
    group: str = ""
    group_override: bool = False
    group_weight: float = 100
    scan_depth: int | None = None
    case_sensitive: bool | None = None
    match_whole_words: bool | None = None
    use_group_scoring: bool | None = None
    sticky: int = 0
    cooldown: int = 0
    delay: int = 0
    triggers: tuple[str, ...] = ()
    filter_names: frozenset[str] = frozenset()
    filter_tags: frozenset[str] = frozenset()
    filter_excludes: bool = False


@dataclass(frozen=True, slots=True)
class OldBook:
    """Entries under a name. One name is used once (statement 4)."""

    name: str
    entries: tuple[OldEntry, ...]
    origin: Origin = Origin.GLOBAL


@dataclass(frozen=True, slots=True)
class OldSettings:
    """Statement 1's shipped settings. `budget_percent` is of the prompt's tokens; a cap of 0 is none."""

    scan_depth: int = 2
    budget_percent: float = 25
    budget_cap: int = 0
    include_names: bool = True
    recursive: bool = True
    case_sensitive: bool = False
    match_whole_words: bool = True
    strategy: Strategy = Strategy.CHARACTER_FIRST
    min_activations: int = 0
    min_activations_depth_max: int = 0
    max_recursion_steps: int = 0
    use_group_scoring: bool = False


@dataclass(frozen=True, slots=True)
class TimedEffect:
    """An effect that holds while `start` < length < `end`. `mark` fingerprints the entry as it was (statement 38)."""

    mark: int
    start: int
    end: int
    protected: bool = False


OldEffects = Mapping[tuple[str, str, int], TimedEffect]
"""By kind (`sticky`, `cooldown`), book and uid (statement 33)."""


@dataclass(frozen=True, slots=True)
class OldScene:
    """One generation. `messages` are (name, text), newest first, without hidden ones; `length` counts them all.

    `injects` are further texts to read. `roll` gives a number from 0 up to 1, each time another. `forced` are entries
    (book, uid) brought in by meaning.
    """

    messages: tuple[tuple[str, str], ...]
    prompt_tokens: int
    count: Callable[[str], int]
    roll: Callable[[], float]
    expand: Callable[[str], str] = str
    card: Mapping[str, str] = field(default_factory=dict[str, str])
    injects: tuple[str, ...] = ()
    trigger: str = "normal"
    character: str = ""
    character_tags: frozenset[str] | None = None
    forced: frozenset[tuple[str, int]] = frozenset()
    effects: OldEffects = field(default_factory=dict[tuple[str, str, int], TimedEffect])
    is_dry: bool = False

    @property
    def length(self) -> int:
        """The clock of timed effects (statement 33)."""
        return len(self.messages)
