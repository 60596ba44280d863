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
    oldest_transaction_seconds: float
    is_durable: bool


async def facts(session: AsyncSession) -> DatabaseFacts:
    """How the database is."""
    row = (
        await session.execute(
            text(
                "SELECT current_setting('server_version'), pg_database_size(current_database()),"
                " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
                " current_setting('max_connections')::int, clock_timestamp(), pg_postmaster_start_time(),"
                " (SELECT version_num FROM alembic_version),"
                " coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::float FROM pg_stat_activity"
                " WHERE datname = current_database()), 0),"
                " current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'"
            )
        )
    ).one()
    return DatabaseFacts(*row)
