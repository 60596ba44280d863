"""The database that the settings name: the operator's own (DATABASE_URL) or the one in the data directory."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from urllib.parse import quote

import asyncpg
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from bot.local.errors import StartError
from bot.local.postgres import DATABASE, USER, LocalPostgres
from bot.settings import Settings
from db.engine import DatabaseUrlError, connection_arguments
from db.migrate import configuration, upgrade
from db.raw import connect
from db.server import UnfitServerError


class OpenDatabase:
    """A database that answers. `close` ends the server if it was started here."""

    def __init__(self, url: str, server: LocalPostgres | None) -> None:
        self.url = url
        self.server = server

    @property
    def where(self) -> str:
        """Where it is, without a password, for people."""
        parsed = make_url(self.url)
        host = f"{parsed.host}:{parsed.port}" if parsed.port else str(parsed.host)
        return f"{'built-in Postgres' if self.server else 'Postgres'} at {host}, database {parsed.database}"

    async def close(self) -> None:
        """Shut the server down if it is ours."""
        if self.server is not None:
            await self.server.stop()


async def open_database(settings: Settings, folder: Path) -> OpenDatabase:
    """The database of DATABASE_URL, else a server started in `folder`. Raises `StartError`."""
    if url := settings.database_url.get_secret_value():
        return OpenDatabase(url, None)
    server = LocalPostgres(folder, bin_dir=settings.pg_bin)
    return OpenDatabase(await server.start(), server)


def running_address(folder: Path) -> str | None:
    """The owner's address of the built-in server that a running `start` keeps in this data directory, if it has one."""
    home = folder / "postgres"
    try:
        port, password = (home / "port").read_text("ascii").strip(), (home / "password").read_text("ascii").strip()
    except FileNotFoundError:
        return None
    return f"postgresql+asyncpg://{USER}:{quote(password, safe='')}@127.0.0.1:{port}/{DATABASE}?ssl=disable"


async def revisions(url: str) -> tuple[str | None, str]:
    """The revision a database is at (None: no tables yet) and the one this version needs.

    Raises what a connection raises; `database_sentence` puts it into words.
    """
    head = ScriptDirectory.from_config(configuration(url)).get_current_head()
    connection = await connect(connection_arguments(url, as_owner=True))
    try:
        there = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        current = await connection.fetchval("SELECT version_num FROM alembic_version") if there else None
    finally:
        await connection.close()
    return current, head or ""


async def bring_up_to_date(database: OpenDatabase) -> None:
    """Migrate to the newest revision. Raises `StartError` with what to do when the database does not let us."""
    try:
        await upgrade(database.url)
    except (DatabaseUrlError, UnfitServerError, OSError, DBAPIError, asyncpg.PostgresError, CommandError) as error:
        raise StartError(database_sentence(error, database.url)) from error


def database_sentence(error: BaseException, url: str) -> str:
    """What a failure to use a database means and what to do about it; never the password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    cause = cause.__cause__ or cause
    if isinstance(error, DatabaseUrlError | UnfitServerError):
        return f"{str(error).rstrip(chr(46))}. Nothing was changed."
    if isinstance(error, CommandError):
        return (
            "The database was migrated by a newer BotCafé than this one. Nothing was changed. "
            "Upgrade this checkout, or restore a backup from before."
        )
    parsed = make_url(url)
    where = f"{parsed.host}:{parsed.port or 5432}"
    sentence = _known_cause(cause, where, parsed.username, parsed.database)
    return sentence or f"The database at {where} refused: {str(cause).splitlines()[0]}. Nothing was changed."


def _known_cause(cause: BaseException, where: str, user: str | None, name: str | None) -> str | None:
    match cause:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            said = f"The database at {where} does not accept the user {user} with this password."
            advice = "Mend DATABASE_URL in .env."
        case asyncpg.InvalidCatalogNameError():
            said = f"There is no database called {name} at {where}."
            advice = f"Make it (createdb {name}), or name another in DATABASE_URL."
        case asyncpg.InsufficientPrivilegeError():
            said = f"The user {user} may not do what is needed in {name} at {where} ({cause})."
            advice = "Let the database's owner log in through DATABASE_URL, or grant what is missing."
        case asyncpg.TooManyConnectionsError():
            said = f"The database at {where} has no connection left."
            advice = "Close other programs that use it, or raise its max_connections."
        case ssl.SSLError():
            said = f"The database at {where} and this machine do not agree on TLS ({cause.reason})."
            advice = "Look at sslmode in DATABASE_URL and at the server's certificate."
        case TimeoutError() | asyncio.TimeoutError():
            said = f"The database at {where} did not answer in time."
            advice = "Is the host in DATABASE_URL right, and does a firewall let this machine through?"
        case OSError():
            said = f"The database at {where} cannot be reached ({cause.strerror or cause})."
            advice = "Is it running, and are host and port in DATABASE_URL right? Empty, the built-in one is used."
        case _:
            return None
    return f"{said} Nothing was changed. {advice}"
