"""`make bench-ledger` in small: a bank under fire adds up, and a bank that forgets keys is found out."""

from __future__ import annotations

import pytest

from bench.ledger import bank, figures, rows
from bench.ledger_parts.controls import CONTROLS, run_control
from bench.ledger_parts.server import BankServer
from bench.ledger_parts.size import TINY

KEYS = {"acked", "violations", "app_kills", "db_kills", "controls_red", "p99_ms"}


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_bank_that_is_killed_again_and_again_adds_up(seed: int) -> None:
    found = await bank(TINY, seed, with_controls=False)
    judgement = found.main.judgement
    assert judgement.wrong == {}, judgement.wrong
    assert found.main.acked >= TINY.acked
    assert (found.main.app_kills, found.main.db_kills) == (1, 1)
    assert found.main.reads >= TINY.reads
    assert {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10"} <= set(judgement.looked)
    line = figures(found, seed)
    assert set(line) >= KEYS
    assert line["violations"] == 0
    assert all(len(row) == 3 for row in rows(found, TINY))


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("number", [1, 2], ids=["no idempotency key", "read, then write"])
async def test_control_a_bank_that_is_wrong_in_one_thing_is_found_out(number: int, seed: int) -> None:
    server = BankServer()
    try:
        await server.make()
        await server.start()
        is_red, outcome = await run_control(server, CONTROLS[number], TINY, seed, number)
    finally:
        await server.stop()
    assert is_red, outcome.judgement.wrong


def test_every_control_still_changes_what_it_is_meant_to_change() -> None:
    assert len(CONTROLS) == 4
    assert all(control.changes or control.settings or control.forgets for control in CONTROLS)
