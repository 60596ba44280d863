"""One person of the tables that are filled for tests."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from db.ids import new_id

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """One person with everything they have. `number` tells their Discord ids apart."""

    number: int
    user: UUID
    media: UUID
    character: UUID
    conversation: UUID
    turn: UUID
    message: UUID
    persona: UUID
    variant: UUID
    book: UUID
    entry: UUID
    run: UUID

    @classmethod
    def new(cls, number: int) -> "Person":
        return cls(number, *(new_id() for _ in range(11)))

    def of(self, name: str) -> UUID:
        """The id of their thing of this name, always the same."""
        return uuid5(self.user, name)

    @property
    def channel(self) -> int:
        return 1000 + self.number

    @property
    def sha256(self) -> str:
        return f"{self.number:064x}"
