"""The services of oversight, as faces reach them: one field of `Cafe` and of `Desk`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.oversight.accounts import Accounts
from bot.services.oversight.audit import Oversight
from bot.services.oversight.auditing import AuditLog
from bot.services.oversight.blocked import Blocked
from bot.services.oversight.condition import Condition
from bot.services.oversight.figures import Figures
from bot.services.oversight.publications import Publications
from bot.services.oversight.queue import JobQueue
from bot.services.oversight.reports import Reports
from bot.services.oversight.standings import Standings
from bot.services.oversight.switches import Switches


@dataclass(frozen=True, slots=True)
class OversightRules:
    """The rules of oversight. `blocked` and `switches` are asked of everything; they know without waiting."""

    oversight: Oversight
    blocked: Blocked
    switches: Switches
    standings: Standings
    accounts: Accounts
    reports: Reports
    publications: Publications
    log: AuditLog
    queue: JobQueue
    figures: Figures
    condition: Condition
