"""What people type where they set a limit, and the words they get back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.services.wellbeing.limit_words import SHORT, refusal, words
from bot.services.wellbeing.rules import Rest, RestKind
from bot.services.wellbeing.typed_limits import (
    DAILY,
    OF_DAY,
    clock_shown,
    clock_typed,
    joined,
    minutes_typed,
    nights_shown,
    nights_typed,
    pause_until,
    tokens_typed,
)
from bot.texts import Say
from db.models import NightWindow

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("45", 45), (" 45 ", 45), ("45m", 45), ("45 min", 45), ("90 minutes", 90), ("1h", 60), ("1h 30", 90),
        ("1:30", 90), ("2 hours", 120), ("1 hora 5 minutos", 65), ("1440", 1440), ("off", None), ("OFF", None),
        ("none", None), ("nunca", None),
    ],
)  # fmt: skip
def test_minutes_are_understood(typed: str, minutes: int | None) -> None:
    assert minutes_typed(typed, "minutes", DAILY, 1440) == minutes


@pytest.mark.parametrize(
    "typed", ["0", "-5", "10^9", "1000000000", "1441", "25:00", "", "half", "4.5", "١٢", "1e3", "9" * 400, "45 apples"]
)
def test_minutes_that_cannot_be_are_refused_by_name(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        minutes_typed(typed, "minutes", DAILY, 1440)
    told = Say("en").error(refused.value)
    assert refused.value.field == "minutes"
    assert told.startswith("Minutes a day: ")
    assert "Nothing changed." in told
    assert len(told) < 200


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("23:00-07:00", "23:00-07:00"),
        ("23-7", "23:00-07:00"),
        ("11pm - 7am", "23:00-07:00"),
        ("11:30 p.m. to 6 a.m.", "23:30-06:00"),
        ("12am-12pm", "00:00-12:00"),
        ("22h30–6h00", "22:30-06:00"),
        ("22:00-24:00", "22:00-00:00"),
        ("13:00-14:00, 23:00-07:00", "13:00-14:00, 23:00-07:00"),
        ("22:00-02:00, 01:00-06:00", "22:00-06:00"),
        ("23 a 7 y 14 a 15", "14:00-15:00, 23:00-07:00"),
        ("off", ""),
    ],
)
def test_nights_are_understood(typed: str, shown: str) -> None:
    assert nights_shown(nights_typed(typed)) == shown


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("25:00-26:00", "time_not_understood"),
        ("23:60-07:00", "time_not_understood"),
        ("13pm-7am", "time_not_understood"),
        ("0am-7am", "time_not_understood"),
        ("23:00", "hours_not_understood"),
        ("", "hours_not_understood"),
        (",", "hours_not_understood"),
        ("-5", "hours_not_understood"),
        ("23:00-07:00-08:00", "hours_not_understood"),
        ("07:00-07:00", "night_without_length"),
        ("1-2,3-4,5-6,7-8", "too_many_nights"),
        ("00:00-12:00, 12:00-00:00", "no_hours_left"),
        ("00:00-13:00, 12:00-00:30", "no_hours_left"),
    ],
)
def test_nights_that_cannot_be_are_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        nights_typed(typed)
    assert refused.value.code == code
    assert "{" not in Say("en").error(refused.value)


windows = st.builds(
    lambda begins, length: NightWindow(begins=begins, ends=(begins + length) % 1440),
    st.integers(0, 1439),
    st.integers(1, 600),
)


@given(st.lists(windows, min_size=1, max_size=2).map(tuple))
def test_what_is_shown_is_understood_as_it_was(given: tuple[NightWindow, ...]) -> None:
    kept = joined(given)
    assert nights_typed(nights_shown(kept)) == kept == joined(kept)


@given(st.integers(0, 1439))
def test_a_time_of_day_is_read_as_it_is_written(minute: int) -> None:
    assert clock_typed(clock_shown(minute), "at") == minute


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [("5000", 5000), ("5 000", 5000), ("5,000", 5000), ("5.000", 5000), ("5k", 5000), ("2M", 2_000_000), ("off", None)],
)
def test_tokens_are_understood(typed: str, tokens: int | None) -> None:
    assert tokens_typed(typed, "day", OF_DAY) == tokens


@pytest.mark.parametrize("typed", ["0", "-5", "10^9", "1000000000", "5,00", "all of it", "5kk"])
def test_tokens_that_cannot_be_are_refused(typed: str) -> None:
    with pytest.raises(InvalidInput, match="Tokens a day"):
        tokens_typed(typed, "day", OF_DAY)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_understood_or_refused_in_words(typed: str) -> None:
    told: list[InvalidInput] = []
    for read in (
        lambda: minutes_typed(typed, "minutes", DAILY, 1440),
        lambda: nights_typed(typed),
        lambda: tokens_typed(typed, "day", OF_DAY),
    ):
        try:
            read()
        except InvalidInput as refused:
            told.append(refused)
    assert all(len(Say("en").error(one)) < 300 for one in told)


def test_a_pause_ends_at_the_same_time_of_day_by_the_person_s_clock() -> None:
    assert pause_until(None, "Europe/Madrid", NOON) is None
    assert pause_until(1, "Europe/Madrid", NOON) == NOON + timedelta(days=1)
    assert pause_until(3650, "UTC", NOON) is not None
    # Over the end of summer time a day has 25 hours.
    late = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert pause_until(1, "Europe/Madrid", late) == late + timedelta(hours=25)


@pytest.mark.parametrize("days", [0, -5, 3651, 10**9])
def test_a_pause_without_an_end_in_sight_is_refused(days: int) -> None:
    with pytest.raises(InvalidInput, match="pause for good"):
        pause_until(days, "UTC", NOON)


@pytest.mark.parametrize("kind", RestKind)
@pytest.mark.parametrize("is_servers", [False, True])
@pytest.mark.parametrize("over", [None, RestKind.DAY, RestKind.WEEK])
def test_every_rest_says_when_it_ends_and_that_nothing_is_lost(
    kind: RestKind, is_servers: bool, over: RestKind | None
) -> None:
    rest = Rest(kind, 0, NOON, "Europe/Madrid", is_servers=is_servers, over=over, most=30)
    for language in ("en", "es", "qps"):
        text, values = words(rest)
        assert "<t:1777896000:f>" in Say(language)(text, **values)
    told = str(refusal(rest))
    assert "Nothing you wrote is lost" in told
    assert ("server" in told) is is_servers
    assert kind in SHORT


def test_a_pause_for_good_says_how_it_ends() -> None:
    assert "/limits show" in str(refusal(Rest(RestKind.PAUSE, 0, None, "UTC")))
