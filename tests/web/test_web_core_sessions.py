"""Sessions: how long they last, how they end, what is kept of them, and what their owner sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.services.oversight.retention import Retention
from bot.services.people.sessions import IDLE, IDLE_STAFF, LONGEST, LONGEST_STAFF, Browser
from db.models import Login, LoginFailure, UserRole, WebSession
from db.work import Actor
from tests.web.conftest import Site, Visitor

LOOK = "/account/devices"


async def is_in(visitor: Visitor) -> bool:
    return (await visitor.get(LOOK)).status == 200


@pytest.mark.parametrize(
    ("role", "idle"), [(None, IDLE), (UserRole.MODERATOR, IDLE_STAFF), (UserRole.ADMIN, IDLE_STAFF)]
)
async def test_a_session_ends_unused(site: Site, role: UserRole | None, idle: timedelta) -> None:
    me = await site.sign_in(role=role)
    await site.clock.advance(idle.total_seconds() - 1)
    assert await is_in(me)
    await site.clock.advance(idle.total_seconds() - 1)
    assert await is_in(me)
    await site.clock.advance(idle.total_seconds())
    assert not await is_in(me)


@pytest.mark.parametrize(
    ("role", "idle", "longest"),
    [(None, IDLE, LONGEST), (UserRole.ADMIN, IDLE_STAFF, LONGEST_STAFF)],
)
async def test_a_session_ends_however_it_is_used(
    site: Site, role: UserRole | None, idle: timedelta, longest: timedelta
) -> None:
    me = await site.sign_in(role=role)
    passed = timedelta()
    while passed + idle / 2 < longest:
        await site.clock.advance((idle / 2).total_seconds())
        passed += idle / 2
        assert await is_in(me), passed
    await site.clock.advance((longest - passed).total_seconds())
    assert not await is_in(me)


async def test_each_browser_is_seen_and_ended_alone(site: Site) -> None:
    first = await site.sign_in()
    second = await site.sign_in(first.user_id)
    page = await first.page(LOOK)
    assert page.count("Firefox on Linux</strong>") == 2
    assert page.count("This browser") == 1
    assert (await first.send(f"{LOOK}/{second.session_id}/end")).status == 303
    assert not await is_in(second)
    assert await is_in(first)
    assert (await first.send(f"{LOOK}/{second.session_id}/end")).status == 404


async def test_ending_ones_own_session_is_signing_out(site: Site) -> None:
    me = await site.sign_in()
    answer = await me.send(f"{LOOK}/{me.session_id}/end")
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert answer.cookies["botcafe-session"]["max-age"] == "0"
    assert not await is_in(me)


async def test_everywhere_is_everywhere(site: Site) -> None:
    first = await site.sign_in()
    second = await site.sign_in(first.user_id)
    other = await site.sign_in(number=901)
    assert (await second.send(f"{LOOK}/end-all")).status == 303
    assert [await is_in(one) for one in (first, second, other)] == [False, False, True]


async def test_a_ban_ends_sessions_in_the_same_transaction(site: Site) -> None:
    me, admin = await site.sign_in(), await site.sign_in(number=901, role=UserRole.ADMIN)
    assert me.user_id is not None
    assert admin.user_id is not None
    async with site.database.work(Actor.admin(admin.user_id)) as work:
        assert await site.desk.sessions.end_all(work, me.user_id) == 1
    assert not await is_in(me)


async def test_nobody_ends_the_sessions_of_another(site: Site) -> None:
    me, other = await site.sign_in(), await site.sign_in(number=901)
    assert me.user_id is not None
    assert other.user_id is not None
    with pytest.raises(Exception, match="only staff"):
        async with site.database.work(Actor.user(other.user_id)) as work:
            await site.desk.sessions.end_all(work, me.user_id)
    assert await is_in(me)


async def test_sign_ins_are_shown_page_by_page(site: Site) -> None:
    me = await site.sign_in()
    assert me.user_id is not None
    for number in range(30):
        await site.clock.advance(1)
        failure = LoginFailure.BLOCKED if number == 29 else None
        async with site.database.work(Actor.user(me.user_id)) as work:
            await site.desk.sessions.note(work, Browser(f"curl/{number}", "::1"), user_id=me.user_id, failure=failure)
    page = await me.page(LOOK)
    assert page.count("<td>curl</td>") == 25
    assert "Refused: the account was blocked" in page
    after = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = await me.page(after)
    assert rest.count("<td>curl</td>") == 5
    assert "To the first page" in rest
    for odd in ("x", "e30", "WzEsMl0", "W251bGwsICJ4Il0"):
        assert (await me.page(f"{LOOK}?after={odd}")).count("<td>curl</td>") == 25


async def test_what_is_over_is_forgotten_after_its_time(site: Site) -> None:
    me = await site.sign_in()
    assert me.user_id is not None
    async with site.database.work(Actor.user(me.user_id)) as work:
        await site.desk.sessions.note(work, Browser("curl", "::1"), user_id=me.user_id)
    retention = Retention(site.database, site.clock)
    await site.clock.advance(timedelta(days=30).total_seconds())
    assert (await retention.run()).sign_ins == 0
    await site.clock.advance(timedelta(days=2).total_seconds())
    assert (await retention.run()).sign_ins == 2
    async with site.owner.connect() as connection:
        for table in (WebSession, Login):
            assert (await connection.execute(select(func.count()).select_from(table))).scalar_one() == 0


async def test_a_page_is_written_in_the_language_a_person_chose(site: Site) -> None:
    me = await site.sign_in()
    assert me.user_id is not None
    async with site.database.work(Actor.user(me.user_id)) as work:
        await site.desk.profiles.set_language(work, me.user_id, "es")
    assert '<html lang="es">' in await me.page(LOOK)
