"""The rules of limits without I/O: minutes, days, nights, what fits, what a change does, of what one is told."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.limits_parts.lives import ZONES
from bench.limits_parts.oracle import calendar, closure, nights
from bot.services.wellbeing.changing import Later, changed, in_force, loosens
from bot.services.wellbeing.crossing import Mark, crossings, warned_at
from bot.services.wellbeing.limits import NightWindow, SelfRules, Strictness
from bot.services.wellbeing.minutes import Minutes, Span, at_minute, day_of, day_span, minute_of, week_span, zone_of
from bot.services.wellbeing.nights import merged, minutes_of_day, night_at, windows_of
from bot.services.wellbeing.rules import RestKind, decide, needed_since, rest_at, resting
from db.security_limits import GAP

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
M = minute_of(NOON)
FEW = st.sets(st.integers(0, 300), max_size=40)


# ------------------------------------------------------------------------------------------------ minutes


@given(FEW, st.integers(0, 300), st.integers(0, 60))
def test_a_set_of_minutes_is_a_set(listed: set[int], first: int, length: int) -> None:
    found = Minutes.of(listed)
    assert set(found) == listed
    assert len(found) == len(listed)
    span = Span(first, first + length)
    assert set(found.within(span)) == {one for one in listed if one in span}
    assert found.last_before(first) == max((one for one in listed if one < first), default=None)
    assert found.first_after(first) == min((one for one in listed if one > first), default=None)
    run = 0
    while first - run in listed:
        run += 1
    assert found.run_ending(first) == run
    assert {one for span in found.runs() for one in range(span.first, span.end)} == listed
    assert all(one.end < other.first for one, other in pairwise(found.runs()))
    assert set(found | Minutes.of({first})) == listed | {first}


def test_masks_of_hours_are_read_as_they_are_kept() -> None:
    assert list(Minutes.of_hours([(120, 0b101), (60, 1 << 59)])) == [119, 120, 122]
    assert not Minutes.of_hours([])


@pytest.mark.parametrize("zone", ZONES)
def test_days_and_weeks_are_those_a_clock_shows(zone: str) -> None:
    first = minute_of(datetime(2026, 1, 5, tzinfo=UTC))
    seen = calendar(zone, first, first + 330 * 1440)
    for day in list(seen.days)[2:-2]:
        span = day_span(zone, day)
        assert seen.days[day] == frozenset(range(span.first, span.end))
        assert len(seen.days[day]) % 30 == 0
        monday = day - timedelta(days=day.weekday())
        if len(seen.weeks[monday]) > 6 * 1440:
            week = week_span(zone, day)
            assert len(seen.weeks[monday] - set(range(week.first, week.end))) == 0
    assert {len(minutes) for minutes in list(seen.days.values())[1:-1]} > {1440} or zone == "Asia/Kathmandu"


def test_a_zone_nobody_knows_is_utc() -> None:
    assert zone_of("Mars/Base").key == "UTC"
    assert zone_of("../../etc/passwd").key == "UTC"
    assert day_of("Mars/Base", M) == date(2026, 5, 4)


# ------------------------------------------------------------------------------------------------ nights


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("begins", "ends"), [(1320, 360), (0, 420), (90, 150), (120, 180), (150, 210), (1410, 105), (780, 900), (115, 1430)]
)
def test_a_night_is_one_stretch_over_midnight_and_clock_changes(zone: str, begins: int, ends: int) -> None:
    first = minute_of(datetime(2026, 3, 1, tzinfo=UTC))
    window = NightWindow(begins=begins, ends=ends)
    for start in (first, minute_of(datetime(2026, 9, 28, tzinfo=UTC))):
        seen = calendar(zone, start, start + 45 * 1440)
        dark = nights(seen, minutes_of_day([window]))
        for minute in range(start + 3 * 1440, start + 42 * 1440, 7):
            night = night_at([window], zone, minute)
            assert (night is not None) == (minute in dark), at_minute(minute)
            assert night is None or (night.end not in dark and night.end - 1 in dark)


@given(st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1439)), max_size=4))
def test_windows_are_told_in_the_fewest(listed: list[tuple[int, int]]) -> None:
    windows = [NightWindow(begins=begins, ends=ends) for begins, ends in listed]
    hours = minutes_of_day(windows)
    assert minutes_of_day(merged(windows)) == hours
    assert windows_of(hours) == merged(merged(windows))


# ------------------------------------------------------------------------------------------------ what counts


@given(st.lists(st.integers(0, 120), max_size=30))
def test_what_counts_is_the_rule_in_whatever_order_it_is_heard(acts: list[int]) -> None:
    known = Minutes()
    for act in acts:
        decision = decide(act, known, known, None)
        assert decision.rest is None
        known |= Minutes.of(decision.new)
    assert set(known) == closure(set(acts))


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=25))
def test_a_server_s_own_minutes_are_the_rule_among_what_was_done_there(acts: list[tuple[int, bool]]) -> None:
    everywhere, here = Minutes(), Minutes()
    for act, is_here in acts:
        decision = decide(act, everywhere, here if is_here else everywhere, None)
        everywhere |= Minutes.of(decision.new)
        here |= Minutes.of(decision.here) if is_here else Minutes()
    assert set(everywhere) == closure({act for act, _ in acts})
    assert set(here) == closure({act for act, is_here in acts if is_here})


@given(st.lists(st.integers(0, 200), max_size=40), st.integers(1, 30), st.integers(0, 12), st.sampled_from(Strictness))
def test_a_limit_is_never_passed_and_what_counts_is_never_refused(
    acts: list[int], most: int, breaks: int, strictness: Strictness
) -> None:
    rules = SelfRules(daily_minutes=most, strictness=strictness, break_after=breaks + 5, break_minutes=breaks)
    known = Minutes()
    for act in acts:
        was = act in known
        decision = decide(act, known, known, rules)
        assert not (was and decision.rest)
        assert not set(decision.new) & set(known)
        known |= Minutes.of(decision.new)
        assert (act in known) or decision.rest is not None
    if strictness is Strictness.STOP:
        assert len(known) <= most
    if breaks:
        late = {act for number, act in enumerate(acts) if any(one > act for one in acts[:number])}
        assert late or all(run.end - run.first <= breaks + 5 for run in known.runs())


@settings(max_examples=400)
@given(FEW, st.integers(0, 300), st.integers(1, 20), st.integers(0, 20))
def test_a_rest_ends_when_it_says(listed: set[int], act: int, most: int, breaks: int) -> None:
    for strictness in (Strictness.STOP, Strictness.COOL_DOWN):
        rules = SelfRules(
            daily_minutes=most,
            strictness=strictness,
            break_after=7,
            break_minutes=breaks,
            nights=(NightWindow(begins=30, ends=90),),
        )
        known = Minutes.of(one for one in listed if one <= act)
        if resting(rules, None, act, at_minute(act)) is None:
            # As on the road: of a gap that is too long, what fits counts before anybody is told.
            known |= Minutes.of(decide(act, known, known, rules).new)
        rest = rest_at(act, known, known, rules, None, at_minute(act))
        if rest is None or rest.until is None:
            continue
        end = minute_of(rest.until)
        assert rest_at(end, known, known, rules, None, rest.until) is None
        for before in (end - 1, (act + end) // 2):
            if before >= act and before not in known:
                assert rest_at(before, known, known, rules, None, at_minute(before)) is not None


def test_a_night_that_ends_sooner_is_not_what_is_told() -> None:
    """By night with today's minutes used up, these are why it lasts until midnight. Without them, the night is."""
    night = SelfRules(daily_minutes=1, nights=(NightWindow(begins=60, ends=120),))
    start = day_span("UTC", date(2026, 5, 4)).first
    known, act = Minutes.of([start]), start + 90
    told = rest_at(act, known, known, night, None, at_minute(act))
    assert told is not None
    assert (told.kind, told.until) == (RestKind.DAY, at_minute(start + 1440))
    told = rest_at(act, Minutes(), Minutes(), night, None, at_minute(act))
    assert told is not None
    assert (told.kind, told.until) == (RestKind.NIGHT, at_minute(start + 120))


def test_the_database_and_the_rule_have_one_gap() -> None:
    assert decide(10, Minutes.of([10 - GAP]), Minutes.of([10 - GAP]), None).new == tuple(range(11 - GAP, 11))
    assert decide(10, Minutes.of([9 - GAP]), Minutes.of([9 - GAP]), None).new == (10,)


@pytest.mark.parametrize("daily", [1, 1440, 10**9])
def test_limits_of_any_size_are_kept(daily: int) -> None:
    rules = SelfRules(daily_minutes=daily)
    assert decide(M, Minutes(), Minutes(), rules).rest is None
    assert (decide(M + 9, Minutes.of([M]), Minutes.of([M]), rules).rest is not None) == (daily == 1)


@pytest.mark.parametrize("daily", [0, -5])
def test_a_limit_that_no_face_lets_through_rests_and_breaks_nothing(daily: int) -> None:
    rest = decide(M, Minutes(), Minutes(), SelfRules(daily_minutes=daily)).rest
    assert rest is not None
    assert rest.until == datetime(2026, 5, 5, tzinfo=UTC)


def test_minutes_that_are_needed_reach_to_the_week_s_beginning() -> None:
    wednesday = datetime(2026, 5, 6, 12, tzinfo=UTC)
    assert needed_since(None, None, wednesday) == wednesday - timedelta(days=1)
    week = SelfRules(time_zone="Asia/Kathmandu", weekly_minutes=5)
    assert needed_since(week, None, wednesday) == datetime(2026, 5, 3, 18, 15, tzinfo=UTC)


# ------------------------------------------------------------------------------------------------ changes


def test_what_tightens_holds_at_once_and_what_loosens_tomorrow() -> None:
    held = SelfRules(time_zone="Europe/Madrid", daily_minutes=60, weekly_minutes=200)
    now, later = changed(held, None, {"daily_minutes": 30, "weekly_minutes": None}, NOON)
    assert now == held.model_copy(update={"daily_minutes": 30})
    assert later is not None
    assert later.rules == SelfRules(time_zone="Europe/Madrid", daily_minutes=30)
    assert later.holds_from == datetime(2026, 5, 4, 22, tzinfo=UTC)


def test_a_second_change_meanwhile_takes_the_place_of_the_first_field_by_field() -> None:
    held = SelfRules(daily_minutes=60, weekly_minutes=200)
    _, first = changed(held, None, {"daily_minutes": 90}, NOON)
    now, second = changed(held, first, {"weekly_minutes": 100}, NOON)
    assert now is not None
    assert second is not None
    assert (now.daily_minutes, now.weekly_minutes) == (60, 100)
    assert (second.rules.daily_minutes, second.rules.weekly_minutes) == (90, 100)
    assert changed(held, first, {"daily_minutes": 60}, NOON) == (None, None), "taken back"


def test_what_limits_nothing_yet_may_be_set_as_one_likes() -> None:
    now, later = changed(
        SelfRules(), None, {"daily_minutes": 60, "strictness": "warn", "time_zone": "Asia/Kathmandu"}, NOON
    )
    assert now == SelfRules(daily_minutes=60, strictness=Strictness.WARN, time_zone="Asia/Kathmandu")
    assert later is None


def test_a_night_that_was_asked_for_is_kept_to_its_end() -> None:
    held = SelfRules(nights=(NightWindow(begins=22 * 60, ends=6 * 60),))
    for hour in (12, 23):
        now, later = changed(held, None, {"nights": ()}, NOON.replace(hour=hour))
        assert now is None
        assert later == Later(SelfRules(), datetime(2026, 5, 5, 6, tzinfo=UTC))
    wider, shorter = changed(held, None, {"nights": ({"begins": 21 * 60, "ends": 60},)}, NOON)
    assert wider is not None
    assert wider.nights == (NightWindow(begins=21 * 60, ends=6 * 60),)
    assert shorter is not None


def test_a_pause_is_lengthened_at_once_and_shortened_tomorrow() -> None:
    held = SelfRules(is_paused=True, paused_until=NOON + timedelta(days=3))
    longer, none = changed(held, None, {"is_paused": True, "paused_until": None}, NOON)
    assert longer == SelfRules(is_paused=True)
    assert none is None
    now, later = changed(held, None, {"is_paused": False, "paused_until": None}, NOON)
    assert now is None
    assert later == Later(SelfRules(), datetime(2026, 5, 5, tzinfo=UTC))
    assert in_force(held, NOON + timedelta(days=3)) == SelfRules()
    assert changed(held, None, {"daily_minutes": 9}, NOON + timedelta(days=4)) == (SelfRules(daily_minutes=9), None)


RULES = st.builds(
    SelfRules,
    time_zone=st.sampled_from(ZONES),
    daily_minutes=st.none() | st.integers(1, 100),
    weekly_minutes=st.none() | st.integers(1, 300),
    strictness=st.sampled_from(Strictness),
    break_after=st.none() | st.integers(5, 60),
    break_minutes=st.sampled_from([0, 5, 20]),
    nights=st.lists(st.builds(NightWindow, begins=st.integers(0, 1439), ends=st.integers(0, 1439)), max_size=2).map(
        tuple
    ),
    daily_tokens=st.none() | st.integers(1, 9),
    monthly_tokens=st.none() | st.integers(1, 9),
    is_paused=st.booleans(),
)


@given(RULES, RULES, st.integers(0, 10_000))
def test_nothing_looser_holds_before_its_day(held: SelfRules, asked: SelfRules, minutes: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    held = held.model_copy(update={"nights": merged(held.nights)})
    at_once, later = changed(held, None, asked.model_dump(), now)
    holds = at_once or held
    assert not loosens(held, holds)
    target = later.rules if later else holds
    assert target.model_copy(update={"nights": ()}) == asked.model_copy(update={"nights": ()})
    assert minutes_of_day(target.nights) == minutes_of_day(asked.nights)
    if later is not None:
        tomorrow = day_span(held.time_zone, day_of(held.time_zone, minute_of(now))).end
        assert later.holds_from >= at_minute(tomorrow)


# ------------------------------------------------------------------------------------------------ being told


def test_one_is_told_at_eighty_percent_or_five_minutes_before() -> None:
    assert [warned_at(most) for most in (1, 3, 10, 25, 60, 600)] == [1, 3, 8, 20, 55, 595]


def test_marks_are_passed_once() -> None:
    rules = SelfRules(daily_minutes=10, weekly_minutes=14, break_after=6)
    known, told = Minutes(), list[tuple[Mark, str, int]]()
    for minute in range(M, M + 10):
        after = known | Minutes.of([minute])
        told += [(one.mark, one.period, one.left) for one in crossings(known, after, rules, minute)]
        known = after
    assert told == [
        (Mark.BREAK, "break 2026-05-04T12:00Z 1", 0),
        (Mark.NEARLY, "day 2026-05-04", 2),
    ]


def test_the_clock_s_rests_go_before_what_is_counted() -> None:
    rules = SelfRules(is_paused=True, nights=(NightWindow(begins=0, ends=1),), daily_minutes=1)
    rest = resting(rules, None, M, NOON)
    assert rest is not None
    assert (rest.kind, rest.until) == (RestKind.PAUSE, None)
