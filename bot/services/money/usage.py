"""The month a use counts in. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime


def period_of(at: datetime) -> date:
    """The first day of the calendar month, in UTC, that a moment lies in. Raises `ValueError` without a time zone."""
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone lies in no month")
    return at.astimezone(UTC).date().replace(day=1)


def next_period(period: date) -> date:
    """The first day of the month after."""
    return period.replace(year=period.year + period.month // 12, month=period.month % 12 + 1, day=1)


def begins_at(period: date) -> datetime:
    """The moment a month begins."""
    return datetime(period.year, period.month, 1, tzinfo=UTC)


def resets_at(at: datetime) -> datetime:
    """When the month that a moment lies in is over, and counts begin anew."""
    return begins_at(next_period(period_of(at)))
