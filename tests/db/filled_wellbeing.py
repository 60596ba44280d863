"""The rows of two people in the tables of check-ins, limits and usage; part of `filled`."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from tests.db.filled_person import Person

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
RULES = {"time_zone": "Europe/Madrid", "daily_minutes": 60}

WELLBEING_FILL: Mapping[str, Callable[[Person], list[dict[str, Any]]]] = {
    "person_keys": lambda p: [{"user_id": p.user, "sealed_key": p.of("key").bytes}],
    "mood_settings": lambda p: [{"user_id": p.user, "consent_version": 1, "consented_in": "web", "in_discord": False}],
    "mood_entries": lambda p: [
        {
            "id": p.of("mood"),
            "user_id": p.user,
            "felt_at": NOON,
            "sealed": b"sealed",
            "fingerprint": p.of("mood").bytes,
            "source": "web",
        }
    ],
    "mood_reminders": lambda p: [{"id": p.of("reminder"), "user_id": p.user, "at_minute": 600, "next_at": NOON}],
    "self_limits": lambda p: [
        {"id": p.of("limits"), "user_id": p.user, "rules": RULES, "set_in": "discord", "holds_from": NOON}
    ],
    "self_triggers": lambda p: [{"id": p.of("trigger"), "user_id": p.user, "kind": "late_nights", "times": 3}],
    "limit_events": lambda p: [
        {
            "id": p.of("limit event"),
            "user_id": p.user,
            "kind": "trigger",
            "period": "day 2026-05-04",
            "trigger_id": p.of("trigger"),
            "happened_at": NOON,
        }
    ],
    "self_habits": lambda p: [
        {"id": p.of("habit"), "user_id": p.user, "sealed_name": b"sealed", "times_a_week": 3, "created_at": NOON}
    ],
    "habit_days": lambda p: [{"habit_id": p.of("habit"), "day": date(2026, 5, 4), "user_id": p.user, "noted_at": NOON}],
    "usage_minutes": lambda p: [{"user_id": p.user, "hour": NOON, "guild_id": 0, "mask": 7}],
    "daily_usage": lambda p: [{"user_id": p.user, "day": date(2026, 5, 4), "messages": 3, "minutes": 3}],
}
