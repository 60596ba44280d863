"""What the pages of check-ins share: their tabs, the form of a check-in, and how one is shown in a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from babel.dates import format_date, format_datetime

from bot.errors import InvalidInput, UserError
from bot.services.editing import SeveralWrong, refuse_wrong
from bot.services.wellbeing.choices import MOODS, PLAIN, STEPS, WEATHERS, MoodChoices, MoodOption, shown_name
from bot.services.wellbeing.entries import CheckIn, CheckInDraft
from bot.services.wellbeing.entries_typed import read_form, shown_form
from bot.texts import N_, Say, Text
from web.changes import typed_in
from web.forms import Form

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

_TICKED = frozenset({"activities"})
_SIGNS: Mapping[int, str] = {one.score: one.emoji for one in MOODS if one.id in PLAIN.values()}
SCALE: Sequence[tuple[int, Text, str]] = tuple((score, STEPS[score], _SIGNS[score]) for score in sorted(STEPS))
"""The five steps, low to high: number, word, sign."""


def day_told(day: date | None, say: Say) -> str:
    """A day as the reader writes it; nothing for none."""
    return "" if day is None else format_date(day, "d MMM yyyy", locale=_locale(say))


def _locale(say: Say) -> str:
    return "en" if say.language == "qps" else say.language.replace("-", "_")


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
        (
            *(_tile(one) for one in every if one.id in plain),
            *(_tile(one) for one in every if one.is_own),
        ),
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
    return {name: value if isinstance(value, str) else ", ".join(value) for name, value in shown_form(entry).items()}


def form_of(entry: CheckIn) -> Form:
    """The form of a check-in, filled."""
    return Form.filled(**shown_form(entry))


def draft_in(typed: Form, time_zone: str, now: datetime, before: CheckIn | None = None) -> CheckInDraft:
    """What was typed. Raises `InvalidInput` or, of several, `SeveralWrong`; the service looks at the rest.

    `before` is the entry that is changed: where its moment was left as it stood it stays, to the second.
    """
    fields = {name: typed.values(name) if name in _TICKED else typed.value(name) for name in LABELS}
    wrong: list[UserError] = []
    if not typed.text("mood"):
        wrong.append(InvalidInput("mood_missing", N_("Choose how you are. The rest may stay empty."), field="mood"))
    draft = CheckInDraft("")
    try:
        draft = read_form(fields, time_zone, now)
    except SeveralWrong as several:
        wrong += several.errors
    except InvalidInput as error:
        wrong.append(error)
    refuse_wrong(wrong)
    if before is not None and _moment(typed_of(before)) == _moment(typed_in(typed, LABELS)):
        return replace(draft, felt_at=before.felt_at)
    return draft


def _moment(fields: Mapping[str, str]) -> tuple[str, str]:
    return fields["day"].strip(), fields["time"].strip()


def at_day(error: UserError) -> UserError:
    """A refusal of the moment, at the field of the form where it is mended."""
    if error.field != "felt_at":
        return error
    return type(error)(error.code, error.message, field="day", **error.values)


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
    when = format_datetime(entry.local, "EEE d MMM yyyy, HH:mm", locale=_locale(say))
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
        found.append(say("slept {hours} h", hours=f"{entry.sleep_hours:g}"))
    if entry.weather is not None:
        name, sign = WEATHERS[entry.weather]
        found.append(f"{sign} {say(name)}")
    return tuple(found)
