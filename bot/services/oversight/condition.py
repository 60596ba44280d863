"""How the house is: database, jobs, clock, audit log, and what waits; each a finding with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.clock import Clock
from bot.services.oversight.audit import Oversight
from bot.services.oversight.figures import Figures
from bot.services.oversight.verifying import LATE
from bot.texts import N_, Text
from db.queries.oversight import audit as audit_queries
from db.queries.oversight import health as queries
from db.queries.oversight import jobs as job_queries

__all__ = ["Condition", "Finding", "Level", "State", "sealing"]

_SKEW = timedelta(seconds=30)
_WORKER_SILENT = timedelta(hours=2)
"""The clock asks for a job every hour, so a longer silence means that nobody works."""

_CONNECTIONS_SHARE = 0.85


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `what` and `advice` are filled with `values`."""

    name: Text
    level: Level
    what: Text
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    advice: Text | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Everything that was found, and counts of this moment."""

    findings: tuple[Finding, ...]
    now: Mapping[str, int]
    at: datetime


class Condition:
    """Looks at the house."""

    def __init__(self, oversight: Oversight, figures: Figures, clock: Clock) -> None:
        self._oversight = oversight
        self._figures = figures
        self._clock = clock

    async def look(self, staff: UUID) -> State:
        """How the house is now. For admins."""
        async with self._oversight.at_work(staff, "health.looked_at", "house", admin=True) as work:
            facts = await queries.facts(work.session)
            counts = await job_queries.counts(work.session)
            heartbeat = await job_queries.last_heartbeat(work.session)
            head = await audit_queries.newest_batch(work.session)
            waits = await audit_queries.unsealed(work.session, 1)
        held = sum(one.count for one in counts if one.status == "failed")
        waiting = sum(one.count for one in counts if one.status == "queued")
        here = self._clock.now()
        found = (
            _database(facts),
            _connections(facts),
            _durable(facts),
            _clocks(here, facts.now),
            _workers(heartbeat, facts.now),
            _jobs(held, waiting),
            sealing(None if head is None else head.sealed_at, waits[0].at if waits else None, facts.now),
        )
        return State(found, await self._figures.now(), here)


def _database(facts: queries.DatabaseFacts) -> Finding:
    return Finding(
        N_("Database"),
        Level.OK,
        N_("Postgres {version}, {megabytes} MB, schema {revision}, up since {since}"),
        {
            "version": facts.version.split()[0],
            "megabytes": facts.size_bytes // 1_000_000,
            "revision": facts.revision,
            "since": facts.started_at.strftime("%Y-%m-%d %H:%M UTC"),
        },
    )


def _connections(facts: queries.DatabaseFacts) -> Finding:
    full = facts.connections >= facts.connections_most * _CONNECTIONS_SHARE
    return Finding(
        N_("Connections"),
        Level.WARN if full else Level.OK,
        N_("{used} of {most} are in use"),
        {"used": facts.connections, "most": facts.connections_most},
        N_("Raise max_connections, or run fewer processes.") if full else None,
    )


def _durable(facts: queries.DatabaseFacts) -> Finding:
    return Finding(
        N_("Durability"),
        Level.OK if facts.is_durable else Level.RED,
        N_("What is acknowledged is on the disk")
        if facts.is_durable
        else N_("The server may forget what it acknowledged"),
        advice=None if facts.is_durable else N_("Switch fsync and synchronous_commit on: tokens and payments need it."),
    )


def _clocks(here: datetime, there: datetime) -> Finding:
    apart = abs(here - there)
    return Finding(
        N_("Clocks"),
        Level.WARN if apart > _SKEW else Level.OK,
        N_("This machine's and the database's are {seconds} seconds apart"),
        {"seconds": round(apart.total_seconds(), 1)},
        N_("Set both by NTP: suspensions and sessions end by them.") if apart > _SKEW else None,
    )


def _workers(heartbeat: datetime | None, now: datetime) -> Finding:
    silent = heartbeat is None or now - heartbeat > _WORKER_SILENT
    return Finding(
        N_("Workers"),
        Level.RED if silent else Level.OK,
        N_("No job was worked on yet") if heartbeat is None else N_("The last job was worked on at {at}"),
        {} if heartbeat is None else {"at": heartbeat.strftime("%Y-%m-%d %H:%M UTC")},
        N_("Start a process that works (`python -m bot run`, or `--role worker`).") if silent else None,
    )


def _jobs(held: int, waiting: int) -> Finding:
    return Finding(
        N_("Jobs"),
        Level.WARN if held else Level.OK,
        N_("{waiting} wait, {held} failed for good"),
        {"waiting": waiting, "held": held},
        N_("Look at them under Jobs, and have them tried again once what was wrong is mended.") if held else None,
    )


def sealing(sealed_at: datetime | None, waits_since: datetime | None, now: datetime) -> Finding:
    """Whether lines are sealed in time. Where nothing was done nothing is: what counts is how long the oldest waits."""
    late = waits_since is not None and now - waits_since > LATE
    return Finding(
        N_("Audit log"),
        Level.WARN if late else Level.OK,
        N_("No line is sealed yet") if sealed_at is None else N_("Sealed last at {at}"),
        {} if sealed_at is None else {"at": sealed_at.strftime("%Y-%m-%d %H:%M UTC")},
        N_("A worker seals it every hour: see Workers.") if late else None,
    )
