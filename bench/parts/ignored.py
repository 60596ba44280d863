"""Messages that concern nobody: how many a second, and that none of them reaches the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.parts.size import Size
from bench.parts.stand import Stand, Subject
from sandbox.world.models import Channel

Row = tuple[str, str, str]


@dataclass
class Ignored:
    """What ignored messages cost. Rates are per second, by the clock and by the process's own CPU time."""

    ours: list[float] = field(default_factory=list[float])
    bare: list[float] = field(default_factory=list[float])
    ours_cpu: list[float] = field(default_factory=list[float])
    bare_cpu: list[float] = field(default_factory=list[float])
    calls: int = 0
    callers: set[str] = field(default_factory=set[str])
    control: int = 0
    beats: int = 0
    transactions: int = 0
    transactions_idle: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether no ignored message reached the database, and a message to a character did."""
        return self.calls == 0 and self.control > 0

    def figures(self) -> dict[str, Any]:
        """For the JSON line."""
        ours, bare = median(self.ours), median(self.bare)
        return {
            "ignored_per_s": round(ours), "bare_per_s": round(bare), "ignored_to_bare": round(ours / bare, 3),
            "ignored_per_cpu_s": round(median(self.ours_cpu)), "bare_per_cpu_s": round(median(self.bare_cpu)),
            "db_calls_ignored": self.calls, "db_calls_control": self.control, "db_calls_beats": self.beats,
            "db_transactions_ignored": self.transactions, "db_transactions_idle": self.transactions_idle,
        }  # fmt: skip

    def rows(self) -> list[Row]:
        """For the table."""
        found = self.figures()
        return [
            ("ignored messages", f"{found['ignored_per_s']:,}/s", "≥ 3,000/s"),
            ("  bare discord.py", f"{found['bare_per_s']:,}/s", f"ratio {found['ignored_to_bare']:.2f}"),
            ("  per second of its own CPU", f"{found['ignored_per_cpu_s']:,}", f"bare {found['bare_per_cpu_s']:,}"),
            ("  database calls", f"{self.calls}", "0"),
            ("  database calls, control", f"{self.control}", "> 0 for one message to a character"),
        ]

    def notes(self) -> list[str]:
        """What the figures rest on."""
        rounds = ", ".join(f"{ours:,.0f}/{bare:,.0f}" for ours, bare in zip(self.ours, self.bare, strict=True))
        return [
            f"Ignored, rounds by turns (BotCafé/bare): {rounds} a second; medians are shown.",
            f"Statements of the program's own beat meanwhile: {self.beats}; transactions in the whole database: "
            f"{self.transactions} in a round, {self.transactions_idle} in a pause of the same length.",
            *([f"Asked of the database by: {', '.join(sorted(self.callers))}."] if self.calls else []),
        ]


async def measure_ignored(
    on: Stand, program: Subject, quiet: Sequence[Channel], peopled: Sequence[Channel], size: Size
) -> Ignored:
    """Rounds by turns, the same events to both."""
    found = Ignored()
    async with AsyncExitStack() as exits:
        bare = await on.bare(exits)
        for number in range(size.rounds):
            bodies = on.town.chatter(quiet, peopled, size.messages)
            over = on.town.retopic(quiet[0], f"round {number}")
            if number == 0:
                await _transactions(on, program, bodies, over, found)
            seconds, cpu = await _counted(program, bodies, over, found)
            found.ours.append(len(bodies) / seconds)
            found.ours_cpu.append(len(bodies) / cpu)
            seconds, cpu = await _round(bare, bodies, over)
            found.bare.append(len(bodies) / seconds)
            found.bare_cpu.append(len(bodies) / cpu)
    await program.child.ask(do="arm")
    await on.spoken_to(program, peopled[0])
    found.control = (await program.child.ask(do="counted"))["caused"]
    return found


async def _transactions(on: Stand, program: Subject, bodies: Sequence[bytes], over: bytes, found: Ignored) -> None:
    """A round to warm up, seen from the database's side: its transactions, and those of a pause of the same length."""
    before = await on.transactions()
    seconds, _ = await _counted(program, bodies, over, found)
    after = await on.transactions()
    await asyncio.sleep(seconds)
    found.transactions = after - before
    found.transactions_idle = await on.transactions() - after


async def _counted(program: Subject, bodies: Sequence[bytes], over: bytes, found: Ignored) -> tuple[float, float]:
    """A round of ours; what it asked of the database is added up."""
    seconds, cpu = await _round(program, bodies, over)
    counted = await program.child.ask(do="counted")
    found.calls += counted["caused"]
    found.callers |= set(counted["tasks"])
    found.beats += counted["beats"]
    return seconds, cpu


async def _round(subject: Subject, bodies: Sequence[bytes], over: bytes) -> tuple[float, float]:
    """Send everything; seconds, and CPU seconds of the subject, until it was handled."""
    armed = await subject.child.ask(do="arm")
    began = subject.driver.send(bodies)
    subject.driver.send([over], event="CHANNEL_UPDATE")
    ended = await subject.child.ask(do="ended")
    return (ended["at"] - began) / 1e9, ended["cpu"] - armed["cpu"]
