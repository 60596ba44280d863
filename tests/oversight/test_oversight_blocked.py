"""Who is suspended or banned: known at once in every process, over when it is over, told why."""

from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.services.oversight.blocked import Blocked
from bot.services.oversight.standings import AccountStatus, LimitOverrides, Standings, UserRole
from bot.texts import Say
from db.work import Actor
from tests.fakes.clock import FakeClock
from tests.fakes.eventually import eventually
from tests.oversight.conftest import House
from tests.oversight.test_oversight_audit import logged

CLOCK = SystemClock()


def standings(house: House) -> Standings:
    return Standings(house.database, house.oversight, CLOCK)


async def test_a_suspension_is_known_elsewhere_without_asking_and_says_why(house: House) -> None:
    elsewhere = Blocked(house.database, CLOCK)
    await elsewhere.start()
    try:
        assert elsewhere.discord(102) is None
        until = CLOCK.now() + timedelta(days=3)
        await standings(house).suspend(house.moderator, house.robin, reason="Spam in #tavern", until=until, seen=None)
        await eventually(lambda: elsewhere.discord(102) is not None)
        with pytest.raises(NotAllowed) as caught:
            elsewhere.refuse(house.robin)
        words = Say("en")(caught.value.message, **caught.value.values)
        assert "Spam in #tavern." in words
        assert until.strftime("%Y-%m-%d") in words
        elsewhere.refuse(house.sasha)
        seen = await _version(house)
        await standings(house).restore(house.moderator, house.robin, why="They apologised", seen=seen)
        await eventually(lambda: elsewhere.discord(102) is None)
    finally:
        await elsewhere.close()
    assert [line.record.action for line in await logged(house)] == ["user.restored", "user.suspended"]


async def _version(house: House):  # type: ignore[no-untyped-def]
    async with house.database.work(Actor.user(house.robin)) as work:
        return (await standings(house).of(work, house.robin)).version


async def test_a_suspension_ends_by_itself(house: House) -> None:
    until = CLOCK.now() + timedelta(hours=1)
    await standings(house).suspend(house.moderator, house.robin, reason="Spam", until=until, seen=None)
    clock = FakeClock(CLOCK.now())
    blocked = Blocked(house.database, clock)
    await blocked.load()
    assert blocked.user(house.robin) is not None
    await clock.advance(3601)
    assert blocked.user(house.robin) is None
    async with house.database.work(Actor.user(house.robin)) as work:
        standing = await Standings(house.database, house.oversight, clock).of(work, house.robin)
    assert standing.status is AccountStatus.ACTIVE
    assert standing.reason == ""


async def test_moderators_suspend_members_and_nothing_more(house: House) -> None:
    them = standings(house)
    with pytest.raises(NotFound):
        await them.ban(house.moderator, house.robin, reason="x", withdraws=False, seen=None)
    with pytest.raises(NotFound):
        await them.give_role(house.moderator, house.robin, UserRole.ADMIN, why="", seen=None)
    with pytest.raises(NotFound):
        await them.set_limits(house.moderator, house.robin, LimitOverrides(characters=5), seen=None)
    async with house.database.work(Actor.user(house.admin)) as work:
        seen = (await them.of(work, house.admin)).version
    with pytest.raises(NotAllowed):
        await them.suspend(house.moderator, house.admin, reason="x", until=None, seen=seen)
    with pytest.raises(NotFound):
        await them.suspend(house.robin, house.sasha, reason="x", until=None, seen=None)
    assert not await logged(house)


async def test_nobody_decides_about_themselves_or_without_a_reason_or_blindly(house: House) -> None:
    them = standings(house)
    async with house.database.work(Actor.user(house.admin)) as work:
        seen = (await them.of(work, house.admin)).version
    with pytest.raises(NotAllowed):
        await them.give_role(house.admin, house.admin, UserRole.USER, why="", seen=seen)
    with pytest.raises(InvalidInput):
        await them.suspend(house.admin, house.robin, reason="  ", until=None, seen=None)
    with pytest.raises(InvalidInput):
        await them.suspend(house.admin, house.robin, reason="x", until=CLOCK.now() - timedelta(hours=1), seen=None)
    await them.suspend(house.admin, house.robin, reason="x", until=None, seen=None)
    with pytest.raises(Conflict):  # another tab, opened before
        await them.ban(house.admin, house.robin, reason="x", withdraws=False, seen=None)


async def test_an_admin_suspended_is_no_admin(house: House) -> None:
    them = standings(house)
    await them.give_role(house.admin, house.robin, UserRole.ADMIN, why="Helps", seen=None)
    seen = await _version(house)
    await them.suspend(house.admin, house.robin, reason="x", until=None, seen=seen)
    with pytest.raises(NotFound):
        async with house.oversight.at_work(house.robin, "user.listed", "list"):
            raise AssertionError("nobody may get here")


async def test_the_operator_makes_the_first_admin_who_was_never_here(house: House) -> None:
    them = standings(house)
    assert await them.crown(4242, UserRole.ADMIN) is UserRole.USER
    assert await them.crown(4242, UserRole.ADMIN) is UserRole.ADMIN
    assert [one.discord_id for one in await them.staff()] == [100, 4242, 101]
    async with house.oversight.at_work(
        next(one.user_id for one in await them.staff() if one.discord_id == 4242), "user.listed", "list", admin=True
    ):
        pass
    await them.crown(4242, UserRole.USER)
    assert [one.discord_id for one in await them.staff()] == [100, 101]
    line = (await logged(house))[0]
    assert (line.record.actor_kind, line.record.action) == ("job", "user.role_changed")
