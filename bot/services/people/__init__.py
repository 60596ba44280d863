"""People: recognising who is there, and working in their name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from bot.clock import Clock, SystemClock
from bot.ports import Caller
from db import functions
from db.queries import people as queries
from db.work import Actor, Database, Work

_KNOWN = 20_000
"""How many people are remembered with their names, so that most messages need no look-up."""

_LANGUAGE_SECONDS = 600.0
"""How long a person's chosen language is remembered: another process may have heard of a change."""


class People:
    """Who is who."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()
        self._known: OrderedDict[Caller, UUID] = OrderedDict()
        self._languages: OrderedDict[int, tuple[float, str | None]] = OrderedDict()

    async def arrive(self, caller: Caller) -> UUID:
        """The user's id; their account is made or brought up to date where their names or language changed."""
        known = self._known.get(caller)
        if known is not None:
            self._known.move_to_end(caller)
            return known
        async with self._database.work(Actor.job("arrive")) as work:
            user_id = await functions.arrive(
                work.session,
                discord_id=caller.discord_id,
                username=caller.username,
                display_name=caller.display_name,
                locale=caller.locale,
            )
        self._known[caller] = user_id
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return user_id

    @asynccontextmanager
    async def at_work(self, caller: Caller) -> AsyncGenerator[tuple[UUID, Work]]:
        """A unit of work in the caller's name, committed at the end of the block."""
        user_id = await self.arrive(caller)
        async with self._database.work(Actor.user(user_id)) as work:
            if self._is_stale(caller.discord_id):
                self.speaks(caller.discord_id, await queries.language(work.session, user_id))
            yield user_id, work

    def language(self, discord_id: int) -> str | None:
        """The language a person chose, as far as it is remembered: whoever worked here lately is. Never waits."""
        known = self._languages.get(discord_id)
        return None if known is None else known[1]

    def speaks(self, discord_id: int, language: str | None) -> None:
        """Remember the language a person chose (None: Discord's own)."""
        self._languages[discord_id] = (self._clock.monotonic(), language)
        self._languages.move_to_end(discord_id)
        if len(self._languages) > _KNOWN:
            self._languages.popitem(last=False)

    def _is_stale(self, discord_id: int) -> bool:
        known = self._languages.get(discord_id)
        return known is None or self._clock.monotonic() - known[0] > _LANGUAGE_SECONDS

    def forget(self, user_id: UUID) -> None:
        """Look this person up again next time (their account changed or is gone)."""
        for caller in [caller for caller, known in self._known.items() if known == user_id]:
            del self._known[caller]
