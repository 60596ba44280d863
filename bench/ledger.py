"""Whether tokens add up while program and database are killed, and how long a gift takes."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import time
from dataclasses import dataclass
from typing import Any

from bench.ledger_parts.controls import CONTROLS, run_control
from bench.ledger_parts.judging import Judgement
from bench.ledger_parts.load import Load, measure
from bench.ledger_parts.program import BankProgram
from bench.ledger_parts.run import BankRun, Outcome, people_of
from bench.ledger_parts.server import BankServer
from bench.ledger_parts.size import FULL, QUICK, Size
from bench.parts.report import Machine, show

P99_WANTED_MS = 50.0

_TOLD = {
    "I1": "all balances together are zero",
    "I2": "each balance is the sum of its entries",
    "I3": "each transfer has two entries that cancel out",
    "I4": "nobody is below zero, in any look",
    "I5": "what was acknowledged is there as it was acknowledged",
    "I6": "nothing is there that nobody asked for",
    "I7": "the same key gets the same answer, another request a refusal",
    "I8": "what is held back is what the holds say; none is overdue",
    "I9": "no refund gives back more than was moved",
    "I10": "no allowance twice in a period",
    "guards": "nobody but the reviewed functions can write",
    "answers": "every question is answered",
    "deadlocks": "nobody waits in a circle",
}


@dataclass(frozen=True)
class Found:
    """Everything that was measured."""

    main: Outcome
    load: Load | None
    controls: tuple[tuple[str, bool, Outcome], ...]


async def bank(size: Size, seed: int, *, with_controls: bool = True) -> Found:
    """The bank under fire, a calm measurement, and the controls."""
    server = BankServer()
    try:
        await server.make()
        await server.start()
        load, main = await _main(server, size, seed)
        controls: list[tuple[str, bool, Outcome]] = []
        for number, control in enumerate(CONTROLS if with_controls else ()):
            is_red, outcome = await run_control(server, control, size, seed, number)
            controls.append((control.name, is_red, outcome))
        return Found(main, load, tuple(controls))
    finally:
        await server.stop()


async def _main(server: BankServer, size: Size, seed: int) -> tuple[Load | None, Outcome]:
    url = await server.copy("bank")
    people = await people_of(url, size.hot + size.cold)
    others = await people_of(url, 50)
    program = BankProgram(url, server.folder)
    await program.start()
    try:
        load = None
        if size.load_seconds:
            load = await measure(
                program.url,
                others,
                per_second=size.gifts_per_s,
                seconds=size.load_seconds,
                clients=size.clients,
            )
        run = BankRun(server, "bank", program, [*people, *others], size, seed)
        run.bank.only(people)
        kills = {"app": size.app_kills, "db": size.db_kills}
        return load, await run.run(acked=size.acked, kills=kills, reads=size.reads)
    finally:
        await program.stop()


def figures(found: Found, seed: int) -> dict[str, Any]:
    """The JSON line."""
    main, load = found.main, found.load
    return {
        "acked": main.acked,
        "violations": main.judgement.violations,
        "app_kills": main.app_kills,
        "db_kills": main.db_kills,
        "controls_red": sum(is_red for _, is_red, _ in found.controls),
        "p99_ms": None if load is None else load.p99_ms,
        "gifts_per_s": None if load is None else load.gifts_per_s,
        "reads": main.reads,
        "retries": main.retries,
        "answers_lost": main.lost,
        "acked_per_s": round(main.acked / main.seconds, 1),
        "slowest_recovery_s": round(main.slowest_recovery, 2),
        "seed": seed,
    }


def rows(found: Found, size: Size) -> list[tuple[str, str, str]]:
    """The table."""
    main, load = found.main, found.load
    wanted = f"at least {size.acked:,}"
    table = [
        ("acknowledged", f"{main.acked:,}", f"{wanted}; {main.acked / main.seconds:.0f} a second with the faults"),
        ("kills of the program", str(main.app_kills), f"at least {size.app_kills}"),
        ("kills of Postgres", str(main.db_kills), f"at least {size.db_kills}"),
        ("looks at all balances", f"{main.reads:,}", f"at least {size.reads:,}"),
        ("asked again", f"{main.retries:,}", f"of them {main.lost:,} because the answer was lost on its way"),
        ("slowest return", f"{main.slowest_recovery:.2f} s", "from up again to the next answer; at most 10 s"),
    ]
    table += _promises(main.judgement)
    if load is not None:
        table += [
            (f"a gift at {size.gifts_per_s}/s, p50", f"{load.p50_ms} ms", f"of {load.gifts:,} given, then accepted"),
            (f"a gift at {size.gifts_per_s}/s, p99", f"{load.p99_ms} ms", f"wanted: {P99_WANTED_MS:.0f} ms"),
            ("  giving, accepting p99", f"{load.give_p99_ms}, {load.accept_p99_ms} ms", ""),
            ("gifts at full speed", f"{load.gifts_per_s}/s", f"{size.clients} clients, given and accepted"),
        ]
    for name, is_red, outcome in found.controls:
        seen = ", ".join(f"{promise}: {len(wrong)}" for promise, wrong in outcome.judgement.wrong.items())
        table.append((f"control {name}", "RED" if is_red else "NOT SEEN", f"{outcome.acked} acked, {seen}"))
    return table


def _promises(judgement: Judgement) -> list[tuple[str, str, str]]:
    return [
        (promise, f"{len(judgement.wrong.get(promise, ()))} wrong", f"of {judgement.looked[promise]:,}: {told}")
        for promise, told in _TOLD.items()
        if promise in judgement.looked
    ]


def main() -> int:
    """Measure and print; exit code 1 where something was wrong, or a control was not found out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="repeat what was wanted and which faults there were")
    seed = parser.parse_args().seed
    seed = secrets.randbelow(2**31) if seed is None else seed
    size = QUICK if os.environ.get("QUICK") else FULL
    print(f"seed {seed} (repeat with --seed {seed})", flush=True)
    machine, began = Machine(), time.monotonic()
    found = asyncio.run(bank(size, seed))
    wrong = [f"{promise}: {one}" for promise, all_of in found.main.judgement.wrong.items() for one in all_of[:5]]
    plan = "faults: " + " ".join(found.main.plan)
    notes = [machine.line(), f"{time.monotonic() - began:.0f} s in all", plan, *wrong]
    line = figures(found, seed)
    title = "bench-ledger" + ("" if size is FULL else f" ({size.name})")
    show(title, rows(found, size), notes, line)
    return 0 if not line["violations"] and line["controls_red"] == len(CONTROLS) else 1


if __name__ == "__main__":
    sys.exit(main())
