"""What others do with a creator's characters, in numbers of at least five people.

Nothing here tells of fewer: not a day, not a character, and not the whole less what is told of its parts
(`db.security_creators.creator_statistics`). Only days that are over are counted, so that looking twice within a day
tells nothing of who came between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from enum import IntEnum
from uuid import UUID

from bot import limits
from bot.clock import Clock, SystemClock
from bot.services.money.limits_of import Limits
from bot.services.people.creators import Creators, no_profile
from db import functions
from db import functions_creators as found_by
from db.functions_creators import Told
from db.models import AnalyticsLevel
from db.queries import characters as characters
from db.work import Work

__all__ = ["CharacterNumbers", "DayNumbers", "Span", "Statistics", "StatisticsPage"]


class Span(IntEnum):
    """How many days a page looks back."""

    WEEK = 7
    MONTH = 30
    QUARTER = 90
    YEAR = 365


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """One day. None: of fewer than five people, or of nobody; which of the two is not told."""

    day: date
    people: int | None
    conversations: int | None
    messages: int | None
    tokens: int | None
    followers: int


@dataclass(frozen=True, slots=True)
class CharacterNumbers:
    """One character within the span; likes, favourites and rating as they stand now. None: of too few people."""

    id: UUID
    name: str
    is_public: bool
    people: int | None
    conversations: int | None
    messages: int | None
    tokens: int | None
    likes: int
    favorites: int
    stars: float | None
    raters: int | None


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """A creator's numbers. `whole` is None where fewer than five people talked with their characters.

    `is_whole` is False where the plan tells of the last month at most, and not of each character.
    """

    first: date
    last: date
    whole: Told | None
    days: tuple[DayNumbers, ...]
    characters: tuple[CharacterNumbers, ...]
    followers: int
    is_whole: bool = True


class Statistics:
    """For creators, of their own characters."""

    def __init__(self, creators: Creators, clock: Clock | None = None, *, plan_limits: Limits | None = None) -> None:
        self._creators = creators
        self._clock = clock or SystemClock()
        self._plan_limits = plan_limits or Limits()

    async def page(self, work: Work, user_id: UUID, span: Span = Span.MONTH) -> StatisticsPage:
        """The last days that are over (UTC). Raises `Conflict` where somebody has no profile."""
        mine = await self._creators.mine(work, user_id)
        if mine is None:
            raise no_profile()
        is_whole = await self._plan_limits.analytics(work, user_id) is not AnalyticsLevel.BASIC
        days = min(int(span if is_whole else min(span, Span.MONTH)), int(limits.STATISTICS_DAYS_MAX))
        last = self._clock.now().astimezone(UTC).date() - timedelta(days=1)
        first = last - timedelta(days=days - 1)
        told = await found_by.statistics(work.session, first, last)
        return StatisticsPage(
            first=first,
            last=last,
            whole=next((one for one in told if one.part == "whole"), None),
            days=_days(first, last, told, await found_by.follows_by_day(work.session, first, last)),
            characters=await self._characters(work, user_id, told) if is_whole else (),
            followers=mine.page.card.figures.followers,
            is_whole=is_whole,
        )

    async def _characters(self, work: Work, user_id: UUID, told: Sequence[Told]) -> tuple[CharacterNumbers, ...]:
        rows = await characters.owned(work.session, user_id)
        counts = await functions.reaction_counts(work.session, [row.character.id for row in rows])
        stars = await found_by.ratings(work.session)
        by_id = {one.character_id: one for one in told if one.part == "character"}
        shown: list[CharacterNumbers] = []
        for row in rows:
            one, here = row.character, by_id.get(row.character.id)
            liked = counts.get(one.id, functions.Counts())
            average, raters = stars.get(one.id, (None, None))
            shown.append(
                CharacterNumbers(
                    id=one.id,
                    name=one.name,
                    is_public=one.published_at is not None,
                    people=here.people if here else None,
                    conversations=here.conversations if here else None,
                    messages=here.messages if here else None,
                    tokens=here.tokens if here else None,
                    likes=liked.likes,
                    favorites=liked.favorites,
                    stars=average,
                    raters=raters,
                )
            )
        return tuple(sorted(shown, key=lambda one: (-(one.messages or 0), one.name)))


def _days(first: date, last: date, told: Sequence[Told], followers: dict[date, int]) -> tuple[DayNumbers, ...]:
    by_day = {one.day: one for one in told if one.part == "day"}
    days: list[DayNumbers] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        here = by_day.get(day)
        days.append(
            DayNumbers(
                day,
                here.people if here else None,
                here.conversations if here else None,
                here.messages if here else None,
                here.tokens if here else None,
                followers.get(day, 0),
            )
        )
    return tuple(days)
