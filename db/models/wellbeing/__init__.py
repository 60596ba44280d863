"""Wellbeing: check-ins, the limits people set themselves, and what they used."""

from db.models.wellbeing.limits import (
    HabitDay,
    LimitEvent,
    LimitEventKind,
    NightWindow,
    SelfHabit,
    SelfLimits,
    SelfRules,
    SelfTrigger,
    Strictness,
    TriggerKind,
)
from db.models.wellbeing.moods import MoodEntry, MoodReminder, MoodSettings, MoodSource, PersonKey, SaidIn
from db.models.wellbeing.usage import DailyUsage, UsageMinutes

__all__ = [
    "DailyUsage",
    "HabitDay",
    "LimitEvent",
    "LimitEventKind",
    "MoodEntry",
    "MoodReminder",
    "MoodSettings",
    "MoodSource",
    "NightWindow",
    "PersonKey",
    "SaidIn",
    "SelfHabit",
    "SelfLimits",
    "SelfRules",
    "SelfTrigger",
    "Strictness",
    "TriggerKind",
    "UsageMinutes",
]
