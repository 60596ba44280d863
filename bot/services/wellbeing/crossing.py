"""The marks of which a person is told before anything rests: little is left of a limit, a break is due. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot import limits
from bot.services.wellbeing.minutes import Minutes, Span, at_minute, day_of, day_span, monday_of, week_span
from bot.services.wellbeing.rules import GAP, RestKind
from db.models import LimitEventKind, SelfRules, Strictness

_LEAST_LEFT = 5


class Mark(StrEnum):
    """What is told."""

    NEARLY = "nearly"
    """Little is left of a day's or a week's minutes."""
    REACHED = "reached"
    """They are used up, and the person wanted no more than to be told."""
    BREAK = "break"
    """So many minutes without a break."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A mark that was passed. `period` names what it is told for once.

    `left` of `most` minutes of the day or the week (`of`); for a break, `left` is how long characters rest after it.
    `guild`: it is that server's rule, not the person's.
    """

    mark: Mark
    kind: LimitEventKind
    period: str
    most: int
    left: int
    zone: str
    of: RestKind
    until: datetime | None = None
    strictness: Strictness = Strictness.STOP
    guild: int = 0

    def of_server(self, guild: int) -> Crossing:
        """The same mark, as a server's rule."""
        return replace(self, kind=LimitEventKind.FLOOR, period=f"{self.period} in {guild}", guild=guild)


def crossings(before: Minutes, after: Minutes, rules: SelfRules | None, minute: int) -> tuple[Crossing, ...]:
    """What is passed by the minutes that were counted last; `minute` is that of the act."""
    if rules is None or len(before) == len(after):
        return ()
    return (*_of_spans(before, after, rules, minute), *_of_breaks(before, after, rules, minute))


def warned_at(most: int) -> int:
    """How many minutes are used when somebody is told that little is left."""
    return max(-(-most * limits.LIMIT_WARN_PERCENT // 100), most - _LEAST_LEFT)


def _of_spans(before: Minutes, after: Minutes, rules: SelfRules, minute: int) -> Iterator[Crossing]:
    zone, day = rules.time_zone, day_of(rules.time_zone, minute)
    spans: list[tuple[RestKind, str, Span, int | None]] = [
        (RestKind.DAY, f"day {day}", day_span(zone, day), rules.daily_minutes),
        (RestKind.WEEK, f"week {monday_of(day)}", week_span(zone, day), rules.weekly_minutes),
    ]
    for of, period, span, most in spans:
        if most is None:
            continue
        was, used, warned = before.count(span), after.count(span), warned_at(most)
        nearly = Crossing(
            Mark.NEARLY,
            LimitEventKind.WARNED,
            period,
            most,
            max(most - used, 0),
            zone,
            of,
            until=at_minute(span.end),
            strictness=rules.strictness,
        )
        if rules.strictness is Strictness.WARN and was < most <= used:
            yield replace(nearly, mark=Mark.REACHED, period=f"{period} reached")
        elif was < warned <= used < most:
            yield nearly


def _of_breaks(before: Minutes, after: Minutes, rules: SelfRules, minute: int) -> Iterator[Crossing]:
    most = rules.break_after
    if most is None:
        return
    last = before.last_before(minute)
    was = before.run_ending(last) if last is not None and minute - last <= GAP else 0
    run = after.run_ending(minute)
    if run // most > was // most:
        began = at_minute(minute - run + 1)
        period = f"break {began:%Y-%m-%dT%H:%MZ} {run // most}"
        yield Crossing(
            Mark.BREAK, LimitEventKind.BREAK, period, run, rules.break_minutes, rules.time_zone, RestKind.BREAK
        )
