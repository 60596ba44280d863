"""What one used, day by day."""

from __future__ import annotations

import contextlib
import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.services.wellbeing.usage_days import span_of
from web.api.call import Call
from web.api.kinds import Area, Endpoint, Out, Query

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _WRITTEN.fullmatch(value):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("day", "write a day as RFC 3339 does, such as 2026-05-04")


AskedDay = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class UsageQuery(Query):
    """Which days, both of them too; at most 366. Without them, the last 30."""

    since: AskedDay | None = None
    until: AskedDay | None = None
    """A day that is still to come counts as today."""


class UsageCounts(Out):
    """How much of everything."""

    minutes: int
    """Minutes in which you were active."""
    messages: int
    """Messages of yours that a character took up to answer."""
    conversations: int
    """Conversations you began."""
    tokens: int
    """Tokens that models read and wrote for replies you asked for."""
    characters: int
    """Characters you made or brought in."""
    lore_entries: int
    """Entries you added to lore books."""


class UsageDay(Out):
    """One of your days. `counts` is null where nobody knows: before anything was counted. That is not zero."""

    day: date
    counts: UsageCounts | None


class UsageOfDays(Out):
    """What you used, every day of those asked for, in order."""

    time_zone: str
    """Whose days these are: the zone of your profile, UTC where you chose none."""
    is_zone_set: bool
    today: date
    known_from: date | None
    """The first day on which anything was counted; null: nothing ever was."""
    total: UsageCounts | None
    """The known days together; null where none is."""
    days: tuple[UsageDay, ...]


async def get_usage(call: Call) -> UsageOfDays:
    """What you used, as the page *What I used* has it. Nobody else can ask for it, staff neither."""
    asked, usage = call.query(UsageQuery), call.desk.usage
    async with call.work() as work:
        since, until = span_of(asked.since, asked.until, await usage.today(work, call.me))
        return UsageOfDays.model_validate(await usage.days(work, call.me, since, until))


ENDPOINTS = (
    Endpoint("GET", "/me/usage", get_usage, Area.ME, "What you used", UsageOfDays, query=UsageQuery, refuses=(422,)),
)
