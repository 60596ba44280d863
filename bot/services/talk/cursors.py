"""How far each channel has been read, so that what was written while we were away can be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ports import Place
from bot.services.talk.heed import Hearing
from db.queries.talk import delivery
from db.work import Actor, Database


@dataclass(frozen=True, slots=True)
class Missed:
    """A channel to catch up with: what came after this message has not been seen."""

    place: Place
    after_message_id: int


class Cursors:
    """The last message seen in each channel where somebody listens. Kept in memory, written in batches.

    A crash before the next batch means that some messages are fetched again; the inbox knows those it has.
    """

    def __init__(self, database: Database, hearing: Hearing) -> None:
        self._database = database
        self._hearing = hearing
        self._moved: dict[int, int] = {}

    def seen(self, channel_id: int, message_id: int) -> None:
        """A message was seen."""
        if message_id > self._moved.get(channel_id, 0):
            self._moved[channel_id] = message_id

    async def flush(self) -> None:
        """Write what has moved since the last time."""
        moved, self._moved = self._moved, {}
        if not moved:
            return
        try:
            async with self._database.work(Actor.job("cursors")) as work:
                await delivery.move_cursors(work.session, moved)
        except BaseException:
            self._moved = {**moved, **self._moved}
            raise

    async def missed(self) -> Sequence[Missed]:
        """Where to catch up, and from where on. A channel nobody was ever heard in is not among them."""
        async with self._database.work(Actor.job("cursors")) as work:
            stored = await delivery.cursors(work.session)
        return [
            Missed(room.place, max(stored[channel], self._moved.get(channel, 0)))
            for room in self._hearing.rooms()
            if (channel := room.place.channel_id) in stored
        ]
