"""What the pages of check-ins share: their tabs, the form of a check-in, and how one is shown in a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from babel.dates import format_datetime

from bot.errors import InvalidInput, UserError
from bot.services.editing import refuse_wrong
from bot.services.wellbeing.choices import MOODS, PLAIN, STEPS, WEATHERS, MoodChoices, MoodOption, Weather, shown_name
from bot.services.wellbeing.entries import CheckIn, CheckInDraft, zone_info
from bot.services.wellbeing.typed_times import felt_at_typed
from bot.texts import N_, Say, Text
from web.forms import Form

T = TypeVar("T")

TABS: Sequence[tuple[str, Text]] = (
    ("mood", N_("Check in")),
    ("mood_calendar", N_("Calendar")),
    ("mood_insights", N_("What they show")),
    ("mood_list", N_("All")),
    ("mood_choices", N_("Moods and activities")),
    ("mood_files", N_("Files")),
    ("mood_settings", N_("Settings")),
)
LABELS: Mapping[str, Text] = {
    "mood": N_("Mood"),
    "day": N_("Day"),
    "time": N_("Time"),
    "intensity": N_("How strongly"),
    "energy": N_("Energy"),
    "sleep_quality": N_("How you slept"),
    "sleep_hours": N_("Hours of sleep"),
    "weather": N_("Weather"),
    "activities": N_("What you did"),
    "tags": N_("Tags"),
    "triggers": N_("What set it off"),
    "title": N_("Title"),
    "note": N_("Note"),
}
"""The fields of a check-in, in the order of the form."""

_BY_COMMA = frozenset({"tags", "triggers"})
_SIGNS: Mapping[int, str] = {one.score: one.emoji for one in MOODS if one.id in PLAIN.values()}
SCALE: Sequence[tuple[int, Text, str]] = tuple((score, STEPS[score], _SIGNS[score]) for score in sorted(STEPS))
"""The five steps, low to high: number, word, sign."""


def sign_of(score: int) -> str:
    """The sign of a step."""
    return _SIGNS.get(score, "")


# ---------------------------------------------------------------------------------------------------- the form


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form of a check-in offers. Moods are (id, name, sign, score)."""

    moods: tuple[tuple[str, str, str, int], ...]
    more_moods: tuple[tuple[str, str, str, int], ...]
    activities: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    weathers: tuple[tuple[str, str], ...]


def offered(choices: MoodChoices, say: Say, before: CheckIn | None = None) -> Offered:
    """The five steps and one's own moods in sight, all others under "more"; what an entry has is always among them."""
    every = list(choices.offered)
    if before is not None and before.is_readable and before.mood.id not in {one.id for one in every}:
        every.append(before.mood)
    plain = frozenset(PLAIN.values())
    groups = [
        (group, tuple((str(one.name), _signed(one.emoji, one.name, say)) for one in some))
        for group, some in choices.groups()
    ]
    known = {value for _, some in groups for value, _ in some}
    others = () if before is None else tuple(one for one in before.activities if one not in known)
    if others:
        groups.append((N_("Others of this check-in"), tuple((one, translated(say)(one)) for one in others)))
    return Offered(
        tuple(_tile(one) for one in every if one.id in plain or one.is_own),
        tuple(_tile(one) for one in every if one.id not in plain and not one.is_own),
        tuple(groups),
        tuple((one.value, _signed(sign, name, say)) for one, (name, sign) in WEATHERS.items()),
    )


def _tile(one: MoodOption) -> tuple[str, str, str, int]:
    return one.id, one.name, one.emoji, one.score


def _signed(sign: str, name: str, say: Say) -> str:
    shown = say(name) if isinstance(name, Text) else name
    return f"{sign} {shown}" if sign else shown


def typed_of(entry: CheckIn) -> dict[str, str]:
    """A check-in as its form has it: names and texts."""
    local = entry.local
    return {
        "mood": entry.mood.id,
        "day": local.date().isoformat(),
        "time": f"{local:%H:%M}",
        "intensity": _text(entry.intensity),
        "energy": _text(entry.energy),
        "sleep_quality": _text(entry.sleep_quality),
        "sleep_hours": "" if entry.sleep_hours is None else f"{entry.sleep_hours:g}",
        "weather": "" if entry.weather is None else entry.weather.value,
        "activities": ", ".join(entry.activities),
        "tags": ", ".join(entry.tags),
        "triggers": ", ".join(entry.triggers),
        "title": entry.title,
        "note": entry.note,
    }


def form_of(entry: CheckIn) -> Form:
    """The form of a check-in, filled."""
    values: dict[str, object] = dict(typed_of(entry))
    values["activities"] = list(entry.activities)
    return Form.filled(**values)


def draft_in(typed: Form, time_zone: str, now: datetime, before: CheckIn | None = None) -> CheckInDraft:
    """What was typed. Raises `InvalidInput` or, of several, `SeveralWrong`; the service looks at the rest."""
    wrong: list[UserError] = []

    def read(make: Callable[[], T], otherwise: T) -> T:
        try:
            return make()
        except UserError as error:
            wrong.append(error)
            return otherwise

    zone = before.time_zone if before is not None else time_zone
    draft = CheckInDraft(
        mood=typed.text("mood"),
        felt_at=read(lambda: _felt_at(typed, zone, now, before), None),
        time_zone=zone,
        intensity=read(lambda: typed.optional_whole("intensity"), None),
        energy=read(lambda: typed.optional_whole("energy"), None),
        sleep_quality=read(lambda: typed.optional_whole("sleep_quality"), None),
        sleep_hours=read(lambda: _hours(typed), None),
        weather=read(lambda: typed.optional_choice("weather", Weather), None),
        activities=typed.values("activities"),
        tags=typed.listed("tags"),
        triggers=typed.listed("triggers"),
        title=typed.text("title"),
        note=typed.value("note"),
    )
    if not draft.mood:
        wrong.insert(0, InvalidInput("mood_missing", N_("Choose how you are. The rest may stay empty."), field="mood"))
    refuse_wrong(wrong)
    return draft


def _felt_at(typed: Form, zone: str, now: datetime, before: CheckIn | None) -> datetime | None:
    day, time = typed.text("day"), typed.text("time")
    if before is not None and (day, time) == (typed_of(before)["day"], typed_of(before)["time"]):
        return before.felt_at
    if not day and not time:
        return None
    try:
        return felt_at_typed(f"{day} {time}".strip(), zone_info(zone), now)
    except InvalidInput as error:
        raise at_day(error) from None


def at_day(error: UserError) -> UserError:
    """A refusal of the moment, at the field of the form where it is mended."""
    if error.field != "felt_at":
        return error
    return type(error)(error.code, error.message, field="day", **error.values)


def _hours(typed: Form) -> float | None:
    text = typed.text("sleep_hours").replace(",", ".")
    try:
        return float(text) if text else None
    except ValueError:
        raise InvalidInput(
            "sleep_hours_unreadable",
            N_("Hours of sleep: write a number from 0 to 24, such as 7.5, or leave it empty."),
            field="sleep_hours",
        ) from None


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


# ---------------------------------------------------------------------------------------------------- lists


@dataclass(frozen=True, slots=True)
class Shown:
    """A check-in as a list shows it."""

    id: UUID
    moment: str
    when: str
    mood: str
    sign: str
    score: int
    facts: tuple[str, ...]
    chips: tuple[str, ...]
    title: str
    note: str
    is_readable: bool


def shown(entry: CheckIn, say: Say, *, longest_note: int | None = None) -> Shown:
    """A check-in in the reader's language, at its own time of day."""
    locale = "en" if say.language == "qps" else say.language.replace("-", "_")
    when = format_datetime(entry.local, "EEE d MMM yyyy, HH:mm", locale=locale)
    note = entry.note
    if longest_note is not None and len(note) > longest_note:
        note = note[:longest_note].rstrip() + " …"
    return Shown(
        entry.id,
        entry.felt_at.isoformat(),
        when,
        entry.mood.name,
        entry.mood.emoji,
        entry.score,
        facts_of(entry, say),
        (
            *map(shown_name, entry.activities),
            *(f"#{one}" for one in entry.tags),
            *(f"⚡ {one}" for one in entry.triggers),
        ),
        entry.title,
        note,
        entry.is_readable,
    )


def translated(say: Say) -> Callable[[str], str]:
    """How the reader sees a kept name: the house's in their language, anybody's own as it is."""

    def shown_to(name: str) -> str:
        known = shown_name(name)
        return say(known) if isinstance(known, Text) else known

    return shown_to


def facts_of(entry: CheckIn, say: Say) -> tuple[str, ...]:
    """What was said in numbers, in words."""
    found: list[str] = []
    if entry.intensity is not None:
        found.append(say("strength {n} of 5", n=entry.intensity))
    if entry.energy is not None:
        found.append(say("energy {n} of 5", n=entry.energy))
    if entry.sleep_quality is not None:
        found.append(say("sleep {n} of 5", n=entry.sleep_quality))
    if entry.sleep_hours is not None:
        found.append(say("{hours} hours of sleep", hours=f"{entry.sleep_hours:g}"))
    if entry.weather is not None:
        name, sign = WEATHERS[entry.weather]
        found.append(f"{sign} {say(name)}")
    return tuple(found)
