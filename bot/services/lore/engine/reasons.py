"""Why an entry is in a prompt, or is not. Plain values that a face turns into words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.services.lore.engine.book import Entry, Source


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
    NOWHERE = "nowhere"
    FORBIDDEN_LATER = "forbidden_later"
    WAKER_LEFT = "waker_left"


class Place(NamedTuple):
    """Where a key was found: in the `message`-th message from the newest (0), in another text, or in a woken entry's.

    `offset` counts in the folded text; `in_name` where it is the speaker's name.
    """

    message: int | None = None
    source: Source | None = None
    parent: Entry | None = None
    offset: int | None = None
    in_name: bool = False


class Cause(NamedTuple):
    """What brought an entry in: the key found newest and where, how near its meaning was, how long it runs on yet."""

    via: Via
    key: str = ""
    place: Place | None = None
    score: float | None = None
    left: int | None = None


class Out(NamedTuple):
    """What kept an entry out. `number` is what the reason speaks of: tokens short, the die's points, units left, score.

    `other` is the entry that stood in the way, `group` the group that was full.
    """

    why: Why
    number: float | None = None
    other: Entry | None = None
    group: str = ""


class Active(NamedTuple):
    """An entry that goes into the prompt. `wave` 0 came by itself, later ones were woken by `parents`.

    `shortened` is what stands there of a content that is longer than the entry may be.
    """

    entry: Entry
    book: int
    cause: Cause
    wave: int
    parents: tuple[Entry, ...] = ()
    shortened: str | None = None

    @property
    def text(self) -> str:
        """The words that stand in the prompt."""
        return self.entry.content if self.shortened is None else self.shortened


class Refused(NamedTuple):
    """An entry that stays out although something spoke for it."""

    entry: Entry
    book: int
    out: Out


class Trouble(StrEnum):
    """What a creator should know, because something they wrote cannot do what they meant it to."""

    KEY_BROKEN = "key_broken"
    """A pattern that cannot be compiled is not looked for."""
    KEY_EMPTY = "key_empty"
    """Nothing is left of a key once its macros are filled in."""
    NEVER_WOKEN = "never_woken"
    """It waits for a wave that its book never comes to."""
    OUTLET_UNNAMED = "outlet_unnamed"
    """It stands in an outlet that has no name."""
    NOWHERE = "nowhere"
    """This prompt has no such place, or asks for no such outlet."""
    NO_WORDS = "no_words"
    """It came in and says nothing."""
    SHORTENED = "shortened"
    """It is longer than it may be; `number` tokens were left out."""
    TEXT_CUT = "text_cut"
    """Keys were looked for in the beginning of a very long text only; `number` characters were left out."""


@dataclass(frozen=True, slots=True)
class LoreWarning:
    """One trouble, of an entry (None: of what was read) and, where it has one, a key."""

    trouble: Trouble
    entry: Entry | None = None
    key: str = ""
    number: int = 0
