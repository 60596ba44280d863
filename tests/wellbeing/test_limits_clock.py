"""A clock that ran ahead and was put back: what was set meanwhile holds, and can be loosened like anything else."""

from datetime import timedelta

from bot.services.wellbeing.limits import SaidIn, SelfLimits
from db.work import Database
from tests.fakes.clock import FakeClock
from tests.wellbeing.moodcraft import diary


async def test_what_was_set_while_the_clock_ran_ahead_is_loosened_from_tomorrow(database: Database) -> None:
    clock = FakeClock()
    own, me = SelfLimits(clock), await diary(database, clock, opted_in=False)
    today = clock.now()
    ahead = FakeClock(today + timedelta(days=300))
    async with database.work(me.me) as work:
        await SelfLimits(ahead).change(work, me.id, {"daily_minutes": 10}, SaidIn.WEB)
        assert (await own.held(work, me.id)).daily_minutes == 10, "to hold at once: it does, whatever the clock says"
        changed = await own.change(work, me.id, {"daily_minutes": 60}, SaidIn.WEB)
        assert not changed.is_tighter
        assert changed.pending_from is not None
        assert changed.pending_from - today < timedelta(days=1)
        assert (await own.held(work, me.id)).daily_minutes == 10
    await clock.advance((changed.pending_from - today).total_seconds())
    async with database.work(me.me) as work:
        assert (await own.held(work, me.id)).daily_minutes == 60
        assert (await own.change(work, me.id, {"daily_minutes": 5}, SaidIn.WEB)).is_tighter
        assert (await own.held(work, me.id)).daily_minutes == 5
