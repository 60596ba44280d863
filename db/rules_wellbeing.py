"""Who may see and change which rows: check-ins, self-set limits and usage. The person themselves, and nobody else."""

# ruff: noqa: S608 - every condition here is made of constants of this package

from __future__ import annotations

from collections.abc import Mapping

from db.rules import BEHALF, USER, Rules

_MINE = Rules.all(f"user_id = {USER}")
_MY_HABIT = "EXISTS (SELECT 1 FROM self_habits AS h WHERE h.id = habit_id)"

# A turn reads a person's check-ins only while they let them into prompts; it finds out by their own settings.
_FOR_PROMPTS = (
    f"user_id = {USER} OR (user_id = {BEHALF}"
    f" AND EXISTS (SELECT 1 FROM mood_settings AS s WHERE s.user_id = {BEHALF} AND s.in_prompts))"
)


def _readable_by_turns(select: str) -> Rules:
    return Rules(select=select, insert=f"user_id = {USER}", update=f"user_id = {USER}", delete=f"user_id = {USER}")


# What is counted is counted by reviewed functions: nobody takes back minutes they were here.
_COUNTED = Rules(select=f"user_id = {USER}", insert="false", update="false", delete="false")

WELLBEING_RULES: Mapping[str, Rules] = {
    "mood_settings": _readable_by_turns(f"user_id = {USER} OR (user_id = {BEHALF} AND in_prompts)"),
    "mood_entries": _readable_by_turns(_FOR_PROMPTS),
    "person_keys": _readable_by_turns(_FOR_PROMPTS),
    "mood_reminders": _MINE,
    # A version is never changed: `change_limits` adds one, so that loosening waits whoever asks.
    "self_limits": _COUNTED,
    "limit_events": _COUNTED,
    "self_triggers": _MINE,
    "self_habits": _MINE,
    "habit_days": Rules(
        select=f"user_id = {USER}",
        insert=f"user_id = {USER} AND {_MY_HABIT}",
        update="false",
        delete=f"user_id = {USER}",
    ),
    "usage_minutes": _COUNTED,
    "daily_usage": _COUNTED,
}
