"""The rule of limits: what counts, whether it fits, and until when characters rest. Pure.

docs/self-limits.md and `/limits show` say it in the same words. A minute counts if in it somebody did something that a
character answers: a message, `/say`, a greeting they asked for, a reply they had worded again. Between two minutes that
count and lie at most five apart, those between count too. A minute counts once, wherever and however often somebody is
active in it. What no character was asked for (chance, characters among themselves) does not count.

What is asked for in a minute that counts already is answered. Else it is answered where the new minute fits under every
limit; of the gap before it so much counts as fits. What is refused counts nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot import limits
from bot.services.wellbeing.minutes import (
    DAY,
    Minutes,
    Span,
    at_minute,
    day_of,
    day_span,
    minute_of,
    week_span,
)
from bot.services.wellbeing.nights import night_at
from db.models import NightWindow, SelfRules, Strictness

GAP = int(limits.ACTIVE_GAP_MINUTES)
REST = int(limits.COOL_DOWN_MINUTES)
BLOCK = int(limits.COOL_DOWN_ACTIVE_MINUTES)
BREAK_LEAST = int(limits.BREAK_MINUTES_MIN)


class RestKind(StrEnum):
    """Why characters rest."""

    PAUSE = "pause"
    NIGHT = "night"
    DAY = "day"
    WEEK = "week"
    COOL_DOWN = "cool_down"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Rest:
    """That characters rest for somebody: from minute `first` on, until a moment (None: until they say otherwise).

    `zone` is the clock to tell it by. `is_servers`: it is a server's rule, not the person's. `over` tells of a
    COOL_DOWN whether the DAY's or the WEEK's minutes are used up; `most` how many minutes were asked for.
    """

    kind: RestKind
    first: int
    until: datetime | None
    zone: str
    is_servers: bool = False
    over: RestKind | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """What a server's admins ask of everybody there, counted in that server alone. Minutes after midnight in `zone`."""

    minutes_a_day: int | None = None
    night: NightWindow | None = None
    break_after: int | None = None
    zone: str = "UTC"

    @property
    def is_empty(self) -> bool:
        """Whether it asks nothing."""
        return self.minutes_a_day is None and self.night is None and self.break_after is None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an act: the minutes that count by it, and the rest that refuses it (None: it is answered).

    `here` are minutes to note for the place it is done in, `elsewhere` those that count without being spent there;
    `new` are those of both that nobody counted yet.
    """

    here: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    rest: Rest | None = None


# ------------------------------------------------------------------------------------------------ rest by the clock


def is_paused(rules: SelfRules, now: datetime) -> bool:
    """Whether a pause holds now."""
    return rules.is_paused and (rules.paused_until is None or rules.paused_until > now)


def resting(rules: SelfRules | None, floor: Floor | None, minute: int, now: datetime) -> Rest | None:
    """The rest that holds by the clock alone: a pause now, or a night around `minute`; a server's last."""
    if rules is not None:
        if is_paused(rules, now):
            return Rest(RestKind.PAUSE, minute_of(now), rules.paused_until, rules.time_zone)
        night = night_at(rules.nights, rules.time_zone, minute)
        if night is not None:
            return Rest(RestKind.NIGHT, night.first, at_minute(night.end), rules.time_zone)
    if floor is not None and floor.night is not None:
        night = night_at((floor.night,), floor.zone, minute)
        if night is not None:
            return Rest(RestKind.NIGHT, night.first, at_minute(night.end), floor.zone, is_servers=True)
    return None


# ------------------------------------------------------------------------------------------------ rest by minutes


@dataclass(slots=True)
class _Bound:
    """How many more minutes fit into a span. `after` tells how long the rest lasts, from the last minute that counted;
    None where it lasts until the span ends.
    """

    kind: RestKind
    span: Span
    room: int
    zone: str
    most: int
    after: int | None = None
    over: RestKind | None = None
    is_servers: bool = False
    took: int = 0

    def after_hole(self) -> None:
        """A minute does not count: a sitting that needs no break yet is over, and what follows is another."""
        if self.kind is RestKind.BREAK and self.room > 0:
            self.room = self.most

    def rest(self, minute: int, last: int | None) -> Rest:
        until = self.span.end if self.after is None or last is None else last + self.after + 1
        if self.over is not None:
            until = min(until, self.span.end)
        return Rest(
            self.kind, minute, at_minute(until), self.zone, is_servers=self.is_servers, over=self.over, most=self.most
        )


def gap_before(minute: int, known: Minutes) -> tuple[int, ...]:
    """The minutes between the last one that counts and this one, where these are near enough."""
    last = known.last_before(minute)
    return tuple(range(last + 1, minute)) if last is not None and minute - last <= GAP else ()


def gap_after(minute: int, known: Minutes) -> tuple[int, ...]:
    """The same towards the next one that counts: what came late is counted where it belongs."""
    following = known.first_after(minute)
    return tuple(range(minute + 1, following)) if following is not None and following - minute <= GAP else ()


def decide(
    minute: int, everywhere: Minutes, here: Minutes, rules: SelfRules | None, floor: Floor | None = None
) -> Decision:
    """What becomes of an act in a minute. `everywhere` counts already, `here` of it in the same server.

    Outside servers pass one set twice. Nights and pauses are not looked at (`resting`).
    """
    is_new, is_new_here = minute not in everywhere, minute not in here
    before = gap_before(minute, everywhere) if is_new else ()
    before_here = gap_before(minute, here) if is_new_here else ()
    mine = tuple(_own_bounds(minute, everywhere, rules)) if rules is not None else ()
    servers = tuple(_floor_bounds(minute, here, floor)) if floor is not None else ()
    counted: list[int] = []
    counted_here: list[int] = []
    refused: _Bound | None = None
    for one in sorted({*before, *before_here, minute}):
        wants = [bound for bound in mine if one not in everywhere and one in bound.span]
        is_here = (one == minute or one in before_here) and one not in here
        if is_here:
            wants += [bound for bound in servers if one in bound.span]
        full = next((bound for bound in wants if bound.room <= 0), None)
        if full is not None:
            refused = full if one == minute else refused
            for bound in mine:
                bound.after_hole()
            continue
        for bound in wants:
            bound.room -= 1
            bound.took += 1
        if is_here:
            counted_here.append(one)
        elif one not in everywhere:
            counted.append(one)
    if refused is not None:
        if refused.is_servers and not refused.took:
            # Time spent elsewhere: writing on where a server's floor is reached must not use it up.
            counted, counted_here = [], []
        spent = [*counted, *counted_here]
        last = max(spent) if spent else everywhere.last_before(minute)
        return _decision(counted_here, counted, everywhere, refused.rest(minute, last))
    if is_new:
        counted += _fitting(gap_after(minute, everywhere), mine)
    if is_new_here:
        counted_here += [one for one in gap_after(minute, here) if one in everywhere or one in counted]
    return _decision(counted_here, [one for one in counted if one not in counted_here], everywhere, None)


def _decision(here: Sequence[int], elsewhere: Sequence[int], everywhere: Minutes, rest: Rest | None) -> Decision:
    new = tuple(one for one in sorted({*here, *elsewhere}) if one not in everywhere)
    return Decision(tuple(here), tuple(elsewhere), new, rest)


def _fitting(minutes: Sequence[int], bounds: Sequence[_Bound]) -> list[int]:
    found: list[int] = []
    for one in minutes:
        within = [bound for bound in bounds if one in bound.span]
        if all(bound.room > 0 for bound in within):
            for bound in within:
                bound.room -= 1
            found.append(one)
    return found


def _own_bounds(minute: int, known: Minutes, rules: SelfRules) -> Iterator[_Bound]:
    zone, last = rules.time_zone, known.last_before(minute)
    near = (minute - GAP, minute, minute + GAP)
    if rules.strictness is not Strictness.WARN:
        spans: list[tuple[RestKind, Span, int]] = []
        if rules.daily_minutes is not None:
            days = {day_span(zone, day_of(zone, one)) for one in near}
            spans += [(RestKind.DAY, span, rules.daily_minutes) for span in days]
        if rules.weekly_minutes is not None:
            weeks = {week_span(zone, day_of(zone, one)) for one in near}
            spans += [(RestKind.WEEK, span, rules.weekly_minutes) for span in weeks]
        for kind, span, most in spans:
            used = known.count(span)
            if rules.strictness is Strictness.STOP:
                yield _Bound(kind, span, most - used, zone, most)
            else:
                room = _cooled(used, most, None if last is None else minute - last)
                yield _Bound(RestKind.COOL_DOWN, span, room, zone, most, after=REST, over=kind)
    if rules.break_after is not None and rules.break_minutes > 0:
        yield _break_bound(minute, known, last, rules)


def _cooled(used: int, most: int, since: int | None) -> int:
    """How many minutes fit before the next rest, where minutes are used up bit by bit."""
    if used < most:
        return most - used
    within = (used - most) % BLOCK
    if within:
        return BLOCK - within
    return BLOCK if since is None or since > REST else 0


def _break_bound(minute: int, known: Minutes, last: int | None, rules: SelfRules) -> _Bound:
    most = rules.break_after or 0
    length = max(rules.break_minutes, BREAK_LEAST)
    run = 0 if last is None else known.run_ending(last)
    since = DAY if last is None else minute - last
    room = most - run if since <= GAP or (run >= most and since <= length) else most
    return _Bound(RestKind.BREAK, Span(0, minute + 1), room, rules.time_zone, most, after=length)


def _floor_bounds(minute: int, here: Minutes, floor: Floor) -> Iterator[_Bound]:
    if floor.minutes_a_day is not None:
        for span in {day_span(floor.zone, day_of(floor.zone, one)) for one in (minute - GAP, minute)}:
            room = floor.minutes_a_day - here.count(span)
            yield _Bound(RestKind.DAY, span, room, floor.zone, floor.minutes_a_day, is_servers=True)


# ------------------------------------------------------------------------------------------------ until when


def rest_at(
    minute: int, everywhere: Minutes, here: Minutes, rules: SelfRules | None, floor: Floor | None, now: datetime
) -> Rest | None:
    """The rest that would refuse an act in a minute, with the moment at which one would be answered again."""
    first = _one_rest(minute, everywhere, here, rules, floor, now)
    return None if first is None else lasting(first, everywhere, here, rules, floor, now)


def lasting(
    first: Rest, everywhere: Minutes, here: Minutes, rules: SelfRules | None, floor: Floor | None, now: datetime
) -> Rest:
    """A rest, until the moment at which nothing else refuses: a day that ends within a night goes on with it.

    A night after which minutes are still used up is told as these: it would end before they begin anew.
    """
    if first.kind is RestKind.NIGHT and first.until is not None:
        # As they are when it ends: by night nothing counts, so what is lacking for an act now may be there then.
        spent = decide(minute_of(first.until), everywhere, here, rules, floor).rest
        first = spent if spent is not None and spent.until is not None and spent.until > first.until else first
    until = first.until
    for _ in range(int(limits.RESTS_IN_A_ROW)):
        if until is None:
            break
        following = _one_rest(minute_of(until), everywhere, here, rules, floor, max(now, until))
        if following is None:
            break
        until = following.until
    if until == first.until:
        return first
    return Rest(first.kind, first.first, until, first.zone, first.is_servers, first.over, first.most)


def _one_rest(
    minute: int, everywhere: Minutes, here: Minutes, rules: SelfRules | None, floor: Floor | None, now: datetime
) -> Rest | None:
    by_clock = resting(rules, floor, minute, now)
    return by_clock or decide(minute, everywhere, here, rules, floor).rest


# ------------------------------------------------------------------------------------------------ what is needed


def needed_since(rules: SelfRules | None, floor_zone: str | None, now: datetime) -> datetime:
    """From when on minutes must be known to judge an act now: a day back, and this day's or week's beginning."""
    minute = minute_of(now)
    since = minute - DAY
    if rules is not None:
        day = day_of(rules.time_zone, minute - GAP)
        span = day_span if rules.weekly_minutes is None else week_span
        since = min(since, span(rules.time_zone, day).first)
    if floor_zone is not None:
        since = min(since, day_span(floor_zone, day_of(floor_zone, minute - GAP)).first)
    return at_minute(since).astimezone(UTC)
