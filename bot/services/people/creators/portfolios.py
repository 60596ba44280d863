"""The numbers of creators' pages that take long to add up, remembered for some minutes."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from bot.clock import Clock
from db import functions_creators as functions
from db.functions_creators import Portfolio
from db.work import Work

SECONDS = 300.0
"""How old the numbers of somebody else's page may be. Who looks at their own sees them as they are."""

_KEPT = 2_000


class Portfolios:
    """What everybody may see of a creator in numbers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[UUID, tuple[float, Portfolio]] = OrderedDict()

    async def of(self, work: Work, creator_id: UUID, *, is_own: bool) -> Portfolio:
        """The numbers of one page, which the actor may see."""
        now, known = self._clock.monotonic(), self._known.get(creator_id)
        if known is not None and not is_own and now - known[0] < SECONDS:
            return known[1]
        found = await functions.portfolio(work.session, creator_id)
        self._known[creator_id] = now, found
        self._known.move_to_end(creator_id)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found
