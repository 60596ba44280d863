"""What stands in the way of speaking, told once: in the channel where that is possible, else to who asked.

A trouble is a row from when it was told until speaking there works again, so a restart does not tell it anew, and
/doctor can say since when it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.errors import Closed, StageClosed
from db.models import Trouble
from db.queries.talk import troubles as queries
from db.work import Actor, Database

_SILENCING = frozenset({"view_channel", "send_messages", "send_messages_in_threads"})
_OPEN_TO_US = frozenset(
    {
        Closed.MISSING_PERMISSIONS,
        Closed.TOO_MANY_WEBHOOKS,
        Closed.UNKNOWN_WEBHOOK,
        Closed.BLOCKED,
        Closed.REFUSED,
    }
)
"""Reasons that keep characters from speaking, not the application itself."""

GONE = frozenset({Closed.UNKNOWN_CHANNEL, Closed.SERVER_LEFT})
"""There is no such place any more: what goes on there is over."""

_LASTING = frozenset(
    {
        Closed.MISSING_PERMISSIONS,
        Closed.TOO_MANY_WEBHOOKS,
        Closed.UNKNOWN_WEBHOOK,
        Closed.ARCHIVED,
        Closed.LOCKED,
        Closed.PRIVATE_THREAD,
    }
)

_ACTOR = Actor.job("troubles")


@dataclass(frozen=True, slots=True)
class Told:
    """A trouble people were told of. `detail` names what is missing, where that is known."""

    reason: str
    detail: str
    told_at: datetime


def may_write(error: StageClosed) -> bool:
    """Whether the application itself can still write where characters cannot speak. Pure."""
    return error.reason in _OPEN_TO_US and not _SILENCING & set(error.permissions)


def lasts(error: StageClosed) -> bool:
    """Whether it stays until somebody acts, so that it is told once; others concern one message only. Pure."""
    return error.reason in _LASTING


class Troubles:
    """Which troubles are known, channel by channel."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[int, dict[str, Told]] = {}

    async def load(self) -> None:
        """Know what earlier runs told."""
        async with self._database.work(_ACTOR) as work:
            rows = await queries.every(work.session)
        known: dict[int, dict[str, Told]] = {}
        for row in rows:
            known.setdefault(row.channel_id, {})[row.reason] = _told(row)
        self._known = known

    def of(self, channel_id: int) -> tuple[Told, ...]:
        """What stands in the way in a channel, the oldest first."""
        return tuple(sorted(self._known.get(channel_id, {}).values(), key=lambda told: told.told_at))

    async def met(self, channel_id: int, reason: str, detail: str = "") -> bool:
        """Something stands in the way. True where people are to be told: nobody was since it last worked."""
        known = self._known.setdefault(channel_id, {})
        if reason in known and known[reason].detail == detail:
            return False
        async with self._database.work(_ACTOR) as work:
            row = await queries.put(work.session, channel_id, reason, detail, self._clock.now())
        known[reason] = _told(row)
        return True

    async def worked(self, channel_id: int) -> None:
        """Somebody spoke there: nothing stands in the way any more. No database where nothing did."""
        if self._known.get(channel_id):
            await self.forget((channel_id,))

    async def forget(self, channel_ids: Iterable[int]) -> None:
        """These channels are well, or gone."""
        troubled = [channel_id for channel_id in channel_ids if self._known.get(channel_id)]
        if not troubled:
            return
        async with self._database.work(_ACTOR) as work:
            await queries.remove(work.session, troubled)
        for channel_id in troubled:
            self._known.pop(channel_id, None)


def _told(row: Trouble) -> Told:
    return Told(row.reason, row.detail, row.told_at)
