"""What the database tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """Version, size and load of the database, and whose schema it has."""

    version: str
    size_bytes: int
    connections: int
    connections_most: int
    now: datetime
    started_at: datetime
    revision: str
    is_durable: bool


async def facts(session: AsyncSession) -> DatabaseFacts:
    """How the database is."""
    row = (
        await session.execute(
            text(
                "SELECT current_setting('server_version'), pg_database_size(current_database()),"
                " (SELECT sum(numbackends)::int FROM pg_stat_database),"
                " current_setting('max_connections')::int, clock_timestamp(), pg_postmaster_start_time(),"
                " (SELECT version_num FROM alembic_version),"
                " current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'"
            )
        )
    ).one()
    return DatabaseFacts(*row)
