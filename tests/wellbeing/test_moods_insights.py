"""What can be read from check-ins: pure functions, with properties that hold whatever was felt."""

from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.services.editing import SeveralWrong
from bot.services.wellbeing.choices import MOODS, PLAIN, STEPS, all_choices
from bot.services.wellbeing.entries import UNREADABLE, CheckIn, day_bounds
from bot.services.wellbeing.entries_typed import moment_typed, read_form, shown_form
from bot.services.wellbeing.insights import (
    FEW,
    MINUTES_LEAST,
    TREND_DAYS,
    TREND_LEAST,
    Insights,
    beside_minutes,
    by_activity,
    calendar,
    insights,
    trend,
)
from db.ids import new_id

FIRST = date(2026, 3, 1)
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BY_SCORE = {score: all_choices().mood(mood) for score, mood in PLAIN.items()}


def entry(day: date, score: int, *, hour: int = 12, zone: str = "UTC", **said: object) -> CheckIn:
    mood = BY_SCORE[score]
    assert mood is not None
    felt_at = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return CheckIn(new_id(), felt_at, zone, mood, **said)  # type: ignore[arg-type]


def days_of(*scores: int | None) -> list[CheckIn]:
    """One check-in a day from `FIRST` on; None: a day without."""
    return [entry(FIRST + timedelta(days=n), score) for n, score in enumerate(scores) if score is not None]


def read(entries: list[CheckIn], days: int = 60, **more: object) -> Insights:
    return insights(entries, first=FIRST, last=FIRST + timedelta(days=days - 1), **more)  # type: ignore[arg-type]


def test_steps_have_moods_and_moods_have_steps() -> None:
    assert set(STEPS) == set(PLAIN) == {1, 2, 3, 4, 5}
    assert len({one.id for one in MOODS}) == len(MOODS) == len({str(one.name) for one in MOODS})
    for score, mood in PLAIN.items():
        found = all_choices().mood(mood)
        assert found is not None
        assert found.score == score
        assert 1 <= len(all_choices().on_step(score)) <= 5


def test_of_nothing_nothing_is_said() -> None:
    told = read([])
    assert (told.n, told.median, told.days, told.activities, told.moods) == (0, None, (), (), ())
    assert (told.best_weekday, told.worst_weekday, told.beside_minutes, told.energy) == (None, None, None, None)
    assert all(point.median is None and point.smooth is None for point in told.trend)
    assert len(told.trend) == 60
    assert [one.median for one in told.weekdays] == [None] * 7


def test_a_day_is_the_median_of_its_own_check_ins() -> None:
    day = [entry(FIRST, score, hour=hour) for hour, score in enumerate((1, 5, 4, 4))]
    (found,) = read(day).days
    assert (found.day, found.median, found.n, found.low, found.high) == (FIRST, 4.0, 4, 1, 5)
    # Half past eleven in Tokyo belongs to that day there, whatever it is in UTC.
    (tokyo,) = calendar([entry(date(2026, 3, 2), 3, hour=0, zone="Asia/Tokyo")])
    assert tokyo.day == date(2026, 3, 2)


def test_gaps_stay_gaps() -> None:
    scores = (5, None, None, None, None, None, None, 1, 1, 1, None, None, None, None, None, None, 4)
    points = read(days_of(*scores), days=len(scores)).trend
    assert [point.median for point in points] == [None if one is None else float(one) for one in scores]
    assert [point.smooth for point in points][:9] == [None] * 9
    assert [point.smooth for point in points][9:14] == [1.0] * 5
    assert points[16].smooth is None


@given(st.lists(st.none() | st.integers(1, 5), min_size=1, max_size=60))
@settings(deadline=None)
def test_a_point_of_the_trend_is_the_median_of_the_week_up_to_it(scores: list[int | None]) -> None:
    points = read(days_of(*scores), days=len(scores)).trend
    for at, point in enumerate(points):
        window = [one for one in scores[max(at - TREND_DAYS + 1, 0) : at + 1] if one is not None]
        assert point.smooth == (float(median(window)) if len(window) >= TREND_LEAST else None)
        assert (point.median is None) is (scores[at] is None)


@given(
    st.lists(
        st.tuples(st.integers(0, 59), st.integers(1, 5), st.lists(st.sampled_from("abcde"), unique=True, max_size=4)),
        max_size=60,
    ),
    st.dictionaries(st.integers(0, 59), st.integers(0, 600)),
    st.randoms(use_true_random=False),
)
@settings(deadline=None, max_examples=60)
def test_whatever_was_felt(said: list[tuple[int, int, list[str]]], minutes: dict[int, int], random: object) -> None:
    entries = [entry(FIRST + timedelta(days=day), score, activities=tuple(does)) for day, score, does in said]
    spent = {FIRST + timedelta(days=day): n for day, n in minutes.items()}
    told = read(entries, minutes=spent)
    assert told.n == len(entries) == sum(told.scores.values()) == sum(day.n for day in told.days)
    assert sum(n for _, _, n in told.moods) == told.n
    for one in told.activities:
        has = [score for _, score, does in said if one.name in does]
        others = [score for _, score, does in said if one.name not in does]
        assert (one.n, one.with_it, one.n_without) == (len(has), float(median(has)), len(others))
        assert one.without == (float(median(others)) if others else None)
        assert one.is_few is (min(len(has), len(others)) < FEW)
    beside = told.beside_minutes
    both = [day for day in told.days if day.day in spent]
    assert (beside is None) is (len(both) < MINUTES_LEAST)
    if beside is not None:
        assert beside.n == len(both)
        assert beside.rank is None or -1 <= beside.rank <= 1
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = read(shuffled, minutes=spent)
    assert (again.days, again.trend, again.weekdays) == (told.days, told.trend, told.weekdays)


def test_unknown_minutes_are_not_zero() -> None:
    days = calendar(days_of(*[1] * 9, *[5] * 9))
    known = {day.day: (10 if day.median == 1 else 200) for day in days}
    beside = beside_minutes(days, known)
    assert beside is not None
    assert (beside.n, beside.with_more, beside.with_less, beside.rank) == (18, 5.0, 1.0, 1.0)
    del known[FIRST]
    less = beside_minutes(days, known)
    assert less is not None
    assert less.n == 17
    assert beside_minutes(days, dict(list(known.items())[:9])) is None
    flat = beside_minutes(days, dict.fromkeys(known, 60))
    assert flat is not None
    assert (flat.rank, flat.with_more) == (None, None)


def test_few_of_an_activity_are_said_to_be_few() -> None:
    entries = days_of(*[3] * 20)
    some = [entry(FIRST, 5, hour=hour, activities=("Choir",)) for hour in range(4)]
    (choir,) = by_activity([*entries, *some])
    assert (choir.n, choir.with_it, choir.without, choir.is_few, choir.difference) == (4, 5.0, 3.0, True, 2.0)
    (choir,) = by_activity([*entries, *some, entry(FIRST, 5, activities=("CHOIR",))])
    assert (choir.n, choir.is_few) == (5, False)
    (always,) = by_activity(some)
    assert (always.without, always.difference, always.is_few) == (None, None, True)


def test_the_best_weekday_needs_enough_of_them_and_a_difference() -> None:
    sundays_high = days_of(*([5, 2, 3, 3, 3, 3, 3] * 4))  # FIRST is a Sunday
    told = read(sundays_high, days=28)
    assert (told.best_weekday, told.worst_weekday) == (6, 0)
    assert read(sundays_high[:14]).best_weekday is None
    assert read(days_of(*[3] * 28)).best_weekday is None


def test_what_cannot_be_opened_counts_for_nothing() -> None:
    lost = CheckIn(new_id(), datetime(2026, 3, 1, 12, tzinfo=UTC), "UTC", UNREADABLE, is_readable=False)
    assert read([lost]).n == 0
    assert trend((), FIRST, FIRST)[0].median is None


# ------------------------------------------------------------------------------------------------ moments and forms

ZONES = [
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Sao_Paulo",
]


@given(st.dates(date(1971, 1, 1), date(2036, 12, 31)), st.sampled_from(ZONES))
@settings(deadline=None)
def test_days_follow_on_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    begins, ends = day_bounds(day, zone)
    assert day_bounds(day + timedelta(days=1), zone)[0] == ends
    # Samoa left out the 30th of December 2011 altogether.
    assert ends - begins in {timedelta(hours=hours) for hours in (0, 23, 23.5, 24, 24.5, 25)}


@given(
    st.datetimes(datetime(1971, 1, 2), datetime(2026, 3, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(ZONES),
    st.integers(1, 5),
)
@settings(deadline=None)
def test_a_form_gives_back_what_it_showed(felt_at: datetime, zone: str, score: int) -> None:
    """To the minute; of an hour that comes twice, the first."""
    mood = BY_SCORE[score]
    assert mood is not None
    shown = CheckIn(
        new_id(), felt_at, zone, mood, energy=score, sleep_hours=7.25, activities=("A walk", "tea, with milk"),
        tags=("home", "late"), title="t", note="n\nm",
    )  # fmt: skip
    draft = read_form(shown_form(shown), zone, NOW)
    assert (draft.mood, draft.energy, draft.sleep_hours, draft.note) == (mood.id, score, 7.25, "n\nm")
    assert (draft.activities, draft.tags) == (shown.activities, shown.tags)
    assert draft.felt_at is not None
    local = draft.felt_at.astimezone(ZoneInfo(zone))
    assert f"{local:%Y-%m-%d %H:%M}" == f"{shown.local:%Y-%m-%d %H:%M}"


def test_days_and_times_as_people_type_them() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    assert moment_typed("", "", madrid, NOW) is None
    assert moment_typed("2026-05-04", "", madrid, NOW) == NOW
    assert moment_typed("2026-05-01", "", madrid, NOW) == datetime(2026, 5, 1, 12, tzinfo=madrid)
    assert moment_typed("", "9:05", madrid, NOW) == datetime(2026, 5, 4, 9, 5, tzinfo=madrid)
    # 2:30 does not exist on the night the clocks go forward: an hour later is meant.
    assert str(moment_typed("2026-03-29", "02:30", madrid, NOW).astimezone(UTC)) == "2026-03-29 01:30:00+00:00"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": "2026-02-30"}, "day"),
        ({"day": "yesterday"}, "day"),
        ({"time": "25:00"}, "time"),
        ({"time": "noon"}, "time"),
        ({"energy": "11"}, "energy"),
        ({"energy": "٣"}, "energy"),
        ({"intensity": "-1"}, "intensity"),
        ({"sleep_quality": "three"}, "sleep_quality"),
        ({"sleep_hours": "a lot"}, "sleep_hours"),
        ({"sleep_hours": "1e3"}, "sleep_hours"),
        ({"weather": "plasma"}, "weather"),
    ],
)
def test_what_a_form_cannot_mean(typed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_form({"mood": "happy", **typed}, "UTC", NOW)
    assert refused.value.field == field
    assert str(refused.value)


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(SeveralWrong) as refused:
        read_form({"mood": "happy", "weather": "x", "day": "x", "energy": "9"}, "UTC", NOW)
    assert [error.field for error in refused.value.errors] == ["day", "energy", "weather"]
    assert read_form({"mood": "happy", "sleep_hours": "7:30"}, "UTC", NOW).sleep_hours == 7.5
    assert read_form({"mood": "happy", "sleep_hours": "7,25"}, "UTC", NOW).sleep_hours == 7.25
