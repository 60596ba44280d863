"""How Alembic reaches the database, what it compares, and what happens around every run.

One transaction holds everything: the lock that keeps two starts apart, the revisions, and row security, which
`db.security` brings to its declared state once the newest revision is reached.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from db import queue, security
from db.engine import create_engine
from db.listen import lock_key
from db.models import Base
from db.server import require_server


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """PgQueuer's tables are its own: neither created nor dropped by autogenerate."""
    return not (kind == "table" and name in queue.TABLES)


def moves() -> bool:
    """Whether revisions are about to run; a check or an autogenerate asks for none."""
    try:
        wanted = context.get_revision_argument()
    except KeyError:
        return False
    heads = {wanted} if isinstance(wanted, str) else set(wanted or ())
    return heads != set(context.get_context().get_current_heads())


def run(connection: Connection) -> None:
    """Run the requested revisions, then bring row security up to date."""
    # Two starts at once: the second waits here, then finds everything done.
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("migrate")})
    require_server(connection)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    if moves():
        security.withdraw(connection)
    with context.begin_transaction():
        context.run_migrations()
    reached = set(context.get_context().get_current_heads())
    if reached and reached == set(context.script.get_heads()):
        security.apply(connection)


async def main() -> None:
    """Migrate the database of the configuration, or of DATABASE_URL."""
    url = context.config.get_main_option("sqlalchemy.url") or os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("Set DATABASE_URL to the database to migrate.")
    engine = create_engine(url, as_owner=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: row security is applied to what is found there.")
asyncio.run(main())
