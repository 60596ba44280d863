"""Telling a database that is away from a statement that is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

POSSIBLY_AWAY = (OSError, DBAPIError)
"""What to catch before asking `is_away`."""

_WRONG = (ProgrammingError, IntegrityError, DataError, NotSupportedError)


def is_away(error: OSError | DBAPIError) -> bool:
    """Whether trying the same again later can help: no connection, a restart, a deadlock."""
    return not isinstance(error, _WRONG)
