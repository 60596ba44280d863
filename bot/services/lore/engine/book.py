"""What lore is made of, as the engine reads it: plain, frozen values. The choices are those that are stored.

A *book* holds *entries*; an entry is a text and the rules for when it belongs into a prompt. Where a book says nothing
of itself, the defaults here are the first plan's (scan depth 2, whole words, order 100).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntFlag
from typing import Generic, TypeVar
from uuid import UUID

from db.models.lore.rules import Blend, Logic, Mode, Occasion, Position, Role, Timing

T = TypeVar("T")


class Source(IntFlag):
    """Texts in which an entry's keys are looked for."""

    USER = 1
    CHARACTER = 2
    NAMES = 4
    SYSTEM = 8
    DESCRIPTION = 16
    PERSONALITY = 32
    SCENARIO = 64
    PERSONA = 128
    NOTES = 256


TALK = Source.USER | Source.CHARACTER | Source.NAMES
"""What is said, and the names it is said under."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key as its author wrote it. A regex is written bare, without slashes; its own flags stand in `(?i)`."""

    text: str
    is_regex: bool = False
    case_sensitive: bool = False
    whole_words: bool = True


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """Who or what an entry is for: any of `only` (empty: everyone), and none of `never`."""

    only: frozenset[T] = frozenset()
    never: frozenset[T] = frozenset()

    def admits(self, present: frozenset[T]) -> bool:
        """Whether what is present is among those meant."""
        return not (self.never & present) and (not self.only or bool(self.only & present))


@dataclass(frozen=True, slots=True)
class Filters:
    """For whom and where an entry counts. Characters and personas by our ids, Discord's things by theirs."""

    characters: Choice[UUID] = Choice()
    personas: Choice[UUID] = Choice()
    channels: Choice[int] = Choice()
    servers: Choice[int] = Choice()
    roles: Choice[int] = Choice()
    tags: Choice[str] = Choice()
    occasions: frozenset[Occasion] = frozenset()


EVERYWHERE = Filters()


@dataclass(frozen=True, slots=True)
class Meaning:
    """How an entry is found by meaning. `threshold` None: as the embedding model's own; scores are cosines.

    `results` is how many of the entries that share a book's query may come in by meaning, this one included.
    """

    threshold: float | None = None
    results: int = 5
    blend: Blend = Blend.OR
    weight: float = 0.5


BY_MEANING = Meaning()


@dataclass(frozen=True, slots=True)
class Waking:
    """Recursion, from one entry's side: whom its text may wake, and who may wake it.

    `level` above 0: it waits until that many waves have gone by, and is then matched against woken texts too.
    Empty sets of ids: anyone.
    """

    wakes: bool = True
    is_woken: bool = True
    level: int = 0
    wakes_only: frozenset[UUID] = frozenset()
    woken_only_by: frozenset[UUID] = frozenset()


FREELY = Waking()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `tokens` is the count of `content`, taken when it was saved.

    `scan_depth` counts messages back from the newest, None: the book's. `priority` decides who gets room (higher first;
    None: as `order`), `order` who stands where (lower is nearer the top). `probability` is in percent. `sticky`,
    `cooldown` and `delay` are in the book's `Timing`; 0 is off. `speakers`: only these names' (folded) messages are
    looked at. Of a content that has more than `max_tokens`, only the beginning is used (None: all of it).
    """

    id: UUID
    name: str = ""
    content: str = ""
    tokens: int = 0
    mode: Mode = Mode.KEYWORD
    keys: tuple[Key, ...] = ()
    secondary: tuple[Key, ...] = ()
    logic: Logic = Logic.AND_ANY
    scan_depth: int | None = None
    sources: Source = TALK
    speakers: frozenset[str] = frozenset()
    meaning: Meaning = BY_MEANING
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
    filters: Filters = EVERYWHERE
    groups: frozenset[str] = frozenset()
    group_weight: float = 100
    group_first: bool = False
    waking: Waking = FREELY
    requires: frozenset[UUID] = frozenset()
    excludes: frozenset[UUID] = frozenset()
    ignores_budget: bool = False
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class GroupRule:
    """How many of a group may come in at once, and whether those with more keys found go before others."""

    winners: int = 1
    scores: bool = False


ONE_WINNER = GroupRule()


@dataclass(frozen=True, slots=True)
class Book:
    """Entries with what holds for all of them. `version` changes with every change of the book or an entry.

    `token_budget` None: only the prompt's own. `steps` bounds how many waves of waking follow the first.
    `at_least` entries are sought by looking further back than `scan_depth`, to `at_least_depth` messages at most.
    """

    id: UUID
    version: int
    name: str = ""
    entries: tuple[Entry, ...] = ()
    scan_depth: int = 2
    token_budget: int | None = None
    recursion: bool = True
    steps: int = 8
    at_least: int = 0
    at_least_depth: int = 20
    constants_first: bool = True
    timing: Timing = Timing.TURNS
    groups: Mapping[str, GroupRule] = field(default_factory=dict[str, GroupRule])


@dataclass(frozen=True, slots=True)
class Overrides:
    """What one attachment of a book says otherwise than the book itself; None: as the book says."""

    scan_depth: int | None = None
    token_budget: int | None = None
    recursion: bool | None = None


AS_IT_IS = Overrides()


def overridden(book: Book, overrides: Overrides) -> Book:
    """The book as it holds where it is attached. Entries with a depth of their own keep it."""
    if overrides == AS_IT_IS:
        return book
    return replace(
        book,
        scan_depth=book.scan_depth if overrides.scan_depth is None else overrides.scan_depth,
        token_budget=book.token_budget if overrides.token_budget is None else overrides.token_budget,
        recursion=book.recursion if overrides.recursion is None else overrides.recursion,
    )
