"""What is on its way to an answer: a message that was heard, or a turn that exists already."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.services.talk.arrivals import Ready
from bot.services.talk.gates import Held
from bot.services.talk.inbox import Errand
from db.models import Priority


@dataclass(slots=True)
class Pending:
    """A message on its way to its answers. `is_done`: the inbox knows already; it was told with the last answer.

    `held`: characters rest for who wrote it, which was found out on the way.
    """

    errand: Errand
    is_explicit: bool
    conversation_id: UUID | None = None
    is_gone: bool = False
    is_done: bool = False
    held: Held | None = None

    @property
    def lane(self) -> int:
        """The channel in whose queue it waits."""
        return self.errand.heard.place.channel_id

    @property
    def priority(self) -> Priority:
        """What it goes before, and what before it."""
        return self.errand.priority


@dataclass(slots=True)
class Meanwhile:
    """What became of a message while it was being written down."""

    content: str | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn that exists already: a greeting, a character's answer to another, or what an earlier run left."""

    turn_id: UUID
    conversation_id: UUID
    lane: int
    priority: Priority = Priority.NORMAL
    character_id: UUID | None = None
    ready: Ready | None = None
