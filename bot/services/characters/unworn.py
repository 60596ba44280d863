"""Pictures that no character and no persona wears any more: replaced, taken off, or gone with who wore them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.services.characters.pictures import Pictures
from db import functions
from db.queries import characters as queries
from db.work import Actor, Database

JOB = "unworn pictures"

UNWORN_KEPT = timedelta(days=1)
"""What is just being uploaded is not worn yet."""


class UnwornPictures:
    """Removes them a day after they were uploaded or taken up last."""

    def __init__(self, database: Database, pictures: Pictures, clock: Clock) -> None:
        self._database = database
        self._pictures = pictures
        self._clock = clock

    async def run(self) -> int:
        """Remove them; how many files went. May run at any time and be broken off at any time.

        Rows go first: a file without a row is seen by nobody, a row without its file would be a broken face. They go in
        their owner's name, since nobody else's work sees who wears what as a persona.
        """
        before = self._clock.now() - UNWORN_KEPT
        async with self._database.work(Actor.job(JOB)) as work:
            owners = await functions.owners_of_old_media(work.session, before)
        for owner_id in owners:
            async with self._database.work(Actor.user(owner_id)) as work:
                await queries.remove_unworn_media(work.session, owner_id, before)
        return await self._pictures.sweep(before, self._claimed)

    async def _claimed(self, found: Sequence[str]) -> Collection[str]:
        async with self._database.work(Actor.job(JOB)) as work:
            return await functions.media_claimed(work.session, found)
