"""What a Postgres server must offer before anything is migrated."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

LEAST_POSTGRES = 16
LEAST_PGVECTOR = (0, 8)


class UnfitServerError(RuntimeError):
    """The server cannot carry BotCafé; the message says what is missing and what to do."""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def require_server(connection: Connection) -> None:
    """Raise `UnfitServerError` unless this is Postgres 16 or newer with pgvector 0.8 or newer, installed or at hand."""
    major = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    if major < LEAST_POSTGRES:
        raise UnfitServerError(f"BotCafé needs Postgres {LEAST_POSTGRES} or newer; this server is Postgres {major}.")
    found = connection.execute(
        text("SELECT installed_version, default_version FROM pg_available_extensions WHERE name = 'vector'")
    ).first()
    if found is None:
        raise UnfitServerError(
            "The pgvector extension is not installed on this Postgres server. Install pgvector 0.8 or newer there"
            " (https://github.com/pgvector/pgvector#installation), or unset DATABASE_URL to use the built-in server."
        )
    installed, at_hand = found
    if installed is not None and _numbers(installed) < LEAST_PGVECTOR <= _numbers(at_hand):
        raise UnfitServerError(
            f"This database uses pgvector {installed} though the server has {at_hand}."
            " Run ALTER EXTENSION vector UPDATE in it as its owner, then start again."
        )
    if _numbers(installed or at_hand) < LEAST_PGVECTOR:
        raise UnfitServerError(f"BotCafé needs pgvector 0.8 or newer; this server has {installed or at_hand}.")


def install_vector(connection: Connection) -> None:
    """Install pgvector into the database, or say who must."""
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
    except DBAPIError as error:
        raise UnfitServerError(
            "This login may not install extensions. Ask whoever runs the server to execute"
            " CREATE EXTENSION vector in this database, then start again."
        ) from error
