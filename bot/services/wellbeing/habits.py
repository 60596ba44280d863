"""Something good a person means to do so many times a week, and how they get on. For themselves alone.

Names are sealed with the person's own key. Days and weeks (from Monday) are theirs too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict, InvalidInput, LimitReached, NotFound
from bot.services.characters.drafts import clean_text
from bot.services.keys.vault import VaultError
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.minutes import day_of, minute_of, monday_of
from bot.services.wellbeing.sealing import PersonSeal, PersonSeals
from bot.texts import N_
from db.ids import new_id
from db.models import SelfHabit
from db.queries.wellbeing import habits as queries
from db.work import Work

WEEKS_SHOWN = 8
TIMES_MOST = 7


@dataclass(frozen=True, slots=True)
class Habit:
    """A habit and its progress. `weeks` counts kept days of the last weeks, the present one last.

    `name` is empty where the key that sealed it is gone. `begun_on` is the day since which it is kept.
    """

    id: UUID
    name: str
    times_a_week: int
    begun_on: date
    today: date
    days: frozenset[date]
    weeks: tuple[int, ...]
    last_at: datetime | None

    @property
    def kept(self) -> int:
        """On how many days of this week."""
        return self.weeks[-1]

    @property
    def weeks_before(self) -> tuple[int, ...]:
        """The weeks before this one, as far back as it is a habit."""
        begun = (monday_of(self.today) - monday_of(self.begun_on)).days // 7
        before = self.weeks[:-1]
        return before[len(before) - min(begun, len(before)) :]

    @property
    def is_reached(self) -> bool:
        """Whether as often as was meant."""
        return self.kept >= self.times_a_week

    @property
    def is_kept_today(self) -> bool:
        """Whether today is noted."""
        return self.today in self.days

    @property
    def week(self) -> tuple[tuple[date, bool], ...]:
        """The days of this week until today, and whether it was kept on each."""
        monday = monday_of(self.today)
        days = (monday + timedelta(days=number) for number in range(self.today.weekday() + 1))
        return tuple((day, day in self.days) for day in days)


class Habits:
    """Everything about habits. Each method works in the person's own name."""

    def __init__(self, clock: Clock, seals: PersonSeals, own_limits: SelfLimits) -> None:
        """`own_limits` knows by which clock a person's days are counted."""
        self._clock = clock
        self._seals = seals
        self._limits = own_limits

    async def all(self, work: Work, user_id: UUID) -> tuple[Habit, ...]:
        """A person's habits, the oldest first."""
        rows = await queries.all_of(work.session, user_id)
        if not rows:
            return ()
        zone, _ = await self._limits.zone(work, user_id)
        today = day_of(zone, minute_of(self._clock.now()))
        since = monday_of(today) - timedelta(weeks=WEEKS_SHOWN - 1)
        kept: dict[UUID, set[date]] = {}
        for one in await queries.days(work.session, user_id, since):
            kept.setdefault(one.habit_id, set()).add(one.day)
        noted = await queries.last_noted(work.session, user_id)
        seal = await self._seal(work, user_id)
        return tuple(_habit(row, zone, today, frozenset(kept.get(row.id, ())), noted, seal) for row in rows)

    async def add(self, work: Work, user_id: UUID, name: str, times_a_week: int) -> Habit:
        """One more. Raises `InvalidInput`, `Conflict` for one they have, or `LimitReached`."""
        cleaned = " ".join(clean_text("habit", N_("Habit"), name, limits.HABIT_NAME_MAX, required=True).split())
        if not 1 <= times_a_week <= TIMES_MOST:
            raise InvalidInput(
                "habit_times",
                N_("A habit is kept on 1 to 7 days a week; you wrote {value}. Nothing was added."),
                field="times",
                value=times_a_week,
            )
        await queries.take_turns(work.session, user_id)
        seal = await self._seals.for_writing(work, user_id)
        before = await self.all(work, user_id)
        if any(one.name.casefold() == cleaned.casefold() for one in before):
            raise Conflict("habit_there", N_("You have a habit of this name already. Nothing was added."))
        if len(before) >= limits.HABITS_PER_PERSON:
            raise LimitReached(
                "habits_full",
                N_("You have {maximum} habits, as many as are kept. Remove one first. Nothing was added."),
                maximum=int(limits.HABITS_PER_PERSON),
            )
        habit_id = new_id()
        sealed = seal.seal(cleaned.encode(), _context(habit_id))
        await queries.add(work.session, habit_id, user_id, sealed, times_a_week)
        return await self.one(work, user_id, habit_id)

    async def one(self, work: Work, user_id: UUID, habit_id: UUID) -> Habit:
        """One of them. Raises `NotFound`."""
        found = next((one for one in await self.all(work, user_id) if one.id == habit_id), None)
        if found is None:
            raise _no_such()
        return found

    async def keep(self, work: Work, user_id: UUID, habit_id: UUID, day: date | None = None) -> Habit:
        """It was kept on a day of this week; None: today. Raises `NotFound` or `InvalidInput`."""
        habit = await self.one(work, user_id, habit_id)
        await queries.keep(work.session, user_id, habit_id, _of_this_week(habit, day))
        return await self.one(work, user_id, habit_id)

    async def drop(self, work: Work, user_id: UUID, habit_id: UUID, day: date | None = None) -> Habit:
        """It was not, after all. Raises as `keep`."""
        habit = await self.one(work, user_id, habit_id)
        await queries.drop(work.session, user_id, habit_id, _of_this_week(habit, day))
        return await self.one(work, user_id, habit_id)

    async def remove(self, work: Work, user_id: UUID, habit_id: UUID) -> Habit:
        """Forget it and its days; what it was. Raises `NotFound`."""
        habit = await self.one(work, user_id, habit_id)
        await queries.remove(work.session, user_id, habit_id)
        return habit

    async def _seal(self, work: Work, user_id: UUID) -> PersonSeal | None:
        try:
            return await self._seals.of(work, user_id)
        except VaultError:
            return None


def _habit(
    row: SelfHabit,
    zone: str,
    today: date,
    days: frozenset[date],
    noted: Mapping[UUID, datetime],
    seal: PersonSeal | None,
) -> Habit:
    monday = monday_of(today)
    begins = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS_SHOWN))]
    weeks = tuple(sum(first <= day < first + timedelta(days=7) for day in days) for first in begins)
    begun_on = day_of(zone, minute_of(row.created_at))
    name = opened(seal, row.sealed_name, _context(row.id))
    return Habit(row.id, name, row.times_a_week, begun_on, today, days, weeks, noted.get(row.id))


def opened(seal: PersonSeal | None, sealed: bytes | None, context: bytes) -> str:
    """Sealed words; empty where there are none, or nobody can open them any more."""
    if seal is None or sealed is None:
        return ""
    try:
        return seal.open(sealed, context).decode()
    except VaultError:
        return ""


def _of_this_week(habit: Habit, day: date | None) -> date:
    chosen = habit.today if day is None else day
    if not monday_of(habit.today) <= chosen <= habit.today:
        raise InvalidInput(
            "habit_day",
            N_("Only the days of this week until today can be noted. Nothing was changed."),
            field="day",
        )
    return chosen


def _context(habit_id: UUID) -> bytes:
    return f"self_habits:{habit_id}".encode()


def _no_such() -> NotFound:
    return NotFound("no_such_habit", N_("There is no such habit of yours. Look at /limits habits."))
