"""The short way to the database, for the road that every reply takes: statements are compiled once, run by the driver.

They are written as everywhere else, as SQLAlchemy's expressions over the models. What is left out is what SQLAlchemy
does anew for each of them: the expression, its cache key, an execution context, a session, a greenlet. It is worth its
own page on that road alone; everything else is better served by `Work.session`.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as driver
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util.concurrency import greenlet_spawn

from db.raw import RawConnection

_DIALECT: Any = driver.dialect()

# The only type that asks by what oid the server sends its numbers is Float.
_FLOAT8 = 701
_Process = Callable[[Any], Any]
_Answer = TypeVar("_Answer")

_FROM_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_WRONG = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
    asyncpg.FeatureNotSupportedError,
    ValueError,  # the driver's own: a value that is none of its parameter's type
)


class NothingKeptError(RuntimeError):
    """A statement of a transaction failed and its error was kept quiet: at the end nothing of the whole was kept."""


class Prepared:
    """A statement that is compiled when it is first needed, and never again. Its `bindparam`s are its arguments.

    What may be several values is one array (`any_`, `unnest`), so that the text stays the same. Columns' defaults on
    Python's side are not filled in; the first use raises `TypeError` where one is missing.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement

    @cached_property
    def _compiled(self) -> _Compiled:
        return _compile(self._statement)

    @property
    def sql(self) -> str:
        """The text, with `$1`."""
        return self._compiled.sql

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """What the driver is given, in order. Raises `KeyError` where a value is missing."""
        return [
            constant if name is None else values[name] if write is None else write(values[name])
            for name, constant, write in self._compiled.slots
        ]

    def rows(self, records: Sequence[Any]) -> list[Any]:
        """Rows by name, their values as the models have them."""
        row, readers = self._compiled.row, self._compiled.readers
        return [
            row(*[value if read is None else read(value) for value, read in zip(record, readers, strict=True)])
            for record in records
        ]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL; of each argument its name, or a constant in its place, and how it is written; how rows are read."""

    sql: str
    slots: Sequence[tuple[str | None, Any, _Process | None]]
    row: Callable[..., Any]
    readers: Sequence[_Process | None]


def _compile(statement: Any) -> _Compiled:
    compiled = statement.compile(dialect=_DIALECT)
    slots: list[tuple[str | None, Any, _Process | None]] = []
    for name in compiled.positiontup:
        bind = compiled.binds[name]
        write: _Process | None = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
        constant = bind.effective_value
        if bind.required:
            slots.append((bind.key, None, write))
        elif constant is None:
            raise TypeError(f"{name!r} is given no value: defaults on Python's side are not filled in, NULL is null()")
        else:
            slots.append((None, constant if write is None else write(constant), None))
    columns: list[Any] = list(getattr(statement, "exported_columns", ()))
    return _Compiled(
        sql=str(compiled),
        slots=slots,
        row=cast(Any, namedtuple)("Row", [column.key for column in columns], rename=True),
        readers=[column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, _FLOAT8) for column in columns],
    )


class Direct:
    """An open transaction, statement by statement; `Database.directly` and `Work.direct` make it.

    Where trying again can help (the connection is gone, a restart, a deadlock) the driver's error comes as SQLAlchemy's
    `OperationalError`, which everybody here knows. After any error the transaction can only be given up.
    """

    def __init__(self, connection: RawConnection) -> None:
        self._connection = connection

    async def rows(self, statement: Prepared, /, **values: Any) -> list[Any]:
        """Run a statement that returns rows."""
        return statement.rows(await _known(self._connection.fetch(statement.sql, *statement.arguments(values))))

    async def row(self, statement: Prepared, /, **values: Any) -> Any:
        """The only row, or None."""
        found = await self.rows(statement, **values)
        return found[0] if found else None

    async def count(self, statement: Prepared, /, **values: Any) -> int:
        """Run a statement that changes rows; how many it changed."""
        status = await _known(self._connection.execute(statement.sql, *statement.arguments(values)))
        return int(status.rpartition(" ")[2])


@asynccontextmanager
async def transaction(engine: AsyncEngine, begin: str) -> AsyncGenerator[Direct]:
    """A transaction on a pooled connection: committed at the end of the block, rolled back on any error.

    `begin` is its first statements. Raises what `Direct` raises, and `NothingKeptError`.
    """
    try:
        pooled = await engine.raw_connection()
    except driver.AsyncAdapt_asyncpg_dbapi.Error as error:
        raise _away(error) from error
    connection = cast(RawConnection, pooled.driver_connection)
    is_clean = False
    try:
        await _known(connection.execute(begin))
        yield Direct(connection)
        # Postgres answers ROLLBACK, and no error, where a statement had failed.
        if await _known(connection.execute("COMMIT")) != "COMMIT":
            raise NothingKeptError
        is_clean = True
    except Exception:  # a border: whatever went wrong, the transaction is rolled back, then it goes on up
        is_clean = await _rolled_back(connection)
        raise
    finally:
        # Who was cancelled may be in the midst of anything: such a connection is not used again.
        if not is_clean:
            pooled.invalidate()
        # A pool that is full closes what comes back, which must be awaited as SQLAlchemy awaits.
        await greenlet_spawn(pooled.close)


async def once(engine: AsyncEngine, statement: Prepared, values: Mapping[str, Any]) -> Any:
    """The only row of one statement, in a transaction of its own that it begins and ends with itself: one trip.

    It names its actor itself, which only functions of `db.security_ledger_meter` do.
    """
    try:
        pooled = await engine.raw_connection()
    except driver.AsyncAdapt_asyncpg_dbapi.Error as error:
        raise _away(error) from error
    is_clean = False
    try:
        row = await Direct(cast(RawConnection, pooled.driver_connection)).row(statement, **values)
        is_clean = True
        return row
    finally:
        if not is_clean:
            pooled.invalidate()
        await greenlet_spawn(pooled.close)


async def _known(answer: Awaitable[_Answer]) -> _Answer:
    try:
        return await answer
    except _FROM_DRIVER as error:
        # A plan from before a migration is made anew the next time.
        if isinstance(error, _WRONG) and not isinstance(error, asyncpg.InvalidCachedStatementError):
            raise
        raise _away(error) from error


async def _rolled_back(connection: RawConnection) -> bool:
    try:
        await connection.execute("ROLLBACK")
    except (*_FROM_DRIVER, OSError):
        return False
    return True


def _away(error: Exception) -> OperationalError:
    return OperationalError(None, None, error, hide_parameters=True)
