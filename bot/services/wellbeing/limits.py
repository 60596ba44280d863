"""People's own limits: looked at, changed, paused, and what came of them. `Presence` holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.changing import NOTHING, Later, changed, in_force, is_nothing
from bot.services.wellbeing.limited import announce
from bot.services.wellbeing.minutes import Minutes, at_minute, day_of, day_span, minute_of, week_span
from bot.services.wellbeing.rules import GAP, Rest, rest_at, resting
from bot.texts import N_
from db.models import LimitEvent, LimitEventKind, NightWindow, SaidIn, SelfRules, Strictness
from db.models import SelfLimits as Row
from db.queries.wellbeing import limits as queries
from db.work import Work

__all__ = [
    "Changed",
    "Event",
    "LimitEventKind",
    "NightWindow",
    "SaidIn",
    "SelfLimits",
    "SelfRules",
    "Standing",
    "Strictness",
    "Version",
]

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Changed:
    """What holds after a change, and what from a later moment on. `is_tighter`: something new holds at once."""

    held: SelfRules
    pending: SelfRules | None
    pending_from: datetime | None
    is_tighter: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came of a limit."""

    id: UUID
    kind: LimitEventKind
    period: str
    trigger_id: UUID | None
    until: datetime | None
    happened_at: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """What somebody limited from a moment on."""

    id: UUID
    rules: SelfRules
    set_in: SaidIn
    set_at: datetime
    holds_from: datetime
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody's limits stand now.

    `zone` is the clock of days; `is_zone_chosen`: somebody chose it, else it is UTC. `sitting` is how many minutes they
    are here without a break, 0 where they are not. `rest` is why characters rest for them now, if they do; what a
    server asks of everybody is not in it.
    """

    held: SelfRules
    held_since: datetime | None
    pending: SelfRules | None
    pending_from: datetime | None
    zone: str
    is_zone_chosen: bool
    day: date
    minutes_today: int
    minutes_week: int
    day_ends_at: datetime
    week_ends_at: datetime
    sitting: int
    last_active_at: datetime | None
    rest: Rest | None
    untold: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    version: UUID | None
    rules: SelfRules
    since: datetime | None
    later: Later | None


class SelfLimits:
    """What a person asks about their own limits, in their own open work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._active = ActiveMinutes()

    # -------------------------------------------------------------------------------------------- looking

    async def standing(self, work: Work, user_id: UUID) -> Standing:
        """All there is to know now."""
        now = self._clock.now()
        held = await self._held(work, user_id, now)
        zone, is_chosen = await self._zone(work, user_id, held)
        minute = minute_of(now)
        day = day_of(zone, minute)
        today, week = day_span(zone, day), week_span(zone, day)
        since = at_minute(min(week.first, minute - _DAY))
        found = await self._active.between(work, user_id, since, at_minute(minute + 1))
        last = found.last_before(minute + 1)
        sits = last is not None and minute - last <= GAP
        untold = await queries.events(work.session, user_id, most=int(limits.LIMIT_VERSIONS_SHOWN), untold=True)
        return Standing(
            held=held.rules,
            held_since=held.since,
            pending=None if held.later is None else held.later.rules,
            pending_from=None if held.later is None else held.later.holds_from,
            zone=zone,
            is_zone_chosen=is_chosen,
            day=day,
            minutes_today=found.count(today),
            minutes_week=found.count(week),
            day_ends_at=at_minute(today.end),
            week_ends_at=at_minute(week.end),
            sitting=found.run_ending(last) if last is not None and sits else 0,
            last_active_at=None if last is None else at_minute(last),
            rest=_rest(minute, found, held.rules, now),
            untold=tuple(map(_event, untold)),
        )

    async def held(self, work: Work, user_id: UUID) -> SelfRules:
        """What holds now."""
        return (await self._held(work, user_id, self._clock.now())).rules

    async def rests(self, work: Work, user_id: UUID, moment: datetime) -> bool:
        """Whether somebody asked to be left alone at a moment: a night or a pause."""
        held = await self._held(work, user_id, moment)
        return resting(held.rules, None, minute_of(moment), moment) is not None

    async def zone(self, work: Work, user_id: UUID) -> tuple[str, bool]:
        """The clock somebody's days are counted by, and whether anybody chose it: else it is UTC."""
        return await self._zone(work, user_id, await self._held(work, user_id, self._clock.now()))

    async def history(
        self, work: Work, user_id: UUID, *, most: int = int(limits.LIMIT_VERSIONS_SHOWN)
    ) -> tuple[Version, ...]:
        """What they limited and when, the newest first; what was taken back before it began, too."""
        return tuple(map(_version, await queries.versions(work.session, user_id, most=most)))

    async def events(
        self, work: Work, user_id: UUID, *, most: int = int(limits.LIMIT_VERSIONS_SHOWN)
    ) -> tuple[Event, ...]:
        """What came of their limits, the newest first."""
        return tuple(map(_event, await queries.events(work.session, user_id, most=most)))

    async def told(self, work: Work, user_id: UUID, ids: Sequence[UUID]) -> None:
        """They have read these."""
        if ids:
            await queries.told(work.session, user_id, self._clock.now(), ids=ids)

    # -------------------------------------------------------------------------------------------- changing

    async def change(self, work: Work, user_id: UUID, fields: Mapping[str, object], said_in: SaidIn) -> Changed:
        """Change these fields of `SelfRules` (None lifts one) and keep the others as they were asked for last.

        What tightens holds at once, what loosens from tomorrow. Raises `Conflict` where they are being changed
        elsewhere in this moment again and again.
        """
        for _ in range(_TRIES):
            now = self._clock.now()
            held = await self._held(work, user_id, now)
            at_once, later = changed(held.rules, held.later, await self._with_zone(work, user_id, held, fields), now)
            if at_once is None and later == held.later:
                return _changed(held.rules, held.later, is_tighter=False)
            done = await queries.change(
                work.session,
                expected=held.version,
                now=at_once,
                later=None if later is None else (later.rules, later.holds_from),
                said_in=said_in,
                moment=now,
            )
            if done:
                await announce(work, user_id)
                return _changed(at_once or held.rules, later, is_tighter=at_once is not None)
        raise Conflict(
            "limits_changed", N_("Your limits were changed elsewhere in this moment. Look at them, then try again.")
        )

    async def pause(self, work: Work, user_id: UUID, until: datetime | None, said_in: SaidIn) -> Changed:
        """Characters rest from now on until a moment; None: until they say otherwise. It asks nothing."""
        return await self.change(work, user_id, {"is_paused": True, "paused_until": until}, said_in)

    async def resume(self, work: Work, user_id: UUID, said_in: SaidIn) -> Changed:
        """The pause ends: tomorrow."""
        return await self.change(work, user_id, {"is_paused": False, "paused_until": None}, said_in)

    async def take_back(self, work: Work, user_id: UUID, said_in: SaidIn) -> Changed:
        """What waits for tomorrow is not wanted any more; what holds goes on."""
        held = await self._held(work, user_id, self._clock.now())
        return await self.change(work, user_id, held.rules.model_dump(), said_in)

    # -------------------------------------------------------------------------------------------- within

    async def _with_zone(
        self, work: Work, user_id: UUID, held: _Held, fields: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Whoever limits something anew has their days counted by the clock in their profile, if they chose one."""
        if "time_zone" in fields or held.later is not None or not is_nothing(held.rules):
            return fields
        return {"time_zone": await queries.time_zone(work.session, user_id) or held.rules.time_zone, **fields}

    async def _zone(self, work: Work, user_id: UUID, held: _Held) -> tuple[str, bool]:
        chosen = await queries.time_zone(work.session, user_id)
        zone = chosen if chosen is not None and is_nothing(held.rules) else held.rules.time_zone
        return zone, chosen is not None or zone != "UTC"

    async def _held(self, work: Work, user_id: UUID, now: datetime) -> _Held:
        rows = await queries.versions(work.session, user_id)
        begun = [row for row in rows if row.holds_from <= max(now, row.set_at)]
        waits = [row for row in rows if row.holds_from > max(now, row.set_at)]
        later = Later(waits[0].rules, waits[0].holds_from) if waits else None
        if not begun:
            return _Held(None, NOTHING, None, later)
        return _Held(begun[0].id, in_force(begun[0].rules, now), begun[0].holds_from, later)


_DAY = 24 * 60


def _rest(minute: int, found: Minutes, rules: SelfRules, now: datetime) -> Rest | None:
    return rest_at(minute, found, found, rules, None, now)


def _changed(held: SelfRules, later: Later | None, *, is_tighter: bool) -> Changed:
    return Changed(held, later and later.rules, later and later.holds_from, is_tighter)


def _event(row: LimitEvent) -> Event:
    return Event(row.id, row.kind, row.period, row.trigger_id, row.until, row.happened_at, row.told_at)


def _version(row: Row) -> Version:
    return Version(row.id, row.rules, row.set_in, row.set_at, row.holds_from, row.replaced_at)
