"""What a change of limits does, and when: what tightens holds at once, what loosens from tomorrow. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from bot.services.wellbeing.minutes import at_minute, day_of, day_span, minute_of
from bot.services.wellbeing.nights import merged, minutes_of_day, night_at, windows_of
from bot.services.wellbeing.rules import is_paused
from db.models import NightWindow, SelfRules, Strictness

__all__ = ["NOTHING", "Later", "changed", "in_force", "is_nothing", "loosens"]

NOTHING = SelfRules()
"""What holds for somebody who limited nothing."""

_ORDER = tuple(Strictness)

_WHOLE_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Later:
    """Rules that wait for their day."""

    rules: SelfRules
    holds_from: datetime


def in_force(rules: SelfRules, now: datetime) -> SelfRules:
    """Rules as they hold: a pause that is over is none."""
    if rules.is_paused and not is_paused(rules, now):
        return rules.model_copy(update={"is_paused": False, "paused_until": None})
    return rules


def is_nothing(rules: SelfRules) -> bool:
    """Whether they limit nothing at all."""
    return rules.model_copy(update={"time_zone": "UTC", "strictness": Strictness.STOP, "break_minutes": 0}) == NOTHING


def changed(
    held: SelfRules, pending: Later | None, fields: Mapping[str, object], now: datetime
) -> tuple[SelfRules | None, Later | None]:
    """What is to hold now (None: what holds already), and what from a later moment on (None: nothing more).

    `fields` are those of `SelfRules` that are asked for; the others stay as they were asked for last. What waits is
    replaced by what is returned. Raises `pydantic.ValidationError` for values that no such field holds.
    """
    held = _normal(held, now)
    asked_last = held if pending is None else pending.rules
    target = _normal(SelfRules.model_validate({**asked_last.model_dump(), **fields}), now)
    at_once = _tighter(held, target)
    later = None if target == at_once else Later(target, _tomorrow(held, now))
    return (None if at_once == held else at_once), later


def loosens(held: SelfRules, new: SelfRules) -> bool:
    """Whether rules allow anything that those before did not."""
    return _tighter(held, new) != new


def _normal(rules: SelfRules, now: datetime) -> SelfRules:
    until = rules.paused_until if rules.is_paused else None
    return in_force(rules.model_copy(update={"paused_until": until, "nights": merged(rules.nights)}), now)


def _tighter(held: SelfRules, asked: SelfRules) -> SelfRules:
    """Of each field the tighter one. The clock by which days are counted is not changed in the midst of a day.

    What only says how another limit holds is free while there is no such limit.
    """
    values: dict[str, object] = {"time_zone": asked.time_zone if is_nothing(held) else held.time_zone}
    for name in ("daily_minutes", "weekly_minutes", "break_after", "daily_tokens", "monthly_tokens"):
        values[name] = _least(cast("int | None", getattr(held, name)), cast("int | None", getattr(asked, name)))
    is_counted = held.daily_minutes is not None or held.weekly_minutes is not None
    values["strictness"] = max(held.strictness, asked.strictness, key=_ORDER.index) if is_counted else asked.strictness
    has_breaks = held.break_after is not None
    values["break_minutes"] = max(held.break_minutes, asked.break_minutes) if has_breaks else asked.break_minutes
    values["nights"] = _both(held.nights, asked.nights)
    values["is_paused"] = held.is_paused or asked.is_paused
    values["paused_until"] = _longer_pause(held, asked)
    return SelfRules.model_validate(values)


def _least(one: int | None, other: int | None) -> int | None:
    given = [value for value in (one, other) if value is not None]
    return min(given) if given else None


def _both(one: tuple[NightWindow, ...], other: tuple[NightWindow, ...]) -> tuple[NightWindow, ...]:
    held, asked = minutes_of_day(one), minutes_of_day(other)
    if held == asked:
        return one
    return other if asked > held else one if held > asked else windows_of(held | asked)


def _longer_pause(held: SelfRules, asked: SelfRules) -> datetime | None:
    ends: list[datetime | None] = [rules.paused_until for rules in (held, asked) if rules.is_paused]
    if not ends or None in ends:
        return None
    return max(end for end in ends if end is not None)


def _tomorrow(held: SelfRules, now: datetime) -> datetime:
    """When loosening begins: with the next day by the held clock, and not within a night that was asked for."""
    minute = minute_of(now)
    begins = day_span(held.time_zone, day_of(held.time_zone, minute) + timedelta(days=1)).first
    night = night_at(held.nights, held.time_zone, begins)
    if night is not None and night.end - begins < _WHOLE_DAY:
        begins = night.end
    return at_minute(begins)
