"""What pictures of check-ins show, in words: for who cannot see them, and beside them for everybody. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bot.services.wellbeing.choices import STEPS
from bot.services.wellbeing.insights import ActivityMood, Insights, MinutesBeside
from bot.texts import N_, Say, Text

ACTIVITIES_DRAWN = 10
"""The ones in most check-ins; the rest stands on the web."""

BESIDE = N_("They stand beside each other; that does not make one the cause of the other.")

_ALT_MOST = 1024
"""Discord's bound for the description of a picture."""


class PictureKind(StrEnum):
    """What can be looked at."""

    CALENDAR = "calendar"
    TREND = "trend"
    ACTIVITIES = "activities"
    MINUTES = "minutes"


TITLES: dict[PictureKind, Text] = {
    PictureKind.CALENDAR: N_("Your days"),
    PictureKind.TREND: N_("Your days over time"),
    PictureKind.ACTIVITIES: N_("Activities beside moods"),
    PictureKind.MINUTES: N_("Minutes here beside moods"),
}


def alt(kind: PictureKind, found: Insights, say: Say) -> str:
    """What a picture shows, in words, for who cannot see it."""
    match kind:
        case PictureKind.CALENDAR:
            told = _alt_calendar(found, say)
        case PictureKind.TREND:
            told = _alt_trend(found, say)
        case PictureKind.ACTIVITIES:
            told = _alt_activities(found, say)
        case PictureKind.MINUTES:
            told = _alt_minutes(found, say)
    return told if len(told) <= _ALT_MOST else f"{told[: _ALT_MOST - 1]}…"


def minutes_told(found: MinutesBeside, say: Say) -> str:
    """The two halves of the days in numbers."""
    more, less = found.with_more, found.with_less
    if more is None or less is None:
        return say.plural("{n} day, all with as many minutes.", "{n} days, all with as many minutes.", found.n)
    return say(
        "{n} days: median mood {more} on those with more than {minutes} minutes, {less} on the others.",
        n=found.n,
        more=as_number(more),
        less=as_number(less),
        minutes=as_number(found.split),
    )


def _alt_calendar(found: Insights, say: Say) -> str:
    told = say(
        "A calendar from {first} to {last}: {n} days have check-ins.",
        first=day_long(found.first, say),
        last=day_long(found.last, say),
        n=len(found.days),
    )
    return f"{told} {_counts(found, say)}"


def _alt_trend(found: Insights, say: Say) -> str:
    smooth = [point.smooth for point in found.trend if point.smooth is not None]
    told = say(
        "A dot for each of {n} days from {first} to {last}, from 1, very low, to 5, very good.",
        n=len(found.days),
        first=day_long(found.first, say),
        last=day_long(found.last, say),
    )
    if not smooth:
        return f"{told} {say('There are too few days near each other for a line.')}"
    return f"{told} " + say(
        "The median of 7 days begins at {begin}, ends at {end}, and lies between {low} and {high}.",
        begin=as_number(smooth[0]),
        end=as_number(smooth[-1]),
        low=as_number(min(smooth)),
        high=as_number(max(smooth)),
    )


def _alt_activities(found: Insights, say: Say) -> str:
    lines = [activity_told(one, say) for one in found.activities[:ACTIVITIES_DRAWN]]
    return "; ".join(lines) + ". " + say(BESIDE)


def activity_told(one: ActivityMood, say: Say) -> str:
    """An activity in words: its name, with how many, and both medians."""
    name = say(one.name) if isinstance(one.name, Text) else one.name
    if one.without is None:
        return say("{name}: median {with_it} with it (n = {n})", name=name, with_it=as_number(one.with_it), n=one.n)
    return say(
        "{name}: median {with_it} with it (n = {n}), {without} without it (n = {others})",
        name=name,
        with_it=as_number(one.with_it),
        n=one.n,
        without=as_number(one.without),
        others=one.n_without,
    )


def _alt_minutes(found: Insights, say: Say) -> str:
    beside = found.beside_minutes
    if beside is None:
        return say("Too few days have both a check-in and known minutes.")
    return f"{minutes_told(beside, say)} {say(BESIDE)}"


def _counts(found: Insights, say: Say) -> str:
    counted = [(score, sum(round(one.median) == score for one in found.days)) for score in sorted(STEPS, reverse=True)]
    return ", ".join(f"{say(STEPS[score])}: {n}" for score, n in counted if n) + "."


def as_number(value: float) -> str:
    """A median as it is written: 4, or 3.5."""
    return f"{value:g}"


def day_long(day: date, say: Say) -> str:
    """A day as people write it."""
    from babel.dates import format_date  # here: only who draws or lists needs it, and not the gateway's start

    return format_date(day, "medium", locale=locale_of(say))


def locale_of(say: Say) -> str:
    """A language as Babel knows it."""
    return "en" if say.language == "qps" else say.language.replace("-", "_")


def weekday_named(weekday: int, say: Say) -> str:
    """A weekday (0: Monday) by its name."""
    from babel.dates import get_day_names

    return str(get_day_names("wide", context="stand-alone", locale=locale_of(say))[weekday])
