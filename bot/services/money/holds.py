"""Holds that nobody settled and given tokens whose time is over: ended by the clock."""

from __future__ import annotations

import structlog

from bot.services.money.accounts import Swept
from bot.services.money.ledger import Ledger
from db.work import Actor, Database

_log = structlog.get_logger(__name__)

JOB = "ledger"


async def sweep_all(database: Database, ledger: Ledger) -> Swept:
    """End everything that is over, a few at a time so that nobody waits long for their wallet; how much that was."""
    holds = pockets = tokens = 0
    while True:
        async with database.work(Actor.job(JOB)) as work:
            swept = await ledger.sweep(work)
        if not (swept.holds or swept.pockets):
            break
        holds, pockets, tokens = holds + swept.holds, pockets + swept.pockets, tokens + swept.tokens
    if holds or pockets:
        _log.info("ledger_swept", holds=holds, pockets=pockets, tokens=tokens)
    return Swept(holds, pockets, tokens)
