"""Proving that the ledger adds up: everything it promises, looked at in one snapshot (docs/ledger.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from db.queries.money import ledger as queries
from db.work import Actor, Database

_SAYS: Mapping[str, tuple[str, str]] = {
    "I1": ("wallets", "all balances together are zero: no token was made or lost"),
    "I2": ("entries", "each balance is the sum of its entries, numbered without a gap, each following the one before"),
    "I3": ("transfers", "each has exactly two entries that cancel out; what was only held back moved nothing"),
    "I4": ("wallets of people", "none is below zero or holds back more than it has, nor ever was below zero"),
    "I6": ("keys", "each was carried out once, and whole"),
    "I7": ("keys", "each stands for one request"),
    "I8": ("holds", "together they are what the wallets hold back; what moved is what they say; none is overdue"),
    "I9": ("refunds", "none gives back more than was moved, or to another wallet"),
    "I10": ("allowances", "nobody has one of the same period twice"),
    "guards": (
        "guards",
        "the program cannot write these tables; triggers refuse changes and half transfers; the server keeps its word",
    ),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: what it says, how many of what were looked at, how many were wrong, and a few of those."""

    name: str
    says: str
    looked: int
    of: str
    wrong: int
    examples: tuple[str, ...] = ()

    def told(self) -> str:
        """One line, and one for each example."""
        mark = "ok " if not self.wrong else "RED"
        line = f"{mark}  {self.name:<6}  {self.looked:>9,} {self.of:<18} {self.says}"
        if not self.wrong:
            return line
        more = [f"       {one}" for one in self.examples]
        return "\n".join([f"{line}: {self.wrong:,} wrong", *more])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that was looked at."""

    checks: tuple[Check, ...]
    at: datetime

    @property
    def is_sound(self) -> bool:
        """Whether nothing was wrong."""
        return not any(check.wrong for check in self.checks)

    def told(self) -> str:
        """The whole account, for the command line."""
        wrong = sum(check.wrong for check in self.checks)
        end = (
            "The ledger is sound."
            if not wrong
            else f"The ledger is NOT sound: {wrong:,} things are wrong. Stop what moves tokens, keep a copy of the "
            "database as it is, and look at the entries named above before anything is mended (docs/ledger.md)."
        )
        return "\n".join([*(check.told() for check in self.checks), end])


async def verify(database: Database, *, now: datetime | None = None, is_durable: bool = True) -> Verdict:
    """Look at every wallet, transfer, entry and hold there is. Changes nothing; may run while the program does.

    Without `is_durable` it is not asked whether the server keeps what it said is written, as tests' servers do not.
    """
    moment = now or datetime.now(UTC)
    async with database.work(Actor.job("ledger verify")) as work:
        found = await queries.checks(work.session, moment, is_durable=is_durable)
    checks = tuple(
        Check(one.name, _SAYS[one.name][1], one.looked, _SAYS[one.name][0], one.wrong, tuple(one.examples))
        for one in found
    )
    return Verdict(checks, moment)
