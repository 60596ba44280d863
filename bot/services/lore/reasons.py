"""Why an entry is in a prompt, or is not. Plain values that a face turns into words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.services.lore.book import Entry, Source


class Via(StrEnum):
    """What brought an entry in."""

    CONSTANT = "constant"
    KEYWORD = "keyword"
    VECTOR = "vector"
    STICKY = "sticky"
    MANUAL = "manual"


class Why(StrEnum):
    """Why an entry that might have come in did not."""

    DISABLED = "disabled"
    OCCASION = "occasion"
    CHARACTER = "character"
    PERSONA = "persona"
    CHANNEL = "channel"
    SERVER = "server"
    ROLE = "role"
    TAG = "tag"
    DELAY = "delay"
    COOLDOWN = "cooldown"
    SECONDARY = "secondary"
    SIMILARITY = "similarity"
    RESULTS = "results"
    REQUIRES = "requires"
    EXCLUDED = "excluded"
    DIE = "die"
    GROUP = "group"
    BUDGET = "budget"
    BOOK_BUDGET = "book_budget"
    FORBIDDEN_LATER = "forbidden_later"
    WAKER_LEFT = "waker_left"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key was found: in the `message`-th message from the newest (0), in another text, or in a woken entry's.

    `offset` counts in the folded text; `in_name` where it is the speaker's name.
    """

    message: int | None = None
    source: Source | None = None
    parent: Entry | None = None
    offset: int | None = None
    in_name: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """What brought an entry in: the key found newest and where, how near its meaning was, how long it runs on yet."""

    via: Via
    key: str = ""
    place: Place | None = None
    score: float | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Out:
    """What kept an entry out. `number` is what the reason speaks of: tokens short, the die's points, units left, score.

    `other` is the entry that stood in the way, `group` the group that was full.
    """

    why: Why
    number: float | None = None
    other: Entry | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Active:
    """An entry that goes into the prompt. `wave` 0 came by itself, later ones were woken by `parents`."""

    entry: Entry
    book: int
    cause: Cause
    wave: int
    parents: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that stays out although something spoke for it."""

    entry: Entry
    book: int
    out: Out
