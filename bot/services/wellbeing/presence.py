"""Taking part: whoever has a character speak is counted, and answered only where their limits let them be.

Asked in the transaction that lets a character answer, behind a lock for each person, so that it holds for any number of
messages at a time, in any number of processes. A person who limited nothing costs one question.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from bot.clock import Clock
from bot.ports import Place
from bot.services.wellbeing.acts import Act, Counted, Moment, Part, Watching, noted_as
from bot.services.wellbeing.changing import in_force
from bot.services.wellbeing.crossing import Crossing, crossings
from bot.services.wellbeing.limit_words import refusal
from bot.services.wellbeing.limited import Limited, guild_of
from bot.services.wellbeing.minutes import WEEK, Minutes, at_minute, minute_of
from bot.services.wellbeing.rules import Decision, Floor, Rest, decide, lasting, rest_at, resting
from db.direct import Direct
from db.models import SelfRules
from db.queries.wellbeing import limits as queries
from db.queries.wellbeing.limits import KNOWN, LIMITED, Entered
from db.work import Actor, Database, Work

__all__ = ["Act", "Counted", "Part", "Presence", "Watching"]

_log = structlog.get_logger(__name__)

_READ = WEEK + 26 * 60
"""How far back minutes are read: the longest week there is, and the gap before it."""


class Presence:
    """Counts who takes part, and says who rests."""

    def __init__(self, database: Database, clock: Clock, limited: Limited) -> None:
        self._database = database
        self._clock = clock
        self._apart: set[asyncio.Task[None]] = set()
        self.limited = limited
        self.watching: list[Watching] = []

    def is_free(self, user_id: UUID, place: Place) -> bool:
        """Whether nothing is known that limits somebody there: then one statement may ask and claim at once."""
        return self.limited.version(user_id) is None and self.limited.floor(place) is None

    def resting(self, user_id: UUID, place: Place, at: datetime) -> Rest | None:
        """The rest known to refuse somebody, from memory."""
        return self.limited.resting(user_id, place, at)

    def act(self, user_id: UUID, place: Place, discord_id: int | None = None) -> Act:
        """Something that somebody does now. Without `discord_id`, who limited something is known to have one."""
        person = self.limited.person(user_id)
        known = person.discord_id if discord_id is None and person is not None else discord_id
        return Act(user_id, place, self._clock.now(), known)

    def moment_of(self, act: Act) -> Moment:
        """What the database is told of an act."""
        now = self._clock.now()
        return {"minute": minute_of(min(act.at, now)), "guild": guild_of(act.place), "moment": now}

    async def take_part(self, direct: Direct, act: Act, *, only_look: bool = False) -> Part:
        """Count an act, in the work that lets a character answer it; the work is done for the act's person.

        With `only_look` nothing counts: for what no character was asked for, and yet would be said to the person.
        """
        now = self._clock.now()
        minute = minute_of(min(act.at, now))
        floor = self.limited.floor(act.place)
        if self.is_free(act.user_id, act.place):
            if only_look:
                return Part(act)
            part = self.free_part(act, await queries.take_part(direct, **self.moment_of(act)))
            if part is not None:
                return part
        entered = await queries.enter(direct, guild=guild_of(act.place), since=at_minute(minute - _READ), moment=now)
        return await self._judged(direct, act, minute, entered, floor, only_look=only_look)

    def free_part(self, act: Act, outcome: str) -> Part | None:
        """What `take_part` in SQL said of a person believed to be free; None where they limited something after all."""
        return None if outcome == LIMITED else Part(act, is_new=outcome != KNOWN)

    async def _judged(
        self, direct: Direct, act: Act, minute: int, entered: Entered, floor: Floor | None, *, only_look: bool
    ) -> Part:
        now = self._clock.now()
        rules = None if entered.rules is None else in_force(entered.rules, now)
        everywhere = Minutes.of_hours((first, mask) for first, mask, _ in entered.hours)
        here = Minutes.of_hours((first, mask) for first, _, mask in entered.hours)
        if not guild_of(act.place):
            here = everywhere
        by_clock = resting(rules, floor, minute, now)
        decision = Decision(rest=by_clock) if by_clock else decide(minute, everywhere, here, rules, floor)
        if not only_look and (decision.here or decision.elsewhere):
            await queries.count(direct, guild=guild_of(act.place), here=decision.here, elsewhere=decision.elsewhere)
        after, after_here = everywhere | Minutes.of(decision.new), here | Minutes.of(decision.here)
        if decision.rest is not None:
            rest = lasting(decision.rest, after, after_here, rules, floor, now)
            # Of a message that was heard late nothing is learnt for now: minutes after it count already.
            known = (after_here if rest.is_servers else after).last_before(sys.maxsize)
            following = rest if by_clock or known is None or known < minute else None
            is_new = bool(decision.new) and not only_look
            return Part(act, rest, following, is_new=is_new, version=entered.version)
        if only_look:
            return Part(act, version=entered.version)
        crossed = crossings(everywhere, after, rules, minute)
        crossed += crossings_here(here, after_here, floor, minute, guild_of(act.place))
        told = await self._noted(direct, crossed, now)
        # After all that counts already: of a message that was heard late, later minutes may.
        known = after.last_before(sys.maxsize) or minute
        following = rest_at(max(known, minute) + 1, after, after_here, rules, floor, now)
        return Part(act, following=following, is_new=bool(decision.new), version=entered.version, crossed=told)

    async def _noted(self, direct: Direct, crossed: Sequence[Crossing], now: datetime) -> tuple[Crossing, ...]:
        """Those that nobody was told of yet; from here on somebody is."""
        return tuple(
            [one for one in crossed if await queries.note(direct, one.kind, one.period, until=one.until, moment=now)]
        )

    async def explained(self, user_id: UUID, place: Place) -> Rest | None:
        """The rest that keeps characters from answering somebody there now, as the database knows it; None: none.

        They read it, so nobody need tell them any more.
        """
        act = self.act(user_id, place)
        async with self._database.work(Actor.user(user_id)) as work:
            part = await self.take_part(await work.direct(), act, only_look=True)
            if part.rest is not None:
                kind, period = noted_as(act, part.rest)
                await queries.told(work.session, user_id, self._clock.now(), kind=kind, period=period)
        return part.rest

    async def enter(self, work: Work, act: Act) -> Part:
        """As `take_part`, for what a person asks for by a command or button. Raises `LimitReached`, with when it ends.

        Ask before any row is locked, and hand what is returned to `after`.
        """
        part = await self.take_part(await work.direct(), act)
        if part.rest is None:
            return part
        if part.is_new:
            # The work is given up with the refusal. The time before counts all the same.
            task = asyncio.create_task(self._count_apart(act), name="limits")
            self._apart.add(task)
            task.add_done_callback(self._apart.discard)
        self._remember(part)
        self._refused(part, part.rest)
        raise refusal(part.rest)

    async def _count_apart(self, act: Act) -> None:
        try:
            async with self._database.directly(Actor.user(act.user_id)) as direct:
                await self.take_part(direct, act)
        except Exception:  # a border: a task of its own
            _log.exception("minutes_uncounted")

    async def close(self) -> None:
        """Finish counting."""
        await asyncio.gather(*self._apart, return_exceptions=True)

    def after(self, part: Part | None) -> None:
        """The work is committed: remember a refusal, and tell who is to be told."""
        if part is None:
            return
        if part.rest is not None:
            self._refused(part, part.rest)
        self._remember(part)
        for crossing in part.crossed:
            for one in self.watching:
                one.crossed(part.act, crossing)
        person = self.limited.person(part.act.user_id)
        if part.is_new and person is not None and person.has_triggers:
            counted = Counted(part.act.user_id, part.act.discord_id, minute_of(min(part.act.at, self._clock.now())))
            for one in self.watching:
                one.counted(counted)

    def refused_at_door(self, act: Act, rest: Rest) -> None:
        """Somebody was refused from memory."""
        for one in self.watching:
            one.refused(act, rest)

    def _remember(self, part: Part) -> None:
        if part.rest is None and part.is_new:
            # A message that was heard late may count where a rest was known: what follows from it is asked anew.
            self.limited.forget(part.act.user_id, part.act.place)
        if part.following is not None:
            self.limited.remember(part.act.user_id, part.act.place, part.following, part.version)

    def _refused(self, part: Part, rest: Rest) -> None:
        for one in self.watching:
            one.refused(part.act, rest)


def crossings_here(
    before: Minutes, after: Minutes, floor: Floor | None, minute: int, guild: int
) -> tuple[Crossing, ...]:
    """The marks of a server's floor that were passed there: its rules, read as somebody's own."""
    if floor is None:
        return ()
    rules = SelfRules(time_zone=floor.zone, daily_minutes=floor.minutes_a_day, break_after=floor.break_after)
    return tuple(one.of_server(guild) for one in crossings(before, after, rules, minute))
