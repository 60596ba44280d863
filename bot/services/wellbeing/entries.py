"""Check-ins: how somebody was, when. What is typed, what is kept (sealed), what is shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot import limits
from bot.errors import InvalidInput, LimitReached, NotFound
from bot.services.characters.drafts import clean_text
from bot.services.wellbeing.choices import (
    HIGHEST,
    LOWEST,
    MoodChoices,
    MoodOption,
    Weather,
    fold,
    shown_name,
)
from bot.texts import N_, Text
from db.models import MoodSource

EARLIEST = date(1900, 1, 1)
"""Nobody who checks in felt anything before."""

AHEAD = timedelta(minutes=5)
"""So far a device's clock may be ahead of ours."""

SLEEP_HOURS_MAX = 24.0
_NEVER = datetime.min.replace(tzinfo=UTC)
_QUARTERS = 4


class Sealed(BaseModel):
    """All that a check-in says, as it is sealed. `mood` is the id of what was chosen, the rest what it meant then."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    mood: str
    name: str
    emoji: str = ""
    score: int
    is_own: bool = False
    zone: str = "UTC"
    intensity: int | None = None
    energy: int | None = None
    sleep_quality: int | None = None
    sleep_hours: float | None = None
    weather: Weather | None = None
    activities: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One check-in, opened. `mood` is as it was when chosen; `time_zone` is where the person's clock stood.

    Levels are 1 to 5, None where nothing was said. `is_readable` False: its words were sealed with a key that is gone;
    it can be deleted, and all of it but the moment is empty.
    """

    id: UUID
    felt_at: datetime
    time_zone: str
    mood: MoodOption
    intensity: int | None = None
    energy: int | None = None
    sleep_quality: int | None = None
    sleep_hours: float | None = None
    weather: Weather | None = None
    activities: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    title: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    source: MoodSource = MoodSource.WEB
    created_at: datetime = _NEVER
    updated_at: datetime = _NEVER
    is_readable: bool = True

    @property
    def score(self) -> int:
        """The step of the scale: 1 very low to 5 very good."""
        return self.mood.score

    @property
    def local(self) -> datetime:
        """When, by the person's clock of then."""
        return self.felt_at.astimezone(zone_info(self.time_zone))

    @property
    def day(self) -> date:
        """Their day of then."""
        return self.local.date()


@dataclass(frozen=True, slots=True)
class CheckInDraft:
    """A check-in as somebody chose and typed it; nothing is checked yet.

    `mood` is an option's id. `felt_at` None: now (for an edit: as it was). `time_zone` empty: the person's own (for an
    edit: as it was).
    """

    mood: str
    felt_at: datetime | None = None
    time_zone: str = ""
    intensity: int | None = None
    energy: int | None = None
    sleep_quality: int | None = None
    sleep_hours: float | None = None
    weather: Weather | None = None
    activities: Sequence[str] = ()
    tags: Sequence[str] = ()
    triggers: Sequence[str] = ()
    title: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """A draft that may be kept."""

    felt_at: datetime
    words: Sealed


@dataclass(frozen=True, slots=True)
class Rules:
    """What a draft is held against. `keep_days` None: for ever."""

    now: datetime
    time_zone: str = "UTC"
    choices: MoodChoices = field(default_factory=lambda: MoodChoices((), ()))
    keep_days: int | None = None


def draft_of(entry: CheckIn) -> CheckInDraft:
    """What the form of an entry shows."""
    return CheckInDraft(
        mood=entry.mood.id,
        felt_at=entry.felt_at,
        time_zone=entry.time_zone,
        intensity=entry.intensity,
        energy=entry.energy,
        sleep_quality=entry.sleep_quality,
        sleep_hours=entry.sleep_hours,
        weather=entry.weather,
        activities=entry.activities,
        tags=entry.tags,
        triggers=entry.triggers,
        title=entry.title,
        note=entry.note,
    )


def check_draft(draft: CheckInDraft, rules: Rules, before: CheckIn | None = None) -> CheckedEntry:
    """The draft cleaned. Raises `InvalidInput` naming the first field at fault.

    `before` is the entry that is changed: a mood it chose stays what it was, even where that choice is gone by now.
    """
    mood = rules.choices.mood(draft.mood)
    if before is not None and before.is_readable and before.mood.id == draft.mood:
        mood = before.mood
    if mood is None:
        raise InvalidInput(
            "mood_unknown",
            N_("Choose how you feel from the list: “{typed}” is not on it."),
            field="mood",
            typed=draft.mood[:40],
        )
    return checked_as(mood, draft, rules, before)


def checked_as(mood: MoodOption, draft: CheckInDraft, rules: Rules, before: CheckIn | None = None) -> CheckedEntry:
    """The draft cleaned, its mood being this one whatever it names. Raises `InvalidInput`."""
    words = Sealed(
        mood=mood.id,
        name=str(mood.name),
        emoji=mood.emoji,
        score=mood.score,
        is_own=mood.is_own,
        zone=draft.time_zone or (before.time_zone if before else rules.time_zone),
        intensity=_level("intensity", N_("Intensity"), draft.intensity),
        energy=_level("energy", N_("Energy"), draft.energy),
        sleep_quality=_level("sleep_quality", N_("Sleep"), draft.sleep_quality),
        sleep_hours=_hours(draft.sleep_hours),
        weather=draft.weather,
        activities=_names("activities", N_("Activities"), draft.activities, limits.MOOD_ACTIVITIES_MAX),
        tags=_names("tags", N_("Tags"), draft.tags, limits.MOOD_TAGS_MAX),
        triggers=_names("triggers", N_("Triggers"), draft.triggers, limits.MOOD_TAGS_MAX),
        title=" ".join(clean_text("title", N_("Title"), draft.title, limits.MOOD_TITLE_MAX).split()),
        note=clean_text("note", N_("Note"), draft.note, limits.MOOD_NOTE_MAX),
    )
    felt_at = draft.felt_at or (before.felt_at if before else rules.now)
    return CheckedEntry(checked_moment(felt_at, words.zone, rules), words)


def checked_moment(felt_at: datetime, time_zone: str, rules: Rules) -> datetime:
    """A moment that can have been felt, in UTC. Raises `InvalidInput` for the future and the distant past."""
    if felt_at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    try:
        moment = felt_at.astimezone(UTC)
        day = moment.astimezone(zone_info(time_zone)).date()
    except OverflowError:
        day, moment = date.min, datetime.min.replace(tzinfo=UTC)
    if moment > rules.now + AHEAD:
        raise InvalidInput(
            "felt_in_the_future",
            N_("This lies in the future: nobody knows yet how they will feel. Choose now, or a day that has been."),
            field="felt_at",
        )
    if day < EARLIEST:
        raise InvalidInput(
            "felt_too_long_ago",
            N_("A check-in can be for any day since {earliest}. Look at the year."),
            field="felt_at",
            earliest=EARLIEST.isoformat(),
        )
    if rules.keep_days is not None and moment < rules.now - timedelta(days=rules.keep_days):
        raise InvalidInput(
            "older_than_kept",
            N_(
                "You keep check-ins for {days} days, and this one is older: it would be gone tonight. Keep them for "
                "longer first, then add it."
            ),
            field="felt_at",
            days=rules.keep_days,
        )
    return min(moment, rules.now)


def words_of(entry: CheckIn) -> Sealed:
    """What is sealed of an entry."""
    return Sealed(
        mood=entry.mood.id,
        name=str(entry.mood.name),
        emoji=entry.mood.emoji,
        score=entry.mood.score,
        is_own=entry.mood.is_own,
        zone=entry.time_zone,
        intensity=entry.intensity,
        energy=entry.energy,
        sleep_quality=entry.sleep_quality,
        sleep_hours=entry.sleep_hours,
        weather=entry.weather,
        activities=tuple(str(one) for one in entry.activities),
        tags=entry.tags,
        triggers=entry.triggers,
        title=entry.title,
        note=entry.note,
    )


def mood_of(words: Sealed) -> MoodOption:
    """The mood as it was chosen."""
    return MoodOption(words.mood, shown_name(words.name), words.emoji, words.score, is_own=words.is_own)


UNREADABLE = MoodOption("", "", "", 0)
"""The mood of an entry that cannot be opened."""


def zone_info(name: str) -> ZoneInfo:
    """A time zone by its name; UTC where there is none of that name any more."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_bounds(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """When a day begins and ends in a zone, in UTC: 23, 24 or 25 hours apart, as the clocks have it."""
    zone = zone_info(time_zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1) if day < date.max else day
    ends = datetime(after.year, after.month, after.day, tzinfo=zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def no_such_entry() -> NotFound:
    """It is gone, or another person's."""
    return NotFound("check_in_gone", N_("There is no such check-in. Perhaps it was deleted, or its time was over."))


def too_many_that_day() -> LimitReached:
    """The day is full."""
    return LimitReached(
        "check_ins_per_day",
        N_("That day has {maximum} check-ins already, which is all a day holds. Change one of them instead."),
        maximum=int(limits.CHECK_INS_PER_DAY),
    )


def too_many_in_all() -> LimitReached:
    """The diary is full."""
    return LimitReached(
        "check_ins_in_all",
        N_("Your diary holds {maximum} check-ins, which is all there can be. Export it, then delete old ones."),
        maximum=int(limits.CHECK_INS_MAX),
    )


def _level(name: str, label: Text, value: int | None) -> int | None:
    if value is None or LOWEST <= value <= HIGHEST:
        return value
    raise InvalidInput(
        f"{name}_out_of_range",
        N_("{label}: choose a number from {lowest} to {highest}, or leave it empty; you wrote {typed}."),
        field=name,
        label=label,
        lowest=LOWEST,
        highest=HIGHEST,
        typed=str(value)[:20],
    )


def _hours(value: float | None) -> float | None:
    if value is None:
        return None
    # NaN is in no range.
    if not 0 <= value <= SLEEP_HOURS_MAX:
        raise InvalidInput(
            "sleep_hours_out_of_range",
            N_("Hours of sleep: from 0 to 24, such as 7.5, or leave it empty."),
            field="sleep_hours",
        )
    return round(value * _QUARTERS) / _QUARTERS


def _names(name: str, label: Text, typed: Sequence[str], most: int) -> tuple[str, ...]:
    """Names on one line each, every one once, in the order they came. Raises `InvalidInput`."""
    found: dict[str, str] = {}
    for piece in typed:
        bare = " ".join(clean_text(name, label, piece.replace("|", " "), limits.MOOD_NAME_MAX).split())
        if bare:
            found.setdefault(fold(bare), bare)
    if len(found) > most:
        raise InvalidInput(
            f"{name}_too_many",
            N_("{label}: at most {maximum}; you chose {length}. Keep those that mattered most."),
            field=name,
            label=label,
            maximum=int(most),
            length=len(found),
        )
    return tuple(found.values())
