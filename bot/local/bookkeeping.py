"""`ledger verify`: looks at everything the ledger promises and says what was looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from bot.local.upkeep import reached
from bot.services.money.verifying import Verdict, verify
from bot.settings import Settings
from db.work import Database

Tell = Callable[[str], None]


async def verify_ledger(settings: Settings, *, as_json: bool, tell: Tell) -> bool:
    """Tell what was looked at and what is wrong; whether nothing is. Changes nothing; others may work meanwhile."""
    async with reached(settings) as place:
        database = Database(place.url, pool_size=1, max_overflow=0)
        try:
            verdict = await verify(database)
        finally:
            await database.close()
    tell(_for_machines(verdict) if as_json else verdict.told())
    return verdict.is_sound


def _for_machines(verdict: Verdict) -> str:
    checks = [asdict(check) for check in verdict.checks]
    return json.dumps({"is_sound": verdict.is_sound, "at": verdict.at.isoformat(), "checks": checks})
