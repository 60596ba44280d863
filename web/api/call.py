"""What an endpoint is handed: who asks, what they sent, and the services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from bot.services.desk import Desk, Work
from bot.services.people.tokens import Bearer
from bot.texts import Say
from web.api import cursors
from web.api.cursors import Mark
from web.api.kinds import In, ListQuery, Query

_Q = TypeVar("_Q", bound=Query)
_B = TypeVar("_B", bound=In)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an endpoint. What was sent fits the endpoint's models already."""

    desk: Desk
    who: Bearer
    say: Say
    path: Mapping[str, UUID | str]
    asked: Query
    sent: In | None
    once: str | None
    """The Idempotency-Key."""

    @property
    def me(self) -> UUID:
        """The id of who asks."""
        return self.who.user_id

    def work(self) -> AbstractAsyncContextManager[Work]:
        """A unit of work in the name of who asks, committed at the end of the block."""
        return self.desk.at_work(self.me)

    def id(self, name: str) -> UUID:
        """An id of the path."""
        found = self.path[name]
        assert isinstance(found, UUID)
        return found

    def word(self, name: str) -> str:
        """A name of the path."""
        return str(self.path[name])

    def query(self, kind: type[_Q]) -> _Q:
        """What stands behind the question mark."""
        assert isinstance(self.asked, kind)
        return self.asked

    def body(self, kind: type[_B]) -> _B:
        """What was sent."""
        assert isinstance(self.sent, kind)
        return self.sent

    def mark(self, *kinds: type) -> tuple[Mark, ...] | None:
        """Where the list that is asked for goes on, None at its beginning. Raises `InvalidInput`."""
        cursor = self.query(ListQuery).cursor
        return None if cursor is None else cursors.opened(cursor, kinds)

    def table_mark(self) -> tuple[str, UUID] | None:
        """The same for lists of `bot.services.tables`."""
        found = self.mark(str, UUID)
        return None if found is None else (str(found[0]), UUID(str(found[1])))


def after(values: Sequence[Mark] | None) -> str | None:
    """The cursor behind a row that is sorted by these values; None: nothing comes behind."""
    return None if values is None else cursors.sealed(values)
