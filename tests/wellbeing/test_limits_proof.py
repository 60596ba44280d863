"""Proof 1 in small (`make bench-limits` runs it in full): people over weeks with clock changes, beside an oracle."""

from bench.limits_parts.lives import life
from bench.limits_parts.running import Forgetful, Kept, lived, twice_counted
from db.engine import connection_arguments
from db.raw import connect
from db.work import Database


async def test_no_minute_is_lost_or_doubled_and_no_stop_early_or_late(database: Database, owner_url: str) -> None:
    lives = [life(number, 48, "proof") for number in range(6)]
    found = await lived(database, lives, kind=Kept)
    assert not found.first_trouble
    assert found.violations == 0
    assert min(found.refused, found.restarts, found.changes, found.ends_checked) > 9
    owner = await connect(connection_arguments(owner_url, as_owner=True))
    assert await twice_counted(owner) == 0
    await owner.close()


async def test_minutes_that_only_memory_keeps_are_lost(database: Database) -> None:
    """The control: the same lives, the same rules, the same oracle."""
    lives = [life(number, 48, "proof") for number in range(2)]
    found = await lived(database, lives, kind=Forgetful)
    assert found.minutes_lost > 100
    assert found.stops_late > 5
