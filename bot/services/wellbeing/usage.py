"""What people used, for themselves alone: their days, and deleting them.

It is counted by the database, where the rows come to be (`db.security_usage`); nothing here counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clock import Clock, SystemClock
from bot.services.people.profiles import Profiles
from bot.services.wellbeing.usage_days import Counts, Day, Used, every_day, month_of, total, week_of
from db.models import DailyUsage
from db.queries.wellbeing import usage as queries
from db.work import Actor, Database, Work

JOB = "usage.forget"

_UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was used today, this week (from Monday) and this month; None where nothing is known of any day of it.

    `month_days` are the days from the first of the month, or of the week where that began before, up to today.
    """

    time_zone: str
    is_zone_set: bool
    today: date
    known_from: date | None
    so_far: Counts | None
    week: Counts | None
    month: Counts | None
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was counted is deleted. `kept_until`: so long some minutes stay, since limits in force read them."""

    kept_until: datetime | None


class Usage:
    """A person's own days. Each method works in their name: `work` is theirs, `user_id` is them."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._profiles = Profiles()

    async def today(self, work: Work, user_id: UUID) -> date:
        """Which day it is for them."""
        return (await self._here(work, user_id))[1]

    async def days(self, work: Work, user_id: UUID, since: date, until: date) -> Used:
        """Every day between two, both of them too, but none that is still to come."""
        zone, today = await self._here(work, user_id)
        until = min(until, today)
        known = await queries.known_from(work.session, user_id)
        rows = {row.day: _counts(row) for row in await queries.days(work.session, user_id, since, until)}
        return Used(
            time_zone=zone or _UTC,
            is_zone_set=bool(zone),
            today=today,
            known_from=known,
            days=tuple(
                Day(day, None if known is None or day < known else rows.get(day, Counts()))
                for day in every_day(since, until)
            ),
        )

    async def seen(self, work: Work, user_id: UUID) -> Seen:
        """Today, this week and this month."""
        today = await self.today(work, user_id)
        week, month = week_of(today), month_of(today)
        used = await self.days(work, user_id, min(week, month), today)
        return Seen(
            time_zone=used.time_zone,
            is_zone_set=used.is_zone_set,
            today=used.today,
            known_from=used.known_from,
            so_far=total(one for one in used.days if one.day == today),
            week=total(one for one in used.days if one.day >= week),
            month=total(one for one in used.days if one.day >= month),
            days=used.days,
        )

    async def minutes_per_day(self, work: Work, user_id: UUID, since: date, until: date) -> Mapping[date, int]:
        """Active minutes of the days between two that are known; a day that is missing is unknown, not zero."""
        used = await self.days(work, user_id, since, until)
        return {one.day: one.counts.minutes for one in used.days if one.counts is not None}

    async def tokens(self, work: Work, user_id: UUID, since: date, until: date) -> int:
        """The tokens of their replies between two days, both of them too."""
        return await queries.tokens(work.session, user_id, since, until)

    async def forget_all(self, work: Work, user_id: UUID) -> Forgotten:
        """Delete all of it at once. Minutes that limits in force still read go by a job when these are done."""
        now = self._clock.now()
        kept_until = await queries.forget(work.session, now)
        if kept_until is not None:
            payload = {"user_id": str(user_id), "before": now.isoformat()}
            await work.enqueue(JOB, payload, after=kept_until - now)
        return Forgotten(kept_until)

    async def _here(self, work: Work, user_id: UUID) -> tuple[str, date]:
        """The zone they chose ("" where they chose none), and the day it is there."""
        zone = (await self._profiles.get(work, user_id)).time_zone or ""
        return zone, self._clock.now().astimezone(zone_of(zone)).date()


class ForgetMinutes:
    """The job that takes away the minutes that had to stay when somebody deleted what they used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, payload: Mapping[str, str]) -> None:
        """Delete the minutes before the moment at which the person asked for it."""
        async with self._database.work(Actor.job(JOB)) as work:
            await queries.forget_minutes(
                work.session, UUID(payload["user_id"]), datetime.fromisoformat(payload["before"])
            )


def zone_of(name: str) -> tzinfo:
    """The time zone of this name; UTC where there is none of it."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _counts(row: DailyUsage) -> Counts:
    return Counts(row.minutes, row.messages, row.conversations, row.tokens, row.characters, row.lore_entries)
