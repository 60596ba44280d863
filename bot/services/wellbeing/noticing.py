"""Tells a person what comes of their limits: to them alone, once, by a direct message where they take one.

What cannot be told waits for them: it is shown with `/limits show`, on the web, and where they ask why nobody answers.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from bot.clock import Clock
from bot.ports.letters import Letter, Letters, Posted
from bot.services.wellbeing.acts import Act, Counted, noted_as
from bot.services.wellbeing.crossing import Crossing, Mark
from bot.services.wellbeing.limit_words import discord_time
from bot.services.wellbeing.rules import Rest, RestKind
from bot.texts import N_, SOURCE_LANGUAGE, Say, Text
from db.models import LimitEventKind, Strictness
from db.queries.wellbeing import limits as queries
from db.work import Actor, Database

_log = structlog.get_logger(__name__)

_REMEMBERED = 20_000

_NEARLY: dict[tuple[RestKind, Strictness], Text] = {
    (RestKind.DAY, Strictness.STOP): N_(
        "You have {left} of your {most} minutes of today left. After them characters rest for you until {until}, as "
        "you asked. Only you read this."
    ),
    (RestKind.DAY, Strictness.COOL_DOWN): N_(
        "You have {left} of your {most} minutes of today left. After them characters rest for a while now and then, as "
        "you asked. Only you read this."
    ),
    (RestKind.DAY, Strictness.WARN): N_(
        "You have {left} of your {most} minutes of today left. You asked me to say so. Only you read this."
    ),
    (RestKind.WEEK, Strictness.STOP): N_(
        "You have {left} of your {most} minutes of this week left. After them characters rest for you until {until}, "
        "as you asked. Only you read this."
    ),
    (RestKind.WEEK, Strictness.COOL_DOWN): N_(
        "You have {left} of your {most} minutes of this week left. After them characters rest for a while now and "
        "then, as you asked. Only you read this."
    ),
    (RestKind.WEEK, Strictness.WARN): N_(
        "You have {left} of your {most} minutes of this week left. You asked me to say so. Only you read this."
    ),
}
_REACHED: dict[RestKind, Text] = {
    RestKind.DAY: N_(
        "Your {most} minutes of today are used up. You asked me to say so, and not to stop you. Only you read this."
    ),
    RestKind.WEEK: N_(
        "Your {most} minutes of this week are used up. You asked me to say so, and not to stop you. Only you read this."
    ),
}
_BREAK = N_(
    "You are here for {most} minutes without a break. You asked me to say so: it may be time to stretch, or for a "
    "glass of water. Only you read this."
)
_BREAK_AND_REST = N_(
    "You are here for {most} minutes without a break, and you asked for one: characters rest for you for {left} "
    "minutes now. Only you read this."
)
_SERVERS_DAY = N_(
    "In one of your servers everybody can talk with characters for {most} minutes a day; you have {left} left there. "
    "Only you read this."
)
_SERVERS_BREAK = N_(
    "You are in one of your servers for {most} minutes without a break. Its admins suggest one to everybody. Only you "
    "read this."
)


class Noticing:
    """Watches who takes part (`Presence.watching`). Nobody waits for it; what it does is finished by `close`."""

    def __init__(
        self, database: Database, clock: Clock, letters: Letters | None = None, language: str = SOURCE_LANGUAGE
    ) -> None:
        """Without `letters` nobody is written to. `language` is the house's, for people whose own is not known."""
        self._database = database
        self._clock = clock
        self.letters = letters
        self._language = language
        self._tasks: set[asyncio.Task[None]] = set()
        self._noted: OrderedDict[tuple[UUID, LimitEventKind, str], None] = OrderedDict()

    def refused(self, act: Act, rest: Rest) -> None:
        """Somebody rests: it stands in their history, once for each day, night, pause or break."""
        kind, period = noted_as(act, rest)
        key = (act.user_id, kind, period)
        if key in self._noted:
            return
        self._noted[key] = None
        if len(self._noted) > _REMEMBERED:
            self._noted.popitem(last=False)
        self._keep(self._note(act.user_id, kind, period, rest.until))

    def crossed(self, act: Act, crossing: Crossing) -> None:
        """Somebody is to be told of a mark they passed."""
        self._keep(self._tell(act, crossing))

    def counted(self, counted: Counted) -> None:
        """Minutes alone are told to nobody here."""

    async def idle(self) -> None:
        """Return once everything so far is told."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Finish what is under way."""
        await self.idle()

    async def _note(self, user_id: UUID, kind: LimitEventKind, period: str, until: datetime | None) -> None:
        async with self._database.directly(Actor.user(user_id)) as direct:
            await queries.note(direct, kind, period, until=until, moment=self._clock.now())

    async def _tell(self, act: Act, crossing: Crossing) -> None:
        if self.letters is None or act.discord_id is None:
            return
        async with self._database.work(Actor.user(act.user_id)) as work:
            language = await queries.spoken(work.session, act.user_id)
        text, values = notice_words(crossing)
        said = Say(language, self._language)(text, **values)
        if await self.letters.send(act.discord_id, Letter(said)) is not Posted.SENT:
            return
        async with self._database.work(Actor.user(act.user_id)) as work:
            await queries.told(work.session, act.user_id, self._clock.now(), kind=crossing.kind, period=crossing.period)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._watched(work), name="limits notice")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # a border: a task of its own
            _log.exception("limit_notice_failed")


def notice_words(crossing: Crossing) -> tuple[Text, dict[str, object]]:
    """What somebody reads of a mark they passed, and what fills it."""
    values: dict[str, object] = {"left": crossing.left, "most": crossing.most}
    if crossing.until is not None:
        values["until"] = discord_time(crossing.until)
    if crossing.mark is Mark.BREAK:
        if crossing.guild:
            return _SERVERS_BREAK, values
        return (_BREAK_AND_REST if crossing.left else _BREAK), values
    if crossing.guild:
        return _SERVERS_DAY, values
    if crossing.mark is Mark.REACHED:
        return _REACHED[crossing.of], values
    return _NEARLY[crossing.of, crossing.strictness], values
