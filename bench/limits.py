"""That people's own limits hold: a thousand of them over weeks with clock changes, beside an oracle; what it costs."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

from bench.limits_parts.lives import life
from bench.limits_parts.running import Findings, Forgetful, Kept, StandingClock, lived, twice_counted
from bench.parts.report import Machine, percentile, show
from bot.local.postgres import LocalPostgres
from bot.ports import Caller, Place
from bot.services.people import People
from bot.services.wellbeing.acts import Act
from bot.services.wellbeing.limited import Limited
from bot.services.wellbeing.limits import SaidIn, SelfLimits
from bot.services.wellbeing.presence import Presence
from db.engine import connection_arguments
from db.migrate import upgrade
from db.raw import connect
from db.work import Actor, Database

SEED = "20261122"
FREE, LIMITED = "without limits", "with limits"


@dataclass(frozen=True)
class Size:
    """How many people, over how many days, how many of them in the control, how often the cost is measured."""

    people: int
    days: int
    control: int
    rounds: int


FULL = Size(people=1_000, days=60, control=100, rounds=2_000)
QUICK = Size(people=20, days=60, control=5, rounds=300)


@dataclass(frozen=True)
class Measured:
    """What came of it all; milliseconds (half, and all but a hundredth) of a work that takes part, and of one that does
    nothing."""

    kept: Findings
    sums_off: int
    control: Findings
    cost: dict[str, tuple[float, float]]
    seconds: float


async def measure(size: Size) -> Measured:
    """Live the lives on a server of their own."""
    with tempfile.TemporaryDirectory(prefix="botcafe-bench-", ignore_cleanup_errors=True) as folder:
        server = LocalPostgres(Path(folder), durable=False)
        url = await server.start()
        try:
            await upgrade(url)
            database = Database(url)
            began = time.monotonic()
            kept = await lived(database, (life(n, size.days, SEED) for n in range(size.people)), kind=Kept)
            owner = await connect(connection_arguments(url, as_owner=True))
            sums_off = await twice_counted(owner)
            await owner.close()
            control = await lived(database, (life(n, size.days, SEED) for n in range(size.control)), kind=Forgetful)
            seconds = time.monotonic() - began
            cost = await _cost(database, size.rounds)
            await database.close()
            return Measured(kept, sums_off, control, cost, seconds)
        finally:
            await server.stop()


async def _cost(database: Database, rounds: int) -> dict[str, tuple[float, float]]:
    people = People(database)
    clock = StandingClock(datetime(2026, 5, 4, 6, tzinfo=UTC))
    free = await people.arrive(Caller(1, "free", "Free"))
    limited = await people.arrive(Caller(2, "limited", "Limited"))
    async with database.work(Actor.user(limited)) as work:
        fields = {"daily_minutes": 1440, "weekly_minutes": 10_080, "break_after": 480}
        await SelfLimits(clock).change(work, limited, fields, SaidIn.WEB)
    presence = Presence(database, clock, Limited(database, clock))
    await presence.limited.refresh(limited)
    took: dict[str, list[float]] = {"nothing": [], FREE: [], LIMITED: []}
    for number in range(rounds):
        clock.moment += timedelta(seconds=40)
        for name, user_id in (("nothing", free), (FREE, free), (LIMITED, limited))[:: 1 if number % 2 else -1]:
            started = time.perf_counter()
            await _once(database, presence, clock, user_id, takes_part=name != "nothing")
            took[name].append((time.perf_counter() - started) * 1000)
    return {name: (round(median(ms), 3), round(percentile(ms, 99), 3)) for name, ms in took.items()}


async def _once(
    database: Database, presence: Presence, clock: StandingClock, user_id: UUID, *, takes_part: bool
) -> None:
    async with database.directly(Actor.user(user_id)) as direct:
        if takes_part:
            await presence.take_part(direct, Act(user_id, Place(1, 1, 1), clock.now()))


def main() -> int:
    """Measure and print; exit code 1 where anything was lost, doubled, early or late, or the control found nothing."""
    size = QUICK if os.environ.get("QUICK") else FULL
    machine = Machine()
    found = asyncio.run(measure(size))
    kept, control = found.kept, found.control
    nothing = found.cost["nothing"]
    rows = [
        ("minutes lost", str(kept.minutes_lost), f"of {kept.minutes} that count"),
        ("counted, and ought not", str(kept.minutes_too_many + found.sums_off), "in the sets, or in the sums of days"),
        ("stops late", str(kept.stops_late), f"of {kept.refused} acts that were refused"),
        ("stops early", str(kept.stops_early), f"of {kept.answered} acts that were answered"),
        ("ends told wrongly", str(kept.ends_wrong), f"of {kept.ends_checked}, to the minute"),
        (
            "control: in memory only",
            f"{control.minutes_lost} lost, {control.stops_late} late",
            f"{control.people} people, {control.restarts} restarts",
        ),
        *(
            (
                f"taking part {name}",
                f"+{found.cost[name][0] - nothing[0]:.2f} ms (p99 {found.cost[name][1] - nothing[1]:+.2f})",
                "a work of its own, beside one that does nothing",
            )
            for name in (FREE, LIMITED)
        ),
    ]
    is_red = control.minutes_lost > 0 and control.stops_late > 0
    figures = {
        "people": kept.people,
        "days": size.days,
        "acts": kept.acts,
        "answered": kept.answered,
        "refused": kept.refused,
        "changes": kept.changes,
        "restarts": kept.restarts,
        "minutes": kept.minutes,
        "minutes_lost": kept.minutes_lost,
        "minutes_too_many": kept.minutes_too_many,
        "sums_off": found.sums_off,
        "stops_late": kept.stops_late,
        "stops_early": kept.stops_early,
        "ends_checked": kept.ends_checked,
        "ends_wrong": kept.ends_wrong,
        "violations": kept.violations + found.sums_off,
        "control_red": is_red,
        "control_minutes_lost": control.minutes_lost,
        "control_stops_late": control.stops_late,
        "free_ms": round(found.cost[FREE][0] - nothing[0], 3),
        "limited_ms": round(found.cost[LIMITED][0] - nothing[0], 3),
        "seconds": round(found.seconds, 1),
    }
    notes = [machine.line()] + ([f"first trouble: {kept.first_trouble}"] if kept.first_trouble else [])
    show("bench-limits" + (" (QUICK)" if size is QUICK else ""), rows, notes, figures)
    return 0 if is_red and not figures["violations"] else 1


if __name__ == "__main__":
    sys.exit(main())
