"""What people want to be told of ("after three late nights"): kept, looked after, and told once, to them alone.

It is looked after as they are active, and once a day in their morning. By a direct message where they take one; what
was not told so waits for them in /limits show and on the web.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from uuid import UUID

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import LimitReached, NotAllowed, NotFound
from bot.ports.letters import Letter, LetterLink, Letters, Posted
from bot.services.characters.drafts import clean_text
from bot.services.keys.vault import VaultError
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.habits import opened
from bot.services.wellbeing.insights import calendar
from bot.services.wellbeing.limited import announce
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.minutes import HOUR, at_minute, day_of, local_minute, minute_of
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.presence import Act, Counted
from bot.services.wellbeing.rules import Rest
from bot.services.wellbeing.sealing import PersonSeals
from bot.services.wellbeing.trigger_rules import (
    LOOK_BACK_DAYS,
    Known,
    Trigger,
    Wish,
    came_true,
    checked,
    discreet_notice,
    notice,
)
from bot.texts import N_, SOURCE_LANGUAGE, Say
from db.ids import new_id
from db.models import SelfTrigger, TriggerKind
from db.queries.wellbeing import habits as habit_queries
from db.queries.wellbeing import triggers as queries
from db.work import Actor, Database, Work

JOB = "triggers_of"
"""Looks after one person, soon after they were active."""
ROUND = "triggers"
"""Looks, each hour, after everybody in whose zone it is morning."""

MORNING = 10
"""At this hour of their day people are told what the day before brought."""
_SOON = timedelta(seconds=20)
_STILL_TOLD = timedelta(hours=36)
_AT_ONCE = 200
_LETTER_MAX = 2000
"""Discord's bound for one message (Message Resource)."""

_log = structlog.get_logger(__name__)


class Triggers:
    """Everything about triggers. Each method works in the person's own name."""

    def __init__(self, clock: Clock, seals: PersonSeals, own_limits: SelfLimits, moods: Moods) -> None:
        """`own_limits` knows the person's clock; of `moods` only whether they keep check-ins is asked here."""
        self._clock = clock
        self._seals = seals
        self._limits = own_limits
        self._moods = moods
        self._active = ActiveMinutes()

    async def all(self, work: Work, user_id: UUID) -> tuple[Trigger, ...]:
        """What a person wants to be told of, the oldest first."""
        rows = await queries.all_of(work.session, user_id)
        try:
            seal = await self._seals.of(work, user_id) if rows else None
        except VaultError:
            seal = None
        last = await queries.last_fired(work.session, user_id) if rows else {}
        return tuple(
            Trigger(row.id, _wish(row), opened(seal, row.sealed_words, _context(row.id)), last.get(row.id))
            for row in rows
        )

    async def add(
        self,
        work: Work,
        user_id: UUID,
        kind: TriggerKind,
        *,
        times: int | None = None,
        minutes: int | None = None,
        words: str = "",
    ) -> Trigger:
        """One more; what is left out is as usual. Raises `InvalidInput`, `LimitReached`, or `NotAllowed` for moods of
        somebody who keeps no check-ins."""
        wish = checked(kind, times, minutes)
        label = N_("Your own words")
        said = " ".join(clean_text("words", label, words, limits.TRIGGER_WORDS_MAX).split()) if words.strip() else ""
        await habit_queries.take_turns(work.session, user_id)
        if kind is TriggerKind.LOW_MOODS and await self._moods.options(work, user_id) is None:
            raise NotAllowed(
                "no_check_ins",
                N_("This is about moods, and you keep no check-ins. Begin with /mood checkin. Nothing was added."),
                field="kind",
            )
        before = await self.all(work, user_id)
        same = next((one for one in before if one.wish == wish and one.words == said), None)
        if same is not None:
            return same
        if len(before) >= limits.TRIGGERS_PER_PERSON:
            raise LimitReached(
                "triggers_full",
                N_("You are told of {maximum} things already, as many as can be. Remove one first. Nothing was added."),
                maximum=int(limits.TRIGGERS_PER_PERSON),
            )
        trigger_id, sealed = new_id(), None
        if said:
            sealed = (await self._seals.for_writing(work, user_id)).seal(said.encode(), _context(trigger_id))
        await queries.add(
            work.session,
            trigger_id=trigger_id,
            user_id=user_id,
            kind=kind,
            times=wish.times,
            minutes=wish.minutes,
            sealed_words=sealed,
        )
        await announce(work, user_id)
        return Trigger(trigger_id, wish, said)

    async def one(self, work: Work, user_id: UUID, trigger_id: UUID) -> Trigger:
        """One of them. Raises `NotFound`."""
        found = next((one for one in await self.all(work, user_id) if one.id == trigger_id), None)
        if found is None:
            raise NotFound("no_such_trigger", N_("There is no such wish of yours. Look at /limits triggers."))
        return found

    async def remove(self, work: Work, user_id: UUID, trigger_id: UUID) -> Trigger:
        """They are not told of it any more; what it was. Raises `NotFound`."""
        found = await self.one(work, user_id, trigger_id)
        await queries.remove(work.session, user_id, trigger_id)
        await announce(work, user_id)
        return found

    async def look(self, work: Work, user_id: UUID) -> int:
        """Write down what has come true since it was last looked; how much of it is new."""
        wanted = await self.all(work, user_id)
        if not wanted:
            return 0
        known = await self._known(work, user_id, wanted)
        new = 0
        for one in wanted:
            period = came_true(one.wish, known)
            if period is not None and _is_discreet(one):
                # It names a day on which somebody felt low: kept so that it is known again, and says nothing.
                period = await self._unnamed(work, user_id, period)
            if period is not None:
                new += await queries.fired(work.session, one.id, period, self._clock.now())
        return new

    async def _unnamed(self, work: Work, user_id: UUID, period: str) -> str | None:
        try:
            seal = await self._seals.of(work, user_id)
        except VaultError:
            return None
        return None if seal is None else seal.fingerprint(b"period", period.encode()).hex()

    async def _known(self, work: Work, user_id: UUID, wanted: tuple[Trigger, ...]) -> Known:
        now = minute_of(self._clock.now())
        zone, _ = await self._limits.zone(work, user_id)
        since = at_minute(now - LOOK_BACK_DAYS * 24 * HOUR)
        minutes = await self._active.between(work, user_id, since, at_minute(now + 1))
        moods: Mapping[date, float] = {}
        if any(one.wish.kind is TriggerKind.LOW_MOODS for one in wanted):
            today = day_of(zone, now)
            entries = await self._moods.between(work, user_id, today - timedelta(days=LOOK_BACK_DAYS), today)
            moods = {one.day: one.median for one in calendar(entries)}
        return Known(zone, now, minutes, moods)


class Telling:
    """Looks after people's triggers as they are active and in their mornings, and writes to them.

    As `Watching` it hears who is active; it never waits there.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        triggers: Triggers,
        own_limits: SelfLimits,
        letters: Letters | None = None,
        language: str = SOURCE_LANGUAGE,
    ) -> None:
        """Without `letters` nobody is written to. `language` is the house's, for people whose own is not known."""
        self._database = database
        self._clock = clock
        self._triggers = triggers
        self._limits = own_limits
        self.letters = letters
        self.language = language
        self.site: Callable[[], str] = str
        """Where the web app is reached, for the button in a letter."""
        self._tasks: set[asyncio.Task[None]] = set()

    # -------------------------------------------------------------------------------------------- hearing

    def refused(self, act: Act, rest: Rest) -> None:
        """Nothing to do."""

    def crossed(self, act: Act, crossing: object) -> None:
        """Nothing to do."""

    def counted(self, counted: Counted) -> None:
        """Have somebody looked after, soon: once for all the minutes until then."""
        task = asyncio.create_task(self._ask(counted.user_id), name="triggers")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Return once everybody so far is in the queue."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Finish what is under way."""
        await self.idle()

    async def _ask(self, user_id: UUID) -> None:
        try:
            async with self._database.work(Actor.job(JOB)) as work:
                await work.enqueue(JOB, {"user_id": str(user_id)}, after=_SOON, once=f"{JOB}:{user_id}")
        except Exception:  # a border: a task of its own
            _log.exception("triggers_not_asked_for")

    # -------------------------------------------------------------------------------------------- jobs

    async def look_after(self, payload: Mapping[str, str]) -> None:
        """A job: one person."""
        await self.attend(UUID(payload["user_id"]))

    async def go_round(self, _: Mapping[str, str]) -> None:
        """A job: everybody in whose zone it is morning now. One person in trouble keeps nobody else from it."""
        after: UUID | None = None
        while True:
            async with self._database.work(Actor.job(ROUND)) as work:
                people = await queries.people(work.session, after, _AT_ONCE)
            for user_id in people:
                if await self._is_morning(user_id):
                    await self._attended(user_id)
            if len(people) < _AT_ONCE:
                return
            after = people[-1]

    async def attend(self, user_id: UUID) -> None:
        """Look what has come true for one person, and tell them."""
        async with self._database.work(Actor.user(user_id)) as work:
            await self._triggers.look(work, user_id)
        await self._tell(user_id)

    async def _attended(self, user_id: UUID) -> None:
        try:
            await self.attend(user_id)
        except Exception:  # a border: the next person's turn
            _log.exception("triggers_not_looked_at")

    async def _is_morning(self, user_id: UUID) -> bool:
        async with self._database.work(Actor.user(user_id)) as work:
            zone, _ = await self._limits.zone(work, user_id)
        return local_minute(zone, minute_of(self._clock.now())) // HOUR == MORNING

    async def _tell(self, user_id: UUID) -> None:
        """Write once for all that is untold. It counts as told when it was, or may have been, delivered."""
        if self.letters is None:
            return
        async with self._database.work(Actor.user(user_id)) as work:
            events = await queries.untold(work.session, user_id, self._clock.now() - _STILL_TOLD)
            wanted = {one.id: one for one in await self._triggers.all(work, user_id)} if events else {}
            to = await queries.addressee(work.session, user_id)
        due = [trigger for trigger in (wanted.get(one.trigger_id or user_id) for one in events) if trigger]
        if not due or to.discord_id is None:
            return
        sent = await self.letters.send(to.discord_id, self._letter(due, Say(to.language, self.language)))
        if sent in (Posted.SENT, Posted.UNSURE):
            async with self._database.work(Actor.user(user_id)) as work:
                await self._limits.told(work, user_id, [one.id for one in events])

    def _letter(self, due: list[Trigger], say: Say) -> Letter:
        lines = [discreet_notice(say) if _is_discreet(one) else notice(one, say) for one in due]
        site = self.site()
        link = (LetterLink(say("Open"), f"{site}/limits"),) if site.startswith("https://") else ()
        return Letter("\n\n".join(dict.fromkeys(lines))[:_LETTER_MAX], link)


def _is_discreet(trigger: Trigger) -> bool:
    # How somebody feels is not sent through Discord unasked.
    return trigger.wish.kind is TriggerKind.LOW_MOODS


def _wish(row: SelfTrigger) -> Wish:
    return Wish(row.kind, row.times, row.minutes)


def _context(trigger_id: UUID) -> bytes:
    return f"self_triggers:{trigger_id}".encode()
