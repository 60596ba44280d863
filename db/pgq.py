"""PgQueuer as BotCafé uses it: for those who run jobs (`bot.jobs`) and for the migration that makes its tables.

Names and durability are fixed here and not by PgQueuer's environment variables, so that every process and the migration
mean the same tables. Who only queues jobs does without this library (`db.queue`).
"""

from __future__ import annotations

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.schema_ddl import (
    render_enum,
    render_function,
    render_index,
    render_table,
    render_trigger,
)
from pgqueuer.db import Driver
from pgqueuer.domain.schema.declaration import target
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.queries import Queries


def settings() -> DBSettings:
    """PgQueuer's names and durability as BotCafé uses them."""
    return DBSettings(
        prefix="",
        db_schema=None,
        durability=Durability.durable,
        channel=Channel("ch_pgqueuer"),
        function="fn_pgqueuer_changed",
        trigger="tg_pgqueuer_changed",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        statistics_table="pgqueuer_statistics",
        schedules_table="pgqueuer_schedules",
    )


def queries(driver: Driver) -> Queries:
    """PgQueuer's queries over a driver, with our settings."""
    ours = settings()
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(ours),
        qbq=QueryQueueBuilder(ours),
        qbs=QuerySchedulerBuilder(ours),
    )


def install_statements() -> tuple[str, ...]:
    """The statements that create the queue's tables, from the installed PgQueuer itself."""
    schema = target(settings())
    ours = settings()
    return (
        *(render_enum(entry, ours) for entry in schema.enums),
        *(render_table(entry, ours) for entry in schema.tables),
        *(render_index(entry, ours) for entry in schema.indexes),
        *(render_function(entry, ours) for entry in schema.functions),
        *(render_trigger(entry, ours) for entry in schema.triggers),
    )


def uninstall_statements() -> tuple[str, ...]:
    """The statements that remove them."""
    return tuple(QueryBuilderEnvironment(settings()).build_uninstall_query().splitlines())
