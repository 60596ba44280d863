"""Telling a database that is away from a statement that is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

POSSIBLY_AWAY = (OSError, DBAPIError, NoConnectionFree)
"""What to catch before asking `is_away`."""

_WRONG = (ProgrammingError, IntegrityError, DataError, NotSupportedError)


def is_away(error: OSError | DBAPIError | NoConnectionFree) -> bool:
    """Whether trying the same again later can help: no connection (free), a restart, a deadlock."""
    return not isinstance(error, _WRONG)
