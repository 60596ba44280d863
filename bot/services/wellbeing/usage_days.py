"""Days and what was used on them: plain values, sums and steps. Pure.

A day on which nothing was counted yet, because counting began later or the person deleted what there was, is unknown:
it has no counts, and no sum takes it for zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

from bot import limits
from bot.errors import InvalidInput
from bot.texts import N_

USUAL_DAYS = 30


class Counter(StrEnum):
    """What is counted, in the order in which it is shown."""

    MINUTES = "minutes"
    MESSAGES = "messages"
    CONVERSATIONS = "conversations"
    TOKENS = "tokens"
    CHARACTERS = "characters"
    LORE_ENTRIES = "lore_entries"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of everything; the names are `Counter`'s."""

    minutes: int = 0
    messages: int = 0
    conversations: int = 0
    tokens: int = 0
    characters: int = 0
    lore_entries: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def of(self, counter: Counter) -> int:
        """One of them."""
        return getattr(self, counter.value)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was counted at all."""
        return self == Counts()


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `counts` is None where nobody knows."""

    day: date
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class Used:
    """Every day between two, in order, in the person's time zone (`is_zone_set`: one they chose, else UTC).

    `known_from` is the first day on which anything was counted; None: nothing ever was.
    """

    time_zone: str
    is_zone_set: bool
    today: date
    known_from: date | None
    days: tuple[Day, ...]

    @property
    def total(self) -> Counts | None:
        """All known days together; None where none is."""
        return total(self.days)

    @property
    def has_unknown(self) -> bool:
        """Whether some of the days are unknown."""
        return any(one.counts is None for one in self.days)


def total(days: Iterable[Day]) -> Counts | None:
    """The known ones of these days together; None where none is."""
    known = [one.counts for one in days if one.counts is not None]
    return sum(known, Counts()) if known else None


def every_day(since: date, until: date) -> tuple[date, ...]:
    """The days between two, both of them too; none where `until` is before."""
    return tuple(since + timedelta(days=number) for number in range((until - since).days + 1))


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


class Step(StrEnum):
    """What one bar stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_BARS = ((31, Step.DAY), (190, Step.WEEK))
"""Up to so many days, bars of that step: more bars than these are too thin to be told apart on a phone."""


def step_for(days: int) -> Step:
    """Days, weeks or months, so that so many days are bars that can be seen."""
    return next((step for most, step in _BARS if days <= most), Step.MONTH)


def stepped(days: Sequence[Day], step: Step) -> tuple[Day, ...]:
    """Sums by week or month, each under the first of its days that are among these."""
    found: dict[date, list[Day]] = {}
    for one in days:
        found.setdefault(_begins(one.day, step), []).append(one)
    return tuple(Day(some[0].day, total(some)) for some in found.values())


def _begins(day: date, step: Step) -> date:
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return week_of(day)
        case Step.MONTH:
            return month_of(day)


def day_typed(text: str, field: str) -> date | None:
    """A day as forms and addresses have it (`2026-05-04`); None where nothing was typed. Raises `InvalidInput`."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(
            "not_a_day",
            N_("“{value}” is no day. Write it as year, month and day, such as 2026-05-04."),
            field=field,
            value=text.strip()[:40],
        ) from None


def span_of(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """From when to when is asked for: up to today, and 30 days back, where nothing else is said.

    Raises `InvalidInput` for days the wrong way round, or for more than are kept.
    """
    last = min(until or today, today)
    first = since or date.fromordinal(max(1, last.toordinal() - USUAL_DAYS + 1))
    if first > last:
        raise InvalidInput(
            "days_turned_round",
            N_("The first day lies after the last one, or after today. Choose days that were, the earlier one first."),
            field="since",
        )
    if (last - first).days >= limits.USAGE_DAYS_MAX:
        raise InvalidInput(
            "too_many_days",
            N_("That is more than the {maximum} days that are kept. Choose fewer."),
            field="since",
            maximum=int(limits.USAGE_DAYS_MAX),
        )
    return first, last
