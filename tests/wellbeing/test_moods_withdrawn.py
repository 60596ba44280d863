"""A yes that is taken back takes along what was made of check-ins, and no other device puts it again meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.errors import NotAllowed, NotFound
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.reminders import Reminders
from bot.services.wellbeing.triggers import Triggers
from db.models import TriggerKind
from db.queries.wellbeing import triggers as queries
from db.work import Database, Work
from tests.fakes.clock import FakeClock
from tests.wellbeing.moodcraft import diary

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def test_what_came_of_low_moods_goes_too_and_nothing_else(database: Database) -> None:
    clock = FakeClock()
    me = await diary(database, clock)
    triggers = Triggers(clock, me.moods.seals, SelfLimits(clock), me.moods)
    async with database.work(me.me) as work:
        low = await triggers.add(work, me.id, TriggerKind.LOW_MOODS, times=3, words="call Kim")
        late = await triggers.add(work, me.id, TriggerKind.LATE_NIGHTS, times=3)
        for one in (low, late):
            assert await queries.fired(work.session, one.id, "2026-05-01", clock.now())
    async with database.work(me.me) as work:
        await me.moods.withdraw(work, me.id)
    async with database.work(me.me) as work:
        assert [one.id for one in await triggers.all(work, me.id)] == [late.id]
        untold = await queries.untold(work.session, me.id, clock.now() - timedelta(days=1))
        assert [one.trigger_id for one in untold] == [late.id], "that it came true would tell how they were"
        assert await me.moods.seals.of(work, me.id) is None, "nothing is sealed with it any more"


Change = Callable[[FakeClock, Moods, Work, UUID], Awaitable[object]]


async def _in_discord(_: FakeClock, moods: Moods, work: Work, user_id: UUID) -> object:
    return await moods.set_in_discord(work, user_id, True)


async def _quiet(_: FakeClock, moods: Moods, work: Work, user_id: UUID) -> object:
    return await moods.set_quiet_hours(work, user_id, 60, 120)


async def _reminder(clock: FakeClock, _: Moods, work: Work, user_id: UUID) -> object:
    return await Reminders(clock).add(work, user_id, 600)


@pytest.mark.parametrize("second", [_in_discord, _quiet, _reminder])
async def test_another_device_does_not_put_it_again_meanwhile(database: Database, second: Change) -> None:
    clock = FakeClock()
    me = await diary(database, clock)

    async def change() -> None:
        async with database.work(me.me) as work:
            await second(clock, me.moods, work, me.id)

    async with database.work(me.me) as work:
        await me.moods.withdraw(work, me.id)
        task = asyncio.create_task(change())
        for _ in range(500):
            if task.done() or await work.session.scalar(_WAITING):
                break
            await asyncio.sleep(0)
    with pytest.raises((NotAllowed, NotFound)):
        await task
    async with database.work(me.me) as work:
        assert await me.moods.options(work, me.id) is None
        assert await Reminders(clock).all(work, me.id) == ()
