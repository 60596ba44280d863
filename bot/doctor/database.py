"""The database: reachable, new enough, migrated, bound by row security, and not behind a transaction pooler."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy.exc import DBAPIError

from bot.doctor.clock import clock_finding
from bot.doctor.findings import Finding, ok, red, warn
from bot.local.database import database_sentence, revisions
from bot.local.errors import StartError
from bot.local.upkeep import reached
from bot.settings import Settings
from db.engine import DatabaseUrlError, connection_arguments
from db.raw import RawConnection, connect
from db.security import TooPrivilegedError
from db.server import LEAST_PGVECTOR, LEAST_POSTGRES
from db.work import Database

NOTICE_WITHIN_SECONDS = 3.0
WANTED_EXTENSION = "vector"


async def check(settings: Settings, env_file: Path) -> list[Finding]:
    """Findings about the database that the settings name; the built-in one is started for the check if it is off."""
    try:
        async with reached(settings) as database:
            return await _examine(database.url, database.where)
    except StartError as error:
        return [red("database", str(error), "Mend that first; the rest of the database was not looked at.")]


async def _examine(url: str, where: str) -> list[Finding]:
    try:
        async with AsyncExitStack() as stack:
            owner = await _connect(stack, url)
            findings = [ok("database", f"{where} answers")]
            findings += [await _version(owner), await _vector(owner), await _tables(url)]
            findings += [await _role(url), await _pooler(stack, owner, url), await _clock(owner)]
            return findings
    except DatabaseUrlError as error:
        return [red("database", str(error), "Mend DATABASE_URL; docs/settings.md shows its form.")]
    except (OSError, asyncpg.PostgresError, DBAPIError) as error:
        return [red("database", database_sentence(error, url), "The rest of the database was not looked at.")]


async def _connect(stack: AsyncExitStack, url: str) -> RawConnection:
    connection = await connect(connection_arguments(url, as_owner=True))
    stack.push_async_callback(connection.close, timeout=5)
    return connection


async def _version(owner: RawConnection) -> Finding:
    number = int(await owner.fetchval("SHOW server_version_num"))
    seen = f"Postgres {number // 10_000}.{number % 10_000}"
    if number // 10_000 < LEAST_POSTGRES:
        return red("database", seen, f"Upgrade the server to Postgres {LEAST_POSTGRES} or newer.")
    return ok("database", seen)


async def _vector(owner: RawConnection) -> Finding:
    query = "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = $1"
    version: str | None = await owner.fetchval(query, WANTED_EXTENSION)
    least = ".".join(map(str, LEAST_PGVECTOR))
    if version is None:
        advice = f"Install pgvector {least} or newer on that server, or leave DATABASE_URL empty for the built-in one."
        return red("pgvector", "not installed on the server", advice)
    if tuple(int(part) for part in version.split(".") if part.isdigit()) < LEAST_PGVECTOR:
        return red("pgvector", version, f"Install pgvector {least} or newer, then ALTER EXTENSION vector UPDATE.")
    return ok("pgvector", version)


async def _tables(url: str) -> Finding:
    current, head = await revisions(url)
    if current == head:
        return ok("tables", f"up to date ({head})")
    seen = "none yet" if current is None else f"at {current}, this version wants {head}"
    return (warn if current is None else red)(
        "tables", seen, "make start brings them up to date; alone: python -m bot migrate"
    )


async def _role(url: str) -> Finding:
    database = Database(url, pool_size=1, max_overflow=0)
    try:
        await database.check()
    except TooPrivilegedError as error:
        return red(
            "row security", str(error), "Run python -m bot migrate, and give the role no BYPASSRLS and no superuser."
        )
    except (asyncpg.PostgresError, DBAPIError, OSError) as error:
        return warn(
            "row security", f"the program's role cannot be tried yet: {_short(error)}", "Run python -m bot migrate."
        )
    finally:
        await database.close()
    return ok("row security", "the program's role owns nothing and is bound by every policy")


async def _pooler(stack: AsyncExitStack, first: RawConnection, url: str) -> Finding:
    """LISTEN and advisory locks live on a session; a pooler in transaction mode hands each transaction another one."""
    second = await _connect(stack, url)
    before = await first.fetchval("SELECT pg_backend_pid()")
    # A pooler in transaction mode gives the session just left to whoever asks next, and keeps it for their transaction.
    await second.execute("BEGIN")
    try:
        await second.fetchval("SELECT pg_backend_pid()")
        after = await first.fetchval("SELECT pg_backend_pid()")
    finally:
        await second.execute("COMMIT")
    heard = await _notice_arrives(first, second)
    return pooler_finding(same_session=before == after, notice_heard=heard)


async def _notice_arrives(listener: RawConnection, sender: RawConnection) -> bool:
    channel = f"doctor_{uuid4().hex}"
    heard = asyncio.Event()

    def on_notice(connection: object, pid: int, name: str, payload: object) -> None:
        heard.set()

    await listener.add_listener(channel, on_notice)
    await sender.execute(f"NOTIFY {channel}")
    try:
        await asyncio.wait_for(heard.wait(), NOTICE_WITHIN_SECONDS)
    except TimeoutError:
        return False
    return True


def pooler_finding(*, same_session: bool, notice_heard: bool) -> Finding:
    """What it means when a connection is not one session."""
    if same_session and notice_heard:
        return ok("connections", "one session each: notices and locks work")
    seen = "a transaction pooler stands between (PgBouncer's transaction mode, or a host's “pooled” address)"
    return red("connections", seen, "Use the direct address in DATABASE_URL, or a pooler in session mode.")


async def _clock(owner: RawConnection) -> Finding:
    theirs: datetime = await owner.fetchval("SELECT clock_timestamp()")
    return clock_finding("the database's", (datetime.now(UTC) - theirs).total_seconds())


def _short(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
