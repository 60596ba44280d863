"""The services of oversight, as faces reach them: one field of `Cafe` and of `Desk`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from bot.services.oversight.accounts import Accounts
from bot.services.oversight.audit import Oversight, StaffWork
from bot.services.oversight.auditing import AuditLog
from bot.services.oversight.blocked import Blocked
from bot.services.oversight.condition import Condition
from bot.services.oversight.figures import Figures
from bot.services.oversight.publications import CharacterReview, Publications
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

    @property
    def review(self) -> CharacterReview:
        """Has characters wait for staff, where the house wants that."""
        return CharacterReview(self.publications, self.switches)

    def at_work(
        self,
        staff: UUID,
        action: str,
        target_kind: str,
        target_id: object = "",
        *,
        of: UUID | None = None,
        why: str = "",
        admin: bool = False,
    ) -> AbstractAsyncContextManager[StaffWork]:
        """A unit of work as staff, with its line in the log (`Oversight.at_work`)."""
        return self.oversight.at_work(staff, action, target_kind, target_id, of=of, why=why, admin=admin)
