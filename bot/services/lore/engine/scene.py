"""What the engine is told besides the books: what was said, to whom and where, and what happened before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from bot.services.lore.engine.book import Occasion, Position, Source


class Speaker(StrEnum):
    """Who said a message."""

    USER = "user"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the window. `id` grows with time and stays the same when its words are edited."""

    id: int
    speaker: Speaker
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Fired:
    """An entry with a timed effect came in, at the turn that answered this message."""

    entry_id: UUID
    message_id: int


@dataclass(frozen=True, slots=True)
class Past:
    """Timed state: what fired, and how far the conversation has come.

    `messages` and `turns` are the ids of the messages, and of those that earned an answer, newest first: at least the
    newest `limits.LORE_CLOCK_MAX`, or all. What fired at a message that is not among them did not happen any more
    (it was deleted, or is answered anew). `message_count` and `turn_count` tell the whole conversation's length.
    """

    fired: tuple[Fired, ...] = ()
    messages: tuple[int, ...] = ()
    turns: tuple[int, ...] = ()
    message_count: int = 0
    turn_count: int = 0


NO_PAST = Past()


@dataclass(frozen=True, slots=True)
class Places:
    """Where lore can stand in one prompt: its positions, and the names of the outlets that its texts ask for."""

    positions: frozenset[Position]
    outlets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer about to be made.

    `window` is newest first; the first is what is answered, its id says which turn this is. `texts` are those outside
    of the conversation. `scores` tell how near entries' meanings are to what is said (cosine). `manual` are entries a
    person called in. `die` seeds the dice: the same turn rolls the same. `places` None: this prompt has them all.
    """

    die: UUID
    window: tuple[Said, ...]
    character_id: UUID | None = None
    persona_id: UUID | None = None
    channel_ids: frozenset[int] = frozenset()
    server_id: int | None = None
    role_ids: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    occasion: Occasion = Occasion.ANSWER
    texts: Mapping[Source, str] = field(default_factory=dict[Source, str])
    scores: Mapping[UUID, float] = field(default_factory=dict[UUID, float])
    threshold: float = 0.7
    manual: frozenset[UUID] = frozenset()
    past: Past = NO_PAST
    places: Places | None = None
