"""What an import would keep of a diary's file, row by row, beside what is there already. Pure; run it in a thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput
from bot.services.wellbeing.choices import HIGHEST, LOWEST, MoodOption, fold
from bot.services.wellbeing.daylio import ENERGY, INTENSITY, SLEEP, STEPS, Parsed, RefusedRow, Row
from bot.services.wellbeing.entries import (
    CheckedEntry,
    CheckIn,
    CheckInDraft,
    Rules,
    Sealed,
    checked_as,
    mood_of,
    too_many_that_day,
    words_of,
    zone_info,
)
from bot.texts import N_, Text
from db.models import MoodSource

_OURS = {fold(INTENSITY): "intensity", fold(ENERGY): "energy", fold(SLEEP): "sleep_quality"}
_SAID = "~"
"""Begins the id of a mood that is on no list: an entry keeps what it said."""
_SHOWN = 20
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class DaylioMood:
    """A mood that a file names: how often, and the step it stands for; None: the person has to say."""

    name: str
    n: int
    score: int | None
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `new` are the entries it would add, in the file's order."""

    new: tuple[CheckedEntry, ...]
    moods: tuple[DaylioMood, ...]
    activities: tuple[tuple[str, int], ...]
    already_here: int
    too_old: int
    refused: tuple[RefusedRow, ...]
    is_ours: bool

    @property
    def unmapped(self) -> tuple[DaylioMood, ...]:
        """Moods of which it is not known how good they are."""
        return tuple(one for one in self.moods if one.score is None)

    def shown(self) -> tuple[CheckIn, ...]:
        """The first of the new ones, as they would stand in the list."""
        return tuple(as_entry(one) for one in self.new[:_SHOWN])


def plan(parsed: Parsed, rules: Rules, mapping: Mapping[str, int], existing: Sequence[CheckIn]) -> Plan:
    """What would become of a file's rows. `mapping` gives steps by mood names.

    Raises `InvalidInput` for a step that is none. Rows whose mood has no step yet are counted among the new ones, on
    the middle step, so that a preview can show them.
    """
    steps = _steps(mapping)
    counted = Counter(fold(row.mood) for row in parsed.rows)
    newest = {fold(row.mood): row for row in reversed(parsed.rows)}
    asked = {key: newest[key].score or _step(key, steps, rules) for key in counted}
    here = {_print(words_of(one), one.felt_at) for one in existing if one.is_readable}
    days: Counter[date] = Counter(one.day for one in existing)
    new: list[CheckedEntry] = []
    refused = list(parsed.refused)
    already = too_old = 0
    for row in parsed.rows:
        try:
            checked = _checked(row, asked[fold(row.mood)], rules)
        except InvalidInput as error:
            if error.code == "older_than_kept":
                too_old += 1
            else:
                refused.append(RefusedRow(row.line, Text(error.message), error.values))
            continue
        mark = _print(checked.words, checked.felt_at)
        day = checked.felt_at.astimezone(zone_info(checked.words.zone)).date()
        if mark in here:
            already += 1
        elif days[day] >= limits.CHECK_INS_PER_DAY:
            full = too_many_that_day()
            refused.append(RefusedRow(row.line, Text(full.message), full.values))
        else:
            here.add(mark)
            days[day] += 1
            new.append(checked)
    moods = [DaylioMood(newest[key].mood, n, asked[key], newest[key].emoji) for key, n in counted.most_common()]
    return Plan(
        new=tuple(new),
        moods=tuple(moods),
        activities=_activities(new, rules),
        already_here=already,
        too_old=too_old,
        refused=tuple(sorted(refused, key=lambda one: one.line)),
        is_ours=parsed.is_ours,
    )


def as_chosen(entry: CheckedEntry, moods: Mapping[str, MoodOption]) -> CheckedEntry:
    """The entry under the id of a mood of one's own that has its name and its step by now."""
    found = moods.get(fold(entry.words.name))
    if found is None or not entry.words.mood.startswith(_SAID) or found.score != entry.words.score:
        return entry
    return replace(entry, words=entry.words.model_copy(update={"mood": found.id, "is_own": found.is_own}))


def _steps(mapping: Mapping[str, int]) -> dict[str, int]:
    for name, score in mapping.items():
        if not LOWEST <= score <= HIGHEST:
            raise InvalidInput(
                "step_unknown",
                N_("“{name}”: choose a step from {lowest} (very low) to {highest} (very good). Nothing was imported."),
                field="mapping",
                name=name[:40],
                lowest=LOWEST,
                highest=HIGHEST,
            )
    return {fold(name): score for name, score in mapping.items()}


def _step(name: str, steps: Mapping[str, int], rules: Rules) -> int | None:
    """What was said now, else what a mood of that name stands for, else what the app's own means."""
    known = rules.choices.named(name)
    if name in steps:
        return steps[name]
    if known is not None and (known.is_own or name not in STEPS):
        return known.score
    return STEPS.get(name)


def _checked(row: Row, step: int | None, rules: Rules) -> CheckedEntry:
    score = row.score or step or (LOWEST + HIGHEST) // 2
    known = rules.choices.named(row.mood)
    is_known = known is not None and known.score == score
    mood = MoodOption(
        id=known.id if known is not None and is_known else f"{_SAID}{fold(row.mood)}"[:80],
        name=_mood_name(row.mood),
        emoji=row.emoji[: int(limits.MOOD_EMOJI_MAX)] or (known.emoji if known is not None else ""),
        score=score,
        is_own=known.is_own if known is not None and is_known else False,
    )
    zone = zone_info(row.zone).key if row.zone else rules.time_zone
    levels, tags = _levels(row)
    draft = CheckInDraft(
        mood=mood.id,
        felt_at=row.felt_at or row.local.replace(tzinfo=zone_info(zone)),
        time_zone=zone,
        intensity=levels.get("intensity"),
        energy=levels.get("energy"),
        sleep_quality=levels.get("sleep_quality"),
        sleep_hours=_hours(row.sleep_hours),
        weather=row.weather,
        activities=row.activities,
        tags=(*row.tags, *tags),
        triggers=row.triggers,
        title=row.title,
        note=row.note,
    )
    return checked_as(mood, draft, rules)


def _mood_name(name: str) -> str:
    if len(name) <= limits.MOOD_NAME_MAX:
        return name
    raise InvalidInput(
        "mood_name_too_long",
        N_("the name of its mood has more than {maximum} characters"),
        maximum=int(limits.MOOD_NAME_MAX),
    )


def _levels(row: Row) -> tuple[dict[str, int], list[str]]:
    """Scales that are ours, and the others as tags: what the file says is not lost."""
    levels: dict[str, int] = {}
    tags: list[str] = []
    for name, value in row.scales:
        ours = _OURS.get(fold(name))
        if ours and value.isascii() and value.isdigit() and LOWEST <= int(value[:4]) <= HIGHEST:
            levels[ours] = int(value)
        else:
            tags.append(f"{name}: {value}")
    return levels, tags


def _hours(typed: str) -> float | None:
    try:
        return float(typed) if typed.strip() else None
    except ValueError:
        raise InvalidInput(
            "sleep_hours_unclear", N_("its hours of sleep are “{typed}”, which is no number"), typed=typed[:20]
        ) from None


def _print(words: Sealed, felt_at: datetime) -> tuple[object, ...]:
    """What makes two entries the same: when by the wall clock, and all that was said but the step, which is chosen anew
    with each import."""
    local = felt_at.astimezone(zone_info(words.zone))
    return (
        local.replace(tzinfo=None),
        local.fold,
        fold(words.name),
        words.intensity,
        words.energy,
        words.sleep_quality,
        words.sleep_hours,
        words.weather,
        words.activities,
        words.tags,
        words.triggers,
        words.title,
        words.note,
    )


def _activities(new: Iterable[CheckedEntry], rules: Rules) -> tuple[tuple[str, int], ...]:
    """Activities that are on no list yet, the most frequent first."""
    known = {fold(one.name) for one in rules.choices.activities}
    names: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for entry in new:
        for name in entry.words.activities:
            key = fold(name)
            if key not in known:
                names.setdefault(key, name)
                counted[key] += 1
    return tuple((names[key], n) for key, n in counted.most_common())


def as_entry(checked: CheckedEntry, entry_id: UUID = _NOBODY) -> CheckIn:
    """An entry that is not kept yet, as it would stand in the list."""
    words = checked.words
    return CheckIn(
        id=entry_id,
        felt_at=checked.felt_at.astimezone(UTC),
        time_zone=words.zone,
        mood=mood_of(words),
        intensity=words.intensity,
        energy=words.energy,
        sleep_quality=words.sleep_quality,
        sleep_hours=words.sleep_hours,
        weather=words.weather,
        activities=words.activities,
        tags=words.tags,
        triggers=words.triggers,
        title=words.title,
        note=words.note,
        source=MoodSource.IMPORT,
    )
