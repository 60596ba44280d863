"""What staff may not do: sign other staff out, judge what is their own, wipe what the log tells of their deeds."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.clock import SystemClock
from bot.errors import NotAllowed, NotFound
from bot.services.oversight import audit
from bot.services.oversight.accounts import Accounts
from bot.services.oversight.publications import Publications, version_of
from bot.services.oversight.reports import Reports
from bot.services.oversight.standings import AccountStatus, Standings, UserRole
from bot.services.people.sessions import Browser, Sessions
from db.functions_oversight import put_standing
from db.ids import new_id
from db.models import LoreBook, PublicationRequest, Report, ReportedKind, ReportReason, RequestState, Visibility
from db.work import Actor
from tests.oversight.conftest import House

CLOCK = SystemClock()


async def signed_in(house: House, person: UUID) -> str:
    sessions = Sessions(house.database, CLOCK)
    async with house.database.work(Actor.user(person)) as work:
        begun = await sessions.begin(work, person, Browser("Firefox", "192.0.2.1"), is_staff=False)
    return begun.secret


async def is_signed_in(house: House, person: UUID) -> bool:
    async with house.database.work(Actor.user(person)) as work:
        found = await work.session.scalar(text("SELECT count(*) FROM sessions WHERE revoked_at IS NULL"))
    return bool(found)


def accounts(house: House) -> Accounts:
    return Accounts(house.oversight, Standings(house.database, house.oversight, CLOCK), CLOCK)


async def test_who_is_nobody_ends_nobodys_sessions(house: House) -> None:
    await signed_in(house, house.robin)
    actors = (Actor.visitor(), Actor.turn(new_id()), Actor.turn(new_id(), house.sasha), Actor.user(house.sasha))
    for actor in (*actors, Actor.admin(house.sasha)):
        with pytest.raises(DBAPIError, match="sessions of others"):
            async with house.database.work(actor) as work:
                await work.session.execute(text("SELECT end_sessions_of(:who, now())"), {"who": house.robin})
        assert await is_signed_in(house, house.robin)
    assert await accounts(house).sign_out(house.moderator, house.robin) == 1
    assert not await is_signed_in(house, house.robin)


async def test_moderators_sign_out_no_other_staff_and_withdraw_nothing_of_theirs(house: House) -> None:
    await signed_in(house, house.admin)
    async with house.database.work(Actor.user(house.admin)) as work:
        work.session.add(
            LoreBook(owner_id=house.admin, name="Mine", code="minemine", visibility=Visibility.PUBLIC, tags=[])
        )
    with pytest.raises(NotAllowed, match="Only admins"):
        await accounts(house).sign_out(house.moderator, house.admin)
    with pytest.raises(NotAllowed, match="Only admins"):
        await accounts(house).withdraw(house.moderator, house.admin, why="x")
    with pytest.raises(DBAPIError, match="sessions of others"):
        async with house.database.work(Actor.admin(house.moderator)) as work:
            await work.session.execute(text("SELECT end_sessions_of(:who, now())"), {"who": house.admin})
    assert await is_signed_in(house, house.admin)
    await signed_in(house, house.moderator)
    assert await accounts(house).sign_out(house.admin, house.moderator) == 1
    await signed_in(house, house.moderator)
    assert await accounts(house).sign_out(house.moderator, house.moderator) == 1


async def test_a_moderator_does_not_learn_who_reported_them_nor_closes_it(house: House) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        for about in (house.moderator, house.sasha):
            work.session.add(
                Report(
                    reporter_id=house.robin, kind=ReportedKind.PERSON, target_id=str(about), about_user_id=about,
                    reason=ReportReason.HARASSMENT, words="rude", excerpt="", link="",
                )
            )  # fmt: skip
    reports = Reports(house.oversight, CLOCK)
    (seen,) = await reports.search(house.moderator, limit=10)
    assert seen.about_user_id == house.sasha
    mine = next(one for one in await reports.search(house.admin, limit=10) if one.about_user_id == house.moderator)
    with pytest.raises(NotFound):
        await reports.look(house.moderator, mine.id)
    for deed in (
        reports.take(house.moderator, mine.id),
        reports.close(house.moderator, mine.id, was_right=False, answer=""),
    ):
        with pytest.raises(Exception, match="Nothing was changed"):
            await deed
    await reports.close(house.admin, mine.id, was_right=True, answer="We spoke with them.")


async def test_a_moderator_publishes_nothing_of_their_own(house: House) -> None:
    publications = Publications(house.oversight)
    asked: dict[UUID, UUID] = {}
    for owner in (house.moderator, house.admin, house.robin):
        async with house.database.work(Actor.user(owner)) as work:
            book = LoreBook(owner_id=owner, name="Mine", code=f"mine000{len(asked)}", tags=[])
            work.session.add(book)
            await work.session.flush()
            request = PublicationRequest(user_id=owner, book_id=book.id, words="please", state=RequestState.OPEN)
            work.session.add(request)
            await work.session.flush()
            asked[owner] = request.id
    for staff, owner in ((house.moderator, house.robin), (house.admin, house.admin)):
        seen = version_of(await publications.look(staff, asked[owner]))
        await publications.decide(staff, asked[owner], grants=True, answer="", seen=seen)
    seen = version_of(await publications.look(house.moderator, asked[house.moderator]))
    with pytest.raises(NotAllowed, match="another admin"):
        await publications.decide(house.moderator, asked[house.moderator], grants=True, answer="", seen=seen)
    with pytest.raises(DBAPIError, match="of their own"):
        async with house.database.work(Actor.admin(house.moderator)) as work:
            await work.session.execute(
                text("SELECT * FROM decide_publication(:one, 'granted', '')"), {"one": asked[house.moderator]}
            )


async def test_nobody_wipes_what_the_log_tells_of_their_own_deeds_as_staff(house: House) -> None:
    async with house.oversight.at_work(house.admin, "user.noted", "user", house.robin, of=house.robin, why="?") as work:
        work.tell(note="x")
    async with house.database.work(Actor.user(house.admin)) as work:
        await audit.record(work, "token.made", "token", new_id(), details={"days": 7})
    with pytest.raises(NotAllowed, match="another admin"):
        await accounts(house).erase_from_log(house.admin, house.admin)
    async with house.database.work(Actor.admin(house.admin)) as work:
        wiped = await work.session.scalar(text("SELECT erase_audit_details(:who)"), {"who": house.admin})
        kept = await work.session.scalar(
            text("SELECT count(*) FROM audit_details WHERE details ->> 'note' = 'x' AND erased_at IS NULL")
        )
    assert (wiped, kept) == (1, 1)


async def test_two_admins_who_demote_each_other_at_once_leave_one(house: House) -> None:
    them = Standings(house.database, house.oversight, CLOCK)
    await them.give_role(house.admin, house.robin, UserRole.ADMIN, why="", seen=None)
    first, second = house.admin, house.robin
    async with house.database.work(Actor.user(first)) as work:
        seen = (await them.of(work, first)).version

    async with house.database.work(Actor.admin(first)) as work:
        await put_standing(work.session, second, role=UserRole.USER, status=AccountStatus.ACTIVE, reason="", until=None)
        # The other has looked, may decide as far as they know, and waits for this one.
        other = asyncio.create_task(them.give_role(second, first, UserRole.USER, why="", seen=seen))
        await until_waiting(house)
    with pytest.raises(DBAPIError, match="only an admin may decide"):
        await other
    async with house.database.work(Actor.admin(first)) as work:
        assert await work.session.scalar(text("SELECT actor_is_admin()"))


async def until_waiting(house: House) -> None:
    """Return as soon as somebody waits for a lock in this very database."""
    asked = text(
        "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database"
        " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted"
    )
    async with asyncio.timeout(20), house.database.work(Actor.job("test")) as work:
        while not await work.session.scalar(asked):  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.01)
