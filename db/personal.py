"""What every table declares about the people in it.

A model carries `personal: ClassVar[Personal]`. It says whose data the rows are, why they are kept, for how long, and
what becomes of them when a person asks for a copy or for erasure. Tests hold every table to it; the privacy page and
the export and erase services read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sharing(StrEnum):
    """Who may see a row, as row security enforces it (`db.security`)."""

    PRIVATE = "private"
    """Its owner only."""
    SHARED = "shared"
    """Its owner, and others for a stated reason: it is public, or they take part in the conversation."""
    PUBLIC = "public"
    """The house's own, read by everybody and written by staff."""
    STAFF = "staff"
    """Staff only."""
    SYSTEM = "system"
    """The program itself; no person reads it through a service."""


class Export(StrEnum):
    """What a person gets of a table when they ask for a copy of their data."""

    ROWS = "rows"
    """Every row that names them in a column of `people`, or hangs on one that does."""
    NOTHING = "nothing"
    """No row; `Personal.note` says why."""


class Erase(StrEnum):
    """What becomes of a person's rows when they ask for erasure."""

    ROWS = "rows"
    """The rows go, by the service or by the foreign key's cascade."""
    WORDS = "words"
    """The row stays for the others in the conversation; its words and the reference to the person go."""
    EXPIRES = "expires"
    """The rows go by themselves within the stated retention."""
    NOTHING = "nothing"
    """No row is about a person."""


@dataclass(frozen=True, slots=True)
class Personal:
    """The declaration beside a model.

    `whose` names the person in words, `people` the columns that refer to `users`; every foreign key to `users` must be
    among them. `system_reason` is required for, and only for, tables whose sharing is `SYSTEM`.
    """

    sharing: Sharing
    whose: str
    purpose: str
    retention: str
    export: Export
    erase: Erase
    people: tuple[str, ...] = ()
    system_reason: str = ""
    note: str = ""
