"""What can be read from check-ins. Pure functions of the entries; what is not known stays unknown and is never zero.

Nothing here says that one thing makes another: activities and minutes stand beside moods, with how many there were.
Medians, since steps of a scale cannot be averaged: half the values lie on either side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from bot.services.wellbeing.choices import fold
from bot.services.wellbeing.entries import CheckIn

TREND_DAYS = 7
"""A point of the trend is the median of this many days, the last of them its own."""

TREND_LEAST = 3
"""So many of these days must have a check-in; else the trend has a gap there."""

FEW = 5
"""Of fewer check-ins with an activity nothing should be made."""

MINUTES_LEAST = 10
"""So many days with both a mood and known minutes are needed before the two are set beside each other."""

WEEKDAYS_LEAST = 3
"""So many days of a weekday are needed before it is called the best or the worst."""

ACTIVITIES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class DayMood:
    """One day's moods: their median, how many there were, the lowest and the highest."""

    day: date
    median: float
    n: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One day of the trend. `median` is the day's own, `smooth` that of the week up to it; None is a gap."""

    day: date
    median: float | None
    smooth: float | None


@dataclass(frozen=True, slots=True)
class ActivityMood:
    """An activity beside moods: in how many check-ins it stands, the median with it and in those without it.

    `without` None: it stands in all of them. `is_few`: too few on one side to make anything of it.
    """

    name: str
    n: int
    with_it: float
    without: float | None
    n_without: int
    is_few: bool

    @property
    def difference(self) -> float | None:
        """With it less without it; None where there is nothing to compare."""
        return None if self.without is None else self.with_it - self.without


@dataclass(frozen=True, slots=True)
class WeekdayMood:
    """One weekday (0 is Monday): the median of its days' medians, None where it has none."""

    weekday: int
    n: int
    median: float | None


@dataclass(frozen=True, slots=True)
class MinutesBeside:
    """Moods beside minutes spent here, of days that have both. `split` is the median of the minutes.

    `rank` is Spearman's rank correlation, -1 to 1; None where one of the two is always the same.
    """

    points: tuple[tuple[float, int], ...]
    split: float
    with_more: float | None
    with_less: float | None
    rank: float | None

    @property
    def n(self) -> int:
        """How many days."""
        return len(self.points)


@dataclass(frozen=True, slots=True)
class Insights:
    """Everything of one span of days, both ends in it."""

    first: date
    last: date
    n: int
    median: float | None
    days: tuple[DayMood, ...]
    trend: tuple[TrendPoint, ...]
    scores: Mapping[int, int]
    moods: tuple[tuple[str, str, int], ...]
    """(name, emoji, how often), most often first."""
    activities: tuple[ActivityMood, ...]
    triggers: tuple[tuple[str, int], ...]
    weekdays: tuple[WeekdayMood, ...]
    best_weekday: int | None
    worst_weekday: int | None
    energy: float | None
    intensity: float | None
    sleep_hours: float | None
    sleep_quality: float | None
    beside_minutes: MinutesBeside | None
    """None: fewer than `MINUTES_LEAST` days have both."""

    def day(self, wanted: date) -> DayMood | None:
        """One day of the calendar."""
        return next((one for one in self.days if one.day == wanted), None)


def insights(
    entries: Iterable[CheckIn], *, first: date, last: date, minutes: Mapping[date, int] | None = None
) -> Insights:
    """What can be read from the entries of these days. Others are passed over, as are those that cannot be opened.

    `minutes` are the person's active minutes by day; a day that is missing there is unknown, not 0.
    """
    inside = [one for one in entries if one.is_readable and first <= one.day <= last]
    days = calendar(inside)
    weekdays = by_weekday(days)
    best, worst = _extremes(weekdays)
    return Insights(
        first=first,
        last=last,
        n=len(inside),
        median=_median([one.score for one in inside]),
        days=days,
        trend=trend(days, first, last),
        scores=Counter(one.score for one in inside),
        moods=_moods(inside),
        activities=by_activity(inside),
        triggers=_counted([name for one in inside for name in one.triggers]),
        weekdays=weekdays,
        best_weekday=best,
        worst_weekday=worst,
        energy=_median([one.energy for one in inside]),
        intensity=_median([one.intensity for one in inside]),
        sleep_hours=_median([one.sleep_hours for one in inside]),
        sleep_quality=_median([one.sleep_quality for one in inside]),
        beside_minutes=beside_minutes(days, minutes or {}),
    )


def calendar(entries: Sequence[CheckIn]) -> tuple[DayMood, ...]:
    """The days that have a check-in, in order, by the person's own clock of then."""
    scores: dict[date, list[int]] = {}
    for one in entries:
        scores.setdefault(one.day, []).append(one.score)
    return tuple(
        DayMood(day, float(median(some)), len(some), min(some), max(some)) for day, some in sorted(scores.items())
    )


def trend(days: Sequence[DayMood], first: date, last: date) -> tuple[TrendPoint, ...]:
    """Every day of the span, with its own median and the moving one. Gaps stay gaps."""
    known = {one.day: one.median for one in days}
    points: list[TrendPoint] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        window = [known.get(day - timedelta(days=back)) for back in range(min(TREND_DAYS, day.toordinal()))]
        values = [value for value in window if value is not None]
        smooth = float(median(values)) if len(values) >= TREND_LEAST else None
        points.append(TrendPoint(day, known.get(day), smooth))
    return tuple(points)


def by_activity(entries: Sequence[CheckIn]) -> tuple[ActivityMood, ...]:
    """Each activity beside moods, those in most check-ins first. Names that differ only in capitals are one."""
    names: dict[str, str] = {}
    scores: dict[str, list[int]] = {}
    seen_in: list[frozenset[str]] = []
    for one in entries:
        folded = {fold(name): name for name in one.activities}
        seen_in.append(frozenset(folded))
        for key, name in folded.items():
            names.setdefault(key, name)
            scores.setdefault(key, []).append(one.score)
    ranked = sorted(scores, key=lambda key: (-len(scores[key]), key))[:ACTIVITIES_SHOWN]
    found: list[ActivityMood] = []
    for key in ranked:
        others = [one.score for one, has in zip(entries, seen_in, strict=True) if key not in has]
        n = len(scores[key])
        found.append(
            ActivityMood(
                name=names[key],
                n=n,
                with_it=float(median(scores[key])),
                without=_median(others),
                n_without=len(others),
                is_few=min(n, len(others)) < FEW,
            )
        )
    return tuple(found)


def by_weekday(days: Sequence[DayMood]) -> tuple[WeekdayMood, ...]:
    """The seven weekdays, Monday first."""
    found: dict[int, list[float]] = {number: [] for number in range(7)}
    for one in days:
        found[one.day.weekday()].append(one.median)
    return tuple(WeekdayMood(number, len(some), _median(some)) for number, some in found.items())


def beside_minutes(days: Sequence[DayMood], minutes: Mapping[date, int]) -> MinutesBeside | None:
    """Moods beside minutes, of the days that have both; None for fewer than `MINUTES_LEAST` of them."""
    points = [(one.median, minutes[one.day]) for one in days if one.day in minutes]
    if len(points) < MINUTES_LEAST:
        return None
    split = float(median(spent for _, spent in points))
    return MinutesBeside(
        points=tuple(points),
        split=split,
        with_more=_median([mood for mood, spent in points if spent > split]),
        with_less=_median([mood for mood, spent in points if spent <= split]),
        rank=_spearman([mood for mood, _ in points], [float(spent) for _, spent in points]),
    )


def _moods(entries: Sequence[CheckIn]) -> tuple[tuple[str, str, int], ...]:
    shown: dict[str, tuple[str, str]] = {}
    counted: Counter[str] = Counter()
    # The newest look of a mood is the one shown.
    for one in sorted(entries, key=lambda one: one.felt_at):
        key = fold(one.mood.name)
        shown[key] = (one.mood.name, one.mood.emoji)
        counted[key] += 1
    return tuple((*shown[key], n) for key, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _counted(names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    first: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for name in names:
        first.setdefault(fold(name), name)
        counted[fold(name)] += 1
    return tuple((first[key], n) for key, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _extremes(weekdays: Sequence[WeekdayMood]) -> tuple[int | None, int | None]:
    """The best and the worst weekday; None where too little is known, or where they do not differ."""
    known = [(one.median, one.weekday) for one in weekdays if one.median is not None and one.n >= WEEKDAYS_LEAST]
    if len(known) < 2 or max(known)[0] == min(known)[0]:
        return None, None
    best = max(known, key=lambda one: (one[0], -one[1]))
    return best[1], min(known)[1]


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None


def _spearman(some: Sequence[float], others: Sequence[float]) -> float | None:
    """Pearson's correlation of the ranks (equal values share the mean of theirs)."""
    a, b = _ranks(some), _ranks(others)
    middle = (len(a) + 1) / 2
    spread = sum((x - middle) ** 2 for x in a) * sum((y - middle) ** 2 for y in b)
    if spread == 0:
        return None
    together = sum((x - middle) * (y - middle) for x, y in zip(a, b, strict=True))
    return max(-1.0, min(1.0, together / spread**0.5))


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda index: values[index])
    ranks = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end + 1 < len(order) and values[order[end + 1]] == values[order[begin]]:
            end += 1
        for index in order[begin : end + 1]:
            ranks[index] = (begin + end) / 2 + 1
        begin = end + 1
    return ranks
