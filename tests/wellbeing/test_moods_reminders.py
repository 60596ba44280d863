"""Reminders kept and sent: once each, paced, never to who takes none, never when a person asked to be left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from bot.errors import InvalidInput, LimitReached, NotFound
from bot.ports.letters import Letter, LetterButton, LetterLink, Posted
from bot.services.people.profiles import Profiles
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.reminders import CHECK_IN, Reminder, Reminders, Reminding
from bot.services.wellbeing.reminders_when import EVERY_DAY
from db.models import SaidIn
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.wellbeing.moodcraft import Diary, diary

NOTHING: Mapping[str, str] = {}


@dataclass
class Post:
    """Who was written to, and what becomes of it."""

    becomes: Posted = Posted.SENT
    sent: list[tuple[int, Letter]] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock: Hand

    async def send(self, discord_id: int, letter: Letter) -> Posted:
        self.sent.append((discord_id, letter))
        self.at.append(self.clock.now())
        return self.becomes


class Hand(FakeClock):
    """A clock whose sleepers pass the time themselves."""

    async def sleep(self, seconds: float) -> None:
        self._elapsed += seconds

    def set(self, text: str) -> None:
        self._elapsed = (datetime.fromisoformat(text).replace(tzinfo=UTC) - self._start).total_seconds()


class Town:
    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.post = database, Hand(), Post()
        self.post.clock = self.clock
        self.reminders = Reminders(self.clock)
        self.limits = SelfLimits(self.clock)
        self.job = Reminding(
            database,
            self.clock,
            self.post,
            rests=self.limits.rests,
            site=lambda: "https://cafe.example",
            language="en",
        )

    async def arrive(self, discord_id: int = 501, zone: str = "Europe/Madrid") -> Diary:
        return await diary(self.database, self.clock, discord_id=discord_id, zone=zone)

    async def add(self, who: Diary, at: int, weekdays: int = EVERY_DAY) -> Reminder:
        async with self.database.work(who.me) as work:
            return await self.reminders.add(work, who.id, at, weekdays)

    async def all(self, who: Diary) -> tuple[Reminder, ...]:
        async with self.database.work(who.me) as work:
            return await self.reminders.all(work, who.id)

    async def run(self, text: str) -> int:
        """How many were written to at a moment."""
        self.clock.set(text)
        before = len(self.post.sent)
        await self.job.run(NOTHING)
        return len(self.post.sent) - before


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


async def test_it_comes_at_its_time_once_and_says_nothing_of_the_diary(town: Town) -> None:
    robin = await town.arrive()
    await robin.add("sad")
    await town.add(robin, 20 * 60 + 30)
    assert await town.run("2026-05-04T18:29:59") == 0
    assert await town.run("2026-05-04T18:30:10") == 1
    ((whom, letter),) = town.post.sent
    assert whom == 501
    assert letter.content == "You asked to be reminded.\n-# Change or end this with /mood remind."
    assert letter.buttons == (LetterButton("Check in", CHECK_IN), LetterLink("On the web", "https://cafe.example/mood"))
    assert await town.run("2026-05-04T18:31:10") == 0
    assert await town.run("2026-05-05T18:30:10") == 1
    (one,) = await town.all(robin)
    assert one.next_at == datetime(2026, 5, 6, 18, 30, tzinfo=UTC)


async def test_in_the_language_a_person_chose(town: Town) -> None:
    robin = await town.arrive()
    async with town.database.work(robin.me) as work:
        await Profiles().set_language(work, robin.id, "es")
    await town.add(robin, 20 * 60 + 30)
    await town.run("2026-05-04T18:30:10")
    ((_, letter),) = town.post.sent
    assert "/mood remind" in letter.content


async def test_a_missed_one_is_not_sent_late(town: Town) -> None:
    robin = await town.arrive()
    await town.add(robin, 20 * 60 + 30)
    assert await town.run("2026-05-04T19:00:01") == 0
    (one,) = await town.all(robin)
    assert one.next_at == datetime(2026, 5, 5, 18, 30, tzinfo=UTC)
    assert await town.run("2026-05-07T18:35") == 1, "a day on which nothing ran does not cost the next one"


async def test_quiet_hours_a_night_and_a_pause_are_left_alone(town: Town) -> None:
    robin = await town.arrive()
    await town.add(robin, 20 * 60 + 30)
    await _quiet(town, robin, 20 * 60, 21 * 60)
    assert await town.run("2026-05-04T18:30") == 0
    await _quiet(town, robin, None, None)
    assert await town.run("2026-05-05T18:30") == 1
    async with town.database.work(robin.me) as work:
        await town.limits.pause(work, robin.id, town.clock.now() + timedelta(days=2), SaidIn.DISCORD)
    assert await town.run("2026-05-06T18:30") == 0
    assert await town.run("2026-05-08T18:30") == 1


async def test_somebody_is_written_to_once_in_four_hours_whatever_they_set(town: Town) -> None:
    robin = await town.arrive()
    for step in range(60):
        # Set, waited for, taken away, and set anew a few minutes on: all day long.
        minute = step * 24
        town.clock.set(f"2026-05-04T{minute // 60:02}:{minute % 60:02}:00")
        one = await town.add(robin, (minute + 125) % 1440)
        await town.run(f"2026-05-04T{(minute + 5) // 60:02}:{(minute + 5) % 60:02}:01")
        await _remove(town, robin, one.id)
    assert len(town.post.sent) == 6
    assert min(b - a for a, b in pairwise(town.post.at)) >= timedelta(hours=4)


async def test_after_a_refusal_nothing_more_is_sent_until_it_is_switched_on(town: Town) -> None:
    robin = await town.arrive()
    await town.add(robin, 20 * 60 + 30)
    await town.add(robin, 9 * 60)
    town.post.becomes = Posted.REFUSED
    assert await town.run("2026-05-04T18:30") == 1
    every = await town.all(robin)
    assert all(one.refused_at is not None for one in every)
    town.post.becomes = Posted.SENT
    assert await town.run("2026-05-05T07:00") == 0
    assert await town.run("2026-05-05T18:30") == 0
    late = await town.add(robin, 15 * 60)
    assert late.refused_at is not None, "another time is refused just as well"
    async with town.database.work(robin.me) as work:
        await town.reminders.again(work, robin.id)
    assert await town.run("2026-05-06T07:00") == 1


async def test_what_surely_did_not_leave_is_tried_again_while_it_is_not_too_late(town: Town) -> None:
    robin = await town.arrive()
    await town.add(robin, 20 * 60 + 30)
    town.post.becomes = Posted.AWAY
    tries = 0
    for minute in range(30, 60):
        tries += await town.run(f"2026-05-04T18:{minute}:00")
    assert 4 <= tries <= 6
    assert await town.run("2026-05-04T19:01") == 0
    town.post.becomes = Posted.UNSURE
    assert await town.run("2026-05-05T18:30") == 1
    assert await town.run("2026-05-05T18:40") == 0, "what may have arrived is not sent again"


async def test_many_are_written_to_one_after_the_other(town: Town) -> None:
    for number in range(70):
        await town.add(await town.arrive(600 + number), 20 * 60 + 30)
    assert await town.run("2026-05-04T18:30") == 60
    assert await town.run("2026-05-04T18:31") == 10
    assert min(b - a for a, b in pairwise(town.post.at)) >= timedelta(seconds=1)
    assert len({whom for whom, _ in town.post.sent}) == 70


async def test_trouble_with_one_person_keeps_nobody_else_from_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    robin, sasha = await town.arrive(), await town.arrive(502)
    for one in (robin, sasha):
        await town.add(one, 20 * 60 + 30)
    send = town.post.send

    async def troubled(discord_id: int, letter: Letter) -> Posted:
        if discord_id == 501:
            raise RuntimeError("no such luck")
        return await send(discord_id, letter)

    monkeypatch.setattr(town.post, "send", troubled)
    assert await town.run("2026-05-04T18:30") == 1
    assert [whom for whom, _ in town.post.sent] == [502]


async def test_who_moves_is_reminded_by_the_new_clock_the_same_day(town: Town) -> None:
    robin = await town.arrive(zone="UTC")
    await town.add(robin, 20 * 60 + 30)
    async with town.database.work(robin.me) as work:
        await Profiles(town.reminders.replan).set_time_zone(work, robin.id, "Asia/Kolkata")
    assert await town.run("2026-05-04T15:00") == 1
    assert await town.run("2026-05-04T20:30") == 0


async def test_control_without_being_told_of_the_move_it_would_be_missed(town: Town) -> None:
    robin = await town.arrive(zone="UTC")
    await town.add(robin, 20 * 60 + 30)
    async with town.database.work(robin.me) as work:
        await Profiles().set_time_zone(work, robin.id, "Asia/Kolkata")
    assert await town.run("2026-05-04T15:00") == 0
    assert await town.run("2026-05-04T20:30") == 0, "and it does not come by the old clock either"


async def test_who_is_kept_out_or_withdrew_is_not_written_to(town: Town, database: Database) -> None:
    robin, sasha = await town.arrive(), await town.arrive(502)
    for one in (robin, sasha):
        await town.add(one, 20 * 60 + 30)
    async with database.work(sasha.me) as work:
        await sasha.moods.withdraw(work, sasha.id)
    assert await town.run("2026-05-04T18:30") == 1
    assert [whom for whom, _ in town.post.sent] == [501]
    assert await town.all(sasha) == ()


async def test_bounds_are_told(town: Town) -> None:
    robin = await town.arrive()
    with pytest.raises(InvalidInput):
        await town.add(robin, 1440)
    with pytest.raises(InvalidInput):
        await town.add(robin, 600, 0)
    await town.add(robin, 600)
    with pytest.raises(LimitReached):
        await town.add(robin, 700)
    changed = await town.add(robin, 600, 1)
    assert [(one.at_minute, one.weekdays) for one in await town.all(robin)] == [(600, 1)]
    assert changed.weekdays == 1
    for day in range(1, 7):
        await town.add(robin, 600 + day, 1 << day)
    stranger = await town.arrive(502)
    with pytest.raises(NotFound):
        await _remove(town, stranger, changed.id)
    async with town.database.work(Actor.user(stranger.id)) as work:
        await stranger.moods.withdraw(work, stranger.id)
    with pytest.raises(NotFound):
        await town.add(stranger, 600)


async def test_only_a_job_learns_whose_are_due(town: Town) -> None:
    from sqlalchemy.exc import DBAPIError

    from db.queries.wellbeing import reminders as queries

    robin = await town.arrive()
    with pytest.raises(DBAPIError, match="is for jobs"):
        async with town.database.work(robin.me) as work:
            await queries.due(work.session, town.clock.now(), 10)


async def _remove(town: Town, who: Diary, reminder_id: UUID) -> None:
    async with town.database.work(who.me) as work:
        await town.reminders.remove(work, who.id, reminder_id)


async def _quiet(town: Town, who: Diary, begins: int | None, ends: int | None) -> None:
    async with town.database.work(who.me) as work:
        await _moods(who).set_quiet_hours(work, who.id, begins, ends)


def _moods(who: Diary) -> Moods:
    return who.moods
