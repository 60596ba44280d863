"""Builds the services of oversight: a part of `bot.app`, which alone calls it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from bot.clock import Clock
from bot.services.keys.vault import house_keys
from bot.services.oversight.accounts import Accounts
from bot.services.oversight.audit import Oversight
from bot.services.oversight.auditing import AuditLog
from bot.services.oversight.blocked import Blocked
from bot.services.oversight.chain import SealingKeys
from bot.services.oversight.condition import Condition
from bot.services.oversight.figures import Figures
from bot.services.oversight.publications import Publications
from bot.services.oversight.queue import JobQueue
from bot.services.oversight.reports import Reports
from bot.services.oversight.rules import OversightRules
from bot.services.oversight.sealing import Sealing
from bot.services.oversight.standings import Standings, UserRole
from bot.services.oversight.switches import Switches
from bot.settings import Settings
from db.work import Database


class OversightParts:
    """What oversight is made of in one program. `start` it before anybody is let in."""

    def __init__(self, database: Database, clock: Clock, keys: SealingKeys) -> None:
        oversight = Oversight(database)
        standings = Standings(database, oversight, clock)
        figures = Figures(database, oversight, clock)
        self.sealing = Sealing(database, keys)
        self.rules = OversightRules(
            oversight=oversight,
            blocked=Blocked(database, clock),
            switches=Switches(database),
            standings=standings,
            accounts=Accounts(oversight, standings, clock),
            reports=Reports(oversight, clock),
            publications=Publications(oversight),
            log=AuditLog(database, oversight, keys),
            queue=JobQueue(oversight, clock),
            figures=figures,
            condition=Condition(oversight, figures, clock),
        )

    async def start(self, exits: AsyncExitStack) -> None:
        """Know who is kept out and what is closed, and hear of every change. Closed by `exits`."""
        for kept in (self.rules.blocked, self.rules.switches):
            exits.push_async_callback(kept.close)
            await kept.start()

    async def crown(self, admins: tuple[int, ...]) -> None:
        """Make these people admins, by their Discord ids: the operator's word (ADMINS)."""
        for discord_id in admins:
            await self.rules.standings.crown(discord_id, UserRole.ADMIN)


def sealing_keys(settings: Settings, data_dir: Path | None = None) -> SealingKeys:
    """What signs the audit log: derived from SECRET_KEY, or from the key file. Raises `VaultError`, `OSError`."""
    return SealingKeys(house_keys(settings.secret_key.get_secret_value(), data_dir or settings.data_dir))


def discord_ids(listed: str) -> tuple[int, ...]:
    """The ids in a setting, separated by commas."""
    return tuple(int(word) for word in listed.replace(",", " ").split())
