"""asyncpg's connection as far as we use it, typed. The library itself carries no types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

import asyncpg


class RawConnection(Protocol):
    """One connection to Postgres, outside of SQLAlchemy."""

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement."""
        ...

    async def fetch(self, query: str, *args: object) -> Sequence[Any]:
        """Run a statement and return its rows."""
        ...

    async def fetchval(self, query: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        ...

    async def add_listener(self, channel: str, callback: Callable[[Any, int, str, object], None]) -> None:
        """LISTEN."""
        ...

    def add_termination_listener(self, callback: Callable[[Any], None]) -> None:
        """Be told when the connection is gone, for whatever reason."""
        ...

    def is_closed(self) -> bool:
        """Whether it is gone."""
        ...

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the library's own parameter
        """Say goodbye and close."""
        ...

    def terminate(self) -> None:
        """Close at once."""
        ...


async def connect(arguments: dict[str, Any]) -> RawConnection:
    """A connection of its own. `arguments` come from `db.engine.connection_arguments`."""
    return cast(RawConnection, await cast(Any, asyncpg).connect(**arguments))
