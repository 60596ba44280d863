"""The form of one's own limits: what it shows, what is read from it, and two tabs that save at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.editing import SeveralWrong, mark_of, refuse_changed
from bot.services.people.drafts import clean_time_zone
from bot.services.people.profiles import Profiles
from bot.services.wellbeing.limits import Changed, SaidIn, SelfLimits, SelfRules, Standing, Strictness
from bot.services.wellbeing.typed_limits import (
    BREAK_AFTER,
    BREAK_MINUTES,
    DAILY,
    OF_DAY,
    OF_MONTH,
    WEEKLY,
    minutes_typed,
    nights_shown,
    nights_typed,
    tokens_typed,
)
from bot.texts import N_, Text
from db.work import Work

LABELS: Mapping[str, Text] = {
    "daily_minutes": DAILY,
    "weekly_minutes": WEEKLY,
    "strictness": N_("When they are used up"),
    "break_after": BREAK_AFTER,
    "break_minutes": BREAK_MINUTES,
    "nights": N_("Night"),
    "daily_tokens": OF_DAY,
    "monthly_tokens": OF_MONTH,
    "time_zone": N_("Time zone"),
}


@dataclass(frozen=True, slots=True)
class LimitsFilled:
    """What the form shows: what was asked for last, whether it holds already or waits. `mark` tells it again."""

    typed: Mapping[str, str]
    mark: str
    standing: Standing


class LimitForms:
    """Shows and saves it, in the person's own name."""

    def __init__(self, own: SelfLimits, profiles: Profiles) -> None:
        self._own = own
        self._profiles = profiles

    async def get(self, work: Work, user_id: UUID) -> LimitsFilled:
        """What it shows now."""
        standing = await self._own.standing(work, user_id)
        typed = shown(standing)
        return LimitsFilled(typed, mark_of(typed), standing)

    async def save(
        self, work: Work, user_id: UUID, typed: Mapping[str, str], *, mark: str | None, said_in: SaidIn
    ) -> Changed:
        """Change what was typed otherwise than it stood. Raises `InvalidInput`, `ChangedMeanwhile`, `Conflict`."""
        now = await self.get(work, user_id)
        fields = read({name: text for name, text in typed.items() if text.strip() != now.typed[name].strip()})
        refuse_changed(now.typed, mark)
        if "time_zone" in fields:
            await self._profiles.set_time_zone(work, user_id, typed["time_zone"])
        return await self._own.change(work, user_id, fields, said_in)


def shown(standing: Standing) -> dict[str, str]:
    """Each field as it is typed. Pure."""
    rules = standing.pending or standing.held
    return {**_numbers(rules), "strictness": rules.strictness.value, "nights": nights_shown(rules.nights),
            "time_zone": rules.time_zone if standing.is_zone_chosen else ""}  # fmt: skip


def read(typed: Mapping[str, str]) -> dict[str, object]:
    """The fields of `SelfRules` that these mean; an empty one lifts its limit. Raises `SeveralWrong`. Pure."""
    fields: dict[str, object] = {}
    errors: list[UserError] = []
    for name, text in typed.items():
        try:
            fields[name] = _READERS[name](text)
        except UserError as error:
            errors.append(error)
    if errors:
        raise SeveralWrong(errors)
    return fields


def _numbers(rules: SelfRules) -> dict[str, str]:
    names = ("daily_minutes", "weekly_minutes", "break_after", "daily_tokens", "monthly_tokens")
    found = {name: getattr(rules, name) for name in names}
    found["break_minutes"] = rules.break_minutes or None
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _minutes(name: str, label: Text, most: int, least: int = 1) -> Callable[[str], object]:
    return lambda typed: minutes_typed(typed, name, label, most, least) if typed.strip() else None


def _tokens(name: str, label: Text) -> Callable[[str], object]:
    return lambda typed: tokens_typed(typed, name, label) if typed.strip() else None


def _rest(typed: str) -> object:
    found = _minutes("break_minutes", BREAK_MINUTES, int(limits.LIMIT_BREAK_MINUTES_MAX), _BREAK_LEAST)(typed)
    return found or 0


def _strictness(typed: str) -> object:
    if typed not in {one.value for one in Strictness}:
        raise InvalidInput(
            "strictness_unknown", N_("Choose what happens when minutes are used up."), field="strictness"
        )
    return Strictness(typed)


_BREAK_LEAST = int(limits.BREAK_MINUTES_MIN)
_READERS: Mapping[str, Callable[[str], object]] = {
    "daily_minutes": _minutes("daily_minutes", DAILY, int(limits.LIMIT_DAY_MINUTES_MAX)),
    "weekly_minutes": _minutes("weekly_minutes", WEEKLY, int(limits.LIMIT_WEEK_MINUTES_MAX)),
    "strictness": _strictness,
    "break_after": _minutes(
        "break_after", BREAK_AFTER, int(limits.LIMIT_BREAK_AFTER_MAX), int(limits.LIMIT_BREAK_AFTER_MIN)
    ),
    "break_minutes": _rest,
    "nights": lambda typed: nights_typed(typed, "nights") if typed.strip() else (),
    "daily_tokens": _tokens("daily_tokens", OF_DAY),
    "monthly_tokens": _tokens("monthly_tokens", OF_MONTH),
    "time_zone": lambda typed: clean_time_zone(typed) or "UTC",
}
