"""Pages per second on lists of 100,000 rows, while ten replies a second are given beside."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import psutil

from bench.parts.replies import Replies, measure_replies
from bench.parts.report import Machine, percentile, show
from bench.parts.size import Size
from bench.parts.stand import Stand, Subject, stand
from bench.parts.wire import Child
from bench.web_parts.crowd import Crowd, fill

TARGET_MS = 150.0


@dataclass(frozen=True)
class WebSize:
    """One run's measure: `per_second` requests during `seconds`, then `lines` connections that never wait."""

    rows: int
    entries: int
    per_second: float
    seconds: float
    crowd_seconds: float
    replies_per_second: float = 10
    lines: int = 16
    streets: int = 60


FULL = WebSize(rows=100_000, entries=20_000, per_second=100, seconds=60, crowd_seconds=20)
QUICK = WebSize(rows=20_000, entries=4_000, per_second=100, seconds=8, crowd_seconds=4)
SLICE = WebSize(rows=300, entries=120, per_second=20, seconds=1.5, crowd_seconds=1, replies_per_second=2, streets=4)


@dataclass
class Web:
    """What was answered."""

    size: WebSize
    ms: dict[str, list[float]]
    errors: dict[str, int]
    seconds: float
    crowd_ms: list[float]
    crowd_seconds: float
    crowd_errors: int
    replies: Replies
    cpu: float
    notes_: list[str] = field(default_factory=list[str])

    @property
    def all_ms(self) -> list[float]:
        """Every answer's time."""
        return [one for some in self.ms.values() for one in some]

    @property
    def wrong(self) -> int:
        """How many answers were none, or no success."""
        return sum(self.errors.values()) + self.crowd_errors

    @property
    def is_sound(self) -> bool:
        """Whether everything was answered, also the replies beside."""
        return self.wrong == 0 and bool(self.all_ms) and self.replies.is_sound

    def figures(self) -> dict[str, Any]:
        """For the JSON line."""
        times = self.all_ms
        return {
            "requests_per_s": round(len(times) / self.seconds, 1),
            "p99_ms": round(percentile(times, 99), 1),
            "p50_ms": round(percentile(times, 50), 1),
            "errors": self.wrong,
            "most_requests_per_s": round(len(self.crowd_ms) / self.crowd_seconds, 1),
            "most_p99_ms": round(percentile(self.crowd_ms, 99), 1),
            "replies_per_s": self.replies.figures()["replies_per_s"],
            "reply_added_p99_ms": self.replies.figures()["added_p99_ms"],
            "cpu_ms_per_request": round(self.cpu * 1000 / max(len(times), 1), 1),
            "rows": self.size.rows,
        }

    def rows(self) -> list[tuple[str, str, str]]:
        """For the table."""
        found = self.figures()
        head = [
            ("requests at that pace", f"{found['requests_per_s']}/s", f"asked for {self.size.per_second:g}/s"),
            ("  p50", f"{found['p50_ms']} ms", ""),
            ("  p99", f"{found['p99_ms']} ms", f"≤ {TARGET_MS:g} ms"),
            ("  wrong", f"{found['errors']}", "0"),
            ("  CPU of the program, replies too", f"{found['cpu_ms_per_request']} ms", "each"),
            ("at most", f"{found['most_requests_per_s']}/s", f"{self.size.lines} connections that never wait"),
            ("  p99", f"{found['most_p99_ms']} ms", ""),
            ("replies beside", f"{found['replies_per_s']}/s", f"asked for {self.size.replies_per_second:g}/s"),
            ("  message to model, p99", f"{found['reply_added_p99_ms']} ms", ""),
        ]
        kinds = [
            (
                f"  {kind}",
                f"{percentile(times, 50):.0f} ms",
                f"p99 {percentile(times, 99):.0f} ms, {len(times)} answers",
            )
            for kind, times in sorted(self.ms.items())
        ]
        return [*head, ("each by itself, p50", "", ""), *kinds]

    def notes(self) -> list[str]:
        """What the figures rest on."""
        said = [
            f"Lists of {self.size.rows:,} people, characters, creators and lines of the audit log, and a book of "
            f"{self.size.entries:,} entries: first pages, pages deep inside, searches; as members and as admins.",
            "Times count from when a request was due, not from when it was sent.",
            *self.notes_,
        ]
        if self.errors:
            said.append("Wrong: " + ", ".join(f"{name} × {count}" for name, count in sorted(self.errors.items())))
        return said


async def measure(size: WebSize) -> Web:
    """Fill the lists, let people talk, ask for pages."""
    async with stand() as on, AsyncExitStack() as exits:
        crowd = await fill(on.database_url, rows=size.rows, entries=size.entries)
        streets = on.town.channels(size.streets, "room")
        program = await on.program(exits)
        await on.people_rooms(program, streets)
        pinned = _pin(program)
        client = await _client(on, exits, program, crowd)
        # The first of each kind compiles templates and statements.
        await client.ask(do="crowd", seconds=min(2.0, size.crowd_seconds), lines=4)
        before = (await program.child.ask(do="arm"))["cpu"]
        replies, paced = await asyncio.gather(
            measure_replies(on, program, streets, _talk(size)),
            client.ask(do="pace", per_second=size.per_second, seconds=size.seconds, lines=64),
        )
        cpu = (await program.child.ask(do="arm"))["cpu"] - before
        most = await client.ask(do="crowd", seconds=size.crowd_seconds, lines=size.lines)
    return Web(
        size=size,
        ms=paced["ms"],
        errors=paced["errors"],
        seconds=paced["seconds"],
        crowd_ms=[one for some in most["ms"].values() for one in some],
        crowd_seconds=most["seconds"],
        crowd_errors=sum(most["errors"].values()),
        replies=replies,
        cpu=cpu,
        notes_=[pinned],
    )


def _talk(size: WebSize) -> Size:
    return Size(0, 0, size.replies_per_second, size.seconds, 0, size.streets)


async def _client(on: Stand, exits: AsyncExitStack, program: Subject, crowd: Crowd) -> Child:
    told: Mapping[str, Any] = {
        "do": "start", "url": program.started["web_url"], "seed": 5,
        "members": crowd.members, "staff": crowd.staff, "marks": crowd.marks,
    }  # fmt: skip
    client = await Child.start("bench.web_parts.client", told, on.folder / "client.log")
    exits.push_async_callback(client.stop)
    return client


def _pin(program: Subject) -> str:
    """The program on one core, whoever asks on another; the database wherever there is room."""
    cores: Sequence[int] = psutil.Process().cpu_affinity() or []
    if len(cores) < 2:
        return "One core for all: program, database and client."
    psutil.Process(program.child.process.pid).cpu_affinity([cores[0]])
    return f"The program had core {cores[0]}, the client core {cores[-1]}, the database both."


def main() -> int:
    """Measure and print; exit code 1 where anything was not answered as it should."""
    size = QUICK if os.environ.get("QUICK") else FULL
    machine = Machine()
    found = asyncio.run(measure(size))
    title = "bench-web" + (" (QUICK)" if size is QUICK else "")
    show(title, found.rows(), [machine.line(), *found.notes()], found.figures())
    return 0 if found.is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
