"""When somebody is reminded: by their own clock, not in quiet hours, not too late, not too often."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.services.wellbeing.reminders_when import (
    APART,
    EVERY_DAY,
    LATE,
    WEEKEND,
    Quiet,
    Times,
    is_on,
    is_sent,
    minute_shown,
    minute_typed,
    next_at,
    planned_before,
    too_near,
)
from bot.services.wellbeing.typed_times import day_typed, felt_at_typed

MADRID = ZoneInfo("Europe/Madrid")
ZONES = st.sampled_from(
    ["UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
MINUTES = st.integers(0, 1439)
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(minute=MINUTES, weekdays=st.integers(1, EVERY_DAY), zone=ZONES, after=MOMENTS)
def test_the_next_time_is_later_on_a_day_asked_for_and_none_is_passed_over(
    minute: int, weekdays: int, zone: str, after: datetime
) -> None:
    where = ZoneInfo(zone)
    found = next_at(minute, weekdays, where, after)
    assert found > after
    # On the wall it is that minute; where clocks leave it out, as long after as it lay beyond the gap.
    local = found.astimezone(where)
    days = [local.date(), local.date() - timedelta(days=1)]
    assert any(is_on(weekdays, day) for day in days)
    exists = (local.hour * 60 + local.minute) == minute
    if not exists:
        assert (found - timedelta(hours=3)).astimezone(where).utcoffset() != local.utcoffset()
    # Stepping on visits every day asked for once: no more than a week apart, give or take a change of clocks.
    again = next_at(minute, weekdays, where, found)
    assert timedelta(hours=22) <= again - found <= timedelta(days=7, hours=2)


def test_days_on_which_clocks_change() -> None:
    assert next_at(150, EVERY_DAY, MADRID, at("2026-03-29T00:00")) == at("2026-03-29T01:30")  # 02:30 is left out
    assert next_at(150, EVERY_DAY, MADRID, at("2026-10-24T12:00")) == at("2026-10-25T00:30")  # 02:30 comes twice
    assert next_at(150, EVERY_DAY, MADRID, at("2026-10-25T00:30")) == at("2026-10-26T01:30")  # and counts once
    assert next_at(480, EVERY_DAY, MADRID, at("2026-03-28T12:00")) == at("2026-03-29T06:00")


@given(begins=MINUTES, ends=MINUTES, minute=MINUTES)
def test_quiet_hours_over_midnight_are_the_rest_of_the_day_turned_around(begins: int, ends: int, minute: int) -> None:
    if begins != ends:
        assert Quiet(begins, ends).holds(minute) != Quiet(ends, begins).holds(minute)
    else:
        assert not Quiet(begins, ends).holds(minute)


def test_what_is_late_or_quiet_or_too_soon_is_not_sent() -> None:
    due = at("2026-05-04T18:30")  # 20:30 in Madrid
    assert is_sent(due, due, None, MADRID, None)
    assert is_sent(due, due + LATE, None, MADRID, None)
    assert not is_sent(due, due + LATE + timedelta(seconds=1), None, MADRID, None)
    assert not is_sent(due, due - timedelta(seconds=1), None, MADRID, None)
    assert not is_sent(due, due, None, MADRID, Quiet(20 * 60, 21 * 60))
    assert is_sent(due, due, None, MADRID, Quiet(18 * 60, 19 * 60)), "quiet hours are those of the person's clock"
    assert not is_sent(due, due, due - APART + timedelta(seconds=1), MADRID, None)
    assert is_sent(due, due, due - APART, MADRID, None)


def test_who_moved_is_asked_by_the_new_clock() -> None:
    one = Times(20 * 60 + 30)
    assert planned_before(one, MADRID, at("2026-05-04T18:30")) == at("2026-05-04T18:30")
    assert planned_before(one, MADRID, at("2026-05-04T18:45")) == at("2026-05-04T18:30"), "tried again a little later"
    assert planned_before(one, ZoneInfo("Asia/Tokyo"), at("2026-05-04T18:30")) is None


@given(st.lists(st.builds(Times, MINUTES, st.integers(1, EVERY_DAY)), max_size=60))
def test_whatever_is_asked_for_comes_to_six_a_day_at_most(wanted: list[Times]) -> None:
    kept: list[Times] = []
    for one in wanted:
        if too_near(one, kept) is None:
            kept.append(one)
    for day in range(7):
        times = sorted(one.at_minute for one in kept if one.weekdays >> day & 1)
        assert len(times) <= 6
        assert all(b - a >= 240 for a, b in pairwise(times))


def test_near_over_midnight_and_over_the_week() -> None:
    assert too_near(Times(60), [Times(23 * 60)]) is not None
    assert too_near(Times(60, 0b000_0001), [Times(23 * 60, 0b100_0000)]) is not None, "Sunday night, Monday morning"
    assert too_near(Times(60, 0b000_0001), [Times(23 * 60, 0b000_0001)]) is None, "Monday morning, Monday night"
    assert too_near(Times(600), [Times(600, WEEKEND)]) is not None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("8", "08:00"),
        ("8.30", "08:30"),
        ("20h30", "20:30"),
        ("8:30 pm", "20:30"),
        ("12am", "00:00"),
        ("12 p.m.", "12:00"),
    ],
)
def test_times_as_people_write_them(typed: str, shown: str) -> None:
    assert minute_shown(minute_typed(typed)) == shown


@given(st.one_of(st.text(max_size=12), st.sampled_from(["24:00", "8:60", "13pm", "0am", "-1", "1e3", "８:00"])))
def test_what_is_no_time_is_refused_and_nothing_else_happens(typed: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert 0 <= minute_typed(typed) < 1440


@given(st.text(max_size=30))
def test_what_is_no_day_is_refused_and_nothing_else_happens(typed: str) -> None:
    now = at("2026-05-04T10:30")
    for read in (lambda: felt_at_typed(typed, MADRID, now), lambda: day_typed(typed, date(2026, 5, 4))):
        with contextlib.suppress(InvalidInput):
            read()


def test_days_as_people_write_them() -> None:
    now = at("2026-05-04T22:30")  # past midnight in Madrid: the 5th
    for typed, meant in (
        ("yesterday", "2026-05-04T12:00+02:00"),
        ("ayer 9:00", "2026-05-04T09:00+02:00"),
        ("2026-05-03", "2026-05-03T12:00+02:00"),
        ("2026-5-3 7pm", "2026-05-03T19:00+02:00"),
        ("today", "2026-05-05T00:30+02:00"),
        ("0:15", "2026-05-05T00:15+02:00"),
        ("", "2026-05-05T00:30+02:00"),
    ):
        assert felt_at_typed(typed, MADRID, now) == datetime.fromisoformat(meant), typed
