"""All that faces ask about a person's own limits, in one hand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.clock import Clock
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.habits import Habits
from bot.services.wellbeing.history import LimitHistory
from bot.services.wellbeing.limits import Changed, SaidIn, SelfLimits
from bot.services.wellbeing.spending import Spendings
from bot.services.wellbeing.triggers import Triggers
from bot.services.wellbeing.typed_limits import pause_until
from db.work import Work


@dataclass(frozen=True, slots=True)
class Limiting:
    """What is limited, what somebody wants to be told of, their habits, what came of it all, and what they spent."""

    own: SelfLimits
    habits: Habits
    triggers: Triggers
    history: LimitHistory
    spendings: Spendings
    clock: Clock

    async def minutes_here(self, work: Work, user_id: UUID, guild_id: int, zone: str) -> int:
        """How many minutes of today, by a server's clock, somebody spent in it."""
        return await ActiveMinutes().today_in(work, user_id, guild_id, zone, self.clock.now())

    async def pause(self, work: Work, user_id: UUID, days: int | None, said_in: SaidIn) -> Changed:
        """Characters rest for some days, or (None) until the person says otherwise. Raises `InvalidInput`."""
        zone, _ = await self.own.zone(work, user_id)
        return await self.own.pause(work, user_id, pause_until(days, zone, self.clock.now()), said_in)
