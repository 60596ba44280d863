"""How connections are made: which URLs are understood, as which role, with which limits on the server's side."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

APP_ROLE = "botcafe_app"
"""The role the program works as: it owns nothing and cannot pass over row security."""

STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000
CONNECT_TIMEOUT_SECONDS = 10.0

IDLE_SECONDS = 30.0
"""A pooled connection unused for longer is tried before it is handed out."""

DRIVER = "postgresql+asyncpg"
_LAST_USED = "botcafe_last_used"

_SSL_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
# Parameters of libpq that mean nothing to asyncpg and change nothing we rely on.
_IGNORED = frozenset({"channel_binding", "gssencmode", "keepalives", "keepalives_idle", "fallback_application_name"})
_KEPT = frozenset({"ssl", "target_session_attrs", "timeout", "application_name"})


class DatabaseUrlError(ValueError):
    """A database address that cannot be used; the message says why, without the password."""


def normalise_url(url: str) -> str:
    """The address as SQLAlchemy's asyncpg dialect wants it.

    Understands what hosting panels hand out: `postgres://`, `postgresql://`, any driver, and libpq's
    `?sslmode=…&connect_timeout=…`. Raises `DatabaseUrlError` for anything that is no Postgres address, and for a
    parameter that would otherwise be dropped without a word.
    """
    try:
        parsed = make_url(url.strip())
    except ArgumentError as error:
        raise DatabaseUrlError(
            "DATABASE_URL is no address such as postgresql://host:5432/botcafe (with user:password@ before the host)"
        ) from error
    if parsed.get_backend_name() not in {"postgres", "postgresql"}:
        raise DatabaseUrlError(f"DATABASE_URL names {parsed.get_backend_name()!r}; BotCafé needs Postgres")
    if not parsed.database:
        raise DatabaseUrlError("DATABASE_URL names no database: it ends in /name")
    query = dict(_query(parsed))
    return parsed.set(drivername=DRIVER, query=query).render_as_string(hide_password=False)


def _query(parsed: URL) -> Mapping[str, str]:
    kept: dict[str, str] = {}
    for name, value in parsed.query.items():
        text = value if isinstance(value, str) else value[-1]
        match name:
            case "sslmode" | "ssl":
                if text not in _SSL_MODES:
                    raise DatabaseUrlError(f"DATABASE_URL: sslmode={text} is none of {', '.join(sorted(_SSL_MODES))}")
                kept["ssl"] = text
            case "connect_timeout":
                kept["timeout"] = text
            case "host" | "port":
                kept[name] = text
            case "sslrootcert" | "sslcert" | "sslkey":
                raise DatabaseUrlError(
                    f"DATABASE_URL: take {name} out of the address and set the variable PG{name.upper()} instead"
                )
            case _ if name in _KEPT:
                kept[name] = text
            case _ if name in _IGNORED:
                pass
            case _:
                raise DatabaseUrlError(f"DATABASE_URL: the parameter {name} is not understood")
    return kept


def _server_settings(url: URL, *, as_owner: bool) -> dict[str, str]:
    name = url.query.get("application_name", "botcafe")
    settings = {
        "application_name": name if isinstance(name, str) else name[-1],
        "timezone": "UTC",
        # Compiling the small statements of this program costs more than it saves.
        "jit": "off",
    }
    if not as_owner:
        settings |= {
            # Given with the connection rather than by SET ROLE afterwards, so that RESET ROLE leads back to it.
            "role": APP_ROLE,
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
        }
    return settings


def _timeout(url: URL) -> float:
    value = url.query.get("timeout")
    return float(value) if isinstance(value, str) else CONNECT_TIMEOUT_SECONDS


def create_engine(url: str, *, as_owner: bool = False, pool_size: int = 10, max_overflow: int = 10) -> AsyncEngine:
    """An engine whose every connection works as `botcafe_app`, or as the owner (unpooled) for migrations."""
    parsed = make_url(normalise_url(url))
    arguments: dict[str, Any] = {
        "server_settings": _server_settings(parsed, as_owner=as_owner),
        "timeout": _timeout(parsed),
    }
    # Parameters hold what people wrote; errors are logged.
    hidden = {"hide_parameters": True}
    plain = parsed.difference_update_query(["application_name", "timeout"])
    if as_owner:
        return create_async_engine(plain, connect_args=arguments, poolclass=NullPool, **hidden)
    engine = create_async_engine(
        plain,
        connect_args=arguments,
        pool_size=pool_size,
        max_overflow=max_overflow,
        # Whoever waits longer is put off: a queue that grows answers nobody in time.
        pool_timeout=5,
        pool_recycle=1800,
        **hidden,
    )
    event.listen(engine.sync_engine.pool, "checkin", _note_time)
    event.listen(engine.sync_engine.pool, "checkout", _look_at)
    return engine


def _note_time(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_LAST_USED] = time.monotonic()


def _look_at(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
    """Let nobody have a connection that is gone.

    In place of `pool_pre_ping`, which asks before every unit of work, by three trips: a server that ends or restarts
    tells us so, and only what has lain idle may have been lost without a word on the way.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError
    if time.monotonic() - record.info.get(_LAST_USED, float("inf")) > IDLE_SECONDS:
        try:
            connection.ping()
        except AsyncAdapt_asyncpg_dbapi.Error as error:
            raise DisconnectionError from error


def connection_arguments(url: str, *, as_owner: bool = False) -> dict[str, Any]:
    """Keyword arguments for `asyncpg.connect`, for connections that are held and never pooled.

    A held connection waits for notices for hours, so no statement timeout applies to it beyond the role's own.
    """
    parsed = make_url(normalise_url(url))
    arguments: dict[str, Any] = {
        "host": parsed.host or parsed.query.get("host"),
        "port": parsed.port or parsed.query.get("port"),
        "user": parsed.username,
        "password": parsed.password,
        "database": parsed.database,
        "timeout": _timeout(parsed),
        "server_settings": _server_settings(parsed, as_owner=as_owner),
        "ssl": parsed.query.get("ssl"),
        "target_session_attrs": parsed.query.get("target_session_attrs"),
    }
    return {name: value for name, value in arguments.items() if value is not None}
