"""What people can ask to be told of, when it has come true, and in which words. Pure.

Unknown is never zero: days without a check-in are no low days, and a first week is not compared with none before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput
from bot.services.wellbeing.minutes import HOUR, Minutes, Span, day_of, day_span, local_minute, monday_of, week_span
from bot.texts import N_, Say, Text
from db.models import TriggerKind

DAWN = 5 * HOUR
"""A night is late where somebody is here between midnight and this minute of the day."""
LOOK_BACK_DAYS = 38
"""Minutes are kept 40 days; two for the edges of zones."""
LOW = 2
"""Of five steps, the two lowest."""

LABELS: Mapping[TriggerKind, Text] = {
    TriggerKind.LATE_NIGHTS: N_("late nights in a row"),
    TriggerKind.LONG_DAYS: N_("long days in a row"),
    TriggerKind.LONG_SITTING: N_("a long sitting"),
    TriggerKind.WEEK_OVER_WEEK: N_("more than last week"),
    TriggerKind.LOW_MOODS: N_("low days in a row"),
}
"""What can be asked for, in a list."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a kind is made of: how often it is meant where nothing was said, and of how many minutes (None: of none)."""

    times: int | None
    minutes: int | None
    least_minutes: int = 1


SHAPES: Mapping[TriggerKind, _Shape] = {
    TriggerKind.LATE_NIGHTS: _Shape(3, None),
    TriggerKind.LONG_DAYS: _Shape(3, 120),
    TriggerKind.LONG_SITTING: _Shape(None, 90, int(limits.LIMIT_BREAK_AFTER_MIN)),
    TriggerKind.WEEK_OVER_WEEK: _Shape(None, 60),
    TriggerKind.LOW_MOODS: _Shape(3, None),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be told of, checked."""

    kind: TriggerKind
    times: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """The same as it is kept, with their own words where they gave some, and when it last came true."""

    id: UUID
    wish: Wish
    words: str = ""
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody when it is looked: active minutes of `LOOK_BACK_DAYS`, and moods of days (1 to 5)."""

    zone: str
    now: int
    minutes: Minutes
    moods: Mapping[date, float] = field(default_factory=dict[date, float])

    @property
    def today(self) -> date:
        """Their day."""
        return day_of(self.zone, self.now)


def checked(kind: TriggerKind, times: int | None, minutes: int | None) -> Wish:
    """What was asked for, with what was left out. Raises `InvalidInput`."""
    shape = SHAPES[kind]
    if shape.times is None:
        times = 1
    else:
        times = shape.times if times is None else times
        if not 1 <= times <= limits.TRIGGER_TIMES_MAX:
            raise InvalidInput(
                "trigger_times",
                N_("In a row can be 1 to {maximum}; you wrote {value}. Nothing was added."),
                field="times",
                maximum=int(limits.TRIGGER_TIMES_MAX),
                value=times,
            )
    if shape.minutes is None:
        return Wish(kind, times, None)
    minutes = shape.minutes if minutes is None else minutes
    if not shape.least_minutes <= minutes <= limits.LIMIT_DAY_MINUTES_MAX:
        raise InvalidInput(
            "trigger_minutes",
            N_("Minutes can be {minimum} to {maximum}; you wrote {value}. Nothing was added."),
            field="minutes",
            minimum=shape.least_minutes,
            maximum=int(limits.LIMIT_DAY_MINUTES_MAX),
            value=minutes,
        )
    return Wish(kind, times, minutes)


# ------------------------------------------------------------------------------------------------ has it come true


def came_true(wish: Wish, known: Known) -> str | None:
    """The period for which it has come true, to be told once for it; None where it has not."""
    match wish.kind:
        case TriggerKind.LATE_NIGHTS:
            return _in_a_row("night", wish.times, known.today, _late_nights(known))
        case TriggerKind.LONG_DAYS:
            return _in_a_row("day", wish.times, known.today, _long_days(known, wish.minutes or 0))
        case TriggerKind.LONG_SITTING:
            return _sitting(known, wish.minutes or 0)
        case TriggerKind.WEEK_OVER_WEEK:
            return _more_than_last_week(known, wish.minutes or 0)
        case TriggerKind.LOW_MOODS:
            low = frozenset(day for day, mood in known.moods.items() if mood <= LOW)
            return _in_a_row("mood", wish.times, known.today, low)


def _late_nights(known: Known) -> frozenset[date]:
    return frozenset(day_of(known.zone, one) for one in known.minutes if local_minute(known.zone, one) < DAWN)


def _long_days(known: Known, most: int) -> frozenset[date]:
    days = (known.today - timedelta(days=back) for back in range(LOOK_BACK_DAYS))
    return frozenset(day for day in days if known.minutes.count(day_span(known.zone, day)) > most)


def _in_a_row(what: str, times: int, today: date, days: frozenset[date]) -> str | None:
    """A row that reaches today, or yesterday: told when it is `times` long, and at each multiple of that."""
    last = today if today in days else today - timedelta(days=1)
    length = 0
    while last - timedelta(days=length) in days:
        length += 1
    if length < times:
        return None
    first = last - timedelta(days=length - 1)
    if (today - first).days >= LOOK_BACK_DAYS - 1:
        # Where it began is not known any more.
        return f"{what} {times} {last.toordinal() // times}"
    return f"{what} {first} {length // times}"


def _sitting(known: Known, most: int) -> str | None:
    since = Span(known.now - 26 * HOUR, known.now + 1)
    long = [run for run in known.minutes.within(since).runs() if run.end - run.first >= most]
    if not long:
        return None
    # A run may begin before the look back: it is named by the first minute it is known to have.
    run = long[-1]
    first = run.end - known.minutes.run_ending(run.end - 1)
    return f"sitting {first}"


def _more_than_last_week(known: Known, more: int) -> str | None:
    monday = monday_of(known.today)
    before = week_span(known.zone, monday - timedelta(days=7))
    first = next(iter(known.minutes), None)
    if first is None or first >= day_span(known.zone, monday - timedelta(days=7)).end:
        return None  # what is known does not reach over the whole of last week
    if known.minutes.count(week_span(known.zone, monday)) < known.minutes.count(before) + more:
        return None
    return f"week {monday}"


# ------------------------------------------------------------------------------------------------ in words


def described(wish: Wish, say: Say) -> str:
    """What somebody asked to be told of, in a list."""
    times, minutes = wish.times, wish.minutes or 0
    match wish.kind:
        case TriggerKind.LATE_NIGHTS:
            return say.plural("a late night", "{n} late nights in a row", times)
        case TriggerKind.LONG_DAYS:
            return say.plural(
                "a day with more than {minutes} minutes",
                "{n} days in a row with more than {minutes} minutes each",
                times,
                minutes=minutes,
            )
        case TriggerKind.LONG_SITTING:
            return say.plural("{n} minute without a break", "{n} minutes without a break", minutes)
        case TriggerKind.WEEK_OVER_WEEK:
            return say.plural(
                "{n} minute more this week than in the whole of last week",
                "{n} minutes more this week than in the whole of last week",
                minutes,
            )
        case TriggerKind.LOW_MOODS:
            return say.plural("a day with a low mood", "{n} days in a row with a low mood", times)


def notice(trigger: Trigger, say: Say) -> str:
    """What they are told when it comes true."""
    told = say("You asked me to tell you of this: {what}. It is so now.", what=described(trigger.wish, say))
    if trigger.words:
        told += "\n" + say("What you wrote to yourself: {words}", words=trigger.words)
    return told + "\n" + say("Only you read this. /limits triggers changes what you are told.")


def discreet_notice(say: Say) -> str:
    """The same, where it would say how somebody feels: that is not sent through Discord unasked."""
    return say(
        "Something you asked to be told of is so now. What it is stands in /limits triggers and on the web, for you "
        "alone."
    )
