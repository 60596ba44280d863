"""Four banks that are wrong in one thing each. Who judges them must say so, or their judgement is worth nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.ledger_parts.program import BankProgram
from bench.ledger_parts.run import BankRun, Outcome, people_of
from bench.ledger_parts.server import BankServer
from bench.ledger_parts.size import Size
from db.security_function import Function
from db.security_functions import DEFINER_ROLE, FUNCTIONS


@dataclass(frozen=True)
class Control:
    """What is wrong with it, by which promises that must be seen, and which faults bring it out."""

    name: str
    wrong: str
    seen_by: frozenset[str]
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    changes: Sequence[str] = ()
    forgets: bool = False
    kills: tuple[str, ...] = ()


def _function(name: str) -> Function:
    (found,) = [one for one in FUNCTIONS if one.name == name]
    return found


def _changed(name: str, *swaps: tuple[str, str]) -> list[str]:
    """The function as it is, but for these parts of it; what is not there to be changed raises."""
    function = _function(name)
    sql = function.create().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    for there, instead in swaps:
        if there not in sql:
            raise ValueError(f"{name} has no {there!r} any more: the control must be written anew")
        sql = sql.replace(there, instead)
    may = f"CREATE ON SCHEMA public TO {DEFINER_ROLE}"
    return [f"GRANT {may}", f"SET ROLE {DEFINER_ROLE}", sql, "RESET ROLE", f"REVOKE {may.replace(' TO ', ' FROM ')}"]


_UNLOCKED = ("                ORDER BY w.id FOR NO KEY UPDATE", "")
# Looks, thinks, and writes what it thought: what others wrote meanwhile is lost.
_GIVES = "SET balance = balance - tokens, version = version + 1"
_TAKES = "SET balance = balance + tokens, version = version + 1"
_BEGIN = "            -- The house's wallet last, whichever side it is on."
_LOOK = """
            SELECT r.balance INTO there FROM wallets AS r WHERE r.id = giver;
            SELECT r.balance INTO here FROM wallets AS r WHERE r.id = taker;
            PERFORM pg_sleep(0.003);
"""

CONTROLS: tuple[Control, ...] = (
    Control(
        "a: synchronous_commit off",
        "the server says yes before what it wrote is safe",
        frozenset({"I5", "I6"}),
        settings={"synchronous_commit": "off", "wal_writer_delay": "10s"},
        kills=("db",),
    ),
    Control(
        "b: no idempotency key",
        "what is asked for again is done again",
        frozenset({"I6", "I7"}),
        forgets=True,
        kills=("app", "db"),
    ),
    Control(
        "c: read, then write",
        "two who look at the same balance both spend it",
        frozenset({"I1", "I2", "I4"}),
        changes=[
            *_changed("ledger_enter", _UNLOCKED),
            *_changed(
                "ledger_move",
                (_BEGIN, _LOOK),
                ("DECLARE made", "DECLARE there bigint; here bigint; made"),
                (_GIVES, _GIVES.replace("balance -", "there -")),
                (_TAKES, _TAKES.replace("balance +", "here +")),
            ),
        ],
    ),
    Control(
        "d: FOR UPDATE after the rows that name the wallets",
        "two who move tokens between the same people wait for each other",
        frozenset({"deadlocks"}),
        changes=[
            *_changed("ledger_enter", _UNLOCKED),
            *_changed(
                "ledger_move",
                (_BEGIN, "            PERFORM FROM wallets AS w WHERE w.id IN (giver, taker) FOR UPDATE;"),
            ),
        ],
    ),
)


async def run_control(server: BankServer, control: Control, size: Size, seed: int, number: int) -> tuple[bool, Outcome]:
    """Whether it was found out, and by what."""
    await server.restart(control.settings)
    name = f"control_{number}"
    url = await server.copy(name, control.changes)
    people = await people_of(url, size.hot + size.cold)
    program = BankProgram(url, server.folder, forgets=control.forgets)
    await program.start()
    try:
        run = BankRun(server, name, program, people, size, seed)
        kills = {which: size.control_kills for which in control.kills}
        outcome = await asyncio.wait_for(
            run.run(acked=size.control_acked, kills=kills, reads=0, settings=control.settings, at_most=40), 170
        )
    finally:
        await program.stop()
    return bool(control.seen_by & set(outcome.judgement.wrong)), outcome
