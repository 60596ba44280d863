"""The program beside the oracle: each person's weeks are lived once, and both are asked about every act."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.limits_parts.lives import Happening, Life, What
from bench.limits_parts.oracle import Oracle, closure
from bot.ports import Caller, Place
from bot.services.people import People
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.acts import Act
from bot.services.wellbeing.changing import in_force
from bot.services.wellbeing.limited import Limited
from bot.services.wellbeing.limits import SaidIn, SelfLimits
from bot.services.wellbeing.minutes import Minutes, at_minute, minute_of
from bot.services.wellbeing.presence import Presence
from bot.services.wellbeing.rules import Rest, decide, resting
from db.raw import RawConnection
from db.work import Actor, Database


class StandingClock:
    """Stands where it is put."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it was put at."""
        return self.moment

    def monotonic(self) -> float:
        """Seconds."""
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Nothing here waits."""
        await asyncio.sleep(0)


class Kept:
    """The program as it is: Postgres keeps the minutes."""

    def __init__(self, database: Database, clock: StandingClock, user_id: UUID, number: int) -> None:
        self._database, self._clock, self._user_id, self._number = database, clock, user_id, number
        self._limits = SelfLimits(clock)
        self._presence = self._born()

    def _born(self) -> Presence:
        return Presence(self._database, self._clock, Limited(self._database, self._clock))

    async def act(self, happening: Happening, at: datetime) -> Rest | None:
        """As a message does: refused at the door from memory, else in the work that lets a character answer."""
        place = Place(happening.guild or None, 1, 1)
        known = self._presence.resting(self._user_id, place, at)
        if known is not None:
            return known
        async with self._database.directly(Actor.user(self._user_id)) as direct:
            part = await self._presence.take_part(direct, Act(self._user_id, place, at))
        self._presence.after(part)
        return part.rest

    async def change(self, happening: Happening) -> None:
        """By the service, and the notice comes."""
        async with self._database.work(Actor.user(self._user_id)) as work:
            await self._limits.change(work, self._user_id, happening.fields, SaidIn.DISCORD)
        await self._presence.limited.refresh(self._user_id)

    async def explained(self, happening: Happening) -> Rest | None:
        """What the person reads when they ask why."""
        return await self._presence.explained(self._user_id, Place(happening.guild or None, 1, 1))

    async def restart(self) -> None:
        """Every second start knows at once what is kept, the others only what the database says when asked."""
        self._presence = self._born()
        if self._number % 2:
            await self._presence.limited.refresh(self._user_id)

    async def counted(self) -> set[int]:
        """Read back."""
        async with self._database.work(Actor.user(self._user_id)) as work:
            ever = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
            return set(await ActiveMinutes().between(work, self._user_id, *ever))


class Forgetful(Kept):
    """The control: the same rules, and minutes that only memory keeps."""

    def __init__(self, database: Database, clock: StandingClock, user_id: UUID, number: int) -> None:
        super().__init__(database, clock, user_id, number)
        self._minutes = Minutes()
        self._ever: set[int] = set()

    async def act(self, happening: Happening, at: datetime) -> Rest | None:
        """Judged as the program does."""
        now = self._clock.now()
        minute = minute_of(min(at, now))
        async with self._database.work(Actor.user(self._user_id)) as work:
            rules = in_force(await self._limits.held(work, self._user_id), now)
        by_clock = resting(rules, None, minute, now)
        if by_clock is not None:
            return by_clock
        decision = decide(minute, self._minutes, self._minutes, rules)
        self._minutes |= Minutes.of(decision.new)
        self._ever |= set(decision.new)
        return decision.rest

    async def restart(self) -> None:
        """What was only remembered is gone."""
        self._minutes = Minutes()

    async def counted(self) -> set[int]:
        """What it knows in the end."""
        return set(self._minutes)


@dataclass
class Findings:
    """What came of it."""

    people: int = 0
    acts: int = 0
    answered: int = 0
    refused: int = 0
    changes: int = 0
    restarts: int = 0
    minutes: int = 0
    minutes_lost: int = 0
    minutes_too_many: int = 0
    stops_late: int = 0
    stops_early: int = 0
    rule_broken: int = 0
    ends_wrong: int = 0
    ends_checked: int = 0
    took_ms: list[float] = field(default_factory=list[float], repr=False)
    first_trouble: str = ""

    @property
    def violations(self) -> int:
        """Everything that must be zero."""
        return (
            self.minutes_lost
            + self.minutes_too_many
            + self.stops_late
            + self.stops_early
            + self.rule_broken
            + self.ends_wrong
        )

    def trouble(self, what: str) -> None:
        """Remember the first."""
        self.first_trouble = self.first_trouble or what


async def lived(database: Database, lives: Iterable[Life], *, kind: type[Kept], at_once: int = 8) -> Findings:
    """Live them all, some at a time."""
    findings = Findings()
    people = People(database)
    gate = asyncio.Semaphore(at_once)
    offset = 0 if kind is Kept else 5_000_000

    async def one(life: Life) -> None:
        async with gate:
            caller = Caller(10_000 + offset + life.number, f"p{offset + life.number}", f"Person {life.number}")
            user_id = await people.arrive(caller)
            clock = StandingClock(life.begins)
            await _lived(kind(database, clock, user_id, life.number), clock, life, findings)

    await asyncio.gather(*(one(life) for life in lives))
    return findings


async def _lived(ours: Kept, clock: StandingClock, life: Life, findings: Findings) -> None:
    first = minute_of(life.begins) - 9 * 1440
    oracle = Oracle(first, first + (life.days + 22) * 1440)
    acts: set[int] = set()
    findings.people += 1
    for happening in life.happenings:
        clock.moment = happening.at
        if happening.what is What.RESTART:
            findings.restarts += 1
            await ours.restart()
        elif happening.what is What.CHANGE:
            findings.changes += 1
            await ours.change(happening)
            oracle.change(happening.oracle_fields, happening.at)
        else:
            at = happening.at - timedelta(seconds=happening.late)
            began = time.perf_counter()
            rest = await ours.act(happening, at)
            findings.took_ms.append((time.perf_counter() - began) * 1000)
            acts.add(minute_of(at))
            _judge(rest, oracle.act(at, happening.at), life, happening, findings)
            if rest is not None and findings.refused % 23 == 0:
                _judge_end(await ours.explained(happening), oracle, happening, life, findings)
    counted = await ours.counted()
    findings.minutes += len(oracle.counted)
    findings.minutes_lost += len(oracle.counted - counted)
    findings.minutes_too_many += len(counted - oracle.counted)
    if off := counted ^ oracle.counted:
        findings.trouble(f"person {life.number} {life.zone}: {len(off)} minutes off, first {at_minute(min(off))}")
    if life.is_free and oracle.counted != closure(acts):
        findings.rule_broken += 1
        findings.trouble(f"person {life.number}: the oracle itself breaks the rule")


def _judge(rest: Rest | None, is_answered: bool, life: Life, happening: Happening, findings: Findings) -> None:
    findings.acts += 1
    findings.answered += rest is None
    findings.refused += rest is not None
    if (rest is None) == is_answered:
        return
    findings.stops_late += rest is None
    findings.stops_early += rest is not None
    findings.trouble(f"person {life.number} {life.zone} at {happening.at}: {rest or 'answered'}, wanted {is_answered}")


def _judge_end(rest: Rest | None, oracle: Oracle, happening: Happening, life: Life, findings: Findings) -> None:
    """The end that is told: at it an act is answered, a minute before it is not, if nothing is changed until then."""
    if rest is None or rest.until is None or rest.until - happening.at > timedelta(days=8):
        return
    findings.ends_checked += 1
    answers = [_would(oracle, rest.until - timedelta(minutes=1)), _would(oracle, rest.until)]
    flips = oracle.flips_at
    if answers != [False, True] and (flips is None or rest.until.timestamp() < flips * 60):
        findings.ends_wrong += 1
        findings.trouble(f"person {life.number} {life.zone} at {happening.at}: {rest} ends wrongly: {answers}")


def _would(oracle: Oracle, at: datetime) -> bool:
    copy = Oracle(oracle.first, oracle.end, set(oracle.counted), dict(oracle.held), dict(oracle.asked))
    return copy.act(at, at)


async def twice_counted(owner: RawConnection) -> int:
    """How far the sums of days are from the minutes themselves, over everybody."""
    row = await owner.fetch(
        "SELECT coalesce(sum(abs(coalesce(d.sum, 0) - coalesce(m.sum, 0))), 0) AS off FROM"
        " (SELECT user_id, sum(minutes) AS sum FROM daily_usage GROUP BY user_id) AS d FULL JOIN"
        " (SELECT user_id, sum(bit_count(mask::bit(60))) AS sum FROM"
        "   (SELECT user_id, hour, bit_or(mask) AS mask FROM usage_minutes GROUP BY user_id, hour) AS h"
        "  GROUP BY user_id) AS m USING (user_id)"
    )
    return int(row[0]["off"])
