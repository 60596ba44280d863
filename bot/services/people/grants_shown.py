"""What is shared, with whom, as faces show it: plain values, for characters and lore books alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import InvalidInput
from bot.services.lore.shown import May
from bot.texts import N_

__all__ = ["Guest", "May", "Request", "Shared", "Sharing", "Thing", "ThingKind", "until_of"]


class ThingKind(StrEnum):
    """What can be shared."""

    CHARACTER = "character"
    BOOK = "book"


@dataclass(frozen=True, slots=True)
class Thing:
    """One character or lore book."""

    kind: ThingKind
    id: UUID

    @classmethod
    def character(cls, character_id: UUID) -> Thing:
        """A character."""
        return cls(ThingKind.CHARACTER, character_id)

    @classmethod
    def book(cls, book_id: UUID) -> Thing:
        """A lore book."""
        return cls(ThingKind.BOOK, book_id)

    @classmethod
    def read(cls, text: str) -> Thing | None:
        """What `str` wrote; None for what is none."""
        kind, _, row = text.partition(":")
        try:
            return cls(ThingKind(kind), UUID(row))
        except ValueError:
            return None

    def __str__(self) -> str:
        """As buttons and addresses hold it."""
        return f"{self.kind.value}:{self.id}"


@dataclass(frozen=True, slots=True)
class Shared:
    """Something in a list: one decides about it, or others let one. `guests` and `requests` only for the former."""

    thing: Thing
    name: str
    may: May
    owner_name: str = ""
    guests: int = 0
    requests: int = 0
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was let in. `discord_id` is None for the house; `by_code`: they opened a book themselves."""

    user_id: UUID
    discord_id: int | None
    name: str
    may: May
    expires_at: datetime | None
    is_over: bool
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody who asks to write. `has` is what they may do meanwhile, None: nothing of their own."""

    thing: Thing
    thing_name: str
    user_id: UUID
    discord_id: int | None
    name: str
    words: str
    has: May | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Sharing:
    """One thing with everybody who has a part in it, for who decides about it."""

    thing: Thing
    name: str
    may: May
    is_public: bool
    guests: tuple[Guest, ...]
    requests: tuple[Request, ...]


def until_of(typed: str, clock: Clock) -> datetime | None:
    """The end of a share, typed as a number of days; empty is none. Raises `InvalidInput` (field `days`)."""
    text = typed.strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= limits.SHARE_DAYS_MAX:
        raise InvalidInput(
            "days_out_of_range",
            N_("Days: write a whole number from 1 to {maximum}, or leave it empty."),
            field="days",
            maximum=int(limits.SHARE_DAYS_MAX),
        )
    return clock.now() + timedelta(days=int(text))
