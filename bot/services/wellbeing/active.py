"""When somebody was active, for themselves: what their limits are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from bot.services.wellbeing.minutes import Minutes, Span, at_minute, day_of, day_span, minute_of
from db.queries.wellbeing import limits as queries
from db.work import Work


class ActiveMinutes:
    """Reads them, in the person's own work. They are kept 40 days; `Usage` knows the sums of days for longer."""

    async def between(self, work: Work, user_id: UUID, since: datetime, until: datetime) -> Minutes:
        """The minutes from `since` on and before `until`, wherever they were spent."""
        rows = await queries.minutes(work.session, user_id, since, until)
        found = Minutes.of_hours((minute_of(hour), mask) for hour, _, mask in rows)
        return found.within(Span(minute_of(since), minute_of(until)))

    async def today_in(self, work: Work, user_id: UUID, guild_id: int, zone: str, now: datetime) -> int:
        """How many of this day, by the clock of a zone, were spent in one server."""
        span = day_span(zone, day_of(zone, minute_of(now)))
        rows = await queries.minutes(work.session, user_id, at_minute(span.first), at_minute(span.end))
        return Minutes.of_hours((minute_of(hour), mask) for hour, guild, mask in rows if guild == guild_id).count(span)

    async def per_day(self, work: Work, user_id: UUID, first: date, last: date, zone: str) -> Mapping[date, int]:
        """How many of each day from `first` to `last`, both included, by the clock of a zone."""
        begins, ends = day_span(zone, first).first, day_span(zone, last).end
        found = await self.between(work, user_id, at_minute(begins), at_minute(ends))
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: found.count(day_span(zone, day)) for day in days}
